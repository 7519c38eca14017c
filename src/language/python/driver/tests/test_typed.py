"""What types say of parameters: abstract classes, protocols, typed dictionaries, aliases, fields by
name, generic functions; and what texts are read as.
"""

import pytest
from exploring import explore, passes

SHAPES = '''
from abc import ABC, abstractmethod


class Shape(ABC):
    @abstractmethod
    def area(self): ...


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side**2


def cost(shape: Shape, per_unit: float) -> float:
    """Price of painting; large ones are cheaper."""
    if shape.area() > 100:
        return shape.area() * per_unit * 0.9
    return shape.area() * per_unit
'''
SENDER = '''
from typing import Protocol


class Sender(Protocol):
    def send(self, to: str, text: str) -> bool: ...


def notify(sender: Sender, names: list, text: str) -> list:
    """Names of those who could not be reached."""
    failed = []
    for name in names:
        if not sender.send(name, text):
            failed.append(name)
    return failed
'''
CLOCK = """
from typing import Protocol


class Clock(Protocol):
    def now(self) -> int: ...


class FixedClock:
    def __init__(self, at: int):
        self.at = at

    def now(self) -> int:
        return self.at


class Session:
    def __init__(self, clock: Clock, ttl: int = 30):
        self._clock = clock
        self._ttl = ttl
        self._started = clock.now()

    def expired(self) -> bool:
        return self._clock.now() - self._started >= self._ttl
"""
LINES = """
from typing import List, TypedDict


class Line(TypedDict):
    sku: str
    qty: int


def heaviest(lines: List[Line]) -> str:
    return max(lines, key=lambda line: (line["qty"], line["sku"]))["sku"]
"""
PARTS = """
from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Circle:
    radius: float


@dataclass(frozen=True)
class Rect:
    width: float
    height: float


Part = Union[Circle, Rect]


def area(part: Part) -> float:
    if isinstance(part, Circle):
        return 3 * part.radius * part.radius
    return part.width * part.height
"""
RENDER = """
from functools import singledispatch


@singledispatch
def render(value):
    return str(value)


@render.register
def _float(value: float):
    return "%.2f" % value


@render.register
def _list(value: list):
    return ", ".join(render(v) for v in value)
"""
DAY = '''
from datetime import datetime


def week(stamp: str) -> int:
    """The number of the week of a moment."""
    return datetime.fromisoformat(stamp.strip()).isocalendar()[1]
'''
QUANTITY = """
def quantity(text: str) -> int:
    value = int(text.strip())
    if value < 0:
        raise ValueError("negative")
    return value
"""
BOARD = """
class Entry:
    def __init__(self, player, points, seconds):
        self.player = player
        self.points = points
        self.seconds = seconds


class Board:
    def __init__(self):
        self._entries = {}

    def submit(self, entry):
        previous = self._entries.get(entry.player)
        if previous is None or entry.points > previous.points:
            self._entries[entry.player] = entry

    def winner(self):
        found = sorted(self._entries.values(), key=lambda e: (-e.points, e.seconds))
        return found[0].player if found else None
"""
BOOK = """
class Book:
    def __init__(self):
        self.totals = {}

    def add(self, donor, amount):
        self.totals[donor] = self.totals.get(donor, 0) + amount


def enter(book, rows):
    for donor, amount in rows:
        book.add(donor, amount)
    return len(book.totals)
"""
NETWORK = """
import heapq


class Network:
    def __init__(self):
        self._trails = {}

    def add_trail(self, a, b, minutes):
        self._trails.setdefault(a, {})[b] = minutes
        self._trails.setdefault(b, {})[a] = minutes

    def trails_from(self, hut):
        return sorted(self._trails.get(hut, {}).items())


def shortest(network, start, goal):
    heap, settled = [(0, start)], set()
    while heap:
        minutes, hut = heapq.heappop(heap)
        if hut == goal:
            return minutes
        if hut in settled:
            continue
        settled.add(hut)
        for other, step in network.trails_from(hut):
            heapq.heappush(heap, (minutes + step, other))
    return None
"""
REPORT = """
from functools import cached_property


class Report:
    def __init__(self, rows):
        self.rows = list(rows)

    def add(self, row):
        self.rows.append(row)

    @property
    def total(self):
        return sum(self.rows)
"""
BINS = '''
class Bin:
    def __init__(self, label, room, stock=None):
        self.label = label
        self.room = room
        self.stock = stock or {}


def fill(bins, sku, n):
    """Puts pieces into bins; gives back how many are left."""
    for b in sorted(bins, key=lambda b: b.label):
        x = min(b.room - sum(b.stock.values()), n)
        if x > 0:
            b.stock[sku] = b.stock.get(sku, 0) + x
            n -= x
    return n
'''
EXPORTER = """
class Exporter:
    def __init__(self, deepest=None):
        self.deepest = deepest

    def export(self, items):
        return self.__export(items, 1)

    def __export(self, items, level):
        if self.deepest is not None and level > self.deepest:
            return []
        return [self.__export(i, level + 1) if isinstance(i, list) else i for i in items]
"""


@pytest.mark.parametrize(
    "base, old, new",
    [
        (SHAPES, "> 100", ">= 100"),
        (SENDER, "failed.append(name)", "failed.insert(0, name)"),
        (CLOCK, ">= self._ttl", "> self._ttl"),
        (LINES, '(line["qty"], line["sku"])', 'line["qty"]'),
        (PARTS, "part.width * part.height", "part.width * part.width"),
        (RENDER, "%.2f", "%.1f"),
        (DAY, "isocalendar()[1]", "isocalendar()[2]"),
        (QUANTITY, "value < 0", "value <= 0"),
        (BOARD, "(-e.points, e.seconds))", "(e.points, e.seconds), reverse=True)"),
        (BOOK, "self.totals.get(donor, 0) + amount", "amount"),
        (NETWORK, "        settled.add(hut)\n", "        settled |= {hut, goal}\n"),
        (REPORT, "@property", "@cached_property"),
        (BINS, "b.stock.get(sku, 0) + x", "x"),
        (EXPORTER, "level > self.deepest", "level >= self.deepest"),
    ],
)
def test_what_is_known_of_a_parameter_leads_to_inputs(tmp_path, base, old, new):
    assert old in base
    result = explore(tmp_path, base, base.replace(old, new), seconds=20)
    assert result["failure"] is None and result["candidates"], result["problems"]
    for candidate in result["candidates"]:
        assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)


SHOPS = """
import asyncio


class Shop:
    def __init__(self, name, price, latency=0.0):
        self.name = name
        self.price = price
        self.latency = latency

    async def ask(self):
        await asyncio.sleep(self.latency)
        return self.price


async def collect(shops):
    return await asyncio.gather(*(shop.ask() for shop in shops))
"""


def test_who_sleeps_longer_answers_later(tmp_path):
    head = SHOPS.replace(
        "    return await asyncio.gather(*(shop.ask() for shop in shops))\n",
        "    found = []\n\n"
        "    async def put(shop):\n"
        "        found.append(await shop.ask())\n\n"
        "    await asyncio.gather(*(put(shop) for shop in shops))\n"
        "    return found\n",
    )
    result = explore(tmp_path, SHOPS, head, seconds=20)
    candidate = result["candidates"][0]
    assert "in_turn(asyncio.sleep)" in candidate["code"]
    assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)


WAREHOUSE = '''
class Bin:
    def __init__(self, label, capacity, used):
        self.label = label
        self.capacity = capacity
        self.used = used


def room(bins):
    """Pieces that still fit."""
    return sum(b.capacity - b.used for b in bins if b.capacity and b.sealed is False)
'''


def test_a_stand_in_has_nothing_that_only_one_revision_asks_for(tmp_path):
    head = WAREHOUSE.replace("b.capacity - b.used for", "b._room() for").replace(
        "\n\ndef room",
        "\n    def _room(self):\n        return self.capacity - self.used\n\n\ndef room",
    )
    assert explore(tmp_path, WAREHOUSE, head, seconds=10)["candidates"] == []


def test_a_table_of_a_test_has_a_name(tmp_path):
    base = "def double(x):\n    return 2 * x\n"
    tests = (
        "import pytest\nfrom shop import double\n\nCASES = [(1, 2), (2, 4)]\n\n\n"
        '@pytest.mark.parametrize("x, wanted", CASES)\n'
        "def test_double(x, wanted):\n    assert double(x) == wanted\n"
    )
    head = base.replace("2 * x", "2 * x if x != 17 else 0")
    result = explore(tmp_path, base, head, tests={"test_shop.py": tests}, seconds=10)
    assert result["failure"] is None and result["warnings"] == []


@pytest.mark.parametrize(
    "base, old, new",
    [
        # A class that becomes a function of that name.
        (
            'class Point:\n    pass\n\n\ndef f(p: "Point"):\n    return [p]\n',
            "class Point:\n    pass",
            "def Point():\n    return 1",
        ),
        # A typed dictionary of another package.
        (
            "from typing import TypedDict\nfrom types import SimpleNamespace as Event\n\n\n"
            "class Named(Event):\n    name: str\n\n\nclass Deploy(Named):\n    tag: str\n\n\n"
            "class Empty(TypedDict):\n    pass\n\n\n"
            "def f(d: Deploy, e: Empty):\n    return [e, 1]\n",
            "[e, 1]",
            "[e, 2]",
        ),
        # A decorator that is no name.
        (
            "from functools import singledispatch\n\n\n"
            "@singledispatch\ndef f(x):\n    return 1\n\n\n"
            "@(lambda g: g)\n@f.register\ndef _int(x: int):\n    return 2\n",
            "return 1",
            "return 3",
        ),
        (
            'from typing import List\n\n\ndef f(x: "List[()]"):\n    return 1\n',
            "return 1",
            "return 2",
        ),
        # Names of helpers within other names.
        ("def calculate_late(x: int):\n    return x + 1\n", "x + 1", "x + 2"),
    ],
)
def test_odd_code_ends_no_exploration(tmp_path, base, old, new):
    result = explore(tmp_path, base, base.replace(old, new), seconds=5)
    assert result["failure"] is None
    assert all("asyncio" not in candidate["code"] for candidate in result["candidates"])


def test_what_stands_for_a_protocol_is_a_class_that_can_be_made(tmp_path):
    base = (
        "class Frame:\n    def __init__(self, rows: list):\n        self.rows = rows\n\n"
        "    def count(self):\n        return len(self.rows)\n\n"
        '    def to_excel(self):\n        raise NotImplementedError("not yet")\n\n\n'
        "def size(frame: Frame):\n    return frame.count() + 1\n"
    )
    result = explore(tmp_path, base, base.replace("+ 1", "+ 2"), seconds=5)
    assert "Frame(" in result["candidates"][0]["code"]


CHARGES = '''
from datetime import date, timedelta


class Plan:
    def __init__(self, start: date):
        self.start = start

    def dates(self):
        return [self.start + timedelta(days=7 * i) for i in range(5)]


def charges(plan: Plan, after, count=3):
    """The next dates of a plan after a day."""
    return [day for day in plan.dates() if day > after][:count]
'''
SCORES = '''
class Scores:
    def __init__(self):
        self._games = []

    def record(self, player: str, points: int):
        self._games.append((player, points))

    def games(self):
        return list(self._games)


class Table:
    def __init__(self, scores: Scores):
        self._scores = scores

    def best(self):
        """Most points first, then by name."""
        return sorted(self._scores.games(), key=lambda game: (-game[1], game[0]))
'''
ORDER = """
STEPS = {"new": {"pay": "paid"}, "paid": {"ship": "shipped"}, "shipped": {}}


class Order:
    def __init__(self):
        self._state = "new"
        self._log = []

    def apply(self, action):
        target = STEPS[self._state][action]
        self._log.append((self._state, target))
        self._state = target

    def history(self):
        return list(self._log)
"""


@pytest.mark.parametrize(
    "base, old, new",
    [
        (CHARGES, "day > after", "day >= after"),
        (SCORES, "(-game[1], game[0])", "-game[1]"),
        (ORDER, "(self._state, target)", "(target, target)"),
    ],
)
def test_what_fails_and_what_is_given_to_objects_leads_to_inputs(tmp_path, base, old, new):
    result = explore(tmp_path, base, base.replace(old, new), seconds=20)
    assert result["failure"] is None and result["candidates"], result["problems"]
    for candidate in result["candidates"]:
        assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)


def test_an_object_is_made_with_no_number_that_its_parameter_could_not_mean(tmp_path):
    base = (
        "class Page:\n    def __init__(self, size):\n        self.size = size\n\n"
        "    def cut(self, text):\n        text = text.strip()\n        return text[: self.size]\n"
    )
    joined = '"".join(text[i] for i in range(min(self.size, len(text))))'
    head = base.replace("text[: self.size]", joined)
    assert explore(tmp_path, base, head, seconds=10)["candidates"] == []
