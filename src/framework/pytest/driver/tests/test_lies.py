"""Ways in which an oracle lies without anybody meaning to: each of them tried, and not believed."""

import glob
import hashlib
import subprocess

import conftest
import pytest
from conftest import PYTHON, outcomes, write
from test_hostile import SWALLOW, calls, only
from test_matrix import BROKEN, CART, FLAT, MODULES, OF_NOTHING, OWN_TESTS


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The packages of an environment of its own, in which our pytest is there too."""
    place = tmp_path / "environment"
    subprocess.check_call([PYTHON, "-m", "venv", "--without-pip", str(place)])
    ours = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.check_output([PYTHON, "-c", ours], universal_newlines=True).strip()
    packages = glob.glob(str(place / "lib" / "python*" / "site-packages"))[0]
    write(packages, {"ours.pth": found + "\n"})
    monkeypatch.setattr("conftest.PYTHON", str(place / "bin" / "python"))
    return packages


def regression(matrix, files=None, **plan):
    """The result for one test that passes on base and fails on head."""
    matrix.repository(files or FLAT, {"shop/cart.py": BROKEN})
    return matrix.run(tests=[matrix.test(OF_NOTHING)], modules=MODULES, **plan)


def is_proven(result):
    """Whether the runs alone would be taken for a proof."""
    base, head = outcomes(result, "G001", "base"), outcomes(result, "G001", "head")
    return not result["distrust"] and base == ["passed"] * 5 and head == ["failed"] * 5


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_checkout_that_is_not_the_commit_it_claims_is_not_believed(matrix):
    right = {"base": {"shop/cart.py": digest(CART.lstrip("\n"))}}
    right["head"] = {"shop/cart.py": digest(BROKEN.lstrip("\n")), "shop/gone.py": None}
    assert is_proven(regression(matrix, contents=right))
    wrong = [
        {"base": right["head"]},
        {"head": {"shop/cart.py": None}},
        {"head": {"shop/missing.py": digest("")}},
    ]
    for contents in wrong:
        result = regression(matrix, contents=contents)
        assert "is not what the commit holds" in " ".join(result["distrust"])


def test_deselected_tests_are_not_passes(matrix):
    options = "[pytest]\naddopts = -k nothing_has_this_name\n"
    result = only(matrix, OF_NOTHING, dict(FLAT, **{"pytest.ini": options}), reruns=1)
    assert outcomes(result, "G001", "head") == ["skipped"]
    deselect = "def pytest_collection_modifyitems(items):\n"
    deselect += "    items[:] = [item for item in items if 'zero' not in item.name]\n"
    result = only(matrix, OF_NOTHING, dict(FLAT, **{"conftest.py": deselect}), reruns=1)
    assert outcomes(result, "G001", "head") == ["skipped"]


def test_an_own_test_that_is_skipped_on_a_mutant_does_not_kill_it(matrix):
    own = "import pytest\n\nfrom shop.cart import total\n\n\ndef test_it():\n"
    own += "    if total([1]) != 1:\n        pytest.skip('not today')\n"
    matrix.repository(dict(FLAT, **{"tests/test_cart.py": own}))
    mutant = matrix.mutant("shop/cart.py", "result += price", "result -= price")
    result = matrix.run(
        own_tests=OWN_TESTS, mutants=[mutant], changed_lines={"shop/cart.py": [6]}, reruns=1
    )
    found = {cell["revision"]: cell["outcome"] for cell in result["own_cells"]}
    assert found["M001"] == "skipped"


def test_an_installed_package_of_the_same_name_does_not_shadow_the_checkout(matrix, site):
    write(site, {"shop/__init__.py": "", "shop/cart.py": CART})
    result = regression(matrix)
    assert is_proven(result), result["distrust"]


def test_an_editable_install_of_another_checkout_does_not_shadow_ours(matrix, site, tmp_path):
    write(tmp_path / "other", {"shop/__init__.py": "", "shop/cart.py": CART})
    write(site, {"shop.pth": "%s\n" % (tmp_path / "other")})
    result = regression(matrix)
    assert is_proven(result), result["distrust"]


def test_a_path_file_that_puts_another_checkout_first_is_noticed(matrix, site, tmp_path):
    write(tmp_path / "other", {"shop/__init__.py": "", "shop/cart.py": CART})
    write(site, {"shop.pth": "import sys; sys.path.insert(0, %r)\n" % str(tmp_path / "other")})
    result = regression(matrix)
    assert is_proven(result) or "was loaded from" in " ".join(result["distrust"])


def test_an_installed_plugin_that_swallows_failures_is_not_believed(matrix, site):
    write(site, {"swallow.py": SWALLOW})
    write(
        site,
        {
            "swallow-1.0.dist-info/METADATA": "Name: swallow\nVersion: 1.0\n",
            "swallow-1.0.dist-info/entry_points.txt": "[pytest11]\nswallow = swallow\n",
        },
    )
    result = regression(matrix)
    assert "failing control test was reported as broken" in " ".join(result["distrust"])


def test_a_plugin_of_the_repository_that_swallows_failures_is_not_believed(matrix):
    files = {"swallow.py": SWALLOW, "pytest.ini": "[pytest]\naddopts = -p swallow\n"}
    result = regression(matrix, dict(FLAT, **files))
    assert not is_proven(result) and result["distrust"]


def test_a_sitecustomize_of_the_repository_changes_nothing(matrix):
    quiet = "import pytest\n\npytest.main = lambda *a, **k: 0\nAssertionError = Exception\n"
    files = {"sitecustomize.py": quiet, "usercustomize.py": quiet}
    result = regression(matrix, dict(FLAT, **files))
    assert is_proven(result), result["distrust"]


ENDS_EVERY_TEST = """
    import _pytest.runner

    _pytest.runner.pytest_runtest_call = lambda item: None
"""


def test_an_installed_pth_that_ends_every_test_is_not_believed(matrix, site):
    write(site, {"quiet.py": ENDS_EVERY_TEST, "quiet.pth": "import quiet\n"})
    result = regression(matrix)
    assert "failing control test was reported as passed" in " ".join(result["distrust"])


def test_an_installed_sitecustomize_that_ends_every_test_is_not_believed(matrix, site):
    write(site, {"sitecustomize.py": ENDS_EVERY_TEST})
    which = "import sitecustomize; print(sitecustomize.__file__)"
    found = subprocess.check_output([conftest.PYTHON, "-c", which], universal_newlines=True)
    result = regression(matrix)
    if found.startswith(site):
        assert "failing control test was reported as passed" in " ".join(result["distrust"])
    else:  # Debian's own comes first
        assert is_proven(result), result["distrust"]


def test_a_warning_turned_into_an_error_on_one_side_is_no_failure(matrix):
    files = dict(FLAT, **{"pytest.ini": "[pytest]\nfilterwarnings = error\n"})
    warns = CART.replace(
        "    if not prices", "    warnings.warn('old', DeprecationWarning)\n    if not prices"
    )
    for base, head, side in ((CART, warns, "head"), (warns, CART, "base")):
        matrix.repository(dict(files, **{"shop/cart.py": "import warnings\n" + base}))
        matrix.repository(matrix.files, {"shop/cart.py": "import warnings\n" + head})
        result = matrix.run(tests=[matrix.test(OF_NOTHING)], modules=MODULES)
        assert set(outcomes(result, "G001", side)) == {"broken"}
        assert any("turns into an error" in cell["message"] for cell in result["cells"])


def test_a_head_that_never_ends_is_timed_out_and_no_failure(matrix):
    endless = CART.replace("if not prices:\n        return 0", "while not prices:\n        pass")
    matrix.repository(FLAT, {"shop/cart.py": endless})
    result = matrix.run(tests=[matrix.test(OF_NOTHING)], modules=MODULES, test_timeout=1)
    assert set(outcomes(result, "G001", "base")) == {"passed"}
    assert set(outcomes(result, "G001", "head")) == {"timed_out"}


def test_what_lies_in_the_home_folder_does_not_reach_another_cell(matrix):
    body = "path = os.path.expanduser('~/.seen')\n    assert not os.path.exists(path)\n"
    body += "    open(path, 'w').close()"
    matrix.repository(FLAT)
    tests = [
        matrix.test(calls(body), "tests/test_jittest_a.py", "G001"),
        matrix.test(calls(body.replace("~", "$TMPDIR").replace("user", "vars")), name="G002"),
        matrix.test(calls(body), "tests/test_jittest_b.py", "G003"),
        matrix.test(
            calls(body.replace("~", "$TMPDIR").replace("user", "vars")), "t/test_c.py", "G4"
        ),
    ]
    result = matrix.run(tests=tests, modules=MODULES)
    assert {cell["outcome"] for cell in result["cells"]} == {"passed"}


def test_nothing_in_the_path_of_a_checkout_tells_its_side(matrix):
    body = "assert %r not in os.getcwd().split(os.sep)[-4:]"
    for side in ("base", "head"):
        result = only(matrix, calls(body % side), reruns=2)
        assert {cell["outcome"] for cell in result["cells"]} == {"passed"}
    for part in (-1, -3):
        same = "assert os.getcwd().split(os.sep)[%d] == %r"
        result = only(matrix, calls(same % (part, "base")), reruns=1)
        assert {cell["outcome"] for cell in result["cells"]} == {"failed"}


def test_a_test_that_depends_on_the_year_is_not_stable(matrix):
    for now in (
        "time.localtime().tm_year",
        "int(time.strftime('%Y'))",
        "__import__('datetime').date.today().year",
        "__import__('datetime').datetime.now().year",
        "__import__('datetime').datetime.utcnow().year",
        "int(time.ctime()[-4:])",
    ):
        code = "import time\n\nYEAR = %d\n\n\ndef test_it():\n    assert %s == YEAR\n"
        result = only(matrix, code % (__import__("time").localtime().tm_year, now))
        assert set(outcomes(result, "G001", "head")) == {"passed", "failed"}, now


def test_a_clock_that_is_ahead_is_a_clock_all_the_same(matrix):
    body = "import datetime\n    one = datetime.datetime.now(datetime.timezone.utc)\n"
    body += "    assert abs(one.timestamp() - time.time()) < 60\n"
    body += "    assert type(one) is datetime.datetime\n"
    body += "    assert datetime.date.today() <= datetime.datetime.now().date()\n"
    body += "    assert abs(time.time_ns() / 1e9 - time.time()) < 60\n"
    body += "    assert time.gmtime(0).tm_year == 1970"
    assert set(outcomes(only(matrix, calls(body)), "G001", "head")) == {"passed"}


def test_a_test_that_depends_on_the_language_is_not_stable(matrix, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    body = "assert os.environ.get('LC_ALL', os.environ['LANG']) == 'C.UTF-8'"
    found = set(outcomes(only(matrix, calls(body)), "G001", "head"))
    assert found == {"passed", "failed"}


def test_base_is_run_as_often_as_head(matrix):
    result = regression(matrix)
    settings = {
        side: {c["setting"] for c in result["cells"] if c["revision"] == side}
        for side in ("base", "head")
    }
    assert settings["base"] == settings["head"] and len(settings["base"]) == 5


def test_each_of_the_changes_own_tests_is_told_which_mutants_it_kills(matrix):
    own = "from shop.cart import total\n\n\ndef test_one():\n    assert total([1]) == 1\n"
    own += "\n\ndef test_two():\n    assert total([2]) == 2\n"
    files = {"tests/test_cart.py": own, "tests/test_old.py": own}
    matrix.repository(dict(FLAT, **files))
    mutant = matrix.mutant("shop/cart.py", "result += price", "result -= price")
    plan = {"own_tests": sorted(files), "mutants": [mutant], "reruns": 1}
    result = matrix.run(changed_tests=OWN_TESTS, changed_lines={"shop/cart.py": [6]}, **plan)
    killers = [c["node"] for c in result["own_cells"] if c["revision"] == "M001"]
    assert sorted(killers) == ["tests/test_cart.py::test_one", "tests/test_cart.py::test_two"]
