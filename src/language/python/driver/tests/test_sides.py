"""Workers: their answers belong to what was asked, whatever became of those before them."""

import sys
import types

import jt_sides
import pytest


@pytest.fixture
def side(tmp_path):
    """A worker over a repository of one module."""
    (tmp_path / "shop.py").write_text("def total():\n    return 1\n")
    (tmp_path / "scratch").mkdir()
    work = types.SimpleNamespace(tests=int, cases=lambda *_: None, children=int)
    plan = types.SimpleNamespace(
        scratch=str(tmp_path / "scratch"),
        import_roots=["."],
        call_seconds=2,
        test_files=[],
        work=work,
    )
    found = jt_sides.Side("head", {"root": str(tmp_path), "python": sys.executable}, plan)
    yield found
    found.stop()


def described(side):
    return side.ask({"do": "describe", "names": [["shop", "total"]]}, 30)


def test_what_was_posted_is_no_answer_to_what_is_asked(side):
    side.modules = ["shop"]
    side.start_ahead()
    side.preload(["json", "decimal"])
    side.warm([])
    (answer,) = described(side)
    assert answer["kind"] == "function"
    assert side.unread == 0


def test_a_worker_that_died_is_started_again_with_all_that_it_knew(side):
    side.start_ahead()
    side.process.kill()
    side.process.wait()
    side.follow(types.SimpleNamespace(modules=["shop"]))
    side.preload(["json"])
    (answer,) = described(side)
    assert answer["kind"] == "function"


def test_a_worker_that_never_lives_answers_nothing(side):
    side.where["python"] = "/bin/false"
    side.files = ["x" * 200000]
    side.ahead = ["json"]
    assert described(side) is None


def test_more_than_a_pipe_holds_can_be_posted(side):
    side.modules = ["shop"]
    side.start_ahead()
    for _ in range(40):
        side.preload(["json"] * 1000)
    (answer,) = described(side)
    assert answer["kind"] == "function"
