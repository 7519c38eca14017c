"""What inputs can mean: clocks, numbers by name, databases, and what failed calls tell of them."""

import ast
import random

import jt_clock
import jt_code
import jt_compare
import jt_fit
import jt_infer
import jt_learn
import jt_mining
import jt_mutate
import jt_numbers
import jt_plan
import jt_sql
import pytest
from exploring import explore, passes
from jt_case import Case, Names
from jt_objects import Objects
from jt_shape import Shape
from jt_pool import Pool
from jt_values import Values

TICKING = "iter(range(0, 60, 5)).__next__"


def test_a_clock_stands_still_within_a_statement_and_goes_on_between_two():
    case = Case((), ("shop = Shop(clock=%s)" % TICKING, "shop.open()"), "shop.age()")
    assert jt_clock.ticks(case)
    still = jt_clock.still(case, 2)
    assert still.setup == (
        "jt_now = [0]",
        "shop = Shop(clock=(lambda: 0 + jt_now[0] * 5))",
        "jt_now[0] += 2",
        "shop.open()",
        "jt_now[0] += 2",
    )
    assert still.call == "shop.age()"
    assert not jt_clock.ticks(still)
    looks = jt_clock.looks(case)
    assert looks.call == "jt_counts" and looks.setup[-2:] == (
        "shop.age()",
        "jt_counts.append(len(jt_looks))",
    )
    assert jt_clock.looks(Case((), (), "await f(%s)" % TICKING)) is None


@pytest.mark.parametrize(
    "text, course",
    [
        ("iter(range(7)).__next__", "0 + jt_now[0] * 1"),
        ("iter(range(3, 7)).__next__", "3 + jt_now[0] * 1"),
        ("map(lambda tick: tick * 0.5, range(9)).__next__", "0 + jt_now[0] * 0.5"),
    ],
)
def test_every_form_of_a_clock_is_known(text, course):
    assert jt_clock.still(Case((), (), "f(%s)" % text), 1).call == "f((lambda: %s))" % course


STORE = """
import time


class Store:
    def __init__(self, lifetime=60, clock=time.time):
        self.lifetime = lifetime
        self.clock = clock
        self.entries = {}

    def put(self, key):
        self.entries[key] = self.clock()

    def count(self):
        self.entries = {k: t for k, t in self.entries.items() if self.clock() - t <= self.lifetime}
        return len(self.entries)
"""


def test_how_often_code_looks_at_the_clock_is_no_difference_and_when_is_one(tmp_path):
    once = STORE.replace(
        "        self.entries = {k", "        now = self.clock()\n        self.entries = {k"
    )
    once = once.replace("if self.clock() - t", "if now - t")
    assert explore(tmp_path / "once", STORE, once)["candidates"] == []
    result = explore(tmp_path / "later", STORE, STORE.replace("<= self", "< self"))
    assert any(c["purpose"] == "regression" for c in result["candidates"])


NAMED = """
import time


class Pipeline:
    def __init__(self, *steps, **options):
        self.steps = list(steps)
        self.clock = options.get("clock", time.perf_counter)

    def run(self, rows):
        for step in self.steps:
            started = self.clock()
            rows = [step(row) for row in rows]
            self.took = self.clock() - started
        return rows
"""


def test_a_clock_that_is_handed_in_by_name_is_a_function(tmp_path):
    sooner = NAMED.replace("        for step", "        started = self.clock()\n        for step")
    assert explore(tmp_path, NAMED, sooner)["candidates"] == []


def test_parts_of_a_date_keep_to_their_bounds_unless_the_code_asks_for_others():
    free, asked = Shape("int"), Shape("int")
    asked.consts = [ast.Constant(12), ast.Constant(1)]
    assert jt_numbers.bounds("month", free) == (1, 12)
    assert jt_numbers.bounds("month", asked) == (None, None)
    assert jt_numbers.bounds("max_size", free) == (0, None)
    assert jt_numbers.bounds("value", free) == (None, None)
    assert [jt_numbers.meant(t, "month", free) for t in ("0", "7", "13", "-2")] == list("1723")
    assert jt_numbers.meant("-4", "count", free) == "4"
    assert jt_numbers.meant("-4", "value", free) == "-4"
    assert jt_numbers.meant("[0]", "month", free) == "[0]"


LEDGER = """
def statements(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row["account"], []).append(row)
    return [(account, sum(row["amount"] for row in group)) for account, group in groups.items()]
"""
GROUPED = """
from itertools import groupby


def statements(rows):
    groups = groupby(rows, key=lambda row: row["account"])
    return [(account, sum(row["amount"] for row in group)) for account, group in groups]
"""


def test_a_key_that_calls_lack_is_learned(tmp_path):
    result = explore(tmp_path, LEDGER, GROUPED)
    shown = [c for c in result["candidates"] if c["purpose"] == "regression"]
    assert shown and all("amount" in c["code"] for c in shown)


def test_what_an_input_lacks_is_what_the_code_names():
    def failed(kind, message, planned=False):
        return {"kind": "raise", "type": kind, "message": message, "planned": planned}

    lacks = "'SimpleNamespace' object has no attribute 'owner'"
    assert jt_learn.missed(failed("KeyError", "'amount'"), ["amount"], "") == ("fields", "amount")
    assert jt_learn.missed(failed("KeyError", "'amount'"), [], "") is None
    assert jt_learn.missed(failed("KeyError", "'amount'", True), ["amount"], "") is None
    assert jt_learn.missed(failed("AttributeError", lacks), [], "x.owner") == ("attrs", "owner")
    assert jt_learn.missed(failed("AttributeError", lacks), [], "") is None
    assert jt_learn.missed({"kind": "value"}, [], "") is None
    rows = Shape("list")
    rows.inside().fields["account"] = Shape()
    jt_learn.give([rows], "fields", "amount")
    assert set(rows.elem.fields) == {"account", "amount"}


INVOICES = {
    "db.py": """
import sqlite3


def connect(path=":memory:"):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE IF NOT EXISTS invoice (customer, status)")
    return db
""",
}
OPEN_ONES = """
class Invoices:
    def __init__(self, db):
        self.db = db

    def add(self, customer, status="open"):
        self.db.execute("INSERT INTO invoice VALUES (?, ?)", (customer, status))

    def unpaid(self, customer):
        where = "customer = ? AND (status = 'open' OR status = 'disputed')"
        found = self.db.execute("SELECT COUNT(*) FROM invoice WHERE " + where, (customer,))
        return found.fetchone()[0]
"""


def test_a_database_is_opened_as_the_repository_does_it(tmp_path):
    head = OPEN_ONES.replace(
        "(status = 'open' OR status = 'disputed')", "status = 'open' OR status = 'disputed'"
    )
    result = explore(tmp_path, OPEN_ONES, head, extra=INVOICES)
    shown = [c for c in result["candidates"] if c["purpose"] == "regression"]
    assert shown and all("connect(" in c["code"] for c in shown)
    assert all(passes(tmp_path, "base", c) and not passes(tmp_path, "head", c) for c in shown)


def test_statements_tell_what_columns_hold():
    assert jt_sql.columns("status = 'open' AND due < ?") == [("status", "open")]
    assert jt_sql.quoted("SELECT COALESCE(a, 'x') FROM t WHERE b <> 'y'") == ["x", "y"]
    for text in ("create", "DELETE", "With tax", "it's a text, isn't it", "Update the 'total'"):
        assert jt_sql.quoted(text) is None
    pool = Pool()
    jt_mining.fill_pool(
        pool, [], [jt_code.Module("shop", "shop.py", "Q = \"kind = 'a'\"\n")], random.Random(1)
    )
    assert pool.columns == {"kind": ["a"]} and "a" in pool.strings


LOGGED = """
import logging

log = logging.getLogger(__name__)


def called(handlers):
    count = 0
    for handler in handlers:
        try:
            handler()
        except Exception:
            log.exception("%r failed", handler)
        count += 1
    return count
"""


def test_code_that_logs_is_repeatable(tmp_path):
    head = LOGGED.replace(
        "handler)\n        count += 1", "handler)\n        else:\n            count += 1"
    )
    result = explore(tmp_path, LOGGED, head)
    assert any(c["purpose"] == "regression" for c in result["candidates"])


def test_what_is_handed_to_an_event_loop_is_waited_for(tmp_path):
    (tmp_path / "shop.py").write_text(
        "import asyncio\n\n\nasync def f(one, two, three, other):\n"
        "    await asyncio.wait_for(one(1), 5)\n    asyncio.create_task(two())\n"
        "    await asyncio.gather(*(three(x) for x in (1, 2)))\n    other(2)\n"
    )
    code = jt_code.Code(str(tmp_path), ["."])
    shapes = jt_infer.Inference(code).params(code.module("shop"), "f")
    assert [shapes[n].awaited for n in ("one", "two", "three", "other")] == [True] * 3 + [False]


def test_what_is_only_measured_is_a_text_by_its_name(tmp_path):
    (tmp_path / "shop.py").write_text("def f(title, words):\n    return len(title) + len(words)\n")
    code = jt_code.Code(str(tmp_path), ["."])
    shapes = jt_infer.Inference(code).params(code.module("shop"), "f")
    assert set(shapes["title"].kinds()) == {"str"} and "list" in shapes["words"].kinds()


def test_one_object_takes_the_place_of_another_of_its_kind():
    mutator = jt_mutate.Mutator(random.Random(3), Pool())
    case = Case((), ("a = Box(1, [2])",), "a < Box(3)")
    assert mutator._alike(case).call in ("a < Box(1, [2])",) or mutator._alike(case).setup == (
        "a = Box(3)",
    )
    assert mutator._alike(Case((), (), "f(Box(1), 2)")) is None


def test_what_computes_with_huge_numbers_costs_what_it_takes():
    work = jt_plan.Work()
    work.cases([{"kind": "value", "steps": 10, "taken": 1.5}], 2)
    assert work.seconds > 1.5
    cheap = jt_plan.Work()
    cheap.cases([{"kind": "value", "steps": 1000000, "taken": 1.5}], 2)
    assert cheap.seconds < 1.0


def raised(kind, planned, message=""):
    said = {"kind": "raise", "type": kind, "mro": [kind, "Exception"], "message": message}
    return dict(said, planned=planned, stage="call", after={}, out="")


def test_what_is_of_a_wrong_kind_is_refused_by_both():
    refused, failed = raised("TypeError", True), raised("KeyError", False)
    assert jt_compare.difference(refused, failed) is None
    assert jt_compare.difference(refused, failed, {"TypeError"}) == ("type", [])
    assert jt_compare.difference(raised("ValueError", True), failed) == ("type", [])


def test_digits_of_other_scripts_may_be_refused_on_purpose():
    odd, plain = Case((), (), 'parse("\u0663s")'), Case((), (), 'parse("3s", "\u00e9")')
    assert jt_fit.has_odd_digits(odd, raised("ValueError", True))
    assert not jt_fit.has_odd_digits(odd, raised("ValueError", False))
    assert not jt_fit.has_odd_digits(odd, {"kind": "value"})
    assert not jt_fit.has_odd_digits(plain, raised("ValueError", True))


def test_sequences_of_a_few_methods_are_made(tmp_path):
    names = "put take drop move"
    source = "class Box:\n    def __init__(self):\n        self.n = 0\n"
    for name in names.split():
        source += "    def %s(self):\n        self.n += 1\n" % name
    (tmp_path / "shop.py").write_text(source)
    code = jt_code.Code(str(tmp_path), ["."])
    module, rng = code.module("shop"), random.Random(1)
    values = Values(rng, Pool(), Names(module, code), jt_infer.Inference(code))
    objects = Objects(values)
    few = objects.few("Box", "put")
    assert "put" in few and 2 <= len(few) <= 3 and few <= set(names.split())
    steps = {objects.step("box", "Box", among=few).partition("(")[0] for _ in range(60)}
    assert steps == {"box." + name for name in few}
    assert objects.few("Nothing", "put") is None


HEIRS = """
from datetime import timedelta


class _Rule:
    def __init__(self, start, every=1):
        self.start = start
        self.every = every

    def first(self, count):
        return [self._nth(n) for n in range(count)]


class Weekly(_Rule):
    def _nth(self, n):
        return self.start + timedelta(weeks=n * self.every)


class Daily(_Rule):
    def _nth(self, n):
        return self.start + timedelta(days=n * self.every)
"""


def test_a_private_class_shows_in_those_that_inherit_it(tmp_path):
    (tmp_path / "shop.py").write_text(HEIRS)
    module = jt_code.Code(str(tmp_path), ["."]).module("shop")
    assert jt_code.heirs(module, "_Rule") == ["Weekly", "Daily"]
    assert jt_code.is_inherited(module, "_Rule.first")
    assert not jt_code.is_inherited(module, "Weekly._nth")
    assert jt_code.public_callers(module, "Weekly._nth") == ["_Rule.first"]
    head = HEIRS.replace("range(count)", "range(1, count)")
    shown = explore(tmp_path / "run", HEIRS, head)["candidates"]
    assert any("Weekly(" in c["code"] or "Daily(" in c["code"] for c in shown)
    assert all("date" in c["code"] for c in shown)
