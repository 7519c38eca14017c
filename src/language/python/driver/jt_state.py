"""What modules keep between calls, how a case looks at it, and the names of what it holds."""

import ast
from keyword import iskeyword

import jt_code
import jt_shape

DEEPEST = 2  # functions that are called by others
MOST_WORDS = 8
# What a `with` block is left by; nothing is its end.
RAISED = ("", 'ValueError("a")', 'ValueError("a")', "KeyError(1)")
_KEEPING = {"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict"}
_HIDING = {"ContextVar", "local"}  # what is kept there is asked for by functions
_CONTAINERS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)


class State:
    """The objects and containers of modules that a piece of code uses."""

    def __init__(self, values, objects, module, local):
        self.values = values
        self.objects = objects
        self.module = module
        self.local = local
        self.readers = None
        self.kept = {}  # name -> (module that binds it, value)
        node = jt_code.definition(module, local)
        self._read(node, 0)

    def _read(self, node, depth):
        if node is None or depth > DEEPEST:
            return
        for name in _loaded(node):
            found = self.values.names.code.kept(self.module, name)
            if found is not None and name not in self.kept and self._keeps(*found):
                self.kept[name] = found
            called = self.module.defs.get(name)
            if called is not None and called is not node:
                self._read(called, depth + 1)

    def _keeps(self, owner, value):
        """Whether what a name is bound to can change."""
        if isinstance(value, _CONTAINERS):
            return True
        return isinstance(value, ast.Call) and (
            self._class_of(owner, value) is not None
            or jt_code.called_name(value) in _KEEPING | _HIDING
        )

    def _class_of(self, owner, value):
        name = getattr(getattr(value, "func", None), "id", None)
        found = self.values.names.code.find(owner, name) if name else None
        return found if found and jt_code.is_class(found[1]) else None

    def words(self):
        """What is kept by a name, with the shape of what it begins as: settings."""
        found = {}
        for _, (owner, value) in sorted(self.kept.items()):
            pairs = [(word.arg, word.value) for word in getattr(value, "keywords", ())]
            if isinstance(value, ast.Dict):
                pairs = [(getattr(k, "value", None), v) for k, v in zip(value.keys, value.values)]
            made = self._class_of(owner, value)
            for part in made[1].body if made else ():
                if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
                    pairs.append((part.targets[0].id, part.value))
            for name, inner in pairs:
                shape = jt_shape.of_constant(inner)
                is_word = isinstance(name, str) and name.isidentifier() and not iskeyword(name)
                if is_word and name[0] != "_" and shape:
                    found.setdefault(name, shape)
        return dict(list(found.items())[:MOST_WORDS])

    def look(self):
        """Source that looks at some of what is kept, or None."""
        options = [name for name in sorted(self.kept) if self._is_shared(name)] + self._readers()
        if not options:
            return None
        name = self.values.rng.choice(options)
        made = self._class_of(*self.kept[name]) if name in self.kept else None
        return (self.objects.observer(name, made[1].name) or name) if made else name

    def _is_shared(self, name):
        """Whether both revisions have a public name."""
        (owner, value), shared = self.kept[name], self.values.shared
        if jt_code.called_name(value) in _HIDING:
            return False
        before = shared.module(owner.name) if shared else owner
        return name[0] != "_" and before is not None and name in before.assigned

    def _readers(self):
        """Calls of public functions that take nothing and look at what the module keeps."""
        if self.readers is None:
            self.readers = self._found_readers()
        return self.readers

    def _found_readers(self):
        found, shared = [], self.values.shared
        before = shared.module(self.module.name) if shared else self.module
        changing = set(self.kept) | _rebound(self.module)
        for name, node in self.module.defs.items():
            is_plain = isinstance(node, ast.FunctionDef) and not node.decorator_list
            if not is_plain or not jt_code.is_public(name) or "." in name or name == self.local:
                continue
            if _takes_nothing(node) and before and name in before.defs and _shows(node):
                found += ["%s()" % name] if changing & _loaded_set(node) else []
        return found


def block(texts, body, raised):
    """A `with` statement around some statements that ends with an exception, or without one."""
    error = raised.partition("(")[0]
    items = ["suppress(%s)" % error] * bool(error) + list(texts)
    lines = list(body) + (["raise " + raised] if raised else [])
    return "with %s:\n    %s" % (", ".join(items), "\n    ".join(lines or ["pass"]))


def _loaded_set(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _loaded(node):
    return sorted(_loaded_set(node))


def _rebound(module):
    """Names of a module that its functions bind anew."""
    walked = (n for n in ast.walk(module.tree) if isinstance(n, ast.Global))
    return {name for node in walked for name in node.names}


def _takes_nothing(node):
    args = node.args
    count = len(getattr(args, "posonlyargs", ())) + len(args.args) - len(args.defaults)
    return count == 0 and all(default is not None for default in args.kw_defaults)


def _shows(node):
    """Whether a function gives something back and binds nothing of its module."""
    parts = list(ast.walk(node))
    if any(isinstance(part, (ast.Global, ast.Yield, ast.YieldFrom)) for part in parts):
        return False
    return any(isinstance(part, ast.Return) and part.value is not None for part in parts)
