"""Mends the text of a test by rules that don't change what it does."""

import ast
import io
import re
import textwrap
import tokenize

ROOM = 24  # columns that indents, quotes and brackets around a part of a text may take
SHORTEST = 20
_STRING = re.compile(r"^([bBuU]?)(['\"])(.*)\2$", re.S)
_ATOM = re.compile(r"\\(?:N\{[^}]*\}|x..|u....|U.{8}|[0-7]{1,3}|.)|.", re.S)
_TYPES = {"signum": "int", "frame": "object"}


def without_unused_imports(source):
    """The text without the imports that nothing in it uses."""
    tree = _parse(source)
    if tree is None:
        return source
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = source.splitlines(keepends=True)
    for node in reversed(tree.body):
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or node.end_lineno is None:
            continue
        if getattr(node, "module", None) == "__future__":
            continue
        kept = [a for a in node.names if (a.asname or a.name.split(".")[0]) in used | {"*"}]
        if len(kept) < len(node.names):
            new = [_import(node, kept) + "\n"] if kept else []
            lines[node.lineno - 1 : node.end_lineno] = new
    return "".join(lines)


def _import(node, names):
    what = ", ".join(a.name + (" as " + a.asname if a.asname else "") for a in names)
    if isinstance(node, ast.Import):
        return "import " + what
    return "from %s%s import %s" % ("." * node.level, node.module or "", what)


def shortened(source, width):
    """The text with long docstrings wrapped and long texts in parts, where lines are too long."""
    if not any(len(line) > width for line in source.splitlines()):
        return source
    return _in_parts(_wrapped(source, width), width)


def _wrapped(source, width):
    """Docstrings of one line that is too long, in several."""
    tree = _parse(source)
    if tree is None:
        return source
    lines = source.split("\n")
    for node in sorted(_docstrings(tree), key=lambda n: n.lineno, reverse=True):
        row = node.lineno - 1
        line = lines[row]
        text = line.strip()
        quoted = text[:3] == text[-3:] == '"""' and len(text) > 6 and "\\" not in text
        if node.end_lineno != node.lineno or len(line) <= width or not quoted:
            continue
        pad = line[: len(line) - len(line.lstrip())]
        parts = textwrap.wrap(
            text[3:-3],
            width,
            initial_indent=pad + '"""',
            subsequent_indent=pad,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines[row : row + 1] = parts + [pad + '"""']
    return "\n".join(lines)


def _docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                if isinstance(first.value.value, str):
                    yield first


def _in_parts(source, width):
    """Long texts as several that stand side by side, in brackets."""
    tree = _parse(source)
    if tree is None:
        return source
    held = {node.lineno for node in _docstrings(tree)}
    for token in reversed(_strings(source)):
        row, column = token.start
        line = source.split("\n")[row - 1]
        if token.end[0] != row or len(line) <= width or row in held:
            continue
        match = _STRING.match(token.string)
        size = max(SHORTEST, width - ROOM)
        if not match or len(token.string) <= size or token.string[-3:] in ('"""', "'''"):
            continue
        prefix, quote, inner = match.groups()
        parts = [prefix + quote + part + quote for part in _cut(inner, size)]
        lines = source.split("\n")
        new = "(" + " ".join(parts) + ")"
        lines[row - 1] = line[:column] + new + line[token.end[1] :]
        changed = "\n".join(lines)
        if same(source, changed):
            source = changed
    return source


def _strings(source):
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return []
    return [token for token in tokens if token.type == tokenize.STRING]


def _cut(inner, size):
    """Parts of a literal's inside: never within an escape, after a blank where there is one."""
    parts, part = [], ""
    for atom in _ATOM.findall(inner):
        if part and len(part) + len(atom) > size:
            at = part.rfind(" ") + 1
            at = at if at > size // 2 and part[at - 2 : at - 1] != "\\" else len(part)
            parts.append(part[:at])
            part = part[at:]
        part += atom
    return parts + [part] if part else parts


def annotated(source, rows):
    """The text with types for the functions on these lines, where all of them are known."""
    tree = _parse(source)
    if tree is None:
        return source
    lines = source.split("\n")
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or node.lineno not in rows or node.returns:
            continue
        if any(isinstance(inner, (ast.Return, ast.Yield)) for inner in _own(node)):
            continue
        names = [argument.arg for argument in node.args.args]
        plain = "def %s(%s):" % (node.name, ", ".join(names))
        if lines[node.lineno - 1].strip() != plain or not all(name in _TYPES for name in names):
            continue
        typed = ", ".join("%s: %s" % (name, _TYPES[name]) for name in names)
        new = "def %s(%s) -> None:" % (node.name, typed)
        lines[node.lineno - 1] = lines[node.lineno - 1].replace(plain, new)
    return "\n".join(lines)


def _own(function):
    """The nodes of a function, without those of functions inside it."""
    pending = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            pending += ast.iter_child_nodes(node)


def same(one, other):
    """Whether two texts are the same program."""
    trees = _parse(one), _parse(other)
    return None not in trees and ast.dump(trees[0]) == ast.dump(trees[1])


def _parse(source):
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
