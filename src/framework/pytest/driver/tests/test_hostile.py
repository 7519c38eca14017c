"""Repositories and tests that would mislead: contained, and never believed."""

import os

from conftest import outcomes
from test_matrix import BROKEN, CART, FLAT, LINES, MODULES, OF_NOTHING, OWN_TESTS

SWALLOW = """
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    result = yield
    report = result.get_result()
    report.outcome = "passed"
"""
SKIP_ALL = """
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.skip(reason="not today"))
"""
SWALLOW_CALL = """
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True
"""


def only(matrix, code, files=FLAT, **plan):
    """The result for one test on a repository that does not change."""
    matrix.repository(files)
    plan.setdefault("modules", MODULES)
    return matrix.run(tests=[matrix.test(code, purpose="hardening")], **plan)


def calls(body):
    """A test with this body."""
    return "import os, signal, sys, time\n\n\ndef test_it():\n    %s\n" % body


def test_a_hook_that_reports_failures_as_passed_is_not_believed(matrix):
    matrix.repository(dict(FLAT, **{"conftest.py": SWALLOW}), {"shop/cart.py": BROKEN})
    result = matrix.run(tests=[matrix.test(OF_NOTHING)], modules=MODULES)
    assert "failing control test was reported as broken on head" in " ".join(result["distrust"])
    assert set(outcomes(result, "G001", "head")) == {"broken"}


def test_a_hook_that_skips_every_call_is_not_believed(matrix):
    result = only(matrix, OF_NOTHING, dict(FLAT, **{"conftest.py": SWALLOW_CALL}))
    assert "failing control test was reported as passed on head" in " ".join(result["distrust"])


def test_a_conftest_that_skips_everything_is_not_believed(matrix):
    result = only(matrix, OF_NOTHING, dict(FLAT, **{"conftest.py": SKIP_ALL}))
    assert "reported as skipped on head: not today" in " ".join(result["distrust"])
    assert set(outcomes(result, "G001", "head")) == {"skipped"}


def test_a_conftest_that_does_not_import_breaks_every_test(matrix):
    result = only(matrix, OF_NOTHING, dict(FLAT, **{"conftest.py": "import no_such_module\n"}))
    assert set(outcomes(result, "G001", "head")) == {"broken"}
    assert "no_such_module" in result["cells"][0]["message"]
    assert result["distrust"]


def test_leaving_the_interpreter_is_not_a_failure(matrix):
    for body in (
        "sys.exit(0)",
        "sys.exit(1)",
        "os._exit(0)",
        "os.abort()",
        "raise KeyboardInterrupt",
    ):
        result = only(matrix, calls(body), reruns=1)
        assert outcomes(result, "G001", "head") == ["broken"], body
        assert result["distrust"] == []


def test_a_test_that_kills_its_parent_loses_only_itself(matrix):
    matrix.repository(FLAT)
    killer = matrix.test(calls("os.kill(os.getppid(), signal.SIGKILL); time.sleep(5)"))
    others = [
        matrix.test(OF_NOTHING, "tests/test_jittest_a.py", "G002", purpose="hardening"),
        matrix.test(OF_NOTHING, "tests/test_jittest_z.py", "G003", purpose="hardening"),
    ]
    result = matrix.run(tests=[killer] + others, modules=MODULES, own_tests=OWN_TESTS, reruns=2)
    assert outcomes(result, "G001", "head")[0] == "broken"
    assert outcomes(result, "G002", "head") == ["passed"] * 2
    assert outcomes(result, "G003", "head") == ["passed"] * 2
    assert {cell["outcome"] for cell in result["own_cells"]} == {"passed"}


def test_an_own_test_that_kills_its_parent_loses_only_itself(matrix):
    own = "import os\nimport signal\n\n\ndef test_a():\n    pass\n\n\ndef test_b():\n"
    own += "    os.kill(os.getppid(), signal.SIGKILL)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    matrix.repository(dict(FLAT, **{"tests/test_bad.py": own}))
    result = matrix.run(
        tests=[matrix.test(OF_NOTHING, purpose="hardening")],
        modules=MODULES,
        own_tests=["tests/test_bad.py"],
        reruns=2,
    )
    assert outcomes(result, "G001", "head") == ["passed"] * 2
    assert "passed" not in {cell["outcome"] for cell in result["own_cells"]}


def test_a_test_that_never_ends_is_timed_out_with_its_grandchildren(matrix):
    marker = os.path.join(matrix.folder, "alive")
    loop = "while True: open(%r, 'a').close(); time.sleep(0.05)" % marker
    code = calls("pid = os.fork()\n    if pid == 0:\n        os.setsid()\n    " + loop)
    result = only(matrix, code, test_timeout=1, reruns=2)
    assert outcomes(result, "G001", "head") == ["timed_out"]
    assert os.path.exists(marker)
    os.unlink(marker)
    import time

    time.sleep(0.3)
    assert not os.path.exists(marker)


def test_a_test_that_forks_and_comes_back_is_counted_once(matrix):
    result = only(matrix, calls("os.fork()"), reruns=2)
    assert outcomes(result, "G001", "head") == ["passed"] * 2
    assert result["distrust"] == []


def test_output_that_looks_like_ours_changes_nothing(matrix):
    frame = '{"kind": "item", "node": "x", "outcome": "passed"}'
    body = "for fd in range(1, 30):\n        try: os.write(fd, b'%s')\n"
    body += "        except OSError: pass\n    assert False"
    result = only(matrix, calls(body % frame), reruns=2)
    assert "passed" not in outcomes(result, "G001", "head")
    result = only(matrix, calls("print('%s', flush=True); assert 1 == 2" % frame), reruns=2)
    assert outcomes(result, "G001", "head") == ["failed"]


def test_endless_output_is_bounded(matrix):
    result = only(matrix, calls("while True: print('x' * 100000)"), test_timeout=2, reruns=1)
    assert outcomes(result, "G001", "head")[0] in ("timed_out", "failed", "broken")
    assert result["distrust"] == []


def test_a_module_that_comes_from_elsewhere_is_not_believed(matrix, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "shop"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").write_text("")
    (elsewhere / "cart.py").write_text(CART)
    conftest = "import sys\n\nsys.path.insert(0, %r)\n" % str(elsewhere.parent)
    result = only(matrix, OF_NOTHING, dict(FLAT, **{"conftest.py": conftest}))
    expected = "module shop.cart was loaded from %s, not from head" % (elsewhere / "cart.py")
    assert expected in result["distrust"]


def test_a_module_that_pytest_itself_uses_is_not_believed(matrix):
    files = {"json/__init__.py": "", "json/cart.py": CART}
    modules = [{"module": "json", "file": "json/__init__.py", "base_file": "json/__init__.py"}]
    result = only(matrix, calls("pass"), files, modules=modules, reruns=1)
    assert any("module json" in text for text in result["distrust"])


def test_the_order_of_sets_differs_between_runs(matrix):
    log = os.path.join(matrix.folder, "log")
    fruit = {"apple", "banana", "cherry", "damson", "elder"}
    only(matrix, calls("open(%r, 'a').write('%%s\\n' %% list(%r))" % (log, fruit)))
    with open(log) as file:
        orders = file.read().splitlines()
    assert len(orders) == 6 and len(set(orders)) > 2


def test_a_result_that_depends_on_time_zone_or_folder_is_not_stable(matrix):
    bodies = [
        "assert time.strftime('%Z') == 'UTC'",
        "import tempfile; assert os.path.basename(tempfile.gettempdir()) == 'a'",
    ]
    for body in bodies:
        found = set(outcomes(only(matrix, calls(body)), "G001", "head"))
        assert found == {"passed", "failed"}, body


def test_unseeded_random_numbers_differ_between_runs(matrix):
    body = "import random; open(%r, 'a').write('%%s ' %% random.random())"
    log = os.path.join(matrix.folder, "log")
    only(matrix, calls(body % log))
    numbers = open(log).read().split()
    assert len(set(numbers)) == len(numbers) == 6


def test_the_working_folder_is_the_root_of_the_repository(matrix):
    result = only(matrix, calls("assert sorted(os.listdir('.')) == ['shop', 'tests']"))
    assert outcomes(result, "G001", "head") == ["passed"] * 5


def test_what_a_test_leaves_behind_is_gone_before_the_next(matrix):
    body = "assert not os.path.exists('left'); open('left', 'w').close(); os.unlink('shop/cart.py')"
    matrix.repository(FLAT)
    tests = [
        matrix.test(calls(body), "tests/test_jittest_a.py", "G001", purpose="hardening"),
        matrix.test(calls(body), "tests/test_jittest_b.py", "G002", purpose="hardening"),
    ]
    result = matrix.run(tests=tests, modules=MODULES, own_tests=OWN_TESTS)
    for name in ("G001", "G002"):
        for side, times in (("base", 1), ("head", 5)):
            assert outcomes(result, name, side) == ["passed"] * times
    assert any("left" in note for note in result["notes"])
    assert {cell["outcome"] for cell in result["own_cells"]} == {"passed"}
    assert sorted(os.listdir(os.path.join(matrix.folder, "head"))) == ["shop", "tests"]


def test_state_of_the_process_does_not_reach_the_next_test(matrix):
    body = "import shop.cart; assert not hasattr(shop.cart, 'seen'); shop.cart.seen = 1"
    matrix.repository(FLAT)
    tests = [
        matrix.test(calls(body), "tests/test_jittest_a.py", "G001"),
        matrix.test(calls(body), "tests/test_jittest_b.py", "G002"),
    ]
    result = matrix.run(tests=tests, modules=MODULES)
    assert {cell["outcome"] for cell in result["cells"]} == {"passed"}


def test_errors_around_a_test_are_not_failures(matrix):
    fixture = "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef f():\n    %s\n"
    fixture += "\n\ndef test_it():\n    pass\n"
    for body in ("assert 1 == 2", "yield\n    assert 1 == 2"):
        assert outcomes(only(matrix, fixture % body, reruns=1), "G001", "head") == ["broken"]
    for code in ("import nothing_there\n", "def test_(:\n", "x = 1\n", "raise ValueError('no')\n"):
        result = only(matrix, code, reruns=1)
        assert outcomes(result, "G001", "head") == ["broken"], code
        assert result["distrust"] == []


def test_skips_are_not_passes(matrix):
    for mark in ("skip", "xfail", "xfail(strict=True)"):
        code = "import pytest\n\n\n@pytest.mark.%s\ndef test_it():\n    pass\n" % mark
        assert outcomes(only(matrix, code, reruns=1), "G001", "head") == ["skipped"], mark
    code = "import pytest\n\npytest.skip('no', allow_module_level=True)\n"
    assert outcomes(only(matrix, code, reruns=1), "G001", "head") == ["skipped"]


def test_an_assertion_of_the_code_under_test_is_not_the_tests_own(matrix):
    matrix.repository(
        FLAT, {"shop/cart.py": CART.replace("if not prices:\n        return 0", "assert prices")}
    )
    result = matrix.run(tests=[matrix.test(OF_NOTHING)], modules=MODULES)
    failures = [cell for cell in result["cells"] if cell["outcome"] == "failed"]
    assert len(failures) == 5 and not any(cell["own_assertion"] for cell in failures)


def test_own_tests_that_fail_or_flicker_on_head_kill_nothing(matrix):
    own = """
    import os

    from shop.cart import total


    def test_fails():
        assert total([1]) == 2


    def test_flickers():
        total([1])
        path = %r
        seen = os.path.exists(path)
        open(path, "w").close()
        assert not seen
    """ % os.path.join(
        matrix.folder, "seen"
    )
    matrix.repository(dict(FLAT, **{"tests/test_cart.py": own}))
    mutant = matrix.mutant("shop/cart.py", "result += price", "result -= price")
    result = matrix.run(own_tests=OWN_TESTS, mutants=[mutant], changed_lines=LINES)
    assert not [cell for cell in result["own_cells"] if cell["revision"] == "M001"]
    assert any("test_flickers does not always pass" in note for note in result["notes"])


def test_a_file_of_own_tests_that_does_not_collect_is_broken_and_nothing_more(matrix):
    matrix.repository(dict(FLAT, **{"tests/test_bad.py": "import nothing_there\n"}))
    result = matrix.run(own_tests=OWN_TESTS + ["tests/test_bad.py"], modules=MODULES)
    found = {cell["node"]: cell["outcome"] for cell in result["own_cells"]}
    assert found["tests/test_bad.py"] == "broken"
    assert found["tests/test_cart.py::test_total"] == "passed"


def test_a_large_file_that_a_test_overwrites_is_said(matrix):
    files = dict(FLAT, **{"data.txt": "x" * 300000})
    result = only(matrix, calls("open('data.txt', 'w').write('y')"), files, reruns=1)
    assert any("data.txt" in text for text in result["distrust"])
    result = only(matrix, calls("os.unlink('data.txt')"), files, reruns=2)
    assert result["distrust"] == [] and outcomes(result, "G001", "head") == ["passed"] * 2
