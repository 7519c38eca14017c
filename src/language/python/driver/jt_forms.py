"""Forms of text that the code shows to read, by the constants that it looks for: each form makes
texts of that kind.
"""

import ast

MOST_AFFIXES, LONGEST_AFFIX = 12, 16
HEADS = {"startswith", "removeprefix", "lstrip", "strip"}
TAILS = {"endswith", "removesuffix", "rstrip", "strip"}
NUMBERS = ("1", "25", "1234", "30123", "7012345")
WORDS = ("a", "ab", "bcd", "hello", "a b")


def found(modules):
    """The forms that the code of some modules, the same one in its revisions, reads."""
    affixes = Affixes()
    for module in modules:
        affixes.read(module)
    return [form for form in (affixes,) if form.is_known()]


def texts_of(node, module):
    """The texts that an expression of constants stands for: names of the module, sums of them, and
    tuples.
    """
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Name):
        value = module.assigned.get(node.id)
        return texts_of(value, module) if not isinstance(value, ast.Name) else []
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return [text for part in node.elts for text in texts_of(part, module)]
    if isinstance(node, ast.JoinedStr):
        return _sums(node.values, module)
    if isinstance(node, ast.FormattedValue):
        return texts_of(node.value, module)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sums((node.left, node.right), module)
    return []


def _sums(parts, module):
    """What parts make together, each of the ways that it can be."""
    sums = [""]
    for part in parts:
        sums = [text + more for text in sums for more in texts_of(part, module)][:MOST_AFFIXES]
    return sums


class Affixes:
    """Texts that begin or end as the code asks for. What comes next often begins with the same
    characters once more: a prefix that is taken off twice, or sign by sign, takes these as well.
    """

    share = 0.15

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
                self._keep(_is_start(node.left), _is_end(node.left), texts)

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


def _is_start(node):
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
