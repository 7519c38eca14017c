"""Lines as black at 100 columns writes them, for the few statements that generated tests are made
of.
"""

import io
import sys
import tokenize

from jt_text import WIDTH

_OPEN, _CLOSE = "([{", ")]}"
STANDARD = getattr(sys, "stdlib_module_names", None) or {
    "asyncio", "collections", "datetime", "decimal", "fractions", "io", "math", "operator",
    "pathlib", "re", "signal",
    "types", "uuid", "json", "os", "sys", "itertools", "functools", "random", "string", "time",
    "typing", "enum",
    "dataclasses", "copy", "textwrap", "csv", "abc", "contextlib", "tempfile", "threading",
    "unittest", "warnings",
}  # fmt: skip


def grouped(statements, first_party):
    """Import statements merged by module, sorted, in three groups: standard library, others, the
    repository.
    """
    plain, names = set(), {}
    for statement in statements:
        if statement.startswith("from ") and " as " not in statement:
            module, _, what = statement[5:].partition(" import ")
            names.setdefault(module.strip(), set()).update(
                n.strip() for n in what.strip("()").split(",")
            )
        else:
            plain.add(statement)
    lines = [(s.split()[1], s) for s in plain]
    for module, what in names.items():
        lines.append((module, "from %s import %s" % (module, ", ".join(sorted(what)))))
    groups = ([], [], [])
    for module, line in lines:
        top = module.split(".")[0]
        groups[2 if top in first_party else 0 if top in STANDARD else 1].append(
            (line.startswith("from"), module, line)
        )
    text = []
    for group in groups:
        if group and text:
            text.append("")
        for _, _, line in sorted(group):
            text += _import_lines(line)
    return text


def _import_lines(line):
    if len(line) <= WIDTH or not line.startswith("from "):
        return [line]
    head, _, names = line.partition(" import ")
    return [head + " import ("] + ["    %s," % n.strip() for n in names.split(",")] + [")"]


def laid_out(text, indent):
    """The lines of one statement (or of a block of statements) at an indent."""
    found = []
    for line in text.split("\n"):
        if not line.strip():
            found.append("")
            continue
        inner = len(line) - len(line.lstrip())
        found += _line(line.strip(), indent + inner)
    return found


def _line(text, indent, comma=""):
    pad = " " * indent
    if len(pad + text + comma) <= WIDTH:
        return [pad + text + comma]
    split = _brackets(text)
    if split is None:
        return [pad + text + comma]
    head, body, tail = split
    if not body.strip():
        return [pad + text + comma]
    inner = " " * (indent + 4)
    parts = _commas(body)
    if len(inner + body) <= WIDTH and not (len(parts) == 1 and body.endswith(",")):
        lines = [inner + body]
    else:
        lines = []
        for part in parts:
            lines += _line(part, indent + 4, ",")
    return [pad + head] + lines + [pad + tail + comma]


def _tokens(text):
    try:
        return list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return None


def _brackets(text):
    """`(up to the last opening bracket, inside, rest)` where the text ends with a bracket (and a
    colon).
    """
    tokens = _tokens(text.rstrip(":"))
    if not tokens:
        return None
    stack, last = [], None
    for token in tokens:
        if token.type == tokenize.OP and token.string in _OPEN:
            stack.append(token.end[1])
        elif token.type == tokenize.OP and token.string in _CLOSE and stack:
            start = stack.pop()
            if not stack:
                last = (start, token.start[1])
    if last is None or len(text.rstrip(":")) != last[1] + 1:
        return None
    return text[: last[0]], text[last[0] : last[1]], text[last[1] :]


def _commas(body):
    """The parts of a bracket's content between its own commas."""
    tokens = _tokens("(" + body + ")")
    if not tokens:
        return [body]
    parts, depth, start = [], 0, 0
    for token in tokens:
        if token.type != tokenize.OP:
            continue
        if token.string in _OPEN:
            depth += 1
        elif token.string in _CLOSE:
            depth -= 1
        elif token.string == "," and depth == 1:
            parts.append(body[start : token.start[1] - 1].strip())
            start = token.start[1]
    rest = body[start:].strip()
    return parts + ([rest] if rest else [])
