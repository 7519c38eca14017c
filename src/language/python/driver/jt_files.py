"""Files that the code under test reads and writes, in a folder that a case has for itself.

Names without a folder of their own lead there, in the explorer and in a test that makes its folder
the current one.
"""

import contextlib
import json
import os
import re
import shutil

import jt_samples
from jt_text import literal

MOST = 20  # files of one case that are looked at
LONGEST = 4000  # characters of a file
PASSING = (".tmp", "~", ".lock", ".bak", ".pyc", ".part")  # left behind, and nobody's result
NAME = re.compile(r"[A-Za-z0-9][\w .-]{0,40}(/[A-Za-z0-9][\w .-]{0,40}){0,3}")
VARIANTS = 8  # of the text of one file
KEYS = 4  # fields that one file has, at most


def left(canon):
    """The files below the current folder as nodes, by name: text as it is, JSON as what it says."""
    found = {}
    for folder, folders, names in os.walk("."):
        folders.sort()
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name))
            if len(found) < MOST and not name.startswith(".") and not name.endswith(PASSING):
                found[path] = _node(path, canon)
    return found


def _node(path, canon):
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(LONGEST + 1)
    except (OSError, ValueError):
        return ["?", "no text"]
    if len(text) > LONGEST:
        return ["?", "long"]
    if text.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            return ["json", canon.node(json.loads(text))]
    return canon.node(text)


def clear():
    """Removes everything below the current folder."""
    for entry in list(os.scandir(".")):
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.remove(entry.path)


def is_given(case):
    """Whether the case puts a file there itself."""
    return any(".write_text(" in line for line in case.setup)


def filled(case, name, rng, pool, makers, source):
    """Cases like one that asked for a file which was not there, with that file there; `source` is
    the text of the code's module.
    """
    if not NAME.fullmatch(name):
        return
    folder = os.path.dirname(name)
    made = ["Path(%s).mkdir(parents=True)" % literal(folder)] if folder else []
    for text in texts(name, rng, pool, source):
        line = "Path(%s).write_text(%s)" % (literal(name), literal(text))
        yield makers[0].names.case((*made, line, *case.setup), case.call, case.rank)


def texts(name, rng, pool, source):
    """What a file of that name may hold, by its ending and by what the code reads with."""
    keys = [s for s in pool.strings if s.isidentifier() and len(s) < 20]
    keys = rng.sample(keys, min(KEYS, len(keys))) or ["a", "name"]
    if name.endswith((".json", ".jsonl", ".ndjson")) or "json" in source:
        return list(dict.fromkeys(_json(rng, keys, "splitlines" in source or "l" == name[-1:])))
    if name.endswith((".csv", ".tsv")) or "csv" in source:
        return list(dict.fromkeys(_csv(rng, keys, "\t" if name.endswith(".tsv") else ",")))
    documents = [form for form in pool.forms if form.is_document]
    if documents:
        made = (rng.choice(documents).make(rng) for _ in range(2 * VARIANTS))
        return list(dict.fromkeys(made))[:VARIANTS]
    found = ["", "one\ntwo\n\nthree\n", "x = 1\n# c\ny = 2\n", "a,b\n1,2\n"]
    found += [jt_samples.lined(rng, pool.strings) + "\n" for _ in range(VARIANTS - len(found))]
    return list(dict.fromkeys(found))


def _json(rng, keys, lined):
    values = (0, 1, 2, 5, 1.5, "a", "b", "", True, None, [], ["a", "b"], {"a": 1})

    def one():
        return {key: rng.choice(values) for key in keys[: rng.randint(1, len(keys))]}

    yield from ("{}", "[]")
    for _ in range(2):
        yield json.dumps(one())
        yield json.dumps([one(), one()])
        if lined:
            yield "".join(json.dumps(one()) + "\n" for _ in range(3))
        yield json.dumps({"a": one(), "b": one()})


def _csv(rng, keys, mark):
    yield ""
    yield mark.join(keys) + "\n"
    for size in (1, 2, 3, 3, 4, 5):
        kinds = [rng.choice(jt_samples.COLUMNS) for _ in keys]
        rows = [mark.join(rng.choice(kind) for kind in kinds) for _ in range(size)]
        yield "\n".join([mark.join(keys)] + rows) + "\n"
