"""Inputs that were never fit: head fails on what they lack, and base, which asks the same of them,
did not get as far. Who only puts the steps of a function in another order breaks nobody's code.
"""

import ast
import json
import re

import jt_clock
import jt_code
import jt_compare
import jt_text

ATTRIBUTE = re.compile(r"'(?P<type>[\w.]+)' object has no attribute '(?P<name>\w+)'")
ORDER = re.compile(r"not supported between instances of '(?P<one>\w+)' and '(?P<other>\w+)'")
KEY = re.compile(r"'(?P<name>[^'\\]+)'")
INDEX = re.compile(r"(?P<type>list|tuple) indices must be integers")
NAMES_OF_FUNCTIONS = ("__name__", "__qualname__", "__module__", "__code__", "__defaults__")
# Where base looks what it was given, it means to do something about it.
LOOKS = re.compile(
    r"\b(isinstance|issubclass|hasattr|getattr|callable|type|vars)\(|\bcase |__dict__|\bexcept:"
    r"|\bexcept .*\b(AttributeError|TypeError|KeyError|LookupError|Exception|BaseException)\b"
)
# What stands behind one of these may be left out although its line is reached.
PERHAPS = re.compile(r"\b(and|or|if|else|for|while|lambda)\b")
RAN_OUT = re.compile("Stop(Async)?Iteration")
# How values of a type are written that anybody can pass where something else is meant.
WRITTEN = {
    "types.SimpleNamespace": "SimpleNamespace(",
    "str": '"',
    "int": "",
    "float": ".",
    "list": "[",
    "dict": "{",
    "tuple": "(",
    "set": "{",
    "datetime.date": "date(",
    "datetime.datetime": "datetime(",
}


class Asked:
    """What an exception misses, as code asks for it."""

    def __init__(self, pattern, looked, written):
        self.pattern = re.compile(pattern)
        self.looked = re.compile(looked) if looked else LOOKS
        self.written = written

    def is_in(self, line):
        """Whether a line asks for it."""
        return bool(self.pattern.search(line))

    def is_sure(self, line):
        """Whether a line that is reached asks for it, whatever the rest of it says, or looks
        whether it is there.
        """
        found = self.pattern.search(line)
        before = PERHAPS.search(line, 0, found.start()) if found else None
        is_first = found is not None and before is None and " for " not in line
        return is_first or bool(self.looked.search(line))


class Fitness:
    """Asks base how far it gets; `session` runs cases."""

    def __init__(self, session):
        self.session = session
        self.texts = {}

    def is_lacking(self, case, before, now):
        """Whether what head's outcome misses in an input is asked for by the functions that base
        enters, too, only later than this input gets there.
        """
        now = ended(now)
        if mixes(case, now) or has_run_out(case, (before, now)) or has_odd_digits(case, now):
            return True
        if is_of_stand_in(case, now):
            return True
        asked = self._lacked(now, case)
        if asked is None or asked.written not in "\n".join(case.setup + (case.call,)):
            return False
        outcome = self.session.run(self.session.base, [case], fresh=True, lines=True)[0]
        if outcome["kind"] != before["kind"] or not outcome.get("lines"):
            return False
        is_later = False
        for file, reached in sorted(outcome["lines"].items()):
            lines, functions = self._text(file)
            if any(asked.is_sure(lines[n - 1]) for n in reached if n <= len(lines)):
                return False
            for first, last in functions:
                if any(first < number <= last for number in reached):
                    is_later = is_later or any(map(asked.is_in, lines[first:last]))
        return is_later

    def is_of_looks(self, case, documented):
        """Whether a difference is one of how often code looks at a clock that goes on with each
        look: it looks more or less often than before, and where time stands still within a
        statement, or code waits in vain for it to go on, the difference is gone.
        """
        looks = jt_clock.looks(case) if jt_clock.ticks(case) else None
        if looks is None:
            return False
        before, now = self.session.both([looks], fresh=True)
        if jt_compare.difference(before[0], now[0], documented) is None:
            return False
        quiet = [jt_clock.still(case, pace) for pace in jt_clock.PACES]
        pairs = zip(*self.session.both(quiet, fresh=True))
        return all(jt_compare.difference(b, n, documented) is None for b, n in pairs)

    def _lacked(self, outcome, case):
        """What an exception misses that nobody raised by name: an attribute of something of a type
        that never has it, a key, or a place by something that is none; None for another outcome.
        """
        if outcome["kind"] != "raise" or outcome["planned"]:
            return None
        if outcome["type"] == "AttributeError":
            found = ATTRIBUTE.search(outcome["message"])
            written = self._written(found["type"], found["name"]) if found else None
            if written is not None:
                return Asked(r"\.%s\b" % re.escape(found["name"]), None, written)
        if outcome["type"] == "TypeError":
            found = INDEX.search(outcome["message"])
            names = self._given_as(case, found["type"]) if found else ()
            if names:
                return Asked(r"\b(%s)\[" % "|".join(names), None, WRITTEN[found["type"]])
        if outcome["type"] == "KeyError":
            found = KEY.fullmatch(outcome["message"])
            if found:
                quoted = r"""["']%s["']""" % re.escape(found["name"])
                return Asked(r"\[%s\]" % quoted, r"(?<!\[)%s|%s" % (quoted, LOOKS.pattern), "{")
        return None

    def _given_as(self, case, kind):
        """The parameters of the function that a case calls which it gives a list or a tuple."""
        call = getattr(jt_text.known(case.call).body[0], "value", None)
        name = getattr(getattr(call, "func", None), "id", None)
        nodes = [m.defs.get(name) for m in self.session.code.modules.values() if m is not None]
        node = next((n for n in nodes if isinstance(n, jt_code.FUNCTIONS)), None)
        literal = {"list": ast.List, "tuple": ast.Tuple}[kind]
        pairs = zip(node.args.args, call.args) if node is not None else ()
        return [arg.arg for arg, value in pairs if isinstance(value, literal)]

    def _written(self, kind, name):
        """How values of a type are written; None where they may have the attribute, or nobody
        knows.
        """
        if kind in WRITTEN:
            return WRITTEN[kind]
        for code, inference in self._sides():
            for module in code.modules.values():
                if module is not None and kind in module.classes():
                    return None if name in inference.members(module, kind) else kind + "("
        return None

    def _sides(self):
        session = self.session
        return (session.base_code, session.inference.other), (session.code, session.inference)

    def _text(self, file):
        """The lines of a file of base, and the first and last of each function."""
        if file not in self.texts:
            modules = self.session.base_code.modules.values()
            source = next((m.source for m in modules if m is not None and m.file == file), "")
            self.texts[file] = source.split("\n"), spans(source)
        return self.texts[file]


def ended(outcome):
    """The outcome, where it is an iterator that raises, as if the call had raised that."""
    value = outcome.get("value") or ["n"]
    end = value[2] if value[0] == "it" else None
    if not end:
        return outcome
    kind, is_planned, message = end
    return {"kind": "raise", "type": kind, "planned": is_planned, "message": message}


def is_of_stand_in(case, outcome):
    """Whether head asks a stand-in for a function for its name, which functions have."""
    is_asked = outcome.get("type") == "AttributeError" and outcome["message"] in NAMES_OF_FUNCTIONS
    return is_asked and any("Mock(" in text for text in (*case.setup, case.call))


def mixes(case, outcome):
    """Whether head compares values of two kinds where an input mixes them: numbers and texts in one
    list, or for one parameter of several objects. Nobody means these to be put in order.
    """
    found = ORDER.search(outcome["message"]) if outcome.get("type") == "TypeError" else None
    if outcome["kind"] != "raise" or found is None or outcome["planned"]:
        return False
    kinds = {found["one"], found["other"]}
    groups = {}
    for text in case.setup + (case.call,):
        for node in ast.walk(jt_text.known(text) or ast.Module([], [])):
            for place, value in _places(node):
                groups.setdefault(place, set()).add(_plain_kind(value))
    return len(kinds) == 2 and any(kinds <= group for group in groups.values())


def has_run_out(case, outcomes):
    """Whether a stand-in or a clock has no answers left. Nobody's function ends in that way, and
    what comes of it depends on who notices first: a generator, a task, or the code.
    """
    texts = case.setup + (case.call,)
    is_stand_in = any("side_effect=" in text or ".__next__" in text for text in texts)
    return is_stand_in and any(RAN_OUT.search(json.dumps(o)) for o in outcomes)


def has_odd_digits(case, outcome):
    """Whether head refuses on purpose a text with digits that are none of 0 to 9: who asks for
    digits mostly means these.
    """
    if outcome["kind"] != "raise" or not outcome["planned"]:
        return False
    constants = [
        str(node.value)
        for text in case.setup + (case.call,)
        for node in ast.walk(jt_text.known(text) or ast.Module([], []))
        if isinstance(node, ast.Constant)
    ]
    return any(c.isdecimal() and not c.isascii() for text in constants for c in text)


def _places(node):
    """`(place, value)` of all that stands where others of its kind do."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        yield from (((called, n), value) for n, value in enumerate(node.args))
        yield from (((called, word.arg), word.value) for word in node.keywords)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        yield from ((id(node), value) for value in node.elts)
        for row in node.elts:
            yield from (((id(node), column), value) for column, value in _columns(row))
    elif isinstance(node, ast.Dict):
        yield from (((id(node), "key"), value) for value in node.keys)
        yield from (((id(node), "value"), value) for value in node.values)


def _columns(row):
    """`(column, value)` of a row among rows."""
    if isinstance(row, (ast.List, ast.Tuple)):
        yield from ((str(n), value) for n, value in enumerate(row.elts))
    elif isinstance(row, ast.Dict):
        yield from ((ast.dump(key), value) for key, value in zip(row.keys, row.values) if key)


def _plain_kind(node):
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    written = {ast.List: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.Set: "set"}
    written[ast.Name] = "NoneType"  # what a step gave back, which may be nothing
    return type(node.value).__name__ if isinstance(node, ast.Constant) else written.get(type(node))


def spans(source):
    """The first and the last line of each function of a text."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (n.lineno, n.end_lineno) for n in ast.walk(ast.parse(source)) if isinstance(n, functions)
    ]
