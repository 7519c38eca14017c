"""Calls one after the other: few values, steps that fail, objects that come back; and texts as the
code reads them."""

import ast
import json
import random

import jt_code
import jt_infer
import jt_mining
import jt_samples
import pytest
from exploring import explore, passes
from jt_case import Case, Names
from jt_handles import Handles, renamed
from jt_objects import Objects, akin
from jt_shape import Shape
from jt_pool import Pool
from jt_values import Values


def values(tmp_path, source=""):
    (tmp_path / "shop.py").write_text(source)
    code = jt_code.Code(str(tmp_path), ["."])
    module = code.module("shop")
    return Values(random.Random(3), Pool(), Names(module, code), jt_infer.Inference(code))


def test_a_small_world_has_three_texts_and_three_numbers(tmp_path):
    made = values(tmp_path)
    made.begin()
    assert made.world is None
    made.shrink()
    drawn = {kind: {made.random(Shape(kind)) for _ in range(60)} for kind in ("str", "int")}
    assert drawn["str"] == set(made.world["str"]) and len(drawn["int"]) == 3
    unknown = {made.random(Shape("list"), kind="list") for _ in range(60)}
    items = {item for text in unknown for item in ast.literal_eval(text)}
    assert {type(item).__name__ for item in items} == {made.handed_on}
    made.begin()
    assert made.world is None


def test_a_case_that_goes_on_may_keep_to_what_it_was_given(tmp_path):
    made = values(tmp_path)
    worlds = []
    for _ in range(40):
        made.resume([("name", '"ann"'), ("age", "41")])
        worlds.append(made.world)
    kept = [world for world in worlds if world]
    assert kept and None in worlds
    assert all('"ann"' in world["str"] and "41" in world["int"] for world in kept)
    assert all(len(world["str"]) == 3 for world in kept)


def test_a_step_that_fails_is_left_out_and_what_makes_the_object_is_not():
    steps = ("bag = Bag()", "bag.add(1)", "with suppress(KeyError):\n    bag.pop(2)", "bag.pop(3)")
    case = Case(("import shop", "from shop import Bag"), steps, "len(bag)")
    assert case.without(3) is None and case.without(0) is None and case.without(8) is None
    assert case.without(4).setup == steps[:1] + steps[2:]
    assert case.without(5).setup == case.without(6).setup == steps[:2] + steps[3:]
    assert case.without(7).setup == steps[:3]


def test_what_is_compared_is_written_alike():
    rng = random.Random(5)
    found = {akin(rng, 'Version("1.2", 3)') for _ in range(300)}
    assert {'Version("1.2", 3)', 'Version("1.2.0", 3)', 'Version("1.2", 3.0)'} <= found
    assert akin(rng, "Version()") == "Version()"


def test_objects_that_were_made_come_back_where_most_are_not(tmp_path):
    made = values(
        tmp_path, "class Code:\n    def __init__(self, text):\n        self.text = text\n"
    )
    made.note('Code("A1")', True)
    made.note("Code()", True)
    made.note('len("A1")', True)
    made.note('# b")', True)  # what follows a sign of equality within a text
    seldom = [made.instance("Code") for _ in range(100)].count('Code("A1")')
    for text in "abcdefgh":
        made.note('Code("%s")' % text, False)
    often = [made.instance("Code") for _ in range(100)].count('Code("A1")')
    assert made.made["Code"] == ['Code("A1")'] and seldom < 40 < 60 < often


def test_tables_and_documents_have_the_names_that_the_code_knows():
    rng = random.Random(2)
    keys = ["email", "name"]
    tables = [jt_samples.table(rng, keys) for _ in range(50)]
    assert all(table.startswith("email,name\n") for table in tables)
    assert any("a@b.org" in table and "A@B.ORG" in table for table in tables)
    documents = [json.loads(jt_samples.document(rng, keys)) for _ in range(50)]
    assert any(isinstance(found, dict) and "email" in found for found in documents)
    pool = Pool()
    source = "def f(t):\n    return json.loads(t)['a'], {'b': 1}, csv.DictReader(t), t.get('c')\n"
    jt_mining.fill_pool(pool, [ast.parse(source)], [], rng)
    assert pool.json and pool.tables and pool.keys == ["a", "b", "c"]


def test_times_have_zones_where_the_code_asks_for_them(tmp_path):
    made = values(tmp_path)
    drawn = [made.random(Shape("datetime")) for _ in range(50)]
    assert not any("tzinfo" in text for text in drawn)
    jt_mining.fill_pool(made.pool, [ast.parse("def f(t):\n    return t.tzinfo\n")], [], made.rng)
    drawn = [made.random(Shape("datetime")) for _ in range(50)]
    assert any("tzinfo=timezone(" in text for text in drawn)
    assert any("tzinfo=" not in text for text in drawn)


def test_what_objects_of_the_module_keep_tells_kinds(tmp_path):
    made = values(
        tmp_path,
        "class Row:\n    def __init__(self):\n        self.total = 0\n        self.tag = None\n"
        "class Other:\n    def __init__(self, tag):\n        self.tag = tag\n"
        "def add(rows, points, name):\n    row = rows.find(name)\n    row.total += points\n",
    )
    module = made.inference.code.module("shop")
    assert made.inference.params(module, "add")["points"].kinds() == ["int"]
    assert made.inference.attribute(module, "tag") is None
    assert made.inference.attribute(module, "nothing") is None


CHECKED = '        if other.closed:\n            raise RuntimeError("closed")\n'
POURED = "        self.coins -= coins\n"
KINDS = {
    "who holds all of some rights": (
        """
class Gate:
    def __init__(self):
        self._groups = {}
        self._members = {}

    def group(self, name, rights):
        self._groups[name] = set(rights)

    def join(self, who, name):
        if name not in self._groups:
            raise KeyError(name)
        self._members.setdefault(who, set()).add(name)

    def may(self, who, *rights):
        held = set()
        for name in self._members.get(who, ()):
            held |= self._groups[name]
        return bool(rights) and all(right in held for right in rights)
""",
        ("all(right", "any(right"),
    ),
    "what is done again after something else": (
        """
class Sheet:
    def __init__(self):
        self.cells = {}
        self._done = []
        self._undone = []

    def put(self, cell, value):
        self._done.append((cell, self.cells.get(cell)))
        self.cells[cell] = value
        self._undone.clear()

    def wipe(self, cell):
        self._done.append((cell, self.cells.pop(cell)))
        self._undone.clear()

    def undo(self):
        cell, value = self._done.pop()
        self._undone.append((cell, self.cells.get(cell)))
        self.cells[cell] = value

    def can_redo(self):
        return bool(self._undone)
""",
        (".pop(cell)))\n        self._undone.clear()", ".pop(cell)))"),
    ),
    "an object that was closed before it is given": (
        """
class Jar:
    def __init__(self, coins=0):
        self.coins = coins
        self.closed = False

    def close(self):
        self.closed = True

    def pour(self, other, coins):
        if other.closed:
            raise RuntimeError("closed")
        self.coins -= coins
        other.coins += coins
""",
        (CHECKED + POURED, POURED + CHECKED),
    ),
    "addresses that are the same but for their case": (
        """
import csv
import io


def people(text):
    seen = {}
    for row in csv.DictReader(io.StringIO(text)):
        mail = (row.get("mail") or "").strip().lower()
        if mail and mail not in seen:
            seen[mail] = row["name"]
    return seen
""",
        ("if mail and mail not in seen:", 'if mail and row["mail"] not in seen:'),
    ),
    "defaults that the second call finds changed": (
        """
import copy
import json

DEFAULTS = {"color": "red", "size": {"width": 1, "height": 2}}


def settings(text):
    found = copy.deepcopy(DEFAULTS)
    for key, value in json.loads(text).items():
        if isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key].update(value)
        else:
            found[key] = value
    return found
""",
        ("copy.deepcopy(DEFAULTS)", "copy.copy(DEFAULTS)"),
    ),
    "a time of another zone": (
        """
from datetime import timezone


def stamp(moment):
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc).strftime("%H:%M")
""",
        (".astimezone(timezone.utc)", ".replace(tzinfo=timezone.utc)"),
    ),
    "what a decorated function is given by name": (
        """
def remembered():
    def decorate(function):
        known = {}

        def wrapper(*args, **named):
            key = (args, tuple(sorted(named.items())))
            if key not in known:
                known[key] = function(*args, **named)
            return known[key]

        return wrapper

    return decorate
""",
        ("sorted(named.items())", "sorted(named)"),
    ),
    "numbers that mean the same": (
        """
import re


class Release:
    def __init__(self, text):
        if not re.fullmatch(r"\\d+([.]\\d+)*", text):
            raise ValueError(text)
        self.parts = [int(part) for part in text.split(".")]

    def key(self):
        parts = list(self.parts)
        while len(parts) > 1 and parts[-1] == 0:
            parts.pop()
        return parts

    def __eq__(self, other):
        return self.key() == other.key()
""",
        ("self.key() == other.key()", "self.parts == other.parts"),
    ),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_difference_is_seen_in(tmp_path, kind):
    base, (before, after) = KINDS[kind]
    assert before in base
    result = explore(tmp_path, base, base.replace(before, after))
    found = [c for c in result["candidates"] if c["purpose"] == "regression"]
    assert found
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


UNITS = """
FACTORS = {
    "mm": ("length", 1),
    "km": ("length", 1000000),
    "kg": ("mass", 1000),
    "t": ("mass", 1000000),
}


def factor(unit):
    if unit not in FACTORS:
        raise ValueError("unknown unit: " + unit)
    return FACTORS[unit]
"""


def test_tests_for_mutants_are_the_same_whatever_the_order_of_sets(tmp_path, monkeypatch):
    lines = UNITS.splitlines(keepends=True)
    left_out = ["".join(lines[:i] + lines[i + 1 :]) for i in range(2, 6)]
    emptied = [
        UNITS.replace(line, line.replace("mass", "").replace("length", "")) for line in lines[2:6]
    ]
    lines = [3, 4, 5, 6] * 2 + [11]
    sources = left_out + emptied + [UNITS.replace("not in", "in")]
    mutants = [
        {"id": "M%03d" % i, "source": text, "line": line, "file": "shop.py", "module": "shop"}
        for i, (text, line) in enumerate(zip(sources, lines))
    ]
    results = []
    for seed in "1234":
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        results.append(explore(tmp_path / seed, "", UNITS, [dict(m, symbol="") for m in mutants]))
    assert all(result["candidates"] == results[0]["candidates"] for result in results)
    for found in results[0]["candidates"]:
        assert set(found["on_mutants"]) == set(found["mutants"]) != set()
    told = [told for c in results[0]["candidates"] for told in c["on_mutants"].items()]
    assert any(mutant in ("M000", "M001", "M002", "M003") for mutant, _ in told)
    for mutant, seen in told:
        assert ("raises ValueError" in seen) == (mutant < "M004" or mutant == "M008"), seen


ROTA = """
class Entry:
    def __init__(self, minutes, players):
        self.minutes = minutes
        self.players = set(players)


class Rota:
    def __init__(self):
        self._entries = []
        self._totals = {}

    def add(self, minutes, players):
        entry = Entry(minutes, players)
        self._entries.append(entry)
        self._totals.clear()
        return entry

    def leave(self, entry, player):
        entry.players.discard(player)
        self._totals.pop(player, None)

    def minutes_of(self, player):
        if player not in self._totals:
            found = [entry.minutes for entry in self._entries if player in entry.players]
            self._totals[player] = sum(found)
        return self._totals[player]
"""
DESK = '''
class Desk:
    def __init__(self):
        self._next = 0
        self._open = {}

    def issue(self, name):
        self._next += 1
        ticket = "ticket-%04d" % self._next
        self._open[ticket] = name
        return ticket

    def redeem(self, ticket):
        """Whose it is; good for one time."""
        return self._open.pop(ticket, None)
'''


@pytest.mark.parametrize(
    "base, gone, new",
    [
        (ROTA, "        self._totals.pop(player, None)\n", ""),
        (DESK, "self._open.pop(ticket, None)", "self._open.get(ticket)"),
    ],
)
def test_what_a_step_gives_back_is_handed_on(tmp_path, base, gone, new):
    found = explore(tmp_path, base, base.replace(gone, new))["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


def test_handles_are_told_by_hints_and_by_what_is_made(tmp_path):
    text = ROTA + "\n    def first(self) -> 'Entry':\n        return self._entries[0]\n"
    (tmp_path / "shop.py").write_text(text)
    code = jt_code.Code(str(tmp_path), ["."])
    values = Values(
        random.Random(1), Pool(), Names(code.module("shop"), code), jt_infer.Inference(code)
    )
    handles = Handles(Objects(values))
    assert handles.giving("Rota") == {"add": "Entry", "first": "Entry"}
    values.texts_given.add("minutes_of")
    assert handles.giving("Rota")["minutes_of"] == "str"
    steps = ["rota = Rota()", "rota.add(1, [])", 'rota.leave(Entry(2, []), "a")']
    seen = {tuple(handles.handed_on("rota", "Rota", steps, "")[0]) for _ in range(40)}
    assert (steps[0], "entry = rota.add(1, [])", 'rota.leave(entry, "a")') in seen


def test_a_handle_that_is_alone_has_no_number():
    setup = ("rota = Rota()", "entry_2 = rota.add(1, [])", 'rota.leave(entry_2, "entry_2x")')
    case = renamed(Case((), setup, "rota.last(entry_2)"))
    assert case.setup[1:] == ("entry = rota.add(1, [])", 'rota.leave(entry, "entry_2x")')
    assert case.call == "rota.last(entry)"
    both = Case((), (*setup, "entry = rota.add(2, [])"), "rota.last(entry_2)")
    assert renamed(both).setup == both.setup
