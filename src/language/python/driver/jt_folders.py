"""Folders that code walks through: which parameters name one, and folders with what the code asks
for in them: files of several kinds, hidden ones, folders that it leaves out.
"""

import ast
import re

import jt_code
import jt_files
from jt_text import literal

TOP = "top"
# What a folder is given to, and what one is asked for.
_LISTING = {"walk", "listdir", "scandir", "fwalk"}
_METHODS = {"iterdir", "rglob", "glob"}
_SAME = {"Path", "PurePath", "abspath", "realpath", "fspath", "expanduser", "normpath", "str"}
_KEPT = {"resolve", "absolute", "expanduser"}
ROUNDS = 3
_WORD = re.compile(r"\.?[A-Za-z_][\w-]{0,30}(\.[A-Za-z]\w{0,5}){0,2}")
_SUFFIX = re.compile(r"\*?(\.[A-Za-z]\w{0,5})")
PLAIN = (
    "a.txt", "z.txt", "b.md", "c.py", "sub/a.txt", "sub/d.csv", "sub/deep/e.json", ".hidden",
    ".cache/f.txt", "B.TXT", "plain", "sub/.env", "other/g.tar.gz",
)  # fmt: skip
TEXTS = ("a", "", "one\ntwo\n", "abc\n\n# c\nx = 1\n")
MOST_NAMED = 24


def walked(module):
    """Names of the parameters, anywhere in a module, that name a folder whose content is looked
    at.
    """
    places = set()  # (function, parameter), and attributes of `self`
    functions = {n: d for n, d in module.defs.items() if isinstance(d, jt_code.FUNCTIONS)}
    if not any(name in module.source for name in _LISTING | _METHODS):
        return set()
    for _ in range(ROUNDS):
        for local, node in functions.items():
            _read(module, local, node, functions, places)
    return {place[1] for place in places if place[0] in functions}


def _read(module, local, node, functions, places):
    names = {}
    params = {arg.arg for arg in _params(node)}
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and len(part.targets) == 1:
            source = _place(part.value, names)
            target = part.targets[0]
            if source is not None and isinstance(target, ast.Name):
                names.setdefault(target.id, source)
            elif source is not None and _place(target, {}) in places:
                _found(source, local, params, places)
    for part in ast.walk(node):
        if not isinstance(part, ast.Call):
            continue
        name = getattr(part.func, "attr", getattr(part.func, "id", ""))
        owner = getattr(getattr(part.func, "value", None), "id", "os")
        if name in _LISTING and owner == "os" and part.args:
            _found(_place(part.args[0], names), local, params, places)
        elif name in _METHODS and isinstance(part.func, ast.Attribute):
            _found(_place(part.func.value, names), local, params, places)
        for other, inner in functions.items():
            if other.rpartition(".")[2] == name:
                own = [a.arg for a in _params(inner) if a.arg not in ("self", "cls")]
                for arg, param in zip(part.args, own):
                    if (other, param) in places:
                        _found(_place(arg, names), local, params, places)


def _params(node):
    return getattr(node.args, "posonlyargs", []) + node.args.args + node.args.kwonlyargs


def _found(source, local, params, places):
    if source is not None and source.startswith("self."):
        places.add(source)
    elif source in params:
        places.add((local, source))


def _place(node, names):
    """The name, or the attribute of `self`, that an expression names the folder of."""
    while isinstance(node, (ast.Call, ast.BoolOp)):
        if isinstance(node, ast.BoolOp):
            node = node.values[0]
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in _KEPT and isinstance(node.func, ast.Attribute) and not node.args:
            node = node.func.value
        elif name in _SAME and node.args:
            node = node.args[0]
        else:
            return None
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self":
        return "self." + node.attr
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else None


class Folders:
    """Makes folders for the cases of one target."""

    def __init__(self, rng, pool, source):
        self.rng = rng
        self.pool = pool
        self.source = source
        self.named = self._named()

    def _named(self):
        """Files that have to do with what the code names: of a suffix, in a folder, hidden."""
        found = []
        suffixes = [m.group(1) for m in map(_SUFFIX.fullmatch, self.pool.strings) if m]
        last = (suffixes or [".txt"])[0]
        for suffix in suffixes:
            found += ["x" + suffix, "sub/y" + suffix, ".cache/z" + suffix]
        for text in self.pool.strings:
            if _WORD.fullmatch(text):
                found += [text + "/x" + last, "sub/%s/z%s" % (text, last), "sub/" + text]
        return found[:MOST_NAMED]

    def lines(self):
        """Statements that make a folder."""
        rng = self.rng
        files = rng.sample(PLAIN, rng.randint(2, 5))
        if self.named:
            files += rng.sample(self.named, min(len(self.named), rng.randint(1, 4)))
        lines, folders, seen = ["Path(%s).mkdir()" % literal(TOP)], {TOP}, set()
        for file in dict.fromkeys(files):
            folder = (TOP + "/" + file).rpartition("/")[0]
            above = {folder[:i] for i, c in enumerate(folder) if c == "/"} | {folder}
            if above & seen or TOP + "/" + file in folders:
                continue  # what is a file is no folder
            if folder not in folders:
                lines.append("Path(%s).mkdir(parents=True)" % literal(folder))
                folders |= above
            path = TOP + "/" + file
            seen.add(path)
            lines.append("Path(%s).write_text(%s)" % (literal(path), literal(self._text(file))))
        return lines

    def _text(self, name):
        if self.rng.random() < 0.6:
            return self.rng.choice(TEXTS)
        return self.rng.choice(jt_files.texts(name, self.rng, self.pool, self.source))
