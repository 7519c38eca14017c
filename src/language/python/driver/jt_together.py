"""Functions of a module that are given the same thing by the same name: what one of them puts in
shows in what another one gives back.
"""

import ast

import jt_code
import jt_text
from jt_objects import CHANGING
from jt_shape import Shape

WRITING = CHANGING | {"execute", "executemany", "executescript", "cursor", "write"}
# What gives a part of a container, and what goes through its parts.
TAKING = {"get", "setdefault", "values", "items"}
LOOPED = {"sorted", "list", "reversed", "enumerate", "iter", "tuple"}
MOST_STEPS = (1, 1, 2, 2, 3)


class Together:
    """What other functions of its module do first with what a function is given."""

    def __init__(self, module, local, values):
        self.module = module
        self.local = local
        self.values = values
        self.names = {}  # parameter -> its place
        self.partners = {}  # parameter -> functions that change what they are given by that name
        node = module.defs.get(local)
        if "." not in local and isinstance(node, jt_code.FUNCTIONS):
            self.names = {arg.arg: place for place, arg in enumerate(node.args.args)}
            self._find(node)

    def _find(self, own):
        other = self.values.shared.module(self.module.name) if self.values.shared else None
        for local, node in self.module.defs.items():
            is_plain = "." not in local and isinstance(node, ast.FunctionDef)
            is_there = other is None or local in other.defs
            if not is_plain or not is_there or local.startswith("_"):
                continue
            for arg in node.args.args:
                if arg.arg in self.names and changes(node, arg.arg):
                    self.partners.setdefault(arg.arg, []).append(node)

    def steps(self, text):
        """`(setup, call)` of a call that comes after calls of others; None where there are none."""
        call = getattr(jt_text.known(text), "body", [None])[0]
        call = getattr(call, "value", None)
        is_own = isinstance(call, ast.Call) and getattr(call.func, "id", None) == self.local
        if not self.partners or not is_own:
            return None
        rng = self.values.rng
        name = rng.choice(sorted(self.partners))
        given = dict(enumerate(call.args))
        given.update((self.names.get(word.arg), word.value) for word in call.keywords)
        value = given.get(self.names[name])
        if value is None or isinstance(value, ast.Constant):
            return None
        edit = jt_text.Edit(text)
        setup = ["%s = %s" % (name, edit.text(value))]
        for _ in range(rng.choice(MOST_STEPS)):
            setup.append(self._step(rng.choice(self.partners[name]), name))
        return setup, edit.replaced([(value, name)])

    def _step(self, node, name):
        """A call of another function with the same thing."""
        parts = positional(self.values, self.module, node, name)
        return "%s(%s)" % (node.name, ", ".join(parts))


def positional(values, module, node, name=None):
    """Values for what a function takes by position, some of what it need not have left out; `name`
    stands for itself.
    """
    shapes = values.inference.params(module, node.name)
    args = node.args.args
    needed = len(args) - len(node.args.defaults)
    parts = []
    for place, arg in enumerate(args):
        if place >= needed and arg.arg != name and values.rng.random() < 0.5:
            break
        value = values.random(shapes.get(arg.arg) or Shape(), 1, name=arg.arg)
        parts.append(name if arg.arg == name else value)
    return parts


def changes(node, name):
    """Whether a function changes, as far as its text shows, what it is given by a name, or a part
    of that.
    """
    names = _parts_of(node, name)
    for part in ast.walk(node):
        if isinstance(part, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
            targets = getattr(part, "targets", None) or [part.target]
            if any(not isinstance(t, ast.Name) and root(t) in names for t in targets):
                return True
        if isinstance(part, ast.Call) and getattr(part.func, "attr", None) in WRITING:
            if root(part.func) in names:
                return True
    return False


def _parts_of(node, name):
    """Names of what a function may take out of what it is given by a name: the variables of loops
    over it, and what is looked up in it.
    """
    names = {name}
    for part in ast.walk(node):
        pairs = jt_code.assigned_pairs(part)
        if isinstance(part, (ast.For, ast.AsyncFor)):
            looped = part.iter
            if getattr(getattr(looped, "func", None), "id", None) in LOOPED and looped.args:
                looped = looped.args[0]
            pairs = [(target, looped) for target in getattr(part.target, "elts", [part.target])]
        for target, value in pairs:
            if isinstance(target, ast.Name) and _is_part(value, names):
                names.add(target.id)
    return names


def _is_part(node, names):
    """Whether an expression is a part of what one of some names stands for."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Call):
            node = node.func if getattr(node.func, "attr", None) in TAKING else None
        if not isinstance(node, (ast.Attribute, ast.Subscript)):
            return False
        node = node.value
    return node.id in names


def root(node):
    """The name that an expression goes out from: `cart` of `cart["lines"][0].count`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", None)
