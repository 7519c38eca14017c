"""Mutants that are swapped in have the outcomes of those that are imported."""

import json
import os

import pytest
from conftest import DRIVER, write
from test_matrix import FLAT, MODULES

import jittest_swap

SHOP = """
import functools

RATES = {name: len(name) for name in ("a", "bc")}


def counted(function):
    calls = []

    @functools.wraps(function)
    def wrapper(*args):
        calls.append(args)
        return function(*args) + len(calls) * 0

    return wrapper


def start():
    return 5


FIRST = start()


@counted
def add(one, two=2):
    return one + two


class Cart:
    size = 3

    def __init__(self, prices=()):
        self.prices = list(prices)

    @property
    def total(self):
        return sum(price for price in self.prices if price > 0)

    @staticmethod
    def label(count):
        return "one" if count == 1 else "many"

    class Inner:
        def depth(self):
            return (lambda: 2)()


async def fetch(key):
    return RATES.get(key, 0)


def numbers(limit):
    at = 0
    while at < limit:
        yield at
        at += 1


def leave(code):
    if code == 0:
        import os

        os._exit(3)
    return code
"""
OWN = """
import asyncio

import pytest

from shop.cart import Cart, FIRST, add, fetch, leave, numbers


@pytest.fixture(scope="module")
def seen():
    return []


def test_add(seen):
    seen.append(1)
    assert add(1) == 3


def test_numbers(seen):
    assert seen == [1]
    assert list(numbers(3)) == [0, 1, 2]


def test_cart():
    assert Cart([1, 2, -3]).total == 3
    assert Cart.Inner().depth() == 2


def test_fetch():
    assert asyncio.run(fetch("bc")) == 2


def test_leave():
    assert leave(1) == 1
    assert FIRST == 5
"""
OF_LABEL = """
from shop.cart import Cart


def test_label():
    assert Cart.label(1) == "one"
"""
OF_NEGATIVE = """
from shop.cart import Cart


def test_negative_prices_do_not_count():
    assert Cart([-1]).total == 0
"""
# What is mutated, and whether it runs while its file is imported.
MUTANTS = [
    ("one + two", "one - two", False),
    ("at += 1", "at += 2", False),
    ("at < limit", "at <= limit", False),
    ("at += 1\n", "at -= 1\n", False),
    ("if price > 0", "if price > 1", False),
    ("count == 1", "count != 1", False),
    ("lambda: 2", "lambda: 3", False),
    ("RATES.get(key, 0)", "RATES.get(key, 1)", False),
    ("RATES.get(key, 0)", "RATES.get(None, 0)", False),
    ("code == 0", "code == 1", False),
    ("len(calls) * 0", "len(calls) * 1", False),
    ("self.prices = list(prices)", "self.prices = []", False),
    ("return 5", "return 6", True),
    ("two=2", "two=3", True),
    ("size = 3", "size = 4", True),
    ("len(name)", "len(name) + 1", True),
    ("@staticmethod\n    def label(count)", "def label(count)", True),
]


@pytest.fixture
def shop(matrix):
    files = {"shop/cart.py": SHOP, "tests/test_cart.py": OWN, "shop/__init__.py": ""}
    return matrix.repository(dict(FLAT, **files))


def mutants_of(matrix):
    return [
        matrix.mutant("shop/cart.py", before, after, "M%03d" % number)
        for number, (before, after, _) in enumerate(MUTANTS)
    ]


def plan_of(matrix):
    tests = [matrix.test(OF_LABEL, mutants=["M005"])]
    path = "tests/test_jittest_cart_negative.py"
    tests += [matrix.test(OF_NEGATIVE, path, "G002", mutants=["M004", "M011"])]
    return {
        "tests": tests,
        "modules": MODULES,
        "mutants": mutants_of(matrix),
        "own_tests": ["tests/test_cart.py"],
        "changed_lines": {"shop/cart.py": [1]},
        "test_timeout": 3,
        "seconds": 200,
    }


def outcomes_by_mutant(result):
    """Who says what of each mutant; what runs a second time says it twice. Which of the own tests
    pass before one falls is nobody's business.
    """
    found = {}
    for cell in result["own_cells"] + result["cells"]:
        own_pass = "node" in cell and cell["outcome"] == "passed"
        if cell["revision"].startswith("M") and not own_pass:
            who = cell.get("node") or cell["test"]
            key = cell["revision"], who
            found.setdefault(key, set()).add((cell["outcome"], cell["own_assertion"]))
    return found


def test_a_mutant_has_the_same_outcomes_swapped_in_imported_in_a_copy_and_in_a_session(shop):
    plan = plan_of(shop)
    swapped, imported = shop.run(**plan), shop.run(**dict(plan, swap=False))
    alone = shop.run(**dict(plan, swap=False, copies=False))
    assert swapped["distrust"] == imported["distrust"] == alone["distrust"] == []
    wanted = outcomes_by_mutant(alone)
    assert outcomes_by_mutant(swapped) == wanted
    assert outcomes_by_mutant(imported) == wanted
    assert swapped["sessions"] <= alone["sessions"] - 10
    assert imported["sessions"] <= alone["sessions"] - 10
    for name in ("broken_mutants", "equivalent_mutants", "not_run"):
        assert swapped[name] == imported[name] == alone[name]


def test_what_runs_while_the_file_is_imported_is_not_swapped(shop):
    path = os.path.join(shop.folder, "head", "shop", "cart.py")
    write(shop.folder, {"live.py": LIVE})
    sources = [mutant["source"] for mutant in mutants_of(shop)]
    command = [DRIVER, os.path.join(shop.folder, "head"), path, json.dumps(sources)]
    answer = shop.python("live.py", *command)
    # What `start` gave is kept in a constant: its code could be swapped, so it has to be known that
    # importing the file reaches it.
    wanted = [not at_import or before == "return 5" for before, _, at_import in MUTANTS]
    assert json.loads(answer) == wanted


def test_the_difference_of_one_of_two_functions_on_a_line_is_its_own(tmp_path):
    before = "def pair():\n    return 1\n\n\nONE, TWO = (lambda: 7), (lambda: 7)\n"
    after = before.replace("7), (lambda: 7", "7), (lambda: 8")
    path = tmp_path / "module.py"
    path.write_text(before)
    space = {}
    exec(compile(before, str(path), "exec"), space)
    pairs = jittest_swap.Live(str(path)).swap(after.encode())
    if pairs is not None:  # 3.11 and later know columns
        jittest_swap.install(pairs)
        assert (space["ONE"](), space["TWO"]()) == (7, 8)


LIVE = """
import importlib
import json
import sys

driver, root, path, sources = sys.argv[1:]
sys.path[:0] = [driver, root]
importlib.import_module("shop.cart")
import jittest_swap

live = jittest_swap.Live(path)
swaps = [live.swap(source.encode()) is not None for source in json.loads(sources)]
print(json.dumps(swaps))
"""
