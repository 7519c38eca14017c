"""Texts whose lines each begin with a mark or a word that says what the line is: small formats,
scripts of commands.
"""

import ast
import re

import jt_forms

FEWEST, MOST, LONGEST = 2, 16, 12  # marks, and characters of one
WORDS = ("a", "b", "c", "a", "b", "x y", "ab")
NUMBERS = ("1", "2", "3", "10", "0", "2.5")
INDENTS = (" ", "  ", "\t", "    ")
_CHANGES = (
    "gone", "twice", "moved", "indented", "marked", "marked again", "marked again", "marked again",
    "said again", "said again", "new", "new",
)  # fmt: skip
_PARTS = {"split", "partition", "rsplit"}
_PARTS_OF_LINE = re.compile(r"\d+|[^\W\d]+")
_COUNTS = {"int", "float", "Decimal"}
_LINED = {"splitlines", "readlines"}


class Lines:
    """Texts of marked lines."""

    share = 0.7
    is_document = False

    def __init__(self):
        self.marks, self.separators, self.words = [], [], []
        self.lengths = []  # how many words a line has where the code asks for that
        self.is_lined = self.is_indented = self.counts = False

    def is_known(self):
        """Whether the code tells lines apart by what they begin with."""
        return self.is_lined and len(self.marks) >= FEWEST

    def read(self, module):
        """Takes in the marks that a module compares with, and what it splits lines at."""
        heads = set(_heads(module.tree))
        for node in ast.walk(module.tree):
            name = getattr(getattr(node, "func", None), "attr", "")
            self.counts = self.counts or getattr(getattr(node, "func", None), "id", "") in _COUNTS
            if isinstance(node, ast.Attribute):
                self.is_lined = self.is_lined or node.attr in _LINED
            if isinstance(node, ast.Call) and node.args:
                texts = jt_forms.texts_of(node.args[0], module)
                self.is_lined = self.is_lined or name == "split" and "\n" in texts
                self._keep(texts if name == "startswith" else ())
            elif isinstance(node, ast.Compare):
                texts = [jt_forms.texts_of(side, module) for side in node.comparators]
                if _is_head(node.left, heads):
                    for found in texts:
                        self._keep(_each(found, node.ops[0]))
                self._known(node, [text for found in texts for text in found])
        for text in jt_forms.separators(module):
            if text.strip() and text not in self.separators:
                self.separators.append(text)

    def _keep(self, texts):
        for text in texts:
            self.is_indented = self.is_indented or bool(text) and text.isspace()
            fits = text.strip() and len(text) <= LONGEST and text not in self.marks
            if fits and "\n" not in text and len(self.marks) < MOST:
                self.marks.append(text)

    def _known(self, node, texts):
        """Takes in words that a module compares with, and how many there are to be."""
        short = [text for text in texts if text.strip() == text and 0 < len(text) <= LONGEST]
        self.words += [text for text in short if text not in self.words][: MOST - len(self.words)]
        length = getattr(node.comparators[0], "value", None)
        is_length = getattr(getattr(node.left, "func", None), "id", "") == "len"
        if is_length and type(length) is int and 1 < length < 7 and length not in self.lengths:
            self.lengths.append(length)

    def make(self, rng, _recent=()):
        """One text: some lines."""
        lines = [self._line(rng)]
        while len(lines) < 6 and rng.random() < 0.7:
            lines.append(self._line(rng))
        return "\n".join(lines)

    def marks_in(self, text):
        """Whether a line of a text begins with a mark."""
        return any(line.startswith(mark) for line in text.split("\n") for mark in self.marks)

    def changed(self, rng, text):
        """The text with a line more, gone, twice, moved, indented, or with another mark, which may
        be a line more, too.
        """
        lines = text.split("\n")
        at, how = rng.randrange(len(lines)), rng.choice(_CHANGES)
        if how == "gone" and len(lines) > 1:
            del lines[at]
        elif how == "twice":
            lines.insert(at + 1, lines[at])
        elif how == "moved":
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "indented":
            lines.insert(at + 1, rng.choice(INDENTS) + rng.choice(WORDS))
        elif how == "marked":
            lines[at] = self._marked(rng, lines[at])
        elif how == "marked again":
            lines.insert(at + 1, self._marked(rng, lines[at]))
        elif how == "said again":
            lines.insert(at + 1, _reworded(rng, lines[at], self.words))
        else:
            lines.insert(at + rng.randrange(2), self._line(rng))
        return "\n".join(lines)

    def _marked(self, rng, line):
        """A line with another mark."""
        known = [mark for mark in self.marks if line.startswith(mark)]
        return rng.choice(self.marks) + line[max(map(len, known), default=1) :]

    def _line(self, rng):
        roll = rng.random()
        if roll < (0.2 if self.is_indented else 0.06):
            return rng.choice(INDENTS) + rng.choice(WORDS)
        if roll > 0.95:
            return rng.choice(("", " ", "a", "b 1"))
        mark = rng.choice(self.marks)
        return mark + (" " if mark[-1].isalnum() or rng.random() < 0.6 else "") + self._rest(rng)

    def _rest(self, rng):
        words = NUMBERS if self.counts and rng.random() < 0.7 else WORDS
        words = (*words, *self.words)
        count = rng.choice((0, 1, 1, 1, 2, 2, 3))
        if self.lengths and rng.random() < 0.8:
            words = [word for word in words if " " not in word]
            return " ".join(rng.choice(words) for _ in range(rng.choice(self.lengths) - 1))
        mark = rng.choice(self.separators) if self.separators and rng.random() < 0.6 else ""
        between = mark + rng.choice((" ", "")) if mark else " "
        return between.join(rng.choice(words) for _ in range(count))


def _reworded(rng, line, words):
    """A line with a number or a word of it, but for the first one, in the place of another."""
    found = list(_PARTS_OF_LINE.finditer(line))[1:]
    if not found:
        return line
    part = rng.choice(found)
    new = rng.choice(NUMBERS if part.group().isdigit() else (*WORDS, *words))
    return line[: part.start()] + new + line[part.end() :]


def _heads(tree):
    """Names of what lines begin with: `mark = line[0]`, `word, rest = line.split(" ", 1)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, (ast.Tuple, ast.List)) and target.elts:
                inner = getattr(value, "elts", [value])
                if isinstance(value, (ast.Tuple, ast.List)) and len(inner) == len(target.elts):
                    pairs = zip(target.elts, inner)
                    yield from (one.id for one, part in pairs if _is_named(one) and _starts(part))
                elif _is_split(value) and _is_named(target.elts[0]):
                    yield target.elts[0].id
            elif _is_named(target) and _starts(value):
                yield target.id


def _is_named(node):
    return isinstance(node, ast.Name)


def _starts(node):
    """Whether an expression takes the start of a text: `line[0]`, `line[:2]`, `line.split()[0]`."""
    return isinstance(node, ast.Subscript) and jt_forms.is_start(node)


def _is_split(node):
    """Whether an expression takes a text apart."""
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _PARTS


def _is_head(node, heads):
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        node = node.func.value  # `word.lower()`
    return _is_named(node) and node.id in heads or _starts(node)


def _each(texts, op):
    """The marks that a comparison is about: `line[0] in "#;"` is about either."""
    if isinstance(op, (ast.In, ast.NotIn)) and len(texts) == 1:
        return [*texts[0]] if not any(map(str.isalnum, texts[0])) else texts
    return texts


KINDS = (Lines,)
