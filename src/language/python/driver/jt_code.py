"""The repository's code as syntax trees: what is defined where, who calls whom, which constants it
names.
"""

import ast
import functools
import os
import types

MOST_NEIGHBOURS = 80
# What makes a table or a collection of what is written in it.
TABLES = {"dict", "OrderedDict", "Counter", "defaultdict", "ChainMap", "MappingProxyType"}
COLLECTIONS = {"set", "frozenset", "tuple", "list"}
# What decorators are called that make classes with the package attrs.
ATTRS = {"s", "attrs", "attributes", "define", "mutable", "frozen"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Module:
    """One parsed file."""

    def __init__(self, name, file, source):
        self.name = name
        self.file = file
        self.source = source
        self.patterns = ()  # the regular expressions that it keeps, where it was loaded
        self.tree = ast.parse(source)
        self.tree.body = [named_tuple(node) or node for node in self.tree.body]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef) and marks(node) & ATTRS:
                node.body = [attrs_field(part) or part for part in node.body]
            if isinstance(node, ast.ClassDef):
                start = int(ast.get_docstring(node) is not None)
                node.body[start:start] = [
                    ast.fix_missing_locations(ast.copy_location(field, node))
                    for base in node.bases
                    for field in _tuple_fields(base)
                ]
        self.defs = {}
        self._index(self.tree.body, "")
        self.imported = {}
        for node in ast.walk(self.tree):
            self._import(node)
        self.assigned = {}
        for node in self.tree.body:
            targets = (
                node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            )
            if type(node).__name__ == "TypeAlias":
                targets = [node.name]
            for target in targets:
                if isinstance(target, ast.Name) and getattr(node, "value", None) is not None:
                    self.assigned[target.id] = node.value

    def _index(self, body, prefix):
        for node in body:
            if isinstance(node, FUNCTIONS):
                self.defs.setdefault(prefix + node.name, node)
            elif isinstance(node, ast.ClassDef):
                self.defs.setdefault(prefix + node.name, node)
                self._index(node.body, prefix + node.name + ".")
            elif isinstance(node, (ast.If, ast.Try)):
                self._index(node.body, prefix)
                self._index(node.orelse, prefix)

    def _import(self, node):
        if isinstance(node, ast.ImportFrom):
            package = self.name.split(".")
            if not self.file.endswith("__init__.py"):
                package = package[:-1]
            if node.level:
                package = package[: len(package) - node.level + 1]
                source = ".".join(package + ([node.module] if node.module else []))
            else:
                source = node.module or ""
            for alias in node.names:
                self.imported[alias.asname or alias.name] = (source, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    self.imported[alias.asname] = (alias.name, None)
                else:
                    top = alias.name.split(".")[0]
                    self.imported.setdefault(top, (top, None))

    def classes(self):
        """Names of the classes at module level."""
        return [n for n, d in self.defs.items() if isinstance(d, ast.ClassDef) and "." not in n]


class Code:
    """All modules of one revision, parsed when they are asked for."""

    def __init__(self, root, import_roots):
        self.root = root
        self.import_roots = import_roots
        self.modules = {}
        self.folders = {}

    def module(self, name):
        """The module of a dotted name, or None when it isn't the repository's (or can't be
        parsed).
        """
        if name not in self.modules:
            self.modules[name] = self._load(name)
        return self.modules[name]

    def _load(self, name):
        tail = name.replace(".", "/")
        for place in self.import_roots:
            for path in (tail + ".py", tail + "/__init__.py"):
                file = os.path.normpath(os.path.join(place, path))
                full = os.path.join(self.root, file)
                if os.path.isfile(full):
                    return parsed(name, file, full)
        return None

    def neighbours(self, module):
        """Classes of the other files in a module's folder, and functions that open a database:
        `{name: (module, definition)}`.
        """
        folder = os.path.dirname(module.file)
        if folder not in self.folders:
            found = {}
            package = (
                module.name
                if module.file.endswith("__init__.py")
                else module.name.rpartition(".")[0]
            )
            try:
                files = sorted(os.listdir(os.path.join(self.root, folder)))
            except OSError:
                files = []
            for file in files[:MOST_NEIGHBOURS]:
                stem = file[:-3]
                if (
                    file.endswith(".py")
                    and stem.isidentifier()
                    and not stem.startswith(("test", "conftest", "__"))
                ):
                    other = self.module(package + "." + stem if package else stem)
                    for name, node in other.defs.items() if other else ():
                        if "." not in name and (is_class(node) or opens_database(node)):
                            found.setdefault(name, (other, node))
            self.folders[folder] = found
        return self.folders[folder]

    def find(self, module, name, depth=0):
        """`(module, definition)` of a name as seen in a module, through imports; None where it is
        foreign.
        """
        if module is None or depth > 5:
            return None
        if name in module.defs:
            return module, module.defs[name]
        if name in module.imported:
            source, real = module.imported[name]
            if real is None:
                return None
            return self.find(self.module(source), real, depth + 1)
        return None

    def kept(self, module, name, depth=0):
        """`(module, value)` of a name that a module of the repository binds to something, as seen
        in a module, through imports; None where it binds nothing.
        """
        if module is None or depth > 5:
            return None
        if name in module.assigned:
            return module, module.assigned[name]
        source, real = module.imported.get(name, (None, None))
        return self.kept(self.module(source), real, depth + 1) if real else None

    def bound(self, module, node):
        """What a name of a module, or one of another module (`rates.TABLE`), is bound to; None for
        all else.
        """
        module, name = self._named(module, node)
        found = self.kept(module, name) if name else None
        return found[1] if found else None

    def _named(self, module, node):
        """`(module, name)` of a name as it is written: by itself or as one of another module."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            source = module.imported.get(node.value.id)
            dotted = ".".join(part for part in source if part) if source else ""
            return self.module(dotted) if dotted else None, node.attr
        return module, getattr(node, "id", None)

    def place(self, module, node, depth=0):
        """`(module, name)` of where a name (`TABLE`, `rates.TABLE`) is defined or bound, through
        imports; `(None, None)` where that is not in the repository.
        """
        module, name = self._named(module, node)
        while module is not None and depth < 5:
            if name in module.defs or name in module.assigned:
                return module, name
            source, name = module.imported.get(name, (None, None))
            module, depth = self.module(source) if name else None, depth + 1
        return None, None


def named_tuple(node):
    """A named tuple that is made by a call, as the class that it is; None for another statement."""
    is_one = isinstance(node, ast.Assign) and len(node.targets) == 1
    if not is_one or not isinstance(node.targets[0], ast.Name):
        return None
    fields = _tuple_fields(node.value)
    if not fields:
        return None
    made = ast.parse("class %s(NamedTuple): ..." % node.targets[0].id).body[0]
    made.body = fields
    return ast.fix_missing_locations(ast.copy_location(made, node))


def _tuple_fields(call):
    """The fields that a call of `namedtuple` makes, as a class has them; none for other values."""
    if called_name(call) not in ("namedtuple", "NamedTuple") or len(call.args) < 2:
        return []
    fields = _fields(call.args[1])
    words = {word.arg: word.value for word in call.keywords}
    given = getattr(words.get("defaults"), "elts", [])
    if not fields or "rename" in words or len(given) > len(fields):
        return []
    defaults = [None] * (len(fields) - len(given)) + list(given)
    return [
        ast.AnnAssign(ast.Name(name, ast.Store()), hint or ast.Name("Any", ast.Load()), default, 1)
        for (name, hint), default in zip(fields, defaults)
    ]


def marks(node):
    """Last names of a definition's decorators."""
    found = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
    return {getattr(mark, "id", getattr(mark, "attr", "")) for mark in found}


def attrs_field(node):
    """A field of a class that attrs makes, as the constructor takes it: with a hint where something
    says its kind, and without an underscore before its name; None for other statements.
    """
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    made = makes_field(getattr(node, "value", None))
    is_annotated = isinstance(node, ast.AnnAssign)
    if not isinstance(target, ast.Name) or not (made or is_annotated):
        return None
    hint = node.annotation if is_annotated else _hint(node.value)
    named = [w.value.value for w in node.value.keywords if w.arg == "alias"] if made else []
    name = ast.Name(str((named or [target.id.lstrip("_")])[0]) or target.id, ast.Store())
    found = ast.AnnAssign(name, hint, node.value, 1)
    return ast.fix_missing_locations(ast.copy_location(found, node))


def makes_field(value):
    """Whether a value says more of a field: `field(...)`, `attr.ib(...)`."""
    func = getattr(value, "func", None)
    return getattr(func, "id", getattr(func, "attr", "")) in ("field", "ib", "attrib", "Field")


def has_default(value):
    """Whether a field with such a value may be left out."""
    if not makes_field(value):
        return value is not None
    words = {word.arg for word in value.keywords}
    first = getattr(value.args[0], "value", None) if value.args else ...
    return bool(first is not ... or words & {"default", "factory", "default_factory"})


def _hint(call):
    """The type that attrs is told of by other means than a hint."""
    words = {word.arg: word.value for word in call.keywords}
    default = words.get("default", call.args[0] if call.args else None)
    if isinstance(default, ast.Constant) and default.value is not None:
        return ast.Name(type(default.value).__name__, ast.Load())
    known = words.get("type") or words.get("factory") or words.get("converter")
    return known if isinstance(known, ast.Name) else ast.Name("Any", ast.Load())


def _fields(node):
    """Names and type hints of fields, as the calls that make named tuples take them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [(name, None) for name in node.value.replace(",", " ").split()]
    fields = []
    for part in getattr(node, "elts", ()):
        pair = getattr(part, "elts", [part, None])
        if len(pair) != 2 or not isinstance(getattr(pair[0], "value", None), str):
            return []
        fields.append((pair[0].value, pair[1]))
    return fields


def parsed(name, file, full):
    """A module from a file, or None when it can't be read as Python."""
    try:
        with open(full, encoding="utf-8") as handle:
            return Module(name, file, handle.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def same_code(left, right):
    """Whether two source texts compile to the same code, apart from line numbers and docstrings."""
    return (
        any(_plain(left, level) == _plain(right, level) for level in (0, 2))
        if left and right
        else left == right
    )


def _plain(source, level):
    try:
        tree = without_docstrings(ast.parse(source))
        code = compile(tree, "<module>", "exec", optimize=level, dont_inherit=True)
    except (SyntaxError, ValueError):
        return source
    return plain_code(code)


def plain_code(code):
    """A code object as a value: instructions, constants and names, no positions."""
    constants = tuple(
        plain_code(c) if isinstance(c, types.CodeType) else (type(c).__name__, repr(c))
        for c in code.co_consts
    )
    return (
        code.co_name,
        code.co_code,
        constants,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_flags,
        code.co_argcount,
        code.co_kwonlyargcount,
        getattr(code, "co_exceptiontable", b""),
    )


def without_docstrings(tree):
    """The tree with `pass` for docstrings; a module's is left out: a future import comes first."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.Module, ast.ClassDef) + FUNCTIONS) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                if isinstance(first.value.value, str):
                    empty = [] if isinstance(node, ast.Module) else [ast.Pass()]
                    body[:1] = [ast.copy_location(node, first) for node in empty]
    return tree


def lines_of_calls(tree):
    """The lines of a module that run when a function is called, not when it is imported."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, functions)]
    return {line for body in bodies for line in range(body[0].lineno, body[-1].end_lineno + 1)}


def keys_of(node):
    """What a table holds to look up by, or a collection to be in: its written keys or elements."""
    if isinstance(node, ast.Call):
        named = [ast.Constant(word.arg) for word in node.keywords if word.arg]
        inner = node.args[0] if node.args else None
        if called_name(node) not in TABLES | COLLECTIONS:
            return []
        inside = keys_of(inner)
        if called_name(node) in TABLES:
            is_pair = [isinstance(part, ast.Tuple) and len(part.elts) == 2 for part in inside]
            inside = [p.elts[0] if pair else p for p, pair in zip(inside, is_pair)]
        return inside + named
    keys = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", ())
    return [key for key in keys if key is not None]


def is_table(node):
    """Whether something is written that holds values by key."""
    return isinstance(node, ast.Dict) or isinstance(node, ast.Call) and called_name(node) in TABLES


def called_name(node):
    """The last name of what a call calls; None for other expressions."""
    func = getattr(node, "func", None)
    return getattr(func, "id", getattr(func, "attr", None))


def assigned_pairs(node):
    """What an assignment binds, with what: `a, b = 1, 2` binds two."""
    found = []
    for target in node.targets if isinstance(node, ast.Assign) else ():
        names, values = getattr(target, "elts", [target]), getattr(node.value, "elts", None)
        is_single = values is None or len(names) != len(values)
        if is_single or any(isinstance(part, ast.Starred) for part in names + values):
            found.append((target, node.value))
        else:
            found.extend(zip(names, values))
    return found


def class_level(node, name):
    """What a class binds to a name in its body; None where it doesn't."""
    for part in node.body if isinstance(node, ast.ClassDef) else ():
        targets = getattr(part, "targets", [getattr(part, "target", None)])
        if any(getattr(target, "id", None) == name for target in targets):
            return getattr(part, "value", None)
    return None


def names_in(node):
    """Identifiers that a piece of code mentions: names and attributes."""
    found = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            found.add(child.id)
        elif isinstance(child, ast.Attribute):
            found.add(child.attr)
    return found


def is_public(local):
    """Whether no part of a dotted path is private; dunder methods count as public."""
    return all(
        not part.startswith("_") or (part.startswith("__") and part.endswith("__"))
        for part in local.split(".")
    )


@functools.lru_cache(maxsize=1024)
def heirs(module, class_name):
    """Public classes of a module that inherit from one of it, in order."""
    found, known = [], {class_name}
    classes = module.classes()
    for _ in classes:
        is_over = True
        for name in classes:
            bases = {getattr(b, "id", getattr(b, "attr", "")) for b in module.defs[name].bases}
            if name not in known and bases & known:
                known.add(name)
                found += [name] if is_public(name) else []
                is_over = False
        if is_over:
            break
    return found


def is_inherited(module, local):
    """Whether a method of a private class shows in a public one that inherits it."""
    owner, _, name = local.rpartition(".")
    return bool(owner) and "." not in owner and is_public(name) and bool(heirs(module, owner))


def opens_database(node):
    """Whether a definition is a function that opens a database and takes no more than its place."""
    if not isinstance(node, ast.FunctionDef) or not is_public(node.name):
        return False
    args = node.args
    needed = len(args.args) - len(args.defaults)
    needed += sum(default is None for default in args.kw_defaults)
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    return needed <= 1 and any(
        getattr(func, "attr", "") == "connect" and getattr(func.value, "id", "") == "sqlite3"
        for func in calls
        if isinstance(func, ast.Attribute)
    )


def is_class(node):
    """Whether a definition is a class."""
    return isinstance(node, ast.ClassDef)


def is_flag(node):
    """Whether a class is an enumeration whose members can be combined."""
    return any(getattr(b, "id", getattr(b, "attr", "")) in ("Flag", "IntFlag") for b in node.bases)


def enum_members(node):
    """Names of an enum's members by its source; empty for other classes."""
    bases = {getattr(b, "id", getattr(b, "attr", "")) for b in node.bases}
    if not bases & {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}:
        return []
    return [
        t.id
        for part in node.body
        if isinstance(part, ast.Assign)
        for t in part.targets
        if isinstance(t, ast.Name) and not t.id.startswith("_")
    ]


def mentions(module, local):
    """Names by which other code of the module reaches a definition."""
    parts = local.split(".")
    if len(parts) > 1 and parts[-1].startswith("__") and parts[-1].endswith("__"):
        return {parts[0]}
    if is_class(module.defs.get(local)):
        methods = {n.split(".")[-1] for n in module.defs if n.startswith(local + ".")}
        return {parts[-1]} | {m for m in methods if not m.startswith("__")}
    return {parts[-1]}


def public_callers(module, local):
    """Public functions and methods of the module through which a private one shows, nearest
    first. What nobody calls by its name may be a hook that another one's code calls: it shows where
    its class does.
    """
    owner, shows = local.rpartition(".")[0], is_public(local) or is_inherited(module, local)
    found = _callers(module, local)
    is_hook = not found and not shows and is_class(module.defs.get(owner))
    return _callers(module, owner) if is_hook else found


def _callers(module, local):
    found, seen, front = [], {local}, [local]
    while front:
        wanted = set().union(*(mentions(module, name) for name in front))
        front = []
        for other, node in module.defs.items():
            if other in seen or is_class(node) or other.startswith(local + "."):
                continue
            if wanted & names_in(node):
                seen.add(other)
                front.append(other)
                if is_public(other) or is_inherited(module, other):
                    found.append(other)
    return found


def registered(module, name):
    """The functions that are registered for kinds of a generic function: `@render.register`."""
    return [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, FUNCTIONS) and generic_of(node) == name
    ]


def generic_of(node):
    """The name of the generic function that a function is registered for; None for others."""
    for mark in getattr(node, "decorator_list", ()):
        called = mark.func if isinstance(mark, ast.Call) else mark
        if isinstance(called, ast.Attribute) and called.attr == "register":
            return getattr(called.value, "id", None)
    return None


def definition(module, local):
    """The node of a dotted path in a module, or None."""
    return module.defs.get(local) if module else None


def docstrings(module):
    """All docstrings of a module."""
    found = []
    for node in [module.tree] + list(module.defs.values()):
        try:
            text = ast.get_docstring(node)
        except TypeError:
            text = None
        if text:
            found.append((node, text))
    return found
