"""The gate over a repository: its own settings where it has them, ours where it hasn't."""

import json
import os
import subprocess
import sys

import pytest

DRIVER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CART = "def total(prices: list[int]) -> int:\n    return sum(prices)\n"
LONG_LIST = "[111111, 222222, 333333, 444444, 555555, 666666, 777777, 888888]"  # 64 columns
PLAIN = (
    '"""Behaviour of shop.cart.total."""\n\nimport pytest\nfrom shop.cart import total\n\n\n'
    'def test_total():\n    """total([1]) returns 1."""\n    assert total( [1] )==1\n'
)


class Repository:
    """A folder like the sandbox's, and what the driver says of tests in it."""

    def __init__(self, folder):
        self.folder = folder
        self.tools = sys.prefix
        self.python = "/nowhere/bin/python"
        self.file("shop/__init__.py", "")
        self.file("shop/cart.py", CART)

    def file(self, path, text, executable=False):
        """Writes a file of the repository."""
        where = self.folder / "head" / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
        if executable:
            where.chmod(0o755)
        return str(where)

    def polished(self, *codes, path="tests/test_jittest_%d.py"):
        """The driver's answer for tests with these texts."""
        tests = [{"id": "G%d" % i, "path": path % i, "code": code} for i, code in enumerate(codes)]
        plan = {"root": "head", "python": self.python, "import_roots": ["."], "tests": tests}
        plan.update(seconds=60, tools=self.tools)
        (self.folder / "jittest").mkdir(exist_ok=True)
        where = self.folder / "jittest" / "plan.json"
        where.write_text(json.dumps(plan))
        environment = dict(os.environ, PATH="/nowhere")
        done = subprocess.run(
            [sys.executable, os.path.join(DRIVER, "polish.py"), str(where)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads((self.folder / "jittest" / "result.json").read_text())

    def one(self, code, **more):
        """The answer for one test, where every tool had something to say."""
        answer = self.polished(code, **more)
        assert answer["unchecked"] == []
        return answer["tests"]["G0"]


@pytest.fixture
def repository(tmp_path):
    """A repository that says nothing of formatting."""
    return Repository(tmp_path)


def test_a_test_is_formatted_and_loses_the_imports_that_nothing_uses(repository):
    test = repository.one(PLAIN)
    assert "import pytest" not in test["code"]
    assert "    assert total([1]) == 1\n" in test["code"]
    assert (test["errors"], test["warnings"], test["faults"]) == (0, 0, [])


def test_lines_have_a_hundred_columns_where_nothing_says_otherwise(repository):
    code = PLAIN.replace("total( [1] )==1", "total(%s) == 4" % LONG_LIST)
    assert "    assert total(%s) == 4\n" % LONG_LIST in repository.one(code)["code"]


def test_lines_are_as_long_as_the_repository_says(repository):
    repository.file("pyproject.toml", "[tool.black]\nline-length = 60\n")
    code = PLAIN.replace("total( [1] )==1", "total(%s) == 4" % LONG_LIST)
    test = repository.one(
        code.replace("returns 1", "returns 1, or so it did when this was written")
    )
    assert max(len(line) for line in test["code"].splitlines()) <= 60
    assert (test["errors"], test["faults"]) == (0, [])


def test_the_repositorys_own_way_of_quoting_is_kept(repository):
    repository.file("pyproject.toml", "[tool.black]\nskip-string-normalization = true\n")
    code = PLAIN.replace("total( [1] )==1", "total([ord('a')]) == 97")
    assert "ord('a')" in repository.one(code)["code"]


def test_another_version_of_black_than_the_repository_asks_for_formats_all_the_same(repository):
    repository.file("pyproject.toml", "[tool.black]\nline-length = 60\nrequired-version = '1'\n")
    assert "total([1]) == 1" in repository.one(PLAIN)["code"]


def test_faults_of_the_linter_are_counted_by_test(repository):
    bad = PLAIN.replace("total( [1] )==1", "total([1]) == None")
    answer = repository.polished(PLAIN, bad)
    good, bad = answer["tests"]["G0"], answer["tests"]["G1"]
    assert (good["errors"], bad["errors"], bad["warnings"]) == (0, 1, 0)
    assert bad["faults"][0].startswith("E711 ") and bad["faults"][0].endswith("(line 8)")


def test_the_repositorys_own_linter_settings_decide(repository):
    bad = PLAIN.replace("total( [1] )==1", "total([1]) == None")
    repository.file(".flake8", "[flake8]\nmax-line-length = 100\nextend-ignore = E711\n")
    assert repository.one(bad)["errors"] == 0


def test_ruff_lints_and_mends_where_the_repository_uses_it(repository):
    repository.file("pyproject.toml", "[tool.ruff.lint]\nselect = ['E', 'F', 'I', 'B']\n")
    test = repository.one(PLAIN + "    assert total([1]) == None\n    [].sort\n")
    assert "import pytest" not in test["code"]
    assert [fault.split()[0] for fault in test["faults"]] == ["E711", "B018"]
    sorted_first = "import pytest\n\nfrom shop.cart import total\n"
    used = PLAIN + "    assert pytest\n"
    assert sorted_first in repository.one(used)["code"]


def test_types_are_checked(repository):
    test = repository.one(PLAIN + "\n\nNUMBER: int = 'one'\n")
    assert [fault.split()[0] for fault in test["faults"]] == ["assignment"]


def test_strict_types_are_written_where_they_are_known(repository):
    repository.file("mypy.ini", "[mypy]\nstrict = True\n")
    test = repository.one(PLAIN)
    assert "def test_total() -> None:\n" in test["code"]
    assert test["errors"] == 0
    wrong = repository.one(PLAIN.replace("[1]", "['a']"))
    assert [fault.split()[0] for fault in wrong["faults"]] == ["list-item"]


def test_types_that_the_repository_does_not_ask_of_tests_are_not_asked(repository):
    repository.file("mypy.ini", "[mypy]\nstrict = True\nfiles = shop\n")
    test = repository.one(PLAIN)
    assert "def test_total():\n" in test["code"] and test["errors"] == 0


def test_a_plugin_that_is_not_there_does_not_keep_types_from_being_checked(repository):
    repository.file("mypy.ini", "[mypy]\nplugins = not_there.mypy\n")
    answer = repository.polished(PLAIN)
    assert answer["unchecked"] == [] and answer["tests"]["G0"]["errors"] == 0
    assert len(answer["notes"]) == 1 and "could not be used" in answer["notes"][0][0]


def test_folders_that_are_no_packages_do_not_keep_types_from_being_checked(repository):
    repository.file("the-tests/__init__.py", "")
    test = repository.one(PLAIN, path="the-tests/test_jittest_%d.py")
    assert test["errors"] == 0


def test_the_repositorys_own_tool_comes_first_and_ours_where_it_fails(repository):
    script = "#!/bin/sh\n[ $# = 0 ] && exit 0\nshift 7\nprintf '# own\\n' >> $1\n"
    repository.python = repository.file("env/bin/python", "")
    repository.file("env/bin/black", script, executable=True)
    assert repository.one(PLAIN)["code"].endswith("# own\n")
    repository.file("env/bin/black", "#!/bin/sh\necho too old >&2\nexit 2\n", executable=True)
    answer = repository.polished(PLAIN)
    assert "total([1]) == 1" in answer["tests"]["G0"]["code"]
    assert answer["notes"] == [["the repository's black could not be used", "too old"]]


def test_what_is_not_there_is_said(repository):
    repository.tools = "/nowhere"
    answer = repository.polished(PLAIN)
    assert answer["unchecked"] == [
        "the formatter (none is there)",
        "the linter (none is there)",
        "the type checker (none is there)",
    ]


def test_a_test_that_is_no_python_has_an_error(repository):
    answer = repository.polished(PLAIN, "def test_it(:\n")
    assert answer["tests"]["G0"]["errors"] == 0
    assert answer["tests"]["G1"]["errors"] >= 2
    assert answer["tests"]["G1"]["faults"][0].startswith("not formatted: ")
