"""What a call did, as plain data that two processes can compare.

Runs inside the worker, in the interpreter of the repository. A value becomes a small tagged list:
``["i", "5"]``, ``["l", [...]]``, ``["o", module, class, {attribute: node}, {"len": 2, "items":
[...]}]``. Addresses and check-out paths are scrubbed, iterators are drained to a bound, recursion
is bounded: the rest of the explorer never sees a live object.
"""

import collections
import dis
import enum
import inspect
import itertools
import os
import re
import sys
import types

import jt_reply

MAX_ITEMS = 60
MAX_NODES = 1500
PLENTY = 300  # nodes after which what was looked at before isn't looked at again
MAX_DEPTH = 9
MAX_TEXT = 2000

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{5,}")
STAND_INS = os.path.join("unittest", "mock.py")
_RAISE = dis.opmap["RAISE_VARARGS"]
# Classes whose repr is an expression that builds an equal value, and where it is imported from.
_BY_REPR = {
    ("decimal", "Decimal"): "from decimal import Decimal",
    ("fractions", "Fraction"): "from fractions import Fraction",
    ("datetime", "date"): "import datetime",
    ("datetime", "datetime"): "import datetime",
    ("datetime", "time"): "import datetime",
    ("datetime", "timedelta"): "import datetime",
    ("uuid", "UUID"): "from uuid import UUID",
    ("builtins", "range"): "",
    ("builtins", "slice"): "",
    ("builtins", "complex"): "",
}


class Canon:
    """Turns live values into nodes; one for each case, because it counts what it has visited."""

    def __init__(self, root, folders=()):
        self.root = root
        self.folders = [f for f in (root,) + tuple(folders) if f]
        self.left = MAX_NODES
        self.open = []
        self.seen = (
            {}
        )  # what was looked at, by identity: kept, so that none gets the place of another
        self.answers = False  # whether responses are looked at as what a client was answered

    def scrub(self, text):
        """The text without what differs between two runs of the same code."""
        for folder in self.folders:
            if folder in text:
                text = text.replace(folder, "<folder>")
        return _ADDRESS.sub("0x", text)

    def node(self, value, depth=0):
        """The node of a value; never raises for what the value's own code does."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            return ["?", "deep"]
        simple = self._scalar(value)
        if simple is not None:
            return simple
        if any(value is seen for seen in self.open):
            return ["cycle"]
        if self._is_known(value):
            return ["?", "seen"]
        self.open.append(value)
        try:
            return self._compound(value, depth)
        finally:
            self.open.pop()

    def _is_known(self, value):
        """Whether an object of the repository was looked at before, where there are many: each node
        of a tree whose nodes know their parents, leaves and paths leads to all others.
        """
        if not self._ours(type(value)):
            return False
        known = self.left < MAX_NODES - PLENTY and id(value) in self.seen
        self.seen[id(value)] = value
        return known

    def _scalar(self, value):
        if value is None or value is Ellipsis or value is NotImplemented:
            return ["n", repr(value)]
        kind = type(value)
        if isinstance(value, enum.Enum):
            return ["e", kind.__module__, kind.__qualname__, str(value.name)]
        if kind is bool:
            return ["b", repr(value)]
        if isinstance(value, int):
            if value.bit_length() > 2000:
                return ["?", "large number"]
            return ["i", int.__repr__(value)]
        if isinstance(value, float):
            return ["f", float.__repr__(value)]
        if isinstance(value, str):
            text = str.__str__(value)
            clean = self.scrub(text[:MAX_TEXT])
            return ["s", clean] if clean == text else ["S", clean]
        if isinstance(value, (bytes, bytearray)):
            return ["y", repr(bytes(value[:MAX_TEXT])), kind.__name__]
        return None

    def _compound(self, value, depth):
        kind = type(value)
        if isinstance(value, tuple):
            items = [self.node(v, depth + 1) for v in value[:MAX_ITEMS]]
            fields = getattr(kind, "_fields", None)
            if fields and kind is not tuple:
                is_plain = kind.__eq__ is tuple.__eq__ and kind.__hash__ is tuple.__hash__
                return ["nt", kind.__module__, kind.__qualname__, list(fields), items, is_plain]
            return ["t", items]
        if isinstance(value, list):
            return ["l", [self.node(v, depth + 1) for v in value[:MAX_ITEMS]]]
        if isinstance(value, collections.deque):
            return ["q", [self.node(v, depth + 1) for v in itertools.islice(value, MAX_ITEMS)]]
        if isinstance(value, (set, frozenset)):
            items = [self.node(v, depth + 1) for v in itertools.islice(value, MAX_ITEMS * 4)]
            return ["u", sorted(items, key=repr), kind.__name__]
        if isinstance(value, (dict, types.MappingProxyType)):
            pairs = itertools.islice(value.items(), MAX_ITEMS)
            return ["d", [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in pairs]]
        return self._object(value, kind, depth)

    def _object(self, value, kind, depth):
        answer = jt_reply.parts(value, self) if self.answers else None
        if answer is not None:
            return answer
        name = (kind.__module__, kind.__qualname__)
        if name in _BY_REPR:
            return ["x", repr(value), _BY_REPR[name], kind.__name__]
        if kind.__module__ in ("pathlib", "pathlib._local") and hasattr(value, "__fspath__"):
            return ["p", self.scrub(str(value))]
        if isinstance(value, type):
            return ["ref", "class", value.__name__]
        if inspect.iscoroutine(value):
            value.close()
            return ["?", "coroutine"]
        if isinstance(value, (types.ModuleType, types.FrameType, types.CodeType)):
            return ["?", kind.__name__]
        if callable(value) and not self._ours(kind):
            return ["ref", "callable", ""]
        if isinstance(
            value, (collections.abc.KeysView, collections.abc.ValuesView, collections.abc.ItemsView)
        ):
            items = [self.node(v, depth + 1) for v in itertools.islice(value, MAX_ITEMS)]
            return ["it", items, None]
        if isinstance(value, re.Match):
            return ["o", "re", "Match", {"group()": self.node(value.group(), depth + 1)}, {}]
        if isinstance(value, collections.abc.Iterator) and not self._ours(kind):
            return self._drained(value, depth)
        return self._fields(value, kind, depth)

    def _drained(self, value, depth):
        given, end = [], None
        try:
            for item in itertools.islice(value, MAX_ITEMS):
                at_once = isinstance(item, collections.abc.Iterator)
                given.append((item, self.node(item, depth + 1) if at_once else None))
        except Exception as error:  # what a generator raises belongs to its behaviour
            end = [type(error).__name__, self.planned(error), self._message(error)]
        # As whoever collects them sees them: one that is given out again and again looks alike.
        return ["it", [node or self.node(item, depth + 1) for item, node in given], end]

    def _message(self, error):
        try:
            return self.scrub(str(error))[:MAX_TEXT]
        except Exception:
            return ""

    def _ours(self, kind):
        module = sys.modules.get(kind.__module__)
        where = getattr(module, "__file__", None) or ""
        return where.startswith(self.root)

    def _fields(self, value, kind, depth):
        ours = self._ours(kind)
        names = {}
        state = getattr(value, "__dict__", None)
        if isinstance(state, dict):
            names.update((n, "attribute") for n in state if isinstance(n, str))
        for base in kind.__mro__ if ours else ():
            slots = base.__dict__.get("__slots__", ())
            names.update((n, "attribute") for n in ((slots,) if isinstance(slots, str) else slots))
            names.update(
                (n, "property") for n, v in base.__dict__.items() if isinstance(v, property)
            )
        fields = {}
        for name in sorted(names):
            if name.startswith("_") or len(fields) >= MAX_ITEMS:
                continue
            try:
                fields[name] = self.node(getattr(value, name), depth + 1)
            except Exception:  # an unset slot, a property that refuses: not part of the state
                continue
        return [
            "o",
            kind.__module__,
            kind.__qualname__,
            fields,
            self._extras(value, kind, ours, depth),
        ]

    def _extras(self, value, kind, ours, depth):
        """What a class of the repository shows by protocol: its length and what it iterates
        over.
        """
        extras = {}
        if isinstance(value, BaseException):
            extras["args"] = self.node(value.args, depth + 1)
        if not ours:
            return extras
        if hasattr(kind, "__len__"):
            try:
                extras["len"] = len(value)
            except Exception:
                pass
        if hasattr(kind, "__iter__"):
            try:
                extras["items"] = self._drained(iter(value), depth)[1]
            except Exception:
                pass
        return extras

    def planned(self, error):
        """Whether it was raised on purpose: by a `raise` of the repository, or by a function that a
        case handed in.
        """
        trace = error.__traceback__
        if trace is None:
            return False
        within = handed = False
        while trace.tb_next is not None:
            within, handed = self._passed(trace, within, handed)
            trace = trace.tb_next
        within, handed = self._passed(trace, within, handed)
        if handed:
            return not isinstance(error, (TypeError, AttributeError, NameError))
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(self.root):
            return False
        raw = code.co_code
        return 0 <= trace.tb_lasti < len(raw) and raw[trace.tb_lasti] == _RAISE

    def _passed(self, trace, within, handed):
        name = trace.tb_frame.f_code.co_filename
        within = within or name.startswith(self.root)
        is_handed = name in ("<call>", "<setup>") or name.endswith(STAND_INS)
        return within, handed or within and is_handed

    def raised(self, error):
        """The outcome of an exception that left the call."""
        names = [k.__name__ for k in type(error).__mro__ if k not in (object, BaseException)]
        trace = error.__traceback__
        inside = False
        while trace is not None:
            inside = inside or trace.tb_frame.f_code.co_filename.startswith(self.root)
            trace = trace.tb_next
        return {
            "kind": "raise",
            "type": type(error).__name__,
            "module": type(error).__module__,
            "mro": names,
            "message": self._message(error),
            "planned": self.planned(error),
            "inside": inside,
        }


def real(path):
    """An absolute path without symbolic links, ending in a separator."""
    return os.path.join(os.path.realpath(path), "")
