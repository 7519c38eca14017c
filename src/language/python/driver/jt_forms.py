"""Forms of text that the code shows to read, by the constants that it looks for: each form makes
texts of that kind.
"""

import ast
import re

MOST_AFFIXES, LONGEST_AFFIX = 12, 16
DEEPEST = 6  # names of names
HEADS = {"startswith", "removeprefix", "lstrip", "strip"}
TAILS = {"endswith", "removesuffix", "rstrip", "strip"}
NUMBERS = ("1", "25", "1234", "30123", "7012345")
SPLITS = {"split", "rsplit", "partition", "rpartition", "find", "index"}
QUOTES = "\"'`"
SPECIAL = "^$.|?*+()[]{}\\"  # signs that mean something else in a regular expression
WILDCARDS = ("*", "**", "?", "#", "+", "%", "_", "...", ">")
SURELY = {"*", "**", "?"}  # one of these alone is enough where texts are split
ARITHMETIC = {"-", "("}  # signs beside which a star is none
_FOUND = {}  # what was found in some modules
WORDS = ("a", "ab", "bcd", "hello", "a b")


def found(modules, kinds=()):
    """The forms that the code of some modules, the same one in its revisions, reads; of `kinds`,
    too.
    """
    modules = tuple(modules)
    key = tuple(getattr(module, "key", id(module)) for module in modules)
    if key not in _FOUND:
        forms = [kind() for kind in (Affixes, Quotes, Wildcards) + kinds]
        for form in forms:
            for module in modules:
                form.read(module)
        # The modules are kept, so that no other one gets an id of theirs.
        _FOUND[key] = modules, [form for form in forms if form.is_known()]
    return _FOUND[key][1]


def texts_of(node, module, depth=0):
    """The texts that an expression of constants stands for: names of the module, sums of them, and
    tuples.
    """
    if depth > DEEPEST:
        return []
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Name):
        return texts_of(module.assigned.get(node.id), module, depth + 1)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return [text for part in node.elts for text in texts_of(part, module, depth + 1)]
    if isinstance(node, ast.JoinedStr):
        return _sums(node.values, module, depth + 1)
    if isinstance(node, ast.FormattedValue):
        return texts_of(node.value, module, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sums((node.left, node.right), module, depth + 1)
    return []


def _sums(parts, module, depth):
    """What parts make together, each of the ways that it can be."""
    sums = [""]
    for part in parts:
        more = texts_of(part, module, depth)[:MOST_AFFIXES]
        sums = [text + end for text in sums for end in more][:MOST_AFFIXES]
    return sums


class Affixes:
    """Texts that begin or end as the code asks for. What comes next often begins with the same
    characters once more: a prefix that is taken off twice, or sign by sign, takes these as well.
    """

    share = 0.15
    is_document = False

    def __init__(self):
        self.heads, self.tails = [], []

    def is_known(self):
        """Whether the code looks for any."""
        return bool(self.heads or self.tails)

    def read(self, module):
        """Takes in what a module looks for at either end of texts."""
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                texts = texts_of(node.args[0], module)
                self._keep(node.func.attr in HEADS, node.func.attr in TAILS, texts)
            elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Subscript):
                texts = [t for side in node.comparators for t in texts_of(side, module)]
                self._keep(is_start(node.left), _is_end(node.left), texts)

    def _keep(self, is_head, is_tail, texts):
        for kept in [self.heads] * is_head + [self.tails] * is_tail:
            for text in texts:
                fits = text.strip() and len(text) <= LONGEST_AFFIX and text not in kept
                if fits and len(kept) < MOST_AFFIXES:
                    kept.append(text)

    def make(self, rng, _recent=()):
        """One text."""
        head = rng.choice(self.heads) if self.heads else ""
        tail = rng.choice(self.tails) if self.tails else ""
        if head and tail and rng.random() < 0.6:
            head, tail = rng.choice(((head, ""), ("", tail)))
        is_number = (head + tail).strip("+-.0 ").isdigit() or rng.random() < 0.3
        body = rng.choice(NUMBERS if is_number else WORDS)
        if head:
            body = _more(rng, head, self.heads) + body
        if tail:
            body += _more(rng, tail, self.tails)
        return head + body + tail


def _more(rng, affix, others):
    """Characters of an affix, or all of it, or another one."""
    roll = rng.random()
    if roll < 0.55:
        return "".join(rng.choice(affix) for _ in range(rng.choice((1, 1, 2))))
    return "" if roll < 0.7 else affix if roll < 0.85 else rng.choice(others)


def is_start(node):
    """Whether a subscript takes the start of a text: `x[:n]`, `x[0]`."""
    if isinstance(node.slice, ast.Slice):
        return node.slice.lower is None and node.slice.upper is not None
    index = node.slice.value if type(node.slice).__name__ == "Index" else node.slice
    return isinstance(index, ast.Constant) and index.value == 0


def _is_end(node):
    """Whether a subscript takes the end of a text: `x[-n:]`, `x[-1]`."""
    part = node.slice.lower if isinstance(node.slice, ast.Slice) else node.slice
    part = part.value if type(part).__name__ == "Index" else part
    is_open = not isinstance(node.slice, ast.Slice) or node.slice.upper is None
    return is_open and isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub)


class Quotes:
    """Settings and fields with quoted parts: what the code looks for outside of quotes stands
    inside of them, too.
    """

    share = 0.25
    is_document = False

    def __init__(self):
        self.quotes, self.marks, self.separators, self.is_lined = [], [], [], False

    def is_known(self):
        """Whether the code looks for quotes."""
        return bool(self.quotes)

    def read(self, module):
        """Takes in the signs that a module looks for."""
        for sign in signs(module):
            kept = self.quotes if sign in QUOTES else self.marks
            if sign not in kept and not (sign.isspace() and sign != " "):
                kept.append(sign)
        for text in separators(module):
            if text.strip() and text not in self.separators and text not in QUOTES:
                self.separators.append(text)
        names = {getattr(node, "attr", None) for node in ast.walk(module.tree)}
        self.is_lined = self.is_lined or "splitlines" in names

    def make(self, rng, _recent=()):
        """One text: a line or two of fields, or a setting."""
        separator = rng.choice(self.separators or ["=", ":", ","])
        lines = [self._line(rng, separator)]
        if self.is_lined and rng.random() < 0.3:
            lines.append(self._line(rng, separator))
        return "\n".join(lines)

    def _line(self, rng, separator):
        roll, space = rng.random(), rng.choice(("", "", " "))
        quoted = self._quoted(rng, separator)
        if roll < 0.5:
            line = "a" + space + separator + space + quoted
        elif roll < 0.75:
            line = separator.join(rng.sample(["a", quoted, "b"], rng.choice((2, 3))))
        else:
            line = quoted
        if rng.random() < 0.35:
            line += rng.choice((" ", "", "b", separator)) + rng.choice(self.marks or [" "]) + "c"
        return line

    def _quoted(self, rng, separator):
        marks = [mark for mark in self.marks if mark != separator]
        quote, mark = rng.choice(self.quotes), rng.choice(marks + [separator])
        inner = rng.choice(
            ("x" + mark + "y", "x " + mark + "y", "x " + mark + " y", mark + "x", "x" + mark, mark)
            + ("x", "", "x y", " x ", rng.choice(self.quotes))
            + (("\\" + quote + "x", "x\\\\") if "\\" in self.marks else (quote + quote + "x",))
        )
        return quote + inner + (quote if rng.random() < 0.95 else "")


class Wildcards:
    """Patterns with signs that stand for parts of a text, and texts that fit them, or nearly: of
    two texts in a case one is made of the other one's parts.
    """

    share = 0.35
    is_document = False

    def __init__(self):
        self.signs, self.separators = [], []

    def is_known(self):
        """Whether the code compares parts of texts with signs."""
        is_sure = len(self.signs) > 1 or bool(SURELY & set(self.signs) and self.separators)
        return is_sure and len(self.signs) < 5

    def read(self, module):
        """Takes in the signs that a module compares with, and what it splits at."""
        compared = list(_compared(module))
        if ARITHMETIC & set(compared):
            return
        self.signs += [s for s in compared if s in WILDCARDS and s not in self.signs]
        self.separators += [
            text for text in separators(module) if text.strip() and text not in self.separators
        ]
        if "fnmatch" in module.imported:
            self.signs += [sign for sign in ("*", "?") if sign not in self.signs]

    def make(self, rng, recent=()):
        """A text or a pattern; one that belongs to the last text of the case, if there is one."""
        separator = rng.choice(self.separators) if self.separators else ""
        last = recent[-1] if recent and rng.random() < 0.8 else None
        parts = split(last, separator) if last is not None else self._parts(rng)
        if any(part in self.signs for part in parts):
            parts = self._meant(rng, parts)
        elif last is not None or rng.random() < 0.5:
            parts = self._pattern(rng, parts)
        return separator.join(parts)

    @staticmethod
    def _parts(rng):
        return [rng.choice(("a", "b", "c", "a")) for _ in range(rng.choice((1, 1, 2, 2, 3)))]

    def _pattern(self, rng, parts):
        """Parts of which some are left to a sign: one, those at the end or the start, or none at
        all.
        """
        parts, sign, roll = list(parts), rng.choice(self.signs), rng.randrange(7)
        at = rng.randrange(len(parts) + 1)
        if roll == 0:
            return parts + [sign]
        if roll == 1:
            return [sign] + parts
        if roll == 2:
            return parts[:at] + [sign]
        if roll == 3:
            return [sign] + parts[at:]
        if roll == 4:
            return parts[:at] + [sign] + parts[at:]
        parts[min(at, len(parts) - 1)] = sign
        return self._pattern(rng, parts) if roll == 6 else parts

    def _meant(self, rng, parts):
        """Parts with none, one or two in place of each sign."""
        found = []
        for part in parts:
            is_sign = part in self.signs
            found += self._parts(rng)[: rng.choice((0, 1, 1, 2))] if is_sign else [part]
        return found


def split(text, separator):
    """The parts of a text, its characters where nothing separates them."""
    return text.split(separator) if separator else list(text) or [""]


def _compared(module):
    """Texts that a module compares with, or looks up in a table of its own."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Compare):
            for side in [node.left] + node.comparators:
                yield from texts_of(side, module)
        elif isinstance(node, ast.Dict):
            for key in node.keys:
                yield from texts_of(key, module) if key is not None else ()


def signs(module):
    """The signs that the short constants of a module and its regular expressions hold, in order;
    those of what it writes are left out.
    """
    written = {id(part) for node in ast.walk(module.tree) for part in _written(node)}
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            if id(node) not in written and len(text) <= 3 and not any(map(str.isalnum, text)):
                found += text
        elif isinstance(node, ast.Call) and node.args:
            owner = getattr(getattr(node.func, "value", None), "id", "")
            for pattern in texts_of(node.args[0], module) if owner in ("re", "regex") else ():
                found += _of_pattern(pattern)
    return list(dict.fromkeys(found))


def _written(node):
    """Constants that a node puts into a text for others to read."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "join":
        return [node.func.value]
    return list(ast.walk(node)) if isinstance(node, ast.Raise) else ()


def _of_pattern(pattern):
    """The signs that a regular expression looks for outside of its sets."""
    escaped = re.findall(r"\\([^\w\s])", pattern)
    plain = re.sub(r"\\.|\[[^]]*\]", "", pattern)
    return escaped + [c for c in plain if not c.isalnum() and c not in SPECIAL]


def separators(module):
    """What a module splits texts at, in order."""
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in SPLITS and node.args:
            texts = texts_of(node.args[0], module)
            found += [t for t in texts if 0 < len(t) <= 3 and not any(map(str.isalnum, t))]
    return list(dict.fromkeys(found))
