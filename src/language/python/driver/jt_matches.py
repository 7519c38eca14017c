"""Texts that the code's regular expressions match: one match, or several in a row and in lines, as
small languages are written.
"""

import ast
import functools
import re

import jt_samples
from jt_records import call_of

MOST_PATTERNS, MOST_WORDS, LONGEST_WORD = 12, 40, 12
LONGEST = 240
# What goes through a text from match to match, and what reads one at a time.
_ALONG = {"findall", "finditer", "sub", "subn", "split", "scanner", "match", "search"}
_VERBOSE = ("X", "VERBOSE")
_BETWEEN = (" ", " ", " ", "", ", ", " a ", "\n")
_AROUND = ("", "a ", "x", " b", "1")
OFTEN, SELDOM = 0.7, 0.15
NESTED = 0.3  # of the words, where what one expression takes for a group may be read by another one
_WORDS, _PARTS = re.compile(r"[^\s,;]+"), re.compile(r"[A-Za-z]+|\d+")
_VALUES = ("0", "1", "2", "10", "1.5", "a", "b")


class Matches:
    """Texts of a small language, whose words are what regular expressions match; their groups are
    often constants of the code, or what else the case names.
    """

    share = 0.5
    is_document = False

    def __init__(self):
        self.patterns, self.words = [], []
        self.goes_along = self.is_lined = False

    def is_known(self):
        """Whether the code matches texts."""
        return bool(self.patterns)

    def read(self, module):
        """Takes in the expressions that a module keeps and writes, and its short constants."""
        for pattern in module.patterns:
            self._keep(pattern)
        for node in ast.walk(module.tree):
            name = getattr(node, "attr", "")
            self.goes_along = self.goes_along or name in _ALONG
            self.is_lined = self.is_lined or name == "splitlines"
            value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and 0 < len(value) <= LONGEST_WORD:
                if value not in self.words and len(self.words) < MOST_WORDS:
                    self.words.append(value)
            if isinstance(node, ast.Call) and node.args and call_of(node)[1] in ("re", "regex"):
                pattern = getattr(node.args[0], "value", None)
                is_verbose = any(getattr(n, "attr", "") in _VERBOSE for n in ast.walk(node))
                self._keep("(?x)" + pattern if is_verbose and isinstance(pattern, str) else pattern)

    def _keep(self, pattern):
        is_new = isinstance(pattern, str) and pattern not in self.patterns
        if is_new and len(self.patterns) < MOST_PATTERNS and _compiled(pattern) is not None:
            self.patterns.append(pattern)

    def make(self, rng, recent=()):
        """One text."""
        lines = [self._line(rng, recent)]
        while self.is_lined and len(lines) < 4 and rng.random() < 0.6:
            lines.append(self._line(rng, recent))
        return "\n".join(lines)[:LONGEST]

    def _line(self, rng, recent):
        """Matches of one expression, mostly: the first one often one that the code names whole."""
        count = rng.choice((1, 1, 2, 2, 3)) if self.goes_along else 1
        between = rng.choice(_BETWEEN[:-1] if self.is_lined else _BETWEEN)
        grouped = [pattern for pattern in self.patterns if _compiled(pattern).groups]
        pattern = rng.choice(grouped if grouped and rng.random() < 0.8 else self.patterns)
        words = [self._word(rng, pattern, recent, OFTEN)]
        for _ in range(count - 1):
            other = pattern if rng.random() < 0.85 else rng.choice(self.patterns)
            words.append(self._word(rng, other, recent, SELDOM))
        line = between.join(words)
        return line if rng.random() < 0.8 else rng.choice(_AROUND) + line + rng.choice(_AROUND)

    def _word(self, rng, pattern, recent, whole=0.3):
        known = [word for word in self.words if _compiled(pattern).fullmatch(word)]
        if known and rng.random() < whole:
            return rng.choice(known)
        known = [*self.words, *(text for text in recent if len(text) <= LONGEST_WORD), *_VALUES]
        if len(self.patterns) > 1 and rng.random() < NESTED:
            inner = jt_samples.of_pattern(rng, rng.choice(self.patterns), known)
            known = [inner.strip()] * 8 if inner and inner.strip() else known
        return jt_samples.of_pattern(rng, pattern, known) or ""

    def changed(self, rng, text):
        """The text with one word in the place of another, gone, twice or another one, or a part of
        one as it is in another; None for a text without words. The expressions themselves are not
        asked: nothing bounds how long they take.
        """
        found = list(_WORDS.finditer(text[:LONGEST]))
        if not found:
            return None
        at, other = rng.choice(found), rng.choice(found)
        if self.is_lined and rng.random() < 0.3:  # the line once more, with another value
            start = text.rfind("\n", 0, at.start()) + 1
            line = text[start : at.start()] + self._with_part(rng, at.group(), other.group())
            return text + "\n" + line + text[at.end() :].partition("\n")[0]
        new = rng.choice(
            (
                other.group(),
                "",
                at.group() + rng.choice(_BETWEEN) + at.group(),
                at.group() + rng.choice(_BETWEEN) + other.group(),
                at.group() + rng.choice(_BETWEEN) + self._word(rng, rng.choice(self.patterns), ()),
                self._word(rng, rng.choice(self.patterns), ()),
                self._with_part(rng, at.group(), other.group()),
                self._with_part(rng, at.group(), other.group()),
            )
        )
        return text[: at.start()] + new + text[at.end() :]

    @staticmethod
    def _with_part(rng, word, other):
        """A word with one of its letters or numbers as another one has it, or a plain value."""
        parts, others = list(_PARTS.finditer(word)), _PARTS.findall(other)
        if not parts:
            return word
        part = rng.choice(parts)
        is_number = part.group().isdigit()
        alike = [one for one in others if one.isdigit() == is_number]
        plain = [one for one in _VALUES if one.isdigit() == is_number]
        value = rng.choice(alike if alike and rng.random() < 0.4 else plain)
        return word[: part.start()] + value + word[part.end() :]


@functools.lru_cache(maxsize=256)
def _compiled(pattern):
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


KINDS = (Matches,)
