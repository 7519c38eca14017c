"""A case: setup statements and one call, as source text, evaluated alike on every side."""

import re

import jt_text

STANDARD = {
    "Decimal": "from decimal import Decimal",
    "Fraction": "from fractions import Fraction",
    "date": "from datetime import date",
    "datetime": "from datetime import datetime",
    "time": "from datetime import time",
    "timedelta": "from datetime import timedelta",
    "timezone": "from datetime import timezone",
    "Path": "from pathlib import Path",
    "StringIO": "from io import StringIO",
    "BytesIO": "from io import BytesIO",
    "SimpleNamespace": "from types import SimpleNamespace",
    "Mock": "from unittest.mock import Mock",
    "AsyncMock": "from unittest.mock import AsyncMock",
    "cycle": "from itertools import cycle",
    "suppress": "from contextlib import suppress",
    "OrderedDict": "from collections import OrderedDict",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "deque": "from collections import deque",
    "UUID": "from uuid import UUID",
    "sqlite3": "import sqlite3",
    "asyncio": "import asyncio",
    "io": "import io",
    "math": "import math",
    "re": "import re",
    "operator": "import operator",
}
# A coroutine function that is handed in: what it was asked for first takes the longest. The rounds
# of the event loop count, no time passes; some rounds more on the way there change no order.
SLOW_FIRST = (
    "",
    "def slow_first():",
    "    turns = iter(range(48, 0, -8))",
    "",
    "    async def answer(*items):",
    "        for _ in range(next(turns, 0)):",
    "            await asyncio.sleep(0)",
    "        return items[0]",
    "",
    "    return answer",
)
# One that answers after some rounds.
LATE = (
    "",
    "def answers_late(turns, value):",
    "    async def answer(*_items):",
    "        for _ in range(turns):",
    "            await asyncio.sleep(0)",
    "        return value",
    "",
    "    return answer",
)
# Functions that keep what they are called with, for the test to look at.
RECORDERS = ("seen.append", "lambda *args: seen.append(args)", "lambda *args: seen.extend(args)")
KEPT = "seen = []"
_RECORDS = re.compile(r"(?<![\w.])seen\.(append|extend)\b")
HELPERS = {"slow_first": SLOW_FIRST, "answers_late": LATE}
# Where an input comes from, best first: smaller ranks are believed more.
MINED, TYPED, MUTATED, LEARNED = 0, 1, 2, 3


def helpers(texts):
    """The definitions of the functions that texts use besides those that are imported."""
    read = set().union(*(jt_text.names(text)[0] for text in texts))
    used = [name for name in HELPERS if name in read]
    return tuple(line for name in used for line in ("", *HELPERS[name]))[1:]


class Case:
    """Source text that can run on any side, and how much it is believed to be what callers do."""

    __slots__ = ("imports", "setup", "call", "rank", "origin", "preamble", "_weight")

    def __init__(self, imports, setup, call, rank=TYPED, origin="shape"):
        self.imports = tuple(imports)
        self.setup = tuple(setup)
        self.call = call
        self.rank = rank
        self.origin = origin
        # Statements between the imports and everything else.
        self.preamble = helpers((*self.setup, call))
        self._weight = None

    @property
    def key(self):
        """What makes it the same case as another."""
        return (self.imports, self.setup, self.call)

    @property
    def changes_state(self):
        """Whether other cases may not run after it in the same process."""
        return False

    @property
    def weight(self):
        """Its size; simple inputs first."""
        if self._weight is None:
            parts = self.setup + (self.call,)
            self._weight = sum(map(jt_text.weight, parts)) + 3 * len(self.setup)
        return self._weight

    def command(self, limit, lines=False):
        """What a worker needs to run it."""
        text = "\n".join(self.imports + self.preamble + self.setup)
        return {"setup": text, "call": self.call, "limit": limit, "lines": lines}

    def without(self, line):
        """The case without the step that stands in a line of what is run before the call; None
        where that is none that can be spared.
        """
        at = len(self.imports) + len(self.preamble)
        for i, step in enumerate(self.setup):
            at += step.count("\n") + 1
            if line <= at:
                is_step = "=" not in step.partition("(")[0] and line > at - step.count("\n") - 1
                return self.changed(self.setup[:i] + self.setup[i + 1 :]) if is_step else None
        return None

    def changed(self, setup=None, call=None, rank=None):
        """A copy with another setup or call."""
        return Case(
            self.imports,
            self.setup if setup is None else setup,
            self.call if call is None else call,
            self.rank if rank is None else rank,
            self.origin,
        )

    def __repr__(self):
        return "Case(%r)" % ("; ".join(self.setup + (self.call,)),)


def enters_once(case):
    """Whether a context is used as a `with` statement does: entered, and left at most once after
    that. Those that a generator makes are good for one time only.
    """
    text = "\n".join(case.setup + (case.call,))
    if "context.__e" not in text:
        return True
    entered, left = text.count("context.__enter__()"), text.count("context.__exit__(")
    order = text.find("context.__enter__()") < text.find("context.__exit__(")
    return entered == 1 and (left == 0 or left == 1 and order)


class Names:
    """Knows how a name in a case is imported: the repository's own first, then the standard
    library's.
    """

    def __init__(self, module, code):
        self.module = module
        self.code = code
        self.known = {}  # name -> (module, definition) of what cases use besides

    def find(self, name):
        """`(module, definition)` of a repository name that a case may use, or None."""
        found = self.code.find(self.module, name) or self.code.neighbours(self.module).get(name)
        return found or self.known.get(name)

    def statement(self, name):
        """The import statement of a name, or None."""
        if name in self.module.defs or name in self.module.assigned:
            return "from %s import %s" % (self.module.name, name)
        if name in STANDARD and self.code.find(self.module, name) is None:
            return STANDARD[name]
        found = self.find(name)
        if found is None and name in self.module.imported:
            kept = self.code.kept(self.module, name)
            is_same = kept is not None and name in kept[0].assigned
            return "from %s import %s" % (kept[0].name, name) if is_same else None
        return "from %s import %s" % (found[0].name, found[1].name) if found else None

    def imports(self, texts):
        """Import statements for all free names of some source texts, sorted."""
        found, bound = set(), set()
        for text in texts:
            read, made = jt_text.names(text)
            found |= read
            bound |= made
        statements = {self.statement(name) for name in found - bound}
        return tuple(sorted(s for s in statements if s))

    def case(self, setup, call, rank=TYPED, origin="shape"):
        """A case with its imports."""
        if any(map(_RECORDS.search, (*setup, call))) and KEPT not in setup:
            setup = (KEPT, *setup)
        texts = tuple(setup) + (call,)
        uses = ("asyncio",) * bool(helpers(texts))
        return Case(self.imports(texts + uses), setup, call, rank, origin)
