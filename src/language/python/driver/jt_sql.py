"""Databases that code is handed: in memory, opened as the repository opens its own."""

import re

import jt_code

EXECUTES = {"execute", "executemany", "executescript", "cursor"}
FETCHES = {"fetchone", "fetchall", "fetchmany"}
_STATEMENT = re.compile(
    r"\s*(SELECT\b.+\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO"
    r"|UPDATE\s+\w+\s+SET|DELETE\s+FROM"
    r"|CREATE\s+(\w+\s+)*(TABLE|INDEX|VIEW)|WITH\s+\w+\s+AS)\b",
    re.IGNORECASE | re.DOTALL,
)
_COMPARED = re.compile(r"(\w+) *(?:=|<>|!=) *'([^'\n]{1,40})'")
_QUOTED = re.compile(r"'([^'\n]{1,40})'")


def connection(names, used):
    """Source of an open database in memory, or of a cursor of it, by what is used of it."""
    text = 'sqlite3.connect(":memory:")'
    known = dict(names.code.neighbours(names.module))
    known.update((n, (names.module, d)) for n, d in sorted(names.module.defs.items()))
    for name, (_, node) in known.items():
        if "." not in name and jt_code.opens_database(node):
            text = "%s(%s)" % (name, '":memory:"' if node.args.args else "")
            break
    return text + ".cursor()" if used & FETCHES else text


def columns(text):
    """What a statement or a condition compares columns with, as `(column, text)`."""
    return _COMPARED.findall(text)


def quoted(text):
    """The texts in a statement; None for what is none."""
    return _QUOTED.findall(text) if _STATEMENT.match(text) else None
