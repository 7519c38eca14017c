"""What the driver says of ordinary repositories."""

import subprocess

import pytest
from conftest import PYTHON, outcomes

CART = """
def total(prices, discount=0):
    if not prices:
        return 0
    result = 0
    for price in prices:
        result += price
    return result - discount


def label(count):
    if count == 1:
        return "one"
    return "many"
"""
BROKEN = CART.replace("if not prices:\n        return 0", "prices[0]")
OWN = """
from shop.cart import label, total


def test_total():
    assert total([1, 2]) == 3


def test_label():
    assert label(2) == "many"
"""
FLAT = {"shop/__init__.py": "", "shop/cart.py": CART, "tests/test_cart.py": OWN}
OF_NOTHING = """
from shop.cart import total


def test_total_of_nothing_is_zero():
    assert total([]) == 0
"""
OF_ONE = """
from shop.cart import label


def test_label_of_one_is_one():
    assert label(1) == "one"
"""
MODULES = [{"module": "shop.cart", "file": "shop/cart.py", "base_file": "shop/cart.py"}]
OWN_TESTS = ["tests/test_cart.py"]
LINES = {"shop/cart.py": [2, 3]}


def in_a_clean_checkout(matrix, side, test, *options):
    """Whether `python -m pytest PATH` passes where the test is written into a revision."""
    path = "%s/%s/%s" % (matrix.folder, side, test["path"])
    with open(path, "w", encoding="utf-8") as file:
        file.write(test["code"])
    command = [PYTHON, "-m", "pytest", *options, test["path"]]
    return subprocess.call(command, cwd="%s/%s" % (matrix.folder, side)) == 0


def test_a_regression_passes_five_times_on_base_and_fails_five_times_on_head(matrix):
    matrix.repository(FLAT, {"shop/cart.py": BROKEN})
    test = matrix.test(OF_NOTHING)
    result = matrix.run(tests=[test], modules=MODULES, own_tests=OWN_TESTS)
    assert result["distrust"] == [] and result["notes"] == []
    assert outcomes(result, "G001", "base") == ["passed"] * 5
    assert outcomes(result, "G001", "head") == ["failed"] * 5
    failures = [cell for cell in result["cells"] if cell["outcome"] == "failed"]
    assert {cell["message"] for cell in failures} == {"IndexError: list index out of range"}
    assert {(cell["line"], cell["own_assertion"]) for cell in failures} == {(5, False)}
    assert len({cell["setting"] for cell in failures}) == 5
    assert in_a_clean_checkout(matrix, "base", test)
    assert not in_a_clean_checkout(matrix, "head", test)


def test_a_wrong_value_is_a_failure_of_the_tests_own_assertion(matrix):
    matrix.repository(FLAT, {"shop/cart.py": CART.replace("return 0", "return None")})
    result = matrix.run(tests=[matrix.test(OF_NOTHING)], modules=MODULES)
    failures = [cell for cell in result["cells"] if cell["outcome"] == "failed"]
    assert len(failures) == 5
    assert all(cell["own_assertion"] and cell["line"] == 5 for cell in failures)
    assert all("assert None == 0" in cell["message"] for cell in failures)


def test_an_exception_that_does_not_come_any_more_is_a_failure_of_the_tests_own(matrix):
    matrix.repository(FLAT, {"shop/cart.py": CART.replace("result += price", "result += 1")})
    code = """
    import pytest

    from shop.cart import total


    def test_total_of_words_is_refused():
        with pytest.raises(TypeError):
            total(["one"])
    """
    result = matrix.run(tests=[matrix.test(code)], modules=MODULES)
    failures = [cell for cell in result["cells"] if cell["outcome"] == "failed"]
    assert len(failures) == 5
    assert all(cell["own_assertion"] and "DID NOT RAISE" in cell["message"] for cell in failures)


def test_a_refactoring_passes_on_both_sides(matrix):
    sum_up = CART.replace("    result = 0\n    for price in prices:\n        result += price\n", "")
    matrix.repository(FLAT, {"shop/cart.py": sum_up.replace("result -", "sum(prices) -")})
    tests = [matrix.test(OF_NOTHING)]
    tests += [matrix.test(OF_NOTHING, "tests/test_jittest_a.py", "G002", purpose="hardening")]
    result = matrix.run(tests=tests, modules=MODULES)
    # It shows no regression, and what is meant for a mutant has to hold on head alone.
    assert outcomes(result, "G001", "base") == outcomes(result, "G001", "head") == ["passed"]
    assert outcomes(result, "G002", "base") == ["passed"]
    assert outcomes(result, "G002", "head") == ["passed"] * 5


def test_mutants_fall_to_the_generated_test_or_to_the_repositorys_own(matrix):
    matrix.repository(FLAT)
    mutants = [
        matrix.mutant("shop/cart.py", "return 0\n", "return 1\n", "M001"),
        matrix.mutant("shop/cart.py", "result += price", "result -= price", "M002"),
        matrix.mutant("shop/cart.py", "count == 1", "count == 3", "M003"),
        matrix.mutant(
            "shop/cart.py", "return result - discount", "return (result - discount)", "M004"
        ),
        matrix.mutant("shop/cart.py", 'return "many"', 'return "many', "M005"),
        matrix.mutant("shop/cart.py", "discount=0", "discount=nothing", "M006"),
        matrix.mutant("shop/cart.py", "discount=0", "discount=1", "M007"),
    ]
    tests = [matrix.test(OF_NOTHING, mutants=["M001"])]
    tests += [matrix.test(OF_ONE, "tests/test_jittest_cart_label.py", "G002", mutants=["M003"])]
    result = matrix.run(
        tests=tests, modules=MODULES, mutants=mutants, own_tests=OWN_TESTS, changed_lines=LINES
    )
    assert result["distrust"] == []
    killed = {(c["test"], c["revision"]) for c in result["cells"] if c["outcome"] == "failed"}
    assert killed == {("G001", "M001"), ("G002", "M003")}
    own = {(c["node"], c["revision"]) for c in result["own_cells"] if c["outcome"] == "failed"}
    node = "tests/test_cart.py::test_total"
    assert own == {(node, "M002"), (node, "M007")}
    assert list(result["equivalent_mutants"]) == ["M004"]
    assert sorted(result["broken_mutants"]) == ["M005", "M006"]
    assert result["broken_mutants"]["M005"].startswith("SyntaxError")
    assert result["broken_mutants"]["M006"].startswith("NameError")
    assert result["not_run"] == []


IN_ORDER = """
from shop.cart import label, total

SEEN = []


def test_what_the_next_one_needs():
    SEEN.append(label(5))


def test_total_of_what_was_seen():
    assert total([len(SEEN)]) == 1
"""


@pytest.mark.parametrize("swap", [True, False])
def test_own_tests_that_need_their_order_are_run_whole(matrix, swap):
    files = dict(FLAT, **{"tests/test_order.py": IN_ORDER})
    matrix.repository(files)
    mutants = [
        # The second test alone reaches it, and would fail without the first whatever it returned.
        matrix.mutant("shop/cart.py", "result = 0", "result = int()"),
        matrix.mutant("shop/cart.py", "result += price", "result -= price", "M002"),
    ]
    plan = {"modules": MODULES, "changed_lines": LINES, "mutants": mutants, "swap": swap}
    result = matrix.run(own_tests=["tests/test_order.py"], **plan)
    own = {(c["node"], c["revision"]): c["outcome"] for c in result["own_cells"]}
    node = "tests/test_order.py::test_total_of_what_was_seen"
    assert (own[node, "head"], own[node, "M002"]) == ("passed", "failed")
    assert own.get((node, "M001"), "passed") == "passed"
    assert result["notes"] == [] and result["distrust"] == []


SHARED = """
import functools

import pytest

from shop.cart import total


@pytest.fixture(scope="module")
def found():
    return [total([1, 2]), total([])]


@functools.lru_cache(maxsize=None)
def known():
    return total([4, 5])


def test_known_is_exact():
    assert known() == 9


def test_known_is_something():
    assert known() != 0


def test_found_is_exact(found):
    assert found == [3, 0]


def test_found_has_two(found):
    assert len(found) == 2
"""


@pytest.mark.parametrize("swap", [True, False])
def test_what_tests_share_is_no_reason_to_leave_some_of_them_out(matrix, swap):
    matrix.repository(dict(FLAT, **{"tests/test_shared.py": SHARED}))
    mutants = [matrix.mutant("shop/cart.py", "result += price", "result += price + 1")]
    plan = {"modules": MODULES, "changed_lines": LINES, "mutants": mutants, "swap": swap}
    result = matrix.run(own_tests=["tests/test_shared.py"], **plan)
    fell = [c["node"] for c in result["own_cells"] if c["outcome"] == "failed"]
    assert fell == ["tests/test_shared.py::test_known_is_exact"]
    only_found = SHARED.replace("assert known() == 9", "assert known() > 8")
    matrix.repository(dict(FLAT, **{"tests/test_shared.py": only_found}))
    result = matrix.run(own_tests=["tests/test_shared.py"], **plan)
    fell = [c["node"] for c in result["own_cells"] if c["outcome"] == "failed"]
    assert fell == ["tests/test_shared.py::test_found_is_exact"]


def test_lines_and_branches_of_the_changed_files_are_counted_on_head(matrix):
    matrix.repository(FLAT)
    result = matrix.run(
        tests=[matrix.test(OF_NOTHING)], modules=MODULES, own_tests=OWN_TESTS, changed_lines=LINES
    )
    assert set(result["covered_lines"]["shop/cart.py"]) == {1, 2, 3, 4, 5, 6, 7, 10, 11, 13}
    branches = [[2, 3], [2, 4], [5, 6], [5, 7], [11, 12], [11, 13]]
    assert result["all_branches"]["shop/cart.py"] == branches
    assert result["covered_branches"]["shop/cart.py"] == branches[:4] + branches[5:]


def test_the_changes_own_tests_are_run_on_base_as_head_has_them(matrix):
    added = OWN + "\n\ndef test_label_of_one():\n    assert label(1) == 'one'\n"
    matrix.repository(dict(FLAT, **{"shop/cart.py": CART.replace("count == 1", "count == 0")}))
    matrix.repository(matrix.files, {"shop/cart.py": CART, "tests/test_cart.py": added})
    result = matrix.run(own_tests=OWN_TESTS, changed_tests=OWN_TESTS, modules=MODULES)
    found = {(c["node"], c["revision"]): c["outcome"] for c in result["own_cells"]}
    node = "tests/test_cart.py::test_label_of_one"
    assert (found[node, "base"], found[node, "head"]) == ("failed", "passed")
    assert {o["node"]: o["oracle"] for o in result["own_oracles"]}[node] == "strong"


def test_a_source_folder_that_is_not_configured_is_found_by_its_import_root(matrix):
    files = {"src/shop/__init__.py": "", "src/shop/cart.py": CART}
    files["tests/test_cart.py"] = OWN
    matrix.repository(files, {"src/shop/cart.py": BROKEN})
    modules = [{"module": "shop.cart", "file": "src/shop/cart.py", "base_file": "src/shop/cart.py"}]
    test = matrix.test(OF_NOTHING)
    result = matrix.run(tests=[test], modules=modules, import_roots=["src", "."])
    assert result["distrust"] == []
    assert outcomes(result, "G001", "base") == ["passed"] * 5
    assert outcomes(result, "G001", "head") == ["failed"] * 5


def test_pythonpath_of_the_repositorys_configuration_holds(matrix):
    files = {"lib/shop/__init__.py": "", "lib/shop/cart.py": CART}
    files["pytest.ini"] = "[pytest]\npythonpath = lib\n"
    files["conftest.py"] = "import sys\n\nsys.path.insert(0, 'lib')  # for pytest 6\n"
    matrix.repository(files, {"lib/shop/cart.py": BROKEN})
    modules = [{"module": "shop.cart", "file": "lib/shop/cart.py", "base_file": "lib/shop/cart.py"}]
    result = matrix.run(tests=[matrix.test(OF_NOTHING)], modules=modules, import_roots=["."])
    assert result["distrust"] == []
    assert outcomes(result, "G001", "head") == ["failed"] * 5


def test_tests_inside_the_package_may_import_relatively(matrix):
    files = {"shop/__init__.py": "", "shop/cart.py": CART, "shop/tests/__init__.py": ""}
    files["shop/tests/test_cart.py"] = (
        "from ..cart import total\n\n\ndef test_it():\n    total([1])\n"
    )
    matrix.repository(files, {"shop/cart.py": BROKEN})
    test = matrix.test(
        OF_NOTHING.replace("from shop.cart", "from ..cart"), "shop/tests/test_jittest_cart.py"
    )
    result = matrix.run(tests=[test], modules=MODULES, own_tests=["shop/tests/test_cart.py"])
    assert result["distrust"] == []
    assert outcomes(result, "G001", "base") == ["passed"] * 5
    assert outcomes(result, "G001", "head") == ["failed"] * 5
    assert [cell["outcome"] for cell in result["own_cells"]] == ["passed", "passed"]
    assert result["own_oracles"][0]["oracle"] == "none"


def test_fixtures_of_the_repositorys_conftest_are_there(matrix):
    files = dict(
        FLAT,
        **{
            "tests/conftest.py": """
        import pytest


        @pytest.fixture(scope="session")
        def prices(tmp_path_factory):
            (tmp_path_factory.mktemp("shop") / "file").write_text("x")
            return []
    """
        }
    )
    matrix.repository(files, {"shop/cart.py": BROKEN})
    code = OF_NOTHING.replace("zero()", "zero(prices)").replace("total([])", "total(prices)")
    result = matrix.run(tests=[matrix.test(code)], modules=MODULES)
    assert outcomes(result, "G001", "base") == ["passed"] * 5
    assert outcomes(result, "G001", "head") == ["failed"] * 5


def test_unittest_style_tests_of_the_repository_kill_mutants(matrix):
    own = """
    import unittest
    from unittest import mock

    from shop.cart import total


    class CartTest(unittest.TestCase):
        def setUp(self):
            self.prices = [1, 2]

        def test_total(self):
            self.assertEqual(total(self.prices), 3)

        def test_calls(self):
            seen = mock.Mock()
            seen(total([1]))
            seen.assert_called_once()

        @unittest.skip("later")
        def test_later(self):
            self.fail("never")

        @unittest.expectedFailure
        def test_odd(self):
            self.assertEqual(1, 2)
    """
    matrix.repository(dict(FLAT, **{"tests/test_cart.py": own}))
    mutant = matrix.mutant("shop/cart.py", "result += price", "result -= price")
    result = matrix.run(own_tests=OWN_TESTS, mutants=[mutant], changed_lines=LINES)
    found = {(c["node"], c["revision"]): c for c in result["own_cells"]}
    killer = found["tests/test_cart.py::CartTest::test_total", "M001"]
    assert killer["outcome"] == "failed" and killer["own_assertion"]
    assert found["tests/test_cart.py::CartTest::test_later", "head"]["outcome"] == "skipped"
    assert found["tests/test_cart.py::CartTest::test_odd", "head"]["outcome"] == "skipped"
    oracles = {o["node"].split("::")[-1]: o["oracle"] for o in result["own_oracles"]}
    assert oracles["test_total"] == "strong" and oracles["test_calls"] == "weak"


def test_a_new_symbol_is_not_run_on_base(matrix):
    matrix.repository(FLAT)
    result = matrix.run(
        tests=[matrix.test(OF_NOTHING, in_base=False, purpose="hardening")], modules=MODULES
    )
    assert outcomes(result, "G001", "base") == []
    assert outcomes(result, "G001", "head") == ["passed"] * 5


def test_what_has_no_time_is_listed_and_not_guessed(matrix):
    slow = "import time\n\nfrom shop.cart import total\n\n\ndef test_slow():\n"
    slow += "    time.sleep(1)\n    total([1])\n"
    matrix.repository(dict(FLAT, **{"tests/test_cart.py": slow}))
    mutants = [
        matrix.mutant("shop/cart.py", "result += price", "result += %d" % number, "M%03d" % number)
        for number in range(1, 80)
    ]
    result = matrix.run(own_tests=OWN_TESTS, mutants=mutants, seconds=25, changed_lines=LINES)
    seen = {cell["revision"] for cell in result["own_cells"]} - {"head"}
    assert result["not_run"]
    assert seen | set(result["not_run"]) == {mutant["id"] for mutant in mutants}


def test_mutants_are_not_said_to_live_where_own_tests_had_no_time(matrix):
    slow = OWN + "\n\ndef test_slow():\n    import time\n\n    time.sleep(25)\n"
    matrix.repository(dict(FLAT, **{"tests/test_cart.py": slow}))
    mutants = [matrix.mutant("shop/cart.py", "return 0\n", "return 1\n")]
    tests = [matrix.test(OF_NOTHING, mutants=["M001"])]
    plan = {"own_tests": OWN_TESTS, "mutants": mutants, "changed_lines": LINES}
    result = matrix.run(tests=tests, test_timeout=60, seconds=40, reruns=1, **plan)
    assert result["not_run"] == ["M001"]
    assert outcomes(result, "G001", "M001") == []


def test_parameters_of_one_file_count_as_one_test(matrix):
    matrix.repository(FLAT, {"shop/cart.py": BROKEN})
    code = """
    import pytest

    from shop.cart import total


    @pytest.mark.parametrize("prices, expected", [([], 0), ([1], 1)])
    def test_total(prices, expected):
        assert total(prices) == expected
    """
    result = matrix.run(tests=[matrix.test(code)], modules=MODULES)
    assert outcomes(result, "G001", "base") == ["passed"] * 5
    assert outcomes(result, "G001", "head") == ["failed"] * 5


def test_options_whose_plugin_is_missing_are_left_out_and_said(matrix):
    files = dict(FLAT, **{"pytest.ini": "[pytest]\naddopts = --no-such-option=1 -x\n"})
    matrix.repository(files, {"shop/cart.py": BROKEN})
    result = matrix.run(tests=[matrix.test(OF_NOTHING)], modules=MODULES)
    assert outcomes(result, "G001", "head") == ["failed"] * 5
    assert any("addopts" in note for note in result["notes"])


def test_a_mutant_that_never_ends_is_timed_out(matrix):
    files = dict(FLAT)
    files["shop/cart.py"] = (
        CART + "\n\ndef down(n):\n    while n > 0:\n        n -= 1\n    return n\n"
    )
    code = "from shop.cart import down\n\n\ndef test_down():\n    assert down(3) == 0\n"
    files["tests/test_cart.py"] = OWN + "\n\n" + code
    matrix.repository(files)
    mutant = matrix.mutant("shop/cart.py", "n -= 1", "n += 1")
    result = matrix.run(
        tests=[matrix.test(code, mutants=["M001"])],
        own_tests=OWN_TESTS,
        modules=MODULES,
        mutants=[mutant],
        changed_lines=LINES,
        test_timeout=3,
    )
    assert outcomes(result, "G001", "M001") == ["timed_out"]
    own = {(c["node"], c["revision"]): c["outcome"] for c in result["own_cells"]}
    assert own["tests/test_cart.py::test_down", "M001"] == "timed_out"
