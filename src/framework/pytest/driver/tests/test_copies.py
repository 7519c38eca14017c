"""Mutants in copies of a session: what a copy may not change."""

from test_matrix import FLAT, MODULES, OWN_TESTS

STOCK = """
import functools

TABLE = {"pear": 3}


@functools.lru_cache(maxsize=None)
def known(name):
    return TABLE.get(name, 0)


def count(name):
    return known(name) * 1


def opened(places):
    if not places:
        raise LookupError("nothing is open")
    return len(places) + 0
"""
# `test_other` reaches `opened` and passes only after `test_first`, which doesn't reach it;
# `test_third` alone tells mutants of `known`, which it doesn't reach: `test_second` left it cached.
OWN = """
import pytest

from shop.cart import count, known, opened

PLACES = []


def test_first():
    PLACES.append(1)


def test_other():
    assert opened(PLACES)


def test_second():
    known("pear")


def test_third():
    assert count("pear") == 3


def test_nothing():
    assert True
"""


def shop_of(matrix, **files):
    found = {"shop/cart.py": STOCK, "tests/test_cart.py": OWN}
    found.update(files.get("more", {}))
    return matrix.repository(dict(FLAT, **found))


def plan_of(*mutants, **more):
    plan = {
        "modules": MODULES,
        "mutants": list(mutants),
        "own_tests": OWN_TESTS,
        "changed_lines": {"shop/cart.py": [1]},
        "test_timeout": 3,
        "seconds": 100,
    }
    return dict(plan, **more)


def fallen(result):
    """The own tests that fall to each mutant."""
    found = {}
    for cell in result["own_cells"]:
        if cell["revision"].startswith("M") and cell["outcome"] != "passed":
            found.setdefault(cell["revision"], set()).add(cell["node"].split("::")[1])
    return found


def test_a_test_that_needs_another_one_kills_nothing_alone(matrix):
    shop = shop_of(matrix)
    result = shop.run(**plan_of(shop.mutant("shop/cart.py", "len(places) + 0", "len(places) + 1")))
    assert result["distrust"] == []
    assert fallen(result) == {}


def test_a_test_that_needs_another_file_kills_nothing_without_it(matrix):
    first = (
        "from shop.cart import known\n\nPLACES = []\n\n\ndef test_one():\n    PLACES.append(1)\n"
    )
    second = (
        "from shop.cart import opened\nfrom test_a import PLACES\n\n\n"
        "def test_two():\n    assert opened(PLACES)\n"
    )
    shop = shop_of(matrix, more={"tests/test_a.py": first, "tests/test_b.py": second})
    own = ["tests/test_a.py", "tests/test_b.py"]
    harmless = shop.mutant("shop/cart.py", "len(places) + 0", "len(places) + 1", "M001")
    harmful = shop.mutant("shop/cart.py", "len(places) + 0", "len(places) * 0", "M002")
    for ways in ({}, {"copies": False}, {"copies": False, "swap": False}):
        result = shop.run(**plan_of(harmless, harmful, own_tests=own, **ways))
        assert result["distrust"] == []
        assert fallen(result) == {"M002": {"test_two"}}, ways


WAYS = ({}, {"copies": False}, {"swap": False}, {"copies": False, "swap": False})
# `test_a` makes ready what `test_b` needs while it is collected.
READY = {
    "shop/plugins.py": "READY = []\n",
    "tests/test_a.py": "from shop import plugins\n\nplugins.READY.append(1)\n\n\n"
    "def test_one():\n    assert True\n",
}
TWO = "from shop.cart import count\n\n\ndef test_two():\n    assert count('pear') == 3\n"


def test_a_file_that_can_be_collected_only_after_another_kills_as_among_all(matrix):
    second = "from shop import plugins\n\nassert plugins.READY\n" + TWO
    shop = shop_of(matrix, more=dict(READY, **{"tests/test_b.py": second}))
    own = ["tests/test_a.py", "tests/test_b.py"]
    mutants = [
        shop.mutant("shop/cart.py", before, after, name)
        for name, before, after in (
            ("M001", '{"pear": 3}', '{"pear": 3, "plum": 1}'),
            ("M002", "known(name) * 1", "known(name) * 1 + 0"),
            ("M003", "known(name) * 1", "known(name) * 2"),
            ("M004", '{"pear": 3}', '{"pear": 4}'),
        )
    ]
    for ways in WAYS:
        result = shop.run(**plan_of(*mutants, own_tests=own, **ways))
        assert result["distrust"] == []
        assert fallen(result) == {"M003": {"test_two"}, "M004": {"test_two"}}, ways


def test_a_module_that_can_be_imported_only_after_another_is_not_broken_by_that(matrix):
    cart = (
        "from shop import plugins\n\nFIRST = plugins.READY[0]\nTABLE = {'pear': 3}\n\n\n"
        "def count(name):\n    return TABLE[name] * 1\n"
    )
    shop = shop_of(matrix, more=dict(READY, **{"shop/cart.py": cart, "tests/test_b.py": TWO}))
    own = ["tests/test_a.py", "tests/test_b.py"]
    mutants = [
        shop.mutant("shop/cart.py", "'pear': 3", "'pear': 4", "M001"),
        shop.mutant("shop/cart.py", "* 1", "* 2", "M002"),
    ]
    for ways in WAYS:
        result = shop.run(**plan_of(*mutants, own_tests=own, **ways))
        assert result["broken_mutants"] == {}, ways
        assert fallen(result) == {"M001": {"test_two"}, "M002": {"test_two"}}, ways


def test_a_file_that_a_mutant_has_skip_itself_did_not_fall(matrix):
    second = (
        "import pytest\n\nfrom shop.cart import TABLE, count\n\n"
        "if len(TABLE) > 1:\n    pytest.skip('later', allow_module_level=True)\n\n\n"
        "def test_two():\n    assert count('pear') == 3\n"
    )
    shop = shop_of(matrix, more={"tests/test_b.py": second})
    mutant = shop.mutant("shop/cart.py", '{"pear": 3}', '{"pear": 3, "plum": 1}', "M001")
    for ways in WAYS:
        result = shop.run(**plan_of(mutant, own_tests=["tests/test_b.py"], **ways))
        failed = [c for c in result["own_cells"] if c["outcome"] == "failed"]
        assert failed == [], ways


def test_a_test_that_sees_what_another_one_left_behind_kills(matrix):
    shop = shop_of(matrix)
    result = shop.run(**plan_of(shop.mutant("shop/cart.py", "get(name, 0)", "get(None, 0)")))
    assert result["distrust"] == []
    assert fallen(result) == {"M001": {"test_third"}}


def test_a_mutant_of_a_file_that_the_configuration_loads_falls_too(matrix):
    shop = shop_of(matrix, more={"tests/conftest.py": "import shop.cart\n"})
    mutant = shop.mutant("shop/cart.py", '"pear": 3', '"pear": 4')
    result = shop.run(**plan_of(mutant))
    assert result["distrust"] == []
    assert fallen(result) == {"M001": {"test_third"}}


def test_what_a_mutant_does_while_it_is_imported_is_its_own(matrix):
    shop = shop_of(matrix)
    changes = [
        ("TABLE = {", "TABLE = {}['a']\nTABLE = {"),
        ("TABLE = {", "while True: pass\nTABLE = {"),
        ("TABLE = {", "import os; os._exit(0)\nTABLE = {"),
        ('"pear": 3', '"pear": 5'),
    ]
    mutants = [
        shop.mutant("shop/cart.py", before, after, "M%03d" % number)
        for number, (before, after) in enumerate(changes)
    ]
    test = shop.test(
        "from shop.cart import count\n\n\ndef test_pears():\n    assert count('pear') == 3\n",
        mutants=[mutant["id"] for mutant in mutants],
        purpose="hardening",
    )
    plan = plan_of(*mutants, tests=[test])
    copies, alone = shop.run(**plan), shop.run(**dict(plan, copies=False))
    assert list(copies["broken_mutants"]) == list(alone["broken_mutants"]) == ["M000"]
    assert fallen(copies) == fallen(alone) == {"M003": {"test_third"}}
    told = [
        {
            (c["revision"], c["run"], c["outcome"])
            for c in result["cells"]
            if c["revision"][0] == "M"
        }
        for result in (copies, alone)
    ]
    assert told[0] == told[1]
    assert ("M003", 1, "failed") in told[0]


# What the configuration makes once is shared by the copies of a session: a row that the test of one
# mutant inserts is there for the next.
BASE = """
import os
import sqlite3
import tempfile

PATH = os.path.join(tempfile.mkdtemp(), "test.db")
with sqlite3.connect(PATH) as connection:
    connection.execute("create table sold (name)")
"""
OF_ROWS = """
import sqlite3

from conftest import PATH
from shop.cart import count


def test_insert():
    with sqlite3.connect(PATH) as connection:
        connection.execute("insert into sold values (?)", (str(count("pear") > 0),))
    assert connection.execute("select count(*) from sold").fetchone()[0] == 1
"""


def test_what_copies_share_kills_nothing(matrix):
    shop = shop_of(matrix, more={"tests/conftest.py": BASE, "tests/test_cart.py": OF_ROWS})
    same = [("* 1", "* 2"), ("name, 0", "name, 1"), ("+ 0", "+ 1"), ('"pear": 3', '"pear": 4')]
    mutants = [
        shop.mutant("shop/cart.py", before, after, "M%03d" % number)
        for number, (before, after) in enumerate(same)
    ]
    for more in ({}, {"swap": False}):
        result = shop.run(**plan_of(*mutants, **more))
        assert result["distrust"] == []
        assert fallen(result) == {}


LOADED = """
import sys
from unittest import mock

import pytest

with mock.patch.dict("sys.modules"):
    from shop import cart as loaded


@pytest.fixture
def cart():
    return loaded
"""
OF_LOADED = """
import shop.cart


def test_pears(cart):
    assert shop.cart and cart.count("pear") == 3
"""


def test_a_file_that_the_configuration_loaded_and_dropped_is_no_file_for_copies(matrix):
    shop = shop_of(matrix, more={"tests/conftest.py": LOADED, "tests/test_cart.py": OF_LOADED})
    result = shop.run(**plan_of(shop.mutant("shop/cart.py", '"pear": 3', '"pear": 4')))
    assert fallen(result) == {"M001": {"test_pears"}}
