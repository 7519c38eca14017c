"""Neighbours of a case that works: one constant, argument or element changed."""

import ast
import functools

import jt_code
import jt_documents
import jt_samples
import jt_sources
import jt_text
from jt_case import KEPT, MUTATED, TYPED, enters_once
from jt_text import literal


ALIKE = 0.1  # of all neighbours
RENUMBERED = 0.12  # of all neighbours
GIVEN_MORE = 0.1  # of all neighbours
EMPTIED = 0.06  # of all constants that are changed
BY_LINES = 0.5  # of the texts of marked lines, whatever else they are
MOST_NUMBERS = 16  # of a case whose numbers are all drawn anew
JOINED = (".", "/", ":")  # between the parts of a path
_OF_TIME = ("date", "datetime", "time")
PAIRED = ("=", ":", ",", ";", "|", " ")  # between a name and what is said of it


class Mutator:
    """Makes random neighbours of cases; deterministic by its random source."""

    def __init__(self, rng, pool, values=None):
        self.rng = rng
        self.pool = pool
        self.values = values  # makes the objects of the repository, where there are any

    def neighbour(self, case):
        """The case with one or two spots changed, or None."""
        if self.rng.random() < RENUMBERED:
            renumbered = self._renumbered(case)
            if renumbered is not None:
                return renumbered
        if self.values is not None and self.rng.random() < GIVEN_MORE:
            more = self._given_more(case)
            if more is not None:
                return more
        count = 1 if self.rng.random() < 0.75 else 2
        if self.rng.random() < ALIKE:
            case = self._alike(case) or case
        for _ in range(count):
            changed = self._once(case)
            if changed is None:
                return None
            case = changed
        return case if enters_once(case) else None

    def _once(self, case):
        if len(case.setup) > 1 and self.rng.random() < 0.35:
            return self._steps(case)
        parts = list(case.setup) + [case.call]
        spots = [(i, node) for i, part in enumerate(parts) for node in _open_spots(part)]
        if not spots:
            return None
        i, node = self.rng.choices(spots, [_weight(node) for _, node in spots])[0]
        new = None
        if isinstance(node, ast.Constant) and self.rng.random() < 0.2:
            new = self._known_in(case, node.value)
        new = new or self._changed(jt_text.Edit(parts[i]), node)
        if new is None:
            return None
        edit = jt_text.Edit(parts[i])
        parts[i] = edit.replaced([(node, new)])
        if jt_text.known(parts[i]) is None:
            return None
        rank = case.rank if case.rank > TYPED else MUTATED if case.origin != "shape" else case.rank
        return case.changed(tuple(parts[:-1]), parts[-1], rank)

    def _renumbered(self, case):
        """The case with all its whole numbers drawn anew from the first few, so that they meet in
        ways that no single change leads to (the small scope hypothesis: Jackson, "Software
        Abstractions", 2006); None where it has too few or too many. Numbers side by side that
        were in order stay so.
        """
        parts = list(case.setup) + [case.call]
        rows = [(i, row) for i, part in enumerate(parts) for row in _numbers(part)]
        count = sum(len(row) for _, row in rows)
        if not 3 <= count <= MOST_NUMBERS:
            return None
        changes = {}
        for i, row in rows:
            values = [node.value for node in row]
            drawn = [self.rng.randrange(count + 2) for _ in row]
            if values == sorted(set(values)) and len(row) > 1:
                drawn = sorted(self.rng.sample(range(count + 2), len(row)))
            changes.setdefault(i, []).extend(zip(row, map(repr, drawn)))
        for i, pairs in changes.items():
            parts[i] = jt_text.Edit(parts[i]).replaced(pairs)
        rank = case.rank if case.rank > TYPED else MUTATED if case.origin != "shape" else case.rank
        return case.changed(tuple(parts[:-1]), parts[-1], rank)

    def _given_more(self, case):
        """The case with an object in it that is made with one argument more, or another one, out of
        what else the case names; None where there is none.
        """
        parts, find = list(case.setup) + [case.call], self.values.names.find
        spots = [(i, node) for i, part in enumerate(parts) for node in _open_spots(part)]
        spots = [(i, node) for i, node in spots if find(getattr(_callee(node), "id", ""))]
        if not spots:
            return None
        i, node = self.rng.choice(spots)
        edit = jt_text.Edit(parts[i])
        names, made = self._remade(node, find(node.func.id), _texts_in(parts))
        given = dict(zip(names, map(edit.text, node.args)))
        given.update((word.arg, edit.text(word.value)) for word in node.keywords)
        new = sorted(set(made.items()) - set(given.items()))
        if not new or None in given or len(node.args) > len(names):
            return None
        given.update([self.rng.choice(new)])
        inner = [
            given[name] if at < len(node.args) else "%s=%s" % (name, given[name])
            for at, name in enumerate(dict.fromkeys([*names[: len(node.args)], *given]))
        ]
        parts[i] = edit.replaced([(node, "%s(%s)" % (node.func.id, ", ".join(inner)))])
        more = self.values.names.case(tuple(parts[:-1]), parts[-1], case.rank, case.origin)
        more.imports = tuple(sorted({*more.imports, *case.imports}))
        return more

    def _remade(self, node, found, texts):
        """What an object like that of a call may be made with: the names of all parameters, and
        `{name: source}`.
        """
        names = list(self.values.parameters(*found)) if jt_code.is_class(found[1]) else []
        self.values.resume([("", text) for text in texts])
        made = self.values.instance(node.func.id, 1) if names else ""
        other = jt_text.parse(made).body[0].value if made else None
        if getattr(_callee(other), "id", "") != node.func.id:
            return names, {}
        edit = jt_text.Edit(made)
        pairs = dict(zip(names, map(edit.text, other.args)))
        pairs.update((word.arg, edit.text(word.value)) for word in other.keywords if word.arg)
        return names, pairs

    def _alike(self, case):
        """The case with one object, row or record put in the place of another of its kind, so that
        two differ in little; None where there are no two.
        """
        parts = list(case.setup) + [case.call]
        groups = {}
        for i, part in enumerate(parts):
            for node in _open_spots(part):
                if isinstance(node, (ast.Call, ast.Dict, ast.Tuple)):
                    groups.setdefault(_sort(node), []).append((i, node))
        groups = [group for group in groups.values() if len(group) > 1]
        if not groups:
            return None
        (i, first), (j, second) = self.rng.sample(self.rng.choice(groups), 2)
        if i == j and _overlap(first, second):
            return None
        new = jt_text.Edit(parts[i]).text(first)
        parts[j] = jt_text.Edit(parts[j]).replaced([(second, new)])
        return case.changed(tuple(parts[:-1]), parts[-1])

    def _steps(self, case):
        """The case with one step of its setup repeated, moved or dropped; what binds names
        stays.
        """
        setup = list(case.setup)
        free = [i for i, text in enumerate(setup) if _is_step(text)]
        if not free or len(setup) > 12:
            return None
        at, roll = self.rng.choice(free), self.rng.random()
        if roll < 0.5:
            setup.insert(self.rng.choice(free), setup[at])
        elif roll < 0.8:
            other = self.rng.choice(free)
            setup[at], setup[other] = setup[other], setup[at]
        else:
            del setup[at]
        return case.changed(setup=tuple(setup))

    def _known_in(self, case, value):
        """Another constant of the case of the same kind: keys meet that were put in elsewhere."""
        found = []
        for part in case.setup + (case.call,):
            tree = jt_text.known(part)
            for node in ast.walk(tree) if tree else ():
                if (
                    isinstance(node, ast.Constant)
                    and type(node.value) is type(value)
                    and node.value != value
                ):
                    found.append(node.value)
        mark = next((m for m in JOINED if isinstance(value, str) and m in value), None)
        if mark and len(found) > 1 and self.rng.random() < 0.5:
            return literal(mark.join(self.rng.sample(found, 2)))  # a path through what is there
        crossed = self._crossed(value, found) if isinstance(value, str) and found else None
        if crossed is not None:
            return literal(crossed)
        return literal(self.rng.choice(found)) if found else None

    def _crossed(self, value, others):
        """A text with what comes before a mark from one and the rest from another, so that two name
        the same thing and say something else of it; None where none has the mark, or by chance.
        """
        marks = [m for m in PAIRED if m in value and any(m in other for other in others)]
        if not marks or self.rng.random() < 0.5:
            return None
        mark = self.rng.choice(marks)
        other = self.rng.choice([other for other in others if mark in other])
        return other.partition(mark)[0] + mark + value.partition(mark)[2]

    def _changed(self, edit, node):
        if isinstance(node, ast.Constant):
            return self.constant(node.value)
        if isinstance(node, ast.UnaryOp):
            return edit.text(node.operand)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return self._sequence(edit, node)
        if isinstance(node, ast.Dict):
            return self._dict(edit, node)
        if isinstance(node, ast.Attribute):
            return self._member(node)
        return self._call(edit, node)

    def _member(self, node):
        """Another member of an enumeration; None for what is none."""
        found = self.values.names.find(node.value.id) if self.values is not None else None
        members = jt_code.enum_members(found[1]) if found and jt_code.is_class(found[1]) else []
        others = [name for name in members if name != node.attr]
        is_member = node.attr in members and others
        return "%s.%s" % (node.value.id, self.rng.choice(others)) if is_member else None

    def constant(self, value):
        """Source of a value of the same kind, near or known; None for what has no neighbours."""
        rng, pool = self.rng, self.pool
        if isinstance(value, bool):
            return repr(not value)
        if isinstance(value, (int, float, str, bytes)) and value and rng.random() < EMPTIED:
            return repr(type(value)()) if not isinstance(value, str) else '""'
        if isinstance(value, int):
            if pool.ints and rng.random() < 0.25:
                return repr(rng.choice(pool.ints))
            options = (value + 1, value - 1, -value, 0, 1, value * 2, value * 10, value // 2, 2, 3)
            return repr(rng.choice(options))
        if isinstance(value, float):
            if pool.floats and rng.random() < 0.25:
                return repr(rng.choice(pool.floats))
            return repr(
                round(
                    rng.choice(
                        (
                            value + 1,
                            value - 1,
                            -value,
                            0.0,
                            value * 2,
                            value / 2,
                            value + 0.5,
                            value * 10,
                        )
                    ),
                    6,
                )
            )
        if isinstance(value, str):
            if pool.strings and rng.random() < 0.2:
                return literal(rng.choice(pool.strings))
            formed = self._in_form(value)
            return literal(formed or jt_samples.mutated(rng, value, pool.strings))
        if isinstance(value, bytes) and value:
            return literal(
                rng.choice(
                    (
                        value[:-1],
                        value + value[:1],
                        value[::-1],
                        b"",
                        bytes([value[0] ^ 1]) + value[1:],
                    )
                )
            )
        return None

    def _in_form(self, text):
        """A text of a form that is near to another one, more often than not; None for other
        texts.
        """
        forms = self.pool.forms
        if self.rng.random() < BY_LINES:
            forms = sorted(forms, key=lambda form: not _is_of(form, text))
        for form in forms:
            if hasattr(form, "changed") and self.rng.random() < 0.6:
                changed = form.changed(self.rng, text)
                if changed is not None and changed != text:
                    return changed
        return None

    def _sequence(self, edit, node):
        rng = self.rng
        texts = [edit.text(e) for e in node.elts]
        roll = rng.randrange(8)
        if not texts:
            return (
                None
                if isinstance(node, ast.Set)
                else self._shown(node, [rng.choice(("1", '"a"', "0"))])
            )
        at = rng.randrange(len(texts))
        if roll == 0:
            del texts[at]
        elif roll == 1:
            texts.insert(at, texts[at])
        elif roll == 2 and len(texts) > 1:
            other = rng.randrange(len(texts))
            texts[at], texts[other] = texts[other], texts[at]
        elif roll == 3:
            texts = texts[::-1]
        elif roll == 4:
            texts = texts + texts
        elif roll == 5:
            texts = [] if not isinstance(node, ast.Tuple) else texts
        elif roll == 6:
            texts = texts[:1]
        else:
            value = node.elts[at]
            new = self.constant(value.value) if isinstance(value, ast.Constant) else None
            texts.insert(rng.randrange(len(texts) + 1), new or texts[at])
        return self._shown(node, texts)

    @staticmethod
    def _shown(node, texts):
        inner = ", ".join(texts)
        if isinstance(node, ast.List):
            return "[" + inner + "]"
        if isinstance(node, ast.Set):
            return "{" + inner + "}" if texts else "set()"
        return "(" + inner + ("," if len(texts) == 1 else "") + ")"

    def _dict(self, edit, node):
        rng = self.rng
        pairs = [
            (edit.text(k) if k is not None else None, edit.text(v))
            for k, v in zip(node.keys, node.values)
        ]
        if not pairs or any(k is None for k, _ in pairs):
            return None
        at, roll = rng.randrange(len(pairs)), rng.randrange(4)
        if roll == 0:
            del pairs[at]
        elif roll == 1 and isinstance(node.keys[at], ast.Constant):
            new = self.constant(node.keys[at].value)
            if new:
                pairs.append((new, pairs[at][1]))
        elif roll == 2:
            other = rng.randrange(len(pairs))
            pairs[at], pairs[other] = (pairs[at][0], pairs[other][1]), (
                pairs[other][0],
                pairs[at][1],
            )
        else:
            pairs = pairs[::-1]
        return "{" + ", ".join(k + ": " + v for k, v in dict(pairs).items()) + "}"

    def _call(self, edit, node):
        """Drops or swaps arguments of a call."""
        rng = self.rng
        args = [edit.text(a) for a in node.args]
        words = [
            "%s=%s" % (w.arg, edit.text(w.value)) if w.arg else "**" + edit.text(w.value)
            for w in node.keywords
        ]
        roll = rng.randrange(3)
        if roll == 0 and words:
            del words[rng.randrange(len(words))]
        elif roll == 1 and len(args) > 1:
            i = rng.randrange(len(args) - 1)
            if _kind(node.args[i]) != _kind(node.args[i + 1]):
                return None  # callers don't mix up a number and a list
            args[i], args[i + 1] = args[i + 1], args[i]
        elif args:
            args.pop()
        else:
            return None
        return "%s(%s)" % (edit.text(node.func), ", ".join(args + words))


def _weight(node):
    """How much there is to change in a spot: a text of several lines has as many parts."""
    value = node.value if isinstance(node, ast.Constant) else None
    return 1 + min(4, value.count("\n")) if isinstance(value, str) else 1


def _is_of(form, text):
    """Whether a text is one of marked lines, and that is the form."""
    return hasattr(form, "marks_in") and form.marks_in(text)


def _texts_in(parts):
    """The sources of all texts and numbers in the parts of a case, each once."""
    spots = [node for part in parts for node in _open_spots(part)]
    values = [node.value for node in spots if isinstance(node, ast.Constant)]
    return list(dict.fromkeys(literal(v) for v in values if type(v) in (str, int)))


def _callee(node):
    return node.func if isinstance(node, ast.Call) else None


def _is_step(text):
    tree = jt_text.known(text)
    return tree is not None and isinstance(tree.body[0], (ast.Expr, ast.Delete))


def _kind(node):
    return type(node.value) if isinstance(node, ast.Constant) else type(node)


def _sort(node):
    """What two parts of a case have in common that can take each other's place."""
    if isinstance(node, ast.Call):
        return "call", getattr(node.func, "id", getattr(node.func, "attr", ""))
    return type(node).__name__, len(getattr(node, "elts", ()))


def _overlap(one, other):
    start, end = (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)
    return start < (other.end_lineno, other.end_col_offset) and end > (
        other.lineno,
        other.col_offset,
    )


@functools.lru_cache(maxsize=8192)
def _open_spots(text):
    """What can be changed in a part of a case; nothing in definitions and imports."""
    tree = jt_text.known(text) if text != KEPT else None
    closed = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return () if tree is None or isinstance(tree.body[0], closed) else tuple(_spots(tree))


@functools.lru_cache(maxsize=8192)
def _numbers(text):
    """The whole numbers in a part of a case, those of one call, display or row together; none of
    dates and times, whose parts have bounds of their own.
    """
    spots = _open_spots(text)
    whole = {id(node) for node in spots if isinstance(node, ast.Constant) and _is_whole(node)}
    rows = []
    for node in spots:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            parts = [] if name in _OF_TIME else [*node.args, *(w.value for w in node.keywords)]
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        else:
            parts = getattr(node, "elts", [])
        row = tuple(part for part in parts if id(part) in whole)
        if row:
            rows.append(row)
    return tuple(rows)


def _is_whole(node):
    return isinstance(node.value, int) and not isinstance(node.value, bool)


def _spots(tree):
    """Nodes that can be changed: constants, displays, negations, calls, and what may be a member of
    an enumeration.
    """
    inside, held = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(n) for n in ast.walk(node)}
        elif isinstance(node, (ast.Call, ast.Attribute)):
            held.add(id(getattr(node, "func", getattr(node, "value", None))))
    return [
        node
        for node in ast.walk(tree)
        if id(node) not in inside
        and (
            isinstance(node, ast.Constant)
            and node.value is not None
            and node.value is not Ellipsis
            or isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call))
            and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
            or isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.USub)
            or isinstance(node, ast.Attribute)
            and id(node) not in held
            and getattr(node.value, "id", "_")[:1].isupper()
        )
    ]


def smaller(case):
    """All neighbours of a case that are one step simpler, simplest first."""
    if case.origin == "request":
        return case.smaller()
    found = []
    parts = list(case.setup) + [case.call]
    for i in range(len(case.setup)):
        found.append(case.changed(case.setup[:i] + case.setup[i + 1 :]))
    last = jt_text.parse(case.call)
    if last is not None and isinstance(last.body[0].value, ast.List):
        edit = jt_text.Edit(case.call)
        found += [case.changed(call=edit.text(part)) for part in last.body[0].value.elts]
    if last is not None and isinstance(last.body[0].value, ast.ListComp):
        found.append(case.changed(call=jt_text.Edit(case.call).text(last.body[0].value.elt)))
    for i, part in enumerate(parts):
        tree = jt_text.known(part)
        if tree is None or isinstance(tree.body[0], (ast.FunctionDef, ast.ClassDef)):
            continue
        edit = jt_text.Edit(part)
        for node in _spots(tree):
            if id(node) in _years(tree):
                continue  # nobody writes of the year 1
            for new in _simpler(edit, node):
                text = edit.replaced([(node, new)])
                if jt_text.known(text) is not None and text != part:
                    changed = parts[:i] + [text] + parts[i + 1 :]
                    found.append(case.changed(tuple(changed[:-1]), changed[-1]))
    found = [c for c in found if enters_once(c)]
    unique = {c.key: c for c in found if c.weight < case.weight or _nicer(c, case)}
    return sorted(unique.values(), key=lambda c: (c.weight, len(c.call), c.call, c.key))[:120]


def _years(tree):
    """The years of the dates in a part of a case."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    return {id(call.args[0]) for call in calls if getattr(call.func, "id", "") in _OF_TIME[:2]}


def _nicer(new, old):
    return new.weight == old.weight and _score(new) < _score(old)


def _score(case):
    """Ties: shorter text, smaller numbers, letters from the start of the alphabet."""
    text = "".join(case.setup) + case.call
    return (
        len(text),
        sum(c in "-.'\\" for c in text),
        sum(int(c) for c in text if c.isdecimal() and c.isascii()),
    )


def _simpler(edit, node):
    if isinstance(node, ast.Constant):
        return _simpler_constant(node.value)
    if isinstance(node, ast.UnaryOp):
        return [edit.text(node.operand)]
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        texts = [edit.text(e) for e in node.elts]
        options = [texts[: len(texts) // 2], texts[len(texts) // 2 :]] if len(texts) > 2 else []
        options += [texts[:i] + texts[i + 1 :] for i in range(len(texts))]
        return [Mutator._shown(node, o) for o in options if o or not isinstance(node, ast.Set)]
    if isinstance(node, ast.Dict):
        pairs = [
            (edit.text(k) if k is not None else "**", edit.text(v))
            for k, v in zip(node.keys, node.values)
        ]
        options = [pairs[:i] + pairs[i + 1 :] for i in range(len(pairs))]
        return ["{" + ", ".join(k + ": " + v for k, v in o) + "}" for o in options]
    if isinstance(node, ast.Call):
        args = [edit.text(a) for a in node.args]
        words = [
            "%s=%s" % (w.arg, edit.text(w.value)) if w.arg else "**" + edit.text(w.value)
            for w in node.keywords
        ]
        func = edit.text(node.func)
        options = [args + words[:i] + words[i + 1 :] for i in range(len(words))]
        if args:
            options.append(args[:-1] + words)
        return ["%s(%s)" % (func, ", ".join(o)) for o in options]
    return []


def _simpler_constant(value):
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int):
        options = [0, 1, 2, 3, 5, 10, value // 10, value // 2, value - 1]
        return [repr(v) for v in dict.fromkeys(options) if 0 <= v < value]
    if isinstance(value, float):
        options = [
            0.0,
            1.0,
            2.0,
            0.5,
            float(int(value)) if abs(value) < 1e9 else 0.0,
            round(value, 1),
        ]
        return [
            repr(v)
            for v in dict.fromkeys(options)
            if len(repr(v)) <= len(repr(value)) and 0 <= v < value
        ]
    if isinstance(value, str) and value:
        options = [
            "",
            "a",
            "ab",
            value[: len(value) // 2],
            value[len(value) // 2 :],
            value[1:],
            value[:-1],
        ]
        options += [value[:i] + value[i + 1 :] for i in range(1, min(len(value) - 1, 24))]
        options += jt_documents.smaller(value) + jt_sources.smaller(value)
        options += ["".join("a" if c.isalpha() and c.isascii() else c for c in value)]
        return [
            literal(v)
            for v in dict.fromkeys(options)
            if len(v) < len(value) or len(v) == len(value) and v < value
        ]
    if isinstance(value, bytes) and value:
        return [literal(v) for v in (b"", value[: len(value) // 2], value[1:], value[:-1])]
    return []
