"""Records that code reads line by line: settings in sections, JSON in lines, fields that are dates
or numbers, tables with quoted fields.
"""

import ast
import datetime
import json

import jt_code
import jt_forms
from jt_documents import imports

MOST_NAMES, MOST_SECTIONS, MOST_LINES = 12, 3, 5
LONGEST_NAME = 20

SETTINGS = ("1", "0", "yes", "no", "true", "off", "a", "a b", "a, b", "10", "2.5", "", "80%", "a;b")
VALUES = (0, 1, 1, 2, 5, 1.5, "a", "a", "b", "", True, False, None)
QUOTED = ('"a, b"', '"one\ntwo"', '"say ""hi"""', '""', '" a"')
TEXTS = ("a", "b", "m1", "7", "a b")
NUMBERS = ("1", "2", "12.5", "0", "-3", "10", "1.25")
DAYS = (
    datetime.datetime(2024, 5, 1, 9, 30),
    datetime.datetime(2024, 5, 1, 17, 0),
    datetime.datetime(2024, 5, 2, 0, 0),
    datetime.datetime(2023, 12, 31, 23, 59),
)


class Named:
    """A document with names for which the code has constants, where it reads such."""

    is_document = True

    def __init__(self):
        self.is_read = False
        self.names = []

    def is_known(self):
        """Whether the code reads such."""
        return self.is_read


class Settings(Named):
    """What `configparser` reads: sections and options by the names that the code has constants for,
    with what some of its dialects read in another way.
    """

    share = 0.6

    def read(self, module):
        """Takes in the names that a module may ask for."""
        self.is_read = self.is_read or "configparser" in imports(module) or _reads_sections(module)
        keep_names(self.names, module)

    def make(self, rng, _recent=()):
        """One file's text."""
        names = self.names or ["main", "name"]
        lines = []
        for section in rng.sample(names, min(len(names), rng.choice((1, 1, 2, MOST_SECTIONS)))):
            lines.append("[%s]" % (section if rng.random() < 0.85 else "DEFAULT"))
            for _ in range(rng.choice((0, 1, 2, 2, 3))):
                name = rng.choice(names + ["a", "Name"])
                mark = rng.choice((" = ", " = ", "=", ": "))
                lines.append(name + mark + rng.choice(SETTINGS) + rng.choice(("", "", "", " ; c")))
        return "\n".join(lines) + "\n"

    def changed(self, rng, text):
        """The text with another value somewhere; None for what has no options."""
        lines = text.split("\n")
        places = [i for i, line in enumerate(lines) if "=" in line]
        if not places:
            return None
        at = rng.choice(places)
        lines[at] = lines[at].partition("=")[0] + "= " + rng.choice(SETTINGS)
        return "\n".join(lines)


def _reads_sections(module):
    """Whether a module looks for lines that begin as sections do, and for what options have."""
    starts = jt_forms.Affixes()
    starts.read(module)
    return "[" in starts.heads and "=" in jt_forms.signs(module)


class JsonLines:
    """Records of JSON, one in each line: alike, with the names that the code asks for."""

    share = 0.6
    is_document = True

    def __init__(self):
        self.reads_json = self.splits = False
        self.names = []

    def is_known(self):
        """Whether the code reads JSON in lines."""
        return self.reads_json and self.splits

    def read(self, module):
        """Takes in the names that a module asks for."""
        called = {jt_code.called_name(n) for n in ast.walk(module.tree) if isinstance(n, ast.Call)}
        self.reads_json = self.reads_json or "json" in imports(module) and "loads" in called
        self.splits = self.splits or bool(called & {"splitlines", "readlines"})
        for node in ast.walk(module.tree):
            key = node.slice if isinstance(node, ast.Subscript) else None
            if isinstance(node, ast.Call) and node.args and jt_code.called_name(node) == "get":
                key = node.args[0]
            name = getattr(key, "value", None)
            if isinstance(name, str) and name not in self.names and len(self.names) < MOST_NAMES:
                self.names.append(name)

    def make(self, rng, _recent=()):
        """Some lines; several records have the same value by one name."""
        names = self.names or ["id", "name"]
        same = {name: rng.choice(VALUES) for name in names}
        lines = []
        for _ in range(rng.choice((1, 2, 2, 3, MOST_LINES))):
            taken = [name for name in names if rng.random() < 0.75]
            record = {n: same[n] if rng.random() < 0.6 else rng.choice(VALUES) for n in taken}
            lines.append(json.dumps(record))
        if rng.random() < 0.2:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(("", "# c", "{", "[]")))
        return "\n".join(lines) + rng.choice(("", "\n"))

    def changed(self, rng, text):
        """The lines with one of them gone, twice or in another place; None for other texts."""
        lines = text.split("\n")
        if not text.startswith(("{", "[")):
            return None
        at = rng.randrange(len(lines))
        line = lines.pop(at)
        if rng.random() < 0.6:
            lines.insert(rng.randrange(len(lines) + 1), line)
            lines += [line] * (rng.random() < 0.4)
        return "\n".join(lines)


class Fields:
    """Fields between marks of which some are dates or numbers, as many as the code takes."""

    share = 0.45
    is_document = False

    def __init__(self):
        self.splits, self.days = [], []

    def is_known(self):
        """Whether the code takes texts apart and reads dates."""
        return bool(self.days)

    def read(self, module):
        """Takes in how a module splits texts, and how it writes dates."""
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                self._keep(node)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                target = node.targets[0]
                mark = mark_of(node.value)
                if mark and isinstance(target, ast.Tuple) and target.elts:
                    self.splits.append((mark, len(target.elts)))

    def _keep(self, call):
        name, owner = call_of(call)
        if name == "fromisoformat":
            form = {"date": "%Y-%m-%d", "time": "%H:%M"}.get(owner, "%Y-%m-%dT%H:%M")
        elif name == "strptime" and len(call.args) > 1:
            form = getattr(call.args[1], "value", None)
        else:
            return
        if isinstance(form, str) and form not in self.days:
            self.days.append(form)

    def make(self, rng, _recent=()):
        """One text: a date alone, or among other fields."""
        if not self.splits or rng.random() < 0.2:
            return self._day(rng)
        mark, count = rng.choice(self.splits)
        at, fields = rng.randrange(count), []
        for place in range(count):
            if place == at:
                fields.append(self._day(rng))
            else:
                fields.append(rng.choice(NUMBERS if rng.random() < 0.55 else TEXTS))
        return mark.join(fields)

    def _day(self, rng):
        return rng.choice(DAYS).strftime(rng.choice(self.days))


class Table(Named):
    """Tables whose fields are quoted where they hold marks, quotes or ends of lines."""

    share = 0.3

    def read(self, module):
        """Takes in the names of columns."""
        called = {jt_code.called_name(n) for n in ast.walk(module.tree) if isinstance(n, ast.Call)}
        is_read = "csv" in imports(module) and bool(called & {"DictReader", "reader"})
        self.is_read = self.is_read or is_read
        keep_names(self.names, module)

    def make(self, rng, _recent=()):
        """One table."""
        names = self.names[:6] or ["a", "name"]
        lines = [",".join(names)]
        for _ in range(rng.choice((1, 1, 2, 3))):
            fields = [rng.choice(NUMBERS if rng.random() < 0.5 else TEXTS) for _ in names]
            if rng.random() < 0.7:
                fields[rng.randrange(len(fields))] = rng.choice(QUOTED)
            lines.append(",".join(fields))
        end = "\r\n" if rng.random() < 0.15 else "\n"
        return end.join(lines) + rng.choice(("", end))

    def changed(self, rng, text):
        """The table with one field quoted; None for what is none."""
        lines = text.split("\n")
        if "," not in text or len(lines) < 2:
            return None
        at = rng.randrange(len(lines))
        fields = lines[at].split(",")
        fields[rng.randrange(len(fields))] = rng.choice(QUOTED)
        lines[at] = ",".join(fields)
        return "\n".join(lines)


def keep_names(names, module):
    """Adds the constants of a module that may be names of something, in order."""
    for node in ast.walk(module.tree):
        name = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        is_name = isinstance(name, str) and name.isidentifier() and len(name) < LONGEST_NAME
        if is_name and name not in names and len(names) < MOST_NAMES:
            names.append(name)


def call_of(call):
    """`(name, owner)` of what is called: `date.fromisoformat`."""
    owner = getattr(call.func, "value", None)
    return jt_code.called_name(call), getattr(owner, "attr", getattr(owner, "id", None))


def mark_of(call):
    """The constant at which a call splits a text, or None."""
    is_split = getattr(call.func, "attr", None) in ("split", "rsplit") and call.args
    mark = getattr(call.args[0], "value", None) if is_split else None
    return mark if isinstance(mark, str) and mark else None


KINDS = (Settings, JsonLines, Fields, Table)
