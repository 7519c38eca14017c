"""Objects that know each other, texts of marked lines, and what names say of texts."""

import random

import jt_code
import jt_family
import jt_lines
import pytest
from exploring import explore, passes
from jt_case import Case

FOLDERS = """
class Folder:
    def __init__(self, name, parent=None):
        self.name, self.parent, self.children = name, parent, []
        if parent is not None:
            parent.children.append(self)

    def path(self):
        return self.name if self.parent is None else self.parent.path() + "." + self.name

    def rename(self, name):
        self.name = name
"""
CACHED = """
class Folder:
    def __init__(self, name, parent=None):
        self.name, self.parent, self.children = name, parent, []
        self._path = None
        if parent is not None:
            parent.children.append(self)

    def path(self):
        if self._path is None:
            own = self.name if self.parent is None else self.parent.path() + "." + self.name
            self._path = own
        return self._path

    def rename(self, name):
        self.name = name
        for folder in [self, *self.children]:
            folder._path = None
"""


def test_what_one_object_does_shows_in_another_one_that_knows_it(tmp_path):
    found = explore(tmp_path, FOLDERS, CACHED)["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])
    assert "    folder = " in found[0]["code"], found[0]["code"]


def test_names_of_objects_begin_with_the_plain_one():
    setup = ("third_day = Day(1)", "fourth_day = Day(third_day)", "day_2 = Day(2)")
    case = jt_family.renumbered(Case((), setup, "fourth_day.of(third_day, day_2)"))
    assert case.setup == ("day = Day(1)", "second_day = Day(day)", "day_2 = Day(2)")
    assert case.call == "second_day.of(day, day_2)"
    assert jt_family.renumbered(case).key == case.key


STEPS = """
def read(text):
    steps = []
    for line in text.splitlines():
        mark, rest = line[:1], line[1:].strip()
        if mark == "-":
            steps.append([rest])
        elif mark == "+" and steps:
            steps[-1].append(rest)
        elif line.strip() and mark not in "#;":
            raise ValueError(line)
    return steps
"""
SCRIPT = """
def run(script):
    stack = []
    for line in script.splitlines():
        word, _, rest = line.partition(" ")
        if word.lower() == "push":
            stack.append(int(rest))
        elif word == "swap":
            stack[-1], stack[-2] = stack[-2], stack[-1]
        elif word == "minus":
            last = stack.pop()
            stack.append(stack.pop() - last)
        elif word:
            raise ValueError(word)
    return stack
"""
CASES = """
def tags(lines):
    seen, found = set(), []
    for line in lines:
        if line.lower() not in seen:
            seen.add(line.lower())
            found.append(line)
    return found
"""
PEOPLE = """
import re

BETWEEN = re.compile(r"[,; ]+")


def people(lines):
    parts = [part for line in lines for part in BETWEEN.split(line)]
    found = {}
    for part in parts:
        name, at, domain = part.partition("@")
        if name and at and "." in domain:
            found.setdefault(part.lower(), part)
    return list(found.values())
"""
TICKETS = """
LIMITS = {"urgent": 60, "high": 240}


class Ticket:
    def __init__(self, priority, minutes):
        self.priority, self.minutes = priority, minutes


def classify(ticket):
    limit = LIMITS.get(ticket.priority, 2880)
    if ticket.minutes > limit:
        return "late"
    return "due" if ticket.minutes >= limit * 0.75 else "fine"
"""


@pytest.mark.parametrize(
    "base, old, new",
    [
        (STEPS, "steps[-1].append(rest)", "steps[-1][1:] = [rest]"),
        (SCRIPT, "stack.pop() - last", "last - stack.pop()"),
        (CASES, "seen.add(line.lower())", "seen.add(line)"),
        (PEOPLE, "found.setdefault(part.lower(), part)", "found.setdefault(part, part)"),
        (TICKETS, "ticket.minutes > limit", "ticket.minutes >= limit"),
    ],
    ids="marks words case addresses limit".split(),
)
def test_a_difference_is_seen_in(tmp_path, base, old, new):
    assert old in base
    found = explore(tmp_path, base, base.replace(old, new))["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


def test_lines_have_the_marks_that_the_code_tells_them_apart_by():
    form, rng = jt_lines.Lines(), random.Random(3)
    form.read(jt_code.Module("steps", "steps.py", STEPS))
    assert form.is_known() and form.marks == ["-", "+", "#", ";"]
    texts = [form.make(rng) for _ in range(100)]
    assert any("\n+ a" in text for text in texts) and any(text.startswith("#") for text in texts)
    changed = {form.changed(rng, "- a\n+ b") for _ in range(400)}
    assert {"- a", "+ b\n- a", "- a\n+ b\n+ b", "- a\n  a\n+ b", "; a\n+ b"} <= changed
    script = jt_lines.Lines()
    script.read(jt_code.Module("script", "script.py", SCRIPT))
    assert script.marks == ["push", "swap", "minus"]
    other = jt_lines.Lines()
    other.read(jt_code.Module("cases", "cases.py", CASES))
    assert not other.is_known()


ENCODED = """
def encoded(number, alphabet):
    text = ""
    while number > 0:
        number, digit = divmod(number, len(alphabet))
        text += alphabet[digit]
    return text[::-1]
"""


def test_an_alphabet_holds_single_characters(tmp_path):
    head = ENCODED.replace("text += alphabet[digit]", "text = alphabet[digit] + text")
    head = head.replace("text[::-1]", "text")
    result = explore(tmp_path, ENCODED, head, seconds=15)
    assert result["failure"] is None and result["candidates"] == []


BRACKET = """
class Bracket:
    def __init__(self, lower, percent):
        self.lower, self.percent = lower, percent

    def portion(self, income):
        return max(0, income - self.lower) * self.percent // 100
"""
FROZEN = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Bracket:
    lower: int
    percent: int

    def portion(self, income):
        return max(0, income - self.lower) * self.percent // 100
"""
BOARD = """
class Board:
    def __init__(self):
        self.points = {}

    def join(self, name):
        self.points.setdefault(name, 0)

    def score(self, name, points):
        self.points[name] = self.points.get(name, 0) + points

    def ranking(self):
        return sorted(self.points, key=lambda name: -self.points[name])
"""


@pytest.mark.parametrize(
    "base, head",
    [
        (BRACKET, FROZEN),
        (BOARD, BOARD.replace("-self.points[name]", "(-self.points[name], 0, name)")),
    ],
    ids="equal ordered".split(),
)
def test_what_breaks_nobody_is_no_finding(tmp_path, base, head):
    found = explore(tmp_path, base, head, seconds=15)["candidates"]
    assert all("TypeError" not in one["now"] and "==" not in one["before"] for one in found), found
