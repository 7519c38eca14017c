"""Python sources for code that reads Python: functions, classes and blocks within one another, of
the nodes and names that the code asks for.
"""

import ast
import re

import jt_code

READS = {"parse", "NodeVisitor", "NodeTransformer", "iter_child_nodes"}
LIBRARIES = {"tokenize", "symtable", "parso", "libcst"}
# What may stand in a source, by the node that it makes. N is a name, E an expression, A are
# parameters, B is a block, S one that begins with a text of its own, or doesn't.
STATEMENTS = {
    "FunctionDef": ("def N(A):\nS", "def N(A):\nS", "def N():\nS", "@N\ndef N(A):\nS"),
    "AsyncFunctionDef": ("async def N(A):\nS",),
    "ClassDef": ("class N:\nS", "class N(N):\nS", "class N:\n    def N(self):\n        E"),
    "Assign": ("N = E", "N = N = E", "N, N = E, E", "N.N = E"),
    "AugAssign": ("N += E",),
    "AnnAssign": ("N: int = E", "N: int"),
    "If": ("if E:\nB", "if E:\nB\nelse:\nB", "if E:\nB\nelif E:\nB\nelse:\nB"),
    "For": ("for N in E:\nB", "for N in E:\nB\nelse:\nB"),
    "While": ("while E:\nB",),
    "With": ("with E as N:\nB", "with E:\nB"),
    "Try": ("try:\nB\nexcept N:\nB", "try:\nB\nexcept:\nB", "try:\nB\nfinally:\nB"),
    "Import": ("import N", "import N.N as N", "import N, N"),
    "ImportFrom": (
        "from N import N",
        "from . import N",
        "from .N import N as N",
        "from N import *",
    ),
    "Expr": ("N(E)", "E", "N.N(E)"),
    "Raise": ("raise N(E)", "raise"),
    "Assert": ("assert E", "assert E, E"),
    "Global": ("global N",),
    "Delete": ("del N",),
    "Pass": ("pass",),
    "COMMENT": ("# N", "N = E  # N"),
}
BLOCKS = ("FunctionDef", "FunctionDef", "AsyncFunctionDef", "ClassDef", "If", "For", "Try")
INSIDE = {  # of a function
    "Return": ("return E", "return", "return N"),
    "Yield": ("yield E", "N = yield"),
    "YieldFrom": ("yield from E",),
}
EXPRESSIONS = {
    "Constant": ("1", '"a"', "None", "2.5", '""', "True"),
    "Name": ("N", "N"),
    "Call": ("N(E)", "N(N=E)", "N.N(E)", "N()"),
    "Attribute": ("N.N",),
    "Subscript": ("N[E]", "N[1:]"),
    "Lambda": ("lambda N: E", "lambda: E"),
    "ListComp": ("[E for N in E]", "[E for N in E if E]"),
    "GeneratorExp": ("N(E for N in E)",),
    "DictComp": ("{N: E for N in E}",),
    "Dict": ("{E: E}", "{}"),
    "List": ("[E, E]", "[]"),
    "Tuple": ("(E, E)",),
    "Compare": ("E == E", "E is None", "E in E", "E < E < E"),
    "BoolOp": ("E and E", "E or E or E"),
    "BinOp": ("E + E", "E % E"),
    "UnaryOp": ("not E", "-E"),
    "IfExp": ("E if E else E",),
    "JoinedStr": ('f"{N}"', 'f"a{E}"'),
}
TEXTS = ('"""Doc."""', '"""Doc N.\n\nMore.\n"""', '"""N"""', '""""""', "'a'")
PARAMETERS = ("", "a", "self", "a, b=1", "*args", "a, *, b=None", "a: int", "**N")
NAMES = ("f", "g", "A", "x", "y", "_h", "os")
PLACE = re.compile(r"\b[NEA]\b|^[BS]$", re.MULTILINE)
MOST_NAMES, MOST_STATEMENTS, LONGEST = 12, 9, 2000


class Python:
    """Sources of Python."""

    share = 0.6
    is_document = True

    def __init__(self):
        self.is_read = False
        self.nodes, self.names = [], []

    def is_known(self):
        """Whether the code reads Python."""
        return self.is_read

    def read(self, module):
        """Takes in the nodes and names that a module asks for."""
        imported = {source.split(".")[0] for source, _ in module.imported.values()}
        named = jt_code.names_in(module.tree)
        if not LIBRARIES & imported and not ("ast" in imported and READS & named):
            return
        self.is_read = True
        methods = [local.rpartition("visit_")[2] for local in module.defs if "visit_" in local]
        asked = set(methods) | named | {n for n in module.assigned if n in STATEMENTS}
        asked |= {name[6:] for name in named if name.startswith("visit_")}
        known = {**STATEMENTS, **INSIDE, **EXPRESSIONS}
        self.nodes += [name for name in known if name in asked and name not in self.nodes]
        for node in ast.walk(module.tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and text.isidentifier() and len(text) < 16:
                if text not in self.names and len(self.names) < MOST_NAMES:
                    self.names.append(text)

    def make(self, rng, _recent=()):
        """One source, which can be parsed."""
        for _ in range(4):
            budget = [MOST_STATEMENTS]
            count = rng.choice((1, 1, 2, 3))
            text = "\n".join(self._statement(rng, 0, False, budget) for _ in range(count))
            text += rng.choice(("\n", "\n", ""))
            if tree_of(text) is not None:
                return text
        return "x = 1\n"

    def _chosen(self, rng, known):
        """A template, more often of a node that the code asks for."""
        asked = [name for name in known if name in self.nodes]
        others = BLOCKS if "If" in known and rng.random() < 0.5 else list(known)
        name = rng.choice(asked if asked and rng.random() < 0.5 else others)
        return rng.choice(known[name])

    def _statement(self, rng, depth, inside, budget):
        budget[0] -= 1
        known = dict(STATEMENTS, **INSIDE) if inside else STATEMENTS
        template = self._chosen(rng, known)
        if (depth > 3 or budget[0] < 1) and re.search("^[BS]$", template, re.MULTILINE):
            return "pass"
        is_function = "def " in template
        inside = is_function or inside and not template.startswith("class")

        def filled(match):
            place = match.group()
            if place in "BS":
                return self._block(rng, depth + 1, inside, budget, place == "S")
            return self._piece(rng, place, 0)

        return PLACE.sub(filled, template)

    def _block(self, rng, depth, inside, budget, may_tell):
        lines = []
        if may_tell and rng.random() < 0.45:
            lines.append(PLACE.sub(lambda match: self._piece(rng, "N", 0), rng.choice(TEXTS)))
        count = rng.choice((1, 1, 2)) if not lines else rng.choice((0, 1, 1))
        lines += [self._statement(rng, depth, inside, budget) for _ in range(count)]
        return "\n".join(_indented(line) for part in lines for line in part.split("\n"))

    def _piece(self, rng, place, depth):
        if place == "A":
            return PLACE.sub(lambda match: self._piece(rng, "N", 0), rng.choice(PARAMETERS))
        if place == "N" or depth > 2:
            return rng.choice(self.names if self.names and rng.random() < 0.3 else NAMES)
        template = self._chosen(rng, EXPRESSIONS)
        return PLACE.sub(lambda match: self._piece(rng, match.group(), depth + 1), template)

    def changed(self, rng, text):
        """A source with one statement more; None for what is no source of several lines."""
        if "\n" not in text or tree_of(text) is None:
            return None
        lines = text.split("\n")
        at, budget = rng.randrange(len(lines)), [2]
        indent = re.match(" *", lines[at]).group()
        inside = bool(indent) and "def " in text
        more = [indent + line for line in self._statement(rng, 2, inside, budget).split("\n")]
        found = "\n".join(lines[:at] + more + lines[at:])
        return found if tree_of(found) is not None else None


def _indented(line):
    return "    " + line if line else line


def tree_of(text):
    """The tree of a source, or None."""
    try:
        return ast.parse(text) if len(text) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def smaller(text):
    """A source without one of its statements, with `pass` in the place of one or with what is in
    it, the shortest first.
    """
    tree = tree_of(text) if "\n" in text.strip() else None
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)] if tree else []
    if not any(hasattr(node, "body") for node in nodes):
        return []
    found, lines = [], text.split("\n")
    for node in nodes:
        before, after = lines[: node.lineno - 1], lines[node.end_lineno :]
        indent = " " * node.col_offset
        for put in ([], [indent + "pass"]):
            found.append("\n".join(before + put + after))
        if hasattr(node, "body"):
            first = node.body[0].lineno - 1
            body = lines[first : node.end_lineno]
            found.append("\n".join(before + [line[4:] for line in body] + after))
    found = [less for less in found if len(less) < len(text) and tree_of(less) is not None]
    return sorted(dict.fromkeys(found), key=lambda t: (len(t), t))


KINDS = (Python,)
