"""When do two outcomes differ in a way that a user of the code would call a change of behaviour?

Everything here errs on the side of silence: an equal value of another numeric type, a class that
moved, a private attribute, other words in a message, a drained generator instead of a list are not
differences. Other numbers in the same words are: "only 3 left".
"""

import math
import re
from fractions import Fraction

RELATIVE = 1e-6
ABSOLUTE = 1e-9
NUMBER = re.compile(r"\d+(\.\d+)?")
LONGEST_MESSAGE = 200
_NUMBERS = ("i", "f", "b")
_SEQUENCES = ("l", "t", "nt", "q", "it")


def number(node):
    """The number of a node, or None."""
    if node[0] == "i":
        return int(node[1])
    if node[0] == "f":
        return float(node[1])
    if node[0] == "b":
        return node[1] == "True"
    if node[0] == "x" and node[3] in ("Decimal", "Fraction"):
        return _fraction(node[1])
    return None


def _fraction(source):
    inner = source.partition("(")[2].rstrip(")").replace("'", "")
    try:
        if "," in inner:
            return Fraction(*[int(p) for p in inner.split(",")])
        return Fraction(inner)
    except (ValueError, ZeroDivisionError, TypeError):
        return None


def _near(a, b):
    if isinstance(a, float) or isinstance(b, float):
        a, b = float(a), float(b)
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        if math.isinf(a) or math.isinf(b):
            return a == b
        return abs(a - b) <= max(RELATIVE * max(abs(a), abs(b)), ABSOLUTE)
    return a == b


def items(node):
    """The items of a sequence node."""
    return node[4] if node[0] == "nt" else node[1]


def differ(a, b):
    """The path to the first difference of two nodes (a list of steps), or None if there is none.

    Steps are `("item", i)`, `("key", node)`, `("attr", name)`, `("len",)`, `("items",)`; an empty
    path means the whole value.
    """
    if a == b or a[0] in ("?", "cycle") or b[0] in ("?", "cycle"):
        return None
    x, y = number(a), number(b)
    if x is not None and y is not None:
        try:
            return None if _near(x, y) else []
        except OverflowError:
            return None if x == y else []
    if a[0] in _SEQUENCES and b[0] in _SEQUENCES:
        return _sequences(a, b)
    if a[0] in ("s", "S") and b[0] in ("s", "S"):
        return None if a[1] == b[1] else []
    if a[0] != b[0]:
        return [] if _comparable(a, b) else None
    if a[0] == "json":
        return differ(a[1], b[1])
    if a[0] == "resp":
        return _answers(a, b)
    if a[0] == "d":
        return _dicts(a[1], b[1])
    if a[0] == "u":
        return _sets(a[1], b[1])
    if a[0] == "o":
        return _objects(a, b)
    if a[0] == "e":
        return None if a[3] == b[3] and a[2].split(".")[-1] == b[2].split(".")[-1] else []
    if a[0] == "y":
        return None if a[1] == b[1] else []
    if a[0] == "ref":
        return None if a[1] != "class" or b[1] != "class" or a[2] == b[2] else []
    return []


def _comparable(a, b):
    # Values of unlike kinds differ, unless one of them can't be looked into.
    return not ({a[0], b[0]} & {"ref", "?"}) or {a[0], b[0]} & {"n"} != set()


def _sequences(a, b):
    if a[0] != b[0] and "it" not in (a[0], b[0]) and {a[0], b[0]} != {"t", "nt"}:
        return []
    left, right = items(a), items(b)
    if len(left) != len(right):
        return []
    for i, (x, y) in enumerate(zip(left, right)):
        path = differ(x, y)
        if path is not None:
            return [("item", i)] + path
    if a[0] == "it" and b[0] == "it" and (a[2] or b[2]):
        ends = (a[2] or [None])[0], (b[2] or [None])[0]
        return None if ends[0] == ends[1] else []
    return None


def _dicts(left, right):
    if len(left) != len(right):
        return []
    keyed = {repr(k): (k, v) for k, v in right}
    for key, value in left:
        found = keyed.get(repr(key))
        if found is None:
            found = next(((k, v) for k, v in right if differ(key, k) is None), None)
        if found is None:
            return []
        path = differ(value, found[1])
        if path is not None:
            return [("key", key)] + path
    return None


def _sets(left, right):
    if len(left) != len(right):
        return []
    texts = {repr(n) for n in right}
    for node in left:
        if repr(node) not in texts and all(differ(node, other) is not None for other in right):
            return []
    return None


def _objects(a, b):
    for name in sorted(set(a[3]) & set(b[3])):
        path = differ(a[3][name], b[3][name])
        if path is not None:
            return [("attr", name)] + path
    for name in ("len", "items", "args"):
        left, right = a[4].get(name), b[4].get(name)
        if left is None or right is None:
            continue
        if name == "len":
            if left != right:
                return [("len",)]
        elif name == "items":
            path = _sequences(["l", left], ["l", right])
            if path is not None:
                return [("items",)] + path
    return None


def _answers(a, b):
    """Responses: status, headers, body."""
    if a[1] != b[1]:
        return [("status",)]
    for name in sorted(set(a[4]) | set(b[4])):
        if a[4].get(name) != b[4].get(name):
            return [("header", name)]
    if a[2] != b[2]:
        return [("body",)]
    if a[2] == "text":
        return None if a[1] >= 400 else _texts(a[3], b[3])
    left, right = (_without_prose(n) if a[1] >= 400 else n for n in (a[3], b[3]))
    path = differ(left, right)
    return None if path is None else [("body",)] + path


def _texts(a, b):
    """Pages: whitespace means nothing; a line that is there no more says what is missing."""
    if a[1].split() == b[1].split() or "S" in (a[0], b[0]) and len(a[1]) >= 20000:
        return None
    there = {line.strip() for line in b[1].split("\n")}
    for line in a[1].split("\n"):
        line = line.strip()
        if 0 < len(line) <= 200 and line not in b[1] and line not in there:
            return [("body",), ("line", line)]
    return [("body",)]


def _without_prose(node):
    """The body of an error without what people read: codes stay, sentences go."""
    if node[0] in ("s", "S") and " " in node[1]:
        return ["?", "prose"]
    if node[0] == "l":
        return ["l", [_without_prose(item) for item in node[1]]]
    if node[0] == "d":
        return ["d", [[key, _without_prose(value)] for key, value in node[1]]]
    return node


def states(node, words):
    """`(attribute, value)` of what an object is by a name that the code knows: a flag, a member of
    an enumeration, one of some words.
    """
    for name, inner in node[3].items():
        if inner[0] in ("b", "e") or inner[0] == "s" and inner[1] and inner[1] in words:
            yield name, inner[-1]


def valid(outcome, documented=()):
    """Whether the outcome is what the code means to do: a value, or an exception that it raises
    itself. No request is meant to end in a failure of the server.
    """
    if outcome.get("request"):
        if outcome["kind"] != "value":
            return False
        return outcome["value"][0] != "resp" or outcome["value"][1] < 500
    if outcome["kind"] == "value":
        return True
    if outcome["kind"] != "raise" or outcome.get("stage") != "call":
        return False
    if outcome["type"] in ("RecursionError", "MemoryError", "KeyboardInterrupt"):
        return False
    return outcome["planned"] or outcome["type"] in documented


# What code fails with that is given something of a wrong kind.
ODD = ("AttributeError", "KeyError", "TypeError", "ValueError")


def difference(before, now, documented=()):
    """How two outcomes differ: `(what, path)`, or None.

    `what` is `value`, `raises` (a value before, an exception now), `returns` (the other way round),
    `type` (of the exception), `message` (the numbers in it), `after` (state of an argument or of
    the receiver), `file` (what a file holds), `out` (what was printed), `endless`, `crash`.
    """
    if not valid(before, documented):
        return None
    if set(before.get("notes", ())) & {"refused"} or set(now.get("notes", ())) & {"refused"}:
        return None
    if now["kind"] == "long":
        return ("endless", []) if now["steps"] >= 100 * max(1, before["steps"]) else None
    if now["kind"] == "crash":
        return ("crash", [])
    if now["kind"] not in ("value", "raise"):
        return None
    if before["kind"] == "value":
        return _from_value(before, now)
    if now["kind"] == "value":
        return ("returns", [])
    if before["type"] == now["type"]:
        return _after(before, now) or _files(before, now) or _message(before, now)
    if before["type"] in now["mro"] or before["type"].startswith("_"):
        return None
    is_documented = "TypeError" in documented
    if (
        before["type"] == "TypeError"
        and not is_documented
        and (now["planned"] or now["type"] in ODD)
    ):
        return None  # what is of a wrong kind is refused by both
    return ("type", [])


def _message(before, now):
    """Whether two exceptions of one type that the code raises itself say other numbers."""
    first, second = before["message"], now["message"]
    if first == second or not before["planned"] or not now["planned"]:
        return None
    is_alike = NUMBER.sub("#", first) == NUMBER.sub("#", second)
    return ("message", []) if is_alike and len(first) <= LONGEST_MESSAGE else None


def _after(before, now):
    for name, node in sorted(before.get("after", {}).items()):
        other = now.get("after", {}).get(name)
        path = differ(node, other) if other else None
        if path is not None:
            return ("after", [("name", name)] + path)
    return None


def _files(before, now):
    """A file that is left in another state, or not any more; a new one is nobody's loss."""
    files = now.get("files") or {}
    for name, node in sorted((before.get("files") or {}).items()):
        if name not in files or differ(node, files[name]) is not None:
            return ("file", [("file", name)])
    return None


def _from_value(before, now):
    if now["kind"] == "raise":
        if (
            now["type"] == "RecursionError"
            and before["steps"] > 300
            or now["type"] in ("MemoryError", "KeyboardInterrupt")
        ):
            return None
        if now["type"] == "TypeError" and not now["inside"] and "argument" in now["message"]:
            return None  # the signature changed: seen in the diff, nothing to discover
        if (
            now["type"] in ("ImportError", "ModuleNotFoundError")
            and now["stage"] == "setup"
            and not now["inside"]
        ):
            return None
        return ("raises", [])
    path = differ(before["value"], now["value"])
    if path is not None:
        return ("value", path)
    state = _after(before, now) or _files(before, now)
    if state is not None:
        return state
    nothing = before["value"] == ["n", "None"] and now["value"] == ["n", "None"]
    if nothing and before.get("out") and before["out"] != now.get("out"):
        return ("out", [])
    return None
