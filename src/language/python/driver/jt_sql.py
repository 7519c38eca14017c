"""Databases that code is handed: in memory, opened as the repository opens its own."""

import re

import jt_code

EXECUTES = {"execute", "executemany", "executescript", "cursor"}
FETCHES = {"fetchone", "fetchall", "fetchmany"}
_STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|REPLACE)\b", re.IGNORECASE)
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


def constants(text):
    """The texts that a statement or a condition compares with, as `(column, text)`; column is None
    where it is not known. None for what is neither.
    """
    compared = [(column, value) for column, value in _COMPARED.findall(text)]
    if not compared and not _STATEMENT.match(text):
        return None
    known = {value for _, value in compared}
    return compared + [(None, value) for value in _QUOTED.findall(text) if value not in known]
