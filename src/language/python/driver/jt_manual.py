"""What a repository shows its users: the examples of its README and its documentation."""

import ast
import doctest
import os
import re
import textwrap

import jt_mining
import jt_text
from jt_case import MINED, Case

MOST_FILES, MOST_TEXT, MOST_CASES = 24, 200_000, 200
MOST_SETUP = 60  # statements that later examples of a file may go on from
_FOLDERS = ("docs", "doc", "documentation")
_ENDS = (".md", ".rst", ".txt")
_HISTORY = re.compile(r"change|history|news|release|licen[cs]e|requirements|author", re.I)
_FENCED = re.compile(r"^(`{3,12}|~{3,12})[ ]*(\w*)[^\n]*\n(.*?)^\1", re.M | re.S)
_DIRECTIVE = re.compile(
    r"^(?:\.\. (?:code|code-block|sourcecode):: *python\d?|[^\n]*::)[ ]*\n"
    r"(?:[ ]+:[^\n]*\n)*\s*\n((?:[ \t]+[^\n]*\n|[ \t]*\n)+)",
    re.M,
)
_PYTHON = ("", "python", "python3", "py", "pycon", "py3")
_SHOWING = ("print", "pprint", "pp")


def files(root):
    """Paths of the texts, the README first; none that tells of releases or licences."""
    found = sorted(name for name in os.listdir(root) if name.upper().startswith("README"))
    for folder in _FOLDERS:
        for where, inner, names in os.walk(os.path.join(root, folder)):
            inner.sort()
            place = os.path.relpath(where, root)
            found += [os.path.join(place, name) for name in sorted(names)]
    found = [name for name in found if name.lower().endswith(_ENDS) or name.upper() == "README"]
    return [name for name in found if not _HISTORY.search(os.path.basename(name))][:MOST_FILES]


def blocks(text):
    """The Python sources that a text shows, in order, and whether each ends in an exception;
    sessions of the interpreter statement by statement.
    """
    found = [(m.start(), m.group(3)) for m in _FENCED.finditer(text) if m.group(2) in _PYTHON]
    found += [(m.start(), m.group(1)) for m in _DIRECTIVE.finditer(text)]
    covered = "".join(block for _, block in found)
    if ">>>" in text and ">>>" not in covered:
        found.append((0, text))
    for _, block in sorted(found):
        block = textwrap.dedent(block)
        yield from _asked(block) if ">>>" in block else [(block, False)]


def _asked(block):
    """What was typed in a session of the interpreter, and whether it answered with an exception."""
    try:
        parts = doctest.DocTestParser().get_examples(block)
    except ValueError:
        return []
    return [(part.source, part.exc_msg is not None) for part in parts]


class Manual:
    """Reads the examples of one text; later ones may go on from what earlier ones made."""

    def __init__(self, names):
        self.names = names
        self.setup = []
        self.imports = []
        self.cases = []

    def read(self, text):
        """The cases of a text."""
        for block, raises in blocks(text):
            tree = jt_text.parse(block)
            for statement in tree.body if tree is not None else ():
                if len(self.cases) < MOST_CASES:
                    self._statement(statement, raises)
        return self.cases

    def _statement(self, node, raises):
        text = jt_text.unparsed(node)
        if text is None:
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self.imports.append(text)
            return
        for shown in _looked_at(node):
            self._emit(jt_text.unparsed(shown))
        if not raises and not isinstance(node, ast.Assert) and not self._is_plain(node):
            self.setup = [*self.setup, text][-MOST_SETUP:]

    def _is_plain(self, node):
        """Whether a statement changes nothing that others go on from."""
        if not isinstance(node, ast.Expr):
            return False
        made = {name for text in self.setup for name in jt_text.names(text)[1]}
        return _only_shows(node) or not made & jt_mining.touched(node)

    def _emit(self, call):
        kept = jt_mining.needed(self.setup, call) if call else []
        if not call or len(call) + sum(map(len, kept)) > 2000 or len(kept) > 20:
            return
        read = jt_text.names("\n".join([*kept, call]))[0]
        imports = {line for line in self.imports if _bound(line) & read}
        imports = imports or self.names.imports((*kept, call))
        case = Case(sorted(imports), tuple(kept), call, MINED, "doc")
        self.cases.append(jt_mining.inlined(case))


def _looked_at(node):
    """The calls whose outcome a statement is about."""
    value = getattr(node, "value", None)
    if isinstance(node, ast.Assert):
        value = node.test
    if _only_shows(node):
        value = node.value.args[0]
    if isinstance(value, ast.Compare) and (isinstance(node, ast.Assert) or _is_asked(value.left)):
        value = value.left
    calls = (ast.Call, ast.Subscript, ast.Attribute, ast.BinOp, ast.Compare)
    return [value] if isinstance(value, calls) else []


def _is_asked(node):
    """Whether an operand is what an example is about: a call, or a part of its answer."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return isinstance(node, ast.Call)


def _only_shows(node):
    """Whether a statement is `print(x)`."""
    value = node.value if isinstance(node, ast.Expr) else None
    name = getattr(getattr(value, "func", None), "id", None)
    return name in _SHOWING and len(value.args) == 1


def _bound(line):
    """The names that an import statement binds."""
    names = jt_text.known(line).body[0].names
    return {alias.asname or alias.name.partition(".")[0] for alias in names}


def cases(root, names):
    """The cases that a repository's texts show, and `(file, error)` of those that were too odd to
    be read; `names` are those of a module of it.
    """
    found, odd = [], []
    for name in files(root):
        path = os.path.join(root, name)
        if os.path.islink(path) or not os.path.isfile(path) or len(found) >= MOST_CASES:
            continue
        try:
            with open(path, encoding="utf-8", errors="replace") as source:
                found += Manual(names).read(source.read(MOST_TEXT))
        except jt_mining.ODD as error:
            odd.append((name, error))
    return found[:MOST_CASES], odd
