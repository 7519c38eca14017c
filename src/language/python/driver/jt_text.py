"""Python source as text: literals as black writes them, and edits by position in the tree."""

import ast
import functools
import io
import re
import tokenize

WIDTH = 100


def literal(value):
    """Source of a plain value, in double quotes."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bytes):
        text = repr(value)
        return 'b"' + text[2:-1] + '"' if text[1] == "'" and '"' not in text else text
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(literal, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(literal(k) + ": " + literal(v) for k, v in value.items()) + "}"
    if isinstance(value, set):
        return "{" + ", ".join(sorted(map(literal, value))) + "}" if value else "set()"
    return repr(value)


def quoted(text):
    """A string literal, as black prefers it: double quotes unless that needs more escapes."""
    source = repr(text)
    if source[0] == "'" and '"' not in text:
        return '"' + source[1:-1] + '"'
    return source


def normal(source):
    """The text in black's quotes; unchanged where it can't be read."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return source
    lines = source.splitlines(keepends=True)
    for token in reversed(tokens):
        if token.type != tokenize.STRING or token.start[0] != token.end[0]:
            continue
        match = re.match(r"^([A-Za-z]*)'((?:[^'\\]|\\.)*)'$", token.string)
        if (
            not match
            or '"' in match.group(2)
            or "\\'" in match.group(2)
            or "f" in match.group(1).lower()
        ):
            continue
        row = token.start[0] - 1
        line = lines[row]
        new = '%s"%s"' % (match.group(1).lower(), match.group(2))
        lines[row] = line[: token.start[1]] + new + line[token.end[1] :]
    return "".join(lines)


def spread(source):
    """A call with `f(*[a, b])` as `f(a, b)`."""
    if "*[" not in source and "*(" not in source:
        return source
    tree = parse(source)
    for call in ast.walk(tree) if tree else ():
        if isinstance(call, ast.Call):
            given = [
                arg.value.elts if isinstance(arg, ast.Starred) and _literal(arg.value) else [arg]
                for arg in call.args
            ]
            call.args = [arg for args in given for arg in args]
    return unparsed(tree) or source if tree else source


def _literal(node):
    return isinstance(node, (ast.List, ast.Tuple))


def unparsed(node):
    """Source of a node in one line, or None where this Python can't print it."""
    unparse = getattr(ast, "unparse", None)
    try:
        return normal(unparse(node)) if unparse else None
    except (ValueError, RecursionError):
        return None


class Edit:
    """Replaces pieces of a text by the position of nodes in its tree."""

    def __init__(self, source):
        self.raw = source.encode("utf-8")
        self.starts = [0]
        for line in self.raw.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node):
        """Byte offsets of a node."""
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node):
        """Source of a node as it is written."""
        start, end = self.span(node)
        return self.raw[start:end].decode("utf-8")

    def replaced(self, pairs):
        """The text with `(node, new text)` replaced; nodes must not overlap."""
        out = self.raw
        for node, new in sorted(pairs, key=lambda p: self.span(p[0]), reverse=True):
            start, end = self.span(node)
            out = out[:start] + new.encode("utf-8") + out[end:]
        return out.decode("utf-8")


def parse(text):
    """The tree of an expression or of statements, or None."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@functools.lru_cache(maxsize=8192)
def known(text):
    """The same for a text that is looked at often. The tree must not be changed."""
    return parse(text)


@functools.lru_cache(maxsize=8192)
def names(text):
    """The names that a text reads, and those that it binds."""
    read, bound = set(), set()
    tree = known(text)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return frozenset(read), frozenset(bound)


@functools.lru_cache(maxsize=8192)
def weight(text):
    """How long and nested an input is: one for each node, more for long constants."""
    tree = known(text)
    if tree is None:
        return 10000
    total = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, (str, bytes)):
                total += 1 + len(value) // 4
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                total += 1 + len(repr(value)) // 4
            else:
                total += 1
        elif isinstance(node, (ast.expr, ast.stmt)):
            total += 2 if isinstance(node, ast.Lambda) else 1
    return total
