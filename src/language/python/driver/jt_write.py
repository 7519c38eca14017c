"""From a case and what it did to a test file that a person would merge."""

import ast
import re

import jt_answers
import jt_compare
import jt_layout
import jt_text
import jt_words
from jt_guard import LEAST_TURNS, MOST_TURNS, TURNS
from jt_objects import snake
from jt_case import STANDARD

LONG = 240
# Seconds that a call may take which ended within some thousand steps. A list that grows all the
# time fills the memory of a sandbox in not much more.
# Sleeping without waiting: who sleeps longer comes later.
IN_TURN = [
    "",
    "def in_turn(sleep):",
    "    async def turn(delay, result=None):",
    "        turns = int(min(%d + delay * %d, %d)) if delay > 0 else 0"
    % (LEAST_TURNS, TURNS, MOST_TURNS),
    "        for _ in range(turns):",
    "            await sleep(0)",
    "        return await sleep(0, result)",
    "",
    "    return turn",
]
LONGEST = 0.25
PATIENCE = 8  # times that: what ends by then is only slow, and a matter of the machine


class Unwritable(Exception):
    """The behaviour can't be asserted with plain source text."""


class Expected:
    """Source of an expected value, and what it needs imported."""

    def __init__(self):
        self.imports = set()

    def source(self, node, inside=False):
        """Source text that is equal to the value of a node."""
        tag = node[0]
        if tag in ("n", "i", "b"):
            return node[1]
        if tag == "s":
            return jt_text.literal(node[1])
        if tag == "f":
            return self._float(float(node[1]), inside)
        if tag == "y":
            return jt_text.literal(ast.literal_eval(node[1]))
        if tag in ("l", "t", "nt", "q"):
            return self._sequence(node)
        if tag == "d":
            pairs = ["%s: %s" % (self.source(k, True), self.source(v, True)) for k, v in node[1]]
            return "{" + ", ".join(pairs) + "}"
        if tag == "u":
            return self._set(node)
        if tag == "e":
            self._from(node[1], node[2].split(".")[0])
            return "%s.%s" % (node[2], node[3])
        if tag == "x":
            return self._standard(node)
        if tag == "p":
            if "<folder>" in node[1]:
                raise Unwritable("a path of this machine")
            self.imports.add(STANDARD["Path"])
            return "Path(%s)" % jt_text.literal(node[1])
        if tag == "ref" and node[1] == "class" and hasattr(__import__("builtins"), node[2]):
            return node[2]
        raise Unwritable("no literal for " + tag)

    def _from(self, module, name):
        if module in ("builtins", "__main__") or "<" in name:
            raise Unwritable("a local class")
        self.imports.add("from %s import %s" % (module, name))

    def _float(self, value, inside):
        if value != value or value in (float("inf"), float("-inf")):
            if value != value:
                raise Unwritable("not a number")
            return 'float("%s")' % value
        if value * 8 == int(value * 8) and abs(value) < 1e15:
            return repr(value)
        self.imports.add("import pytest")
        return "pytest.approx(%r)" % value

    def _sequence(self, node):
        parts = [self.source(item, True) for item in jt_compare.items(node)]
        inner = ", ".join(parts)
        if node[0] == "l":
            return "[" + inner + "]"
        if node[0] == "q":
            self.imports.add(STANDARD["deque"])
            return "deque([%s])" % inner
        if node[0] == "nt" and not node[5]:  # equal to no plain tuple, or found under another hash
            self._from(node[1], node[2].split(".")[0])
            return "%s(%s)" % (node[2], inner)
        return "(" + inner + ("," if len(parts) == 1 else "") + ")"

    def _set(self, node):
        parts = [self.source(item, True) for item in node[1]]
        if any("approx" in part for part in parts):
            raise Unwritable("inexact numbers in a set")
        parts.sort(key=lambda p: (len(p), p))
        inner = "{" + ", ".join(parts) + "}" if parts else ""
        return "frozenset(%s)" % inner if node[2] == "frozenset" else inner or "set()"

    def _standard(self, node):
        text = jt_text.normal(node[1])
        if node[2] == "import datetime":
            text = text.replace("datetime.", "").replace("datetime(", "datetime(")
            names = ("datetime", "date", "time", "timedelta", "timezone")
            tree = jt_text.parse(text)
            used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} if tree else set()
            self.imports |= {STANDARD[name] for name in names if name in used}
        elif node[2]:
            self.imports.add(node[2])
        return text


def follow(node, path):
    """The node at the end of a path of differences."""
    for step in path:
        if step[0] == "item":
            node = jt_compare.items(node)[step[1]]
        elif step[0] == "key":
            node = next(v for k, v in node[1] if k == step[1])
        elif step[0] == "attr":
            node = node[3][step[1]]
        elif step[0] == "len":
            node = ["i", repr(node[4]["len"])]
        elif step[0] == "items":
            node = ["l", node[4]["items"]]
    return node


def access(text, node, path):
    """Source that reaches the end of a path from an expression."""
    for step in path:
        if step[0] == "item":
            text = "%s[%d]" % ("list(%s)" % text if node[0] == "it" else text, step[1])
        elif step[0] == "key":
            text = "%s[%s]" % (text, Expected().source(step[1]))
        elif step[0] == "attr":
            text = "%s.%s" % (text, step[1])
        else:
            text = "%s(%s)" % ("len" if step[0] == "len" else "list", text)
        node = follow(node, [step])
    return text


class Writer:
    """Writes tests; keeps names unique."""

    def __init__(self, reserved, first_party, settings):
        self.used = set(reserved)
        self.settings = settings
        self.first_party = first_party

    def test(self, case, outcome, found, target, local, other):
        """`(name, file text)` of a test that pins the outcome of a case; `found` is what differs
        in the `other` outcome, where no fixture that this one needs may be missing.
        """
        body = Body(case, outcome, found, local, other.get("notes", ()))
        body.starts = starts(case, self.settings)
        lines = body.lines()
        name = self.unique(jt_words.name(case, outcome, found, local))
        pinned = jt_words.docstring(case, outcome, found, local)
        head = "def %s(%s):" % (name, ", ".join(sorted(body.fixtures)))
        text = [head, '    """%s"""' % pinned]
        for line in lines:
            text += jt_layout.laid_out(line, 4)
        gap = [""] * bool(case.preamble and body.preamble)
        helpers = list(case.preamble) + gap + body.preamble
        preamble = [""] + helpers if helpers else []
        needed = [i for i in case.imports if _is_used(i, "\n".join(preamble + text))]
        imports = jt_layout.grouped({*needed, *body.imports}, self.first_party)
        title = '"""Behaviour of %s."""' % (
            local if case.origin == "request" else "%s.%s" % (target.module, target.local)
        )
        if len(title) > jt_text.WIDTH:
            title = '"""Behaviour of %s."""' % target.local.split(".")[-1]
        return name, "\n".join([title, ""] + imports + preamble + ["", ""] + text) + "\n"

    def unique(self, name):
        """A name that no other test has."""
        plain, number = name, 2
        while name in self.used:
            name, number = "%s_%d" % (plain, number), number + 1
        self.used.add(name)
        return name


def starts(case, settings):
    """`[(module, name, whether it is filled in place)]`: what the steps of a case change in
    modules, so that the test leaves these as they were.
    """
    found = set()
    for line in case.imports:
        words = line.split()
        if words[0] == "from" and len(words) == 4:
            kept = settings.get((words[1], words[3]), ())
            found |= {(words[1], name, is_filled) for name, is_filled in kept}
    return sorted(found)


class Body:
    """The statements of one test."""

    def __init__(self, case, outcome, found, local, notes=()):
        self.case = case
        self.outcome = outcome
        self.notes = {*outcome.get("notes", ()), *notes}
        self.what, self.path = found
        self.local = local
        self.imports = set()
        self.fixtures = set()
        self.starts = ()
        self.preamble = []

    def lines(self):
        """Setup, call and assertions; raises `Unwritable`."""
        setup = list(self.case.setup)
        setup[:0] = self._put_back()
        if "slept" in self.notes:
            self.fixtures.add("monkeypatch")
            setup.insert(0, 'monkeypatch.setattr("time.sleep", lambda seconds: None)')
        if "raced" in self.notes:
            self.fixtures.add("monkeypatch")
            self.imports.add("import asyncio")
            self.preamble += IN_TURN
            setup.insert(0, 'monkeypatch.setattr("asyncio.sleep", in_turn(asyncio.sleep))')
        elif "waited" in self.notes:
            self.fixtures.add("monkeypatch")
            self.imports.add("import asyncio")
            setup[:0] = [
                "sleep = asyncio.sleep",
                'monkeypatch.setattr("asyncio.sleep", lambda delay, result=None: sleep(0, result))',
            ]
        if "file" in self.notes:
            self.fixtures |= {"monkeypatch", "tmp_path"}
            setup.insert(0, "monkeypatch.chdir(tmp_path)")
        if self.what == "endless":
            return self._in_time(setup)
        return setup + self._asserted()

    def _put_back(self):
        """Statements after which a test leaves what modules keep as it was. A package may hide a
        module of its by a function of that name: it is asked for by its whole name.
        """
        lines, modules = [], {}
        for module, name, is_filled in self.starts:
            self.fixtures.add("monkeypatch")
            self.imports.add("import sys")
            if module not in modules:
                modules[module] = "module" + "_%d" % len(modules) * bool(modules)
                lines.append('%s = sys.modules["%s"]' % (modules[module], module))
            value = "%s.%s" % (modules[module], name)
            if is_filled:
                self.imports.add("import copy")
                value = "copy.deepcopy(%s)" % value
            lines.append('monkeypatch.setattr(%s, "%s", %s)' % (modules[module], name, value))
        return lines

    def _asserted(self):
        if self.what == "after":
            return self._after()
        if self.what == "file":
            return self._file(self.path[0][1])
        if self.outcome["kind"] == "raise":
            raised = self._raises(self.case.call)
            return self._told(raised) if self.what == "message" else raised
        if self.what == "out":
            self.fixtures.add("capsys")
            text = jt_text.literal(self.outcome["out"])
            return [self.case.call, "assert capsys.readouterr().out == " + text]
        path = self.path if self.what == "value" else []
        return self._value(self.case.call, self.outcome["value"], path)

    def _raises(self, call):
        name, module = self.outcome["type"], self.outcome["module"]
        if module != "builtins":
            self.imports.add("from %s import %s" % (module, name))
        self.imports.add("import pytest")
        return ["with pytest.raises(%s):" % name, "    " + call]

    def _told(self, raised):
        text = jt_text.literal(self.outcome["message"])
        head = raised[0][:-1] + " as caught:"
        return [head] + raised[1:] + self._equal("str(caught.value)", text)

    def _value(self, call, node, path):
        if node[0] == "resp":
            return jt_answers.statements(call, node, path, self._text)
        if node[0] == "it":
            if node[2]:
                raise Unwritable("an iterator that raises")
            call, node = ("list(%s)" % call), ["l", node[1]]
        whole = self._text(node)
        if whole is not None and (len(whole) <= LONG or not path):
            return self._equal(call, whole)
        for end in range(1, len(path) + 1):
            inner = follow(node, path[:end])
            text = self._text(inner)
            if text is not None and (len(text) <= LONG or end == len(path)):
                return self._at(call, node, path[:end], text)
        if path and follow(node, path)[0] == "o":
            return ["result = " + call, "assert %s is not None" % access("result", node, path)]
        for end in range(len(path), 0, -1):
            parts = self._parts_of(call, node, path[:end])
            if parts is not None:
                return parts
        return self._parts(call, node)

    def _parts_of(self, call, node, path):
        """Assertions on parts of what a path leads to; None where it holds nothing to assert."""
        inner = follow(node, path)
        if inner[0] not in ("l", "t", "d") or not call.isidentifier():
            return None
        try:
            return self._parts(access(call, node, path), inner)
        except Unwritable:
            return None

    def _text(self, node):
        """Source of an expected value, or None where it can't be written."""
        expected = Expected()
        try:
            text = expected.source(node)
        except Unwritable:
            return None
        self.imports |= expected.imports
        return text

    def _at(self, call, node, path, text):
        if call.isidentifier():
            return self._equal(access(call, node, path), text)
        plain = " " not in call.split("(")[0] and not call.startswith(("lambda", "-"))
        if len(path) == 1 and len(call) < 50 and plain:
            return self._equal(access(call, node, path), text)
        return ["result = " + call] + self._equal(access("result", node, path), text)

    def _parts(self, call, node):
        """Assertions on what can be written of an object, or of the objects in a list."""
        lines = []
        if node[0] == "o":
            forms = [("result." + name, inner) for name, inner in sorted(node[3].items())]
            if "len" in node[4]:
                forms.append(("len(result)", ["i", repr(node[4]["len"])]))
            if "items" in node[4]:
                forms.append(("list(result)", ["l", node[4]["items"]]))
        elif node[0] in ("l", "t") and node[1] and all(item[0] == "o" for item in node[1]):
            names = sorted(set.intersection(*(set(item[3]) for item in node[1])))
            forms = [
                ("[item.%s for item in result]" % name, ["l", [item[3][name] for item in node[1]]])
                for name in names
            ] or [("len(result)", ["i", repr(len(node[1]))])]
        elif node[0] in ("l", "t", "d"):
            forms = [("len(result)", ["i", repr(len(node[1]))])]
        else:
            raise Unwritable("nothing of it can be asserted")
        for form, inner in forms:
            text = self._text(inner)
            if text is not None and len(text) <= LONG and len(lines) < 6:
                lines += self._equal(form, text)
        if not lines and node[0] == "o":
            lines = ["assert result is not None"]
        if not lines:
            raise Unwritable("nothing of it can be asserted")
        return ["result = " + call] + lines

    @staticmethod
    def _equal(call, text):
        if _needs_parentheses(call):
            call = "(%s)" % call
        if text in ("None", "True", "False"):
            return ["assert %s is %s" % (call, text)]
        return ["assert %s == %s" % (call, text)]

    def _after(self):
        name = self.path[0][1]
        node = self.outcome["after"][name]
        setup, call, variable = hoisted(self.case, name, self.local)
        made = self._raises(call) if self.outcome["kind"] == "raise" else [call]
        return setup + made + self._value(variable, node, list(self.path[1:]))

    def _file(self, name):
        node = self.outcome["files"].get(name, ["?"])
        call, raises = self.case.call, self.outcome["kind"] == "raise"
        made = self._raises(call) if raises else [call]
        text = self._text(node[1] if node[0] == "json" else node)
        if text is None or len(text) > LONG:
            raise Unwritable("what the file holds")
        self.imports.add(STANDARD["Path"])
        read = 'Path(%s).read_text(encoding="utf-8")' % jt_text.literal(name)
        if node[0] == "json":
            self.imports.add("import json")
            read = "json.loads(%s)" % read
        return made + self._equal(read, text)

    def _in_time(self, setup):
        self.imports |= {"import pytest", "import signal"}
        what = jt_words.shown(self.case.call).replace('"', "'")
        self.what, self.path = "value", []
        inner = setup + self._asserted()
        message = "it doesn't end" if len(what) > 60 else what + " doesn't end"
        return (
            [
                "",
                "def give_up(signum, frame):",
                "    pytest.fail(%s)" % jt_text.literal(message),
                "",
            ]
            # Processor time, so that a busy machine is not taken for code that doesn't end; the
            # kernel's too, as a list that grows spends as much of it.
            + ["signal.signal(signal.SIGPROF, give_up)"]
            + ["signal.setitimer(signal.ITIMER_PROF, %s)" % LONGEST, "try:"]
            + ["    " + line for line in inner]
            + ["finally:", "    signal.setitimer(signal.ITIMER_PROF, 0)"]
        )


def patient(code):
    """A test that gives up on a call, with a limit that only what doesn't end reaches."""
    limit = "ITIMER_PROF, %s)"
    return code.replace(limit % LONGEST, limit % (LONGEST * PATIENCE))


def _is_used(statement, text):
    """Whether a text names what an import statement binds; what is left out of a case leaves its
    import behind.
    """
    bound = statement.rpartition("import ")[2].rpartition(" as ")[2].split(".")[0].strip()
    return "," in bound or re.search(r"\b%s\b" % re.escape(bound), text) is not None


def _needs_parentheses(call):
    tree = ast.parse(call, mode="eval").body
    return isinstance(tree, (ast.Compare, ast.BoolOp, ast.Lambda, ast.IfExp)) or (
        isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
    )


def hoisted(case, held, local):
    """`(setup, call, variable)` with the held argument or receiver as a variable of its own."""
    if not held.startswith(("arg", "key_")) and held != "self":
        return [], case.call, held
    edit = jt_text.Edit(case.call)
    call = ast.parse(case.call, mode="eval").body
    while isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Call):
        if getattr(call.func, "id", getattr(call.func, "attr", "")) not in (
            "list",
            "next",
            "str",
            "repr",
            "len",
            "run",
        ):
            break
        call = call.args[0]
    if held == "self":
        node = call.func.value
        name = snake(getattr(node.func, "id", "it")) if isinstance(node, ast.Call) else "it"
    elif held.startswith("arg"):
        node, name = call.args[int(held[3:])], "values"
    else:
        node, name = next(w.value for w in call.keywords if w.arg == held[4:]), held[4:]
    taken = {
        n.id
        for n in ast.walk(ast.parse("\n".join(case.setup) + "\n" + case.call))
        if isinstance(n, ast.Name)
    }
    while name in taken:
        name += "_given"
    return ["%s = %s" % (name, edit.text(node))], edit.replaced([(node, name)]), name
