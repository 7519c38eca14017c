"""Infers the shapes of parameters from what the code does with them.

Flow-insensitive and cheap: every operation on a name adds evidence. Functions of the repository
that a parameter is handed to are looked into, a few levels deep.
"""

import ast

import jt_code
import jt_shape
from jt_reading import Walker, clocked
from jt_shape import LIKELY, MAYBE, SURE, Shape


class Inference:
    """Shapes of parameters of the functions of one revision, computed once each."""

    def __init__(self, code, other=None):
        self.code = code
        self.other = other  # of the other revision: what its code does with a parameter counts too
        self.done = {}
        self.active = {}  # functions that are being read now
        self.selves = {}
        self.kept = {}  # module -> what its objects keep: attribute -> the constants that it gets
        self.linked = set()  # functions whose parameters were linked with those beside them

    def params(self, module, local, depth=0):
        """Shapes of a function's parameters by name (`self` left out)."""
        node = jt_code.definition(module, local)
        if isinstance(node, ast.ClassDef):
            return self.constructor(module, local, depth)
        if not isinstance(node, jt_code.FUNCTIONS):
            return {}
        key = (module.name, local)
        if key not in self.done:
            self.done[key] = {}
            self.done[key] = self._function(module, local, node, depth)
            self._from_other(module, local, self.done[key])
        return self.done[key]

    def meant(self, module, local):
        """As `params`; a parameter of which nothing but its name is known means what those of its
        name do beside it, in methods of its class or in functions of its module.
        """
        shapes = self.params(module, local)
        if (module.name, local) in self.linked:
            return shapes
        self.linked.add((module.name, local))
        owner = local.rpartition(".")[0]
        unknown = {
            name.rstrip("s"): shape for name, shape in shapes.items() if evidence(shape) < LIKELY
        }
        for other in module.defs if unknown else ():
            if other != local and other.rpartition(".")[0] == owner:
                for name, shape in self.params(module, other).items():
                    told = unknown.get(name.rstrip("s"))
                    many = "list" in shape.known() or "tuple" in shape.known()
                    if told is not None and evidence(shape) >= LIKELY and not many:
                        told.scores.clear()
                        told.near.insert(0, shape)
        return shapes

    def _from_other(self, module, local, shapes):
        before = self.other.code.module(module.name) if self.other else None
        if before is None or before.source == module.source:
            return
        for name, shape in self.other.params(before, local).items():
            if name in shapes:
                jt_shape.merge(shapes[name], shape)
                shapes[name].near.append(shape)

    def constructor(self, module, local, depth=0):
        """Shapes of what a class is called with: `__init__`, dataclass or named tuple fields."""
        for owner, name in self.lineage(module, local):
            if name + ".__init__" in owner.defs:
                return self.params(owner, name + ".__init__", depth)
            if name + ".__new__" in owner.defs:
                return self.params(owner, name + ".__new__", depth)
        return self.class_fields(module, local)

    def lineage(self, module, local, depth=0):
        """A class and its bases in the repository, nearest first: `(module, local name)`."""
        node = jt_code.definition(module, local)
        if not isinstance(node, ast.ClassDef) or depth > 5:
            return
        yield module, local
        for base in node.bases:
            name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", None)
            found = self.code.find(module, name) if name else None
            if found and isinstance(found[1], ast.ClassDef):
                yield from self.lineage(found[0], found[1].name, depth + 1)

    def class_fields(self, module, local):
        """Annotated fields of a class and its bases, in order."""
        fields = {}
        for owner, name in reversed(list(self.lineage(module, local))):
            for node in owner.defs[name].body:
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    shape = jt_shape.of_hint(node.annotation, self.finder(owner)) or Shape()
                    if not shape.scores:
                        self.suggested(node.target.id, shape)
                    used = self.self_shapes(owner, name).get(node.target.id)
                    if used is not None:
                        jt_shape.merge(shape, used, LIKELY)
                    fields[node.target.id] = shape
        return fields

    def attribute(self, module, name):
        """The shape of what objects of a module keep in an attribute, whatever their class, where
        all begin it with constants of one kind; else None.
        """
        if module.name not in self.kept:
            self.kept[module.name] = dict(_kept(module.tree))
        shapes = [jt_shape.of_constant(c) for c in self.kept[module.name].get(name, ())]
        kinds = {kind for shape in shapes if shape is not None for kind in shape.known()}
        return shapes[0] if len(kinds) == 1 and None not in shapes else None

    def members(self, module, name):
        """The names of all that objects of a class have."""
        members = set(self.class_fields(module, name))
        for owner, local in self.lineage(module, name):
            members |= {n.split(".")[1] for n in owner.defs if n.startswith(local + ".")}
            members |= set(self.self_shapes(owner, local))
        return members

    def self_shapes(self, module, class_name):
        """Shapes of `self.x` in a class, shared by its methods."""
        key = (module.name, class_name)
        if key not in self.selves:
            self.selves[key] = {}
            first = [class_name + ".__init__"]
            rest = [n for n in module.defs if n.startswith(class_name + ".") and n.count(".") == 1]
            for local in first + [n for n in rest if n not in first]:
                if isinstance(module.defs.get(local), jt_code.FUNCTIONS):
                    self.params(module, local, 1)
        return self.selves[key]

    def finder(self, module):
        """What tells whether a name stands for a class of the repository in a module."""

        def find(name):
            found = self.code.find(module, name)
            return found is not None and isinstance(found[1], ast.ClassDef)

        find.bound = lambda name: (self.code.kept(module, name) or (None, None))[1]
        return find

    @staticmethod
    def suggested(name, shape):
        """Adds the kind that a name alone says."""
        kind = jt_shape.by_name(name)
        if kind:
            shape.add(kind, MAYBE)

    def _function(self, module, local, node, depth):
        owner = local.rpartition(".")[0]
        is_method = bool(owner) and isinstance(module.defs.get(owner), ast.ClassDef)
        static = any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)
        args = node.args
        positional = getattr(args, "posonlyargs", []) + args.args
        own = None
        if is_method and positional and not static:
            own = positional[0].arg
            positional = positional[1:]
        shapes = {}
        defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
        pairs = list(zip(positional, defaults[-len(positional) :] if positional else []))
        for arg, default in pairs + list(zip(args.kwonlyargs, args.kw_defaults)):
            shapes[arg.arg] = self._start(module, arg, default)
        extra = [args.vararg, args.kwarg]
        for arg in extra:
            if arg:
                shapes[arg.arg] = Shape()
                hint = jt_shape.of_hint(arg.annotation, self.finder(module))
                shapes[arg.arg].elem = hint
        fields = self.self_shapes(module, owner) if own else {}
        self.active[(module.name, local)] = shapes
        names = {**self._rebound(module, node), **shapes}
        walker = Walker(self, module, owner, own, names, fields, depth)
        for statement in node.body:
            walker.visit(statement)
        del self.active[(module.name, local)]
        if jt_code.marks(node) & {"singledispatch", "singledispatchmethod"} and pairs:
            self._dispatched(module, node, shapes[pairs[0][0].arg])
        for name, shape in shapes.items():
            characters(name, shape)
        self._documented(node, shapes)
        for name, shape in shapes.items():
            named_text(name, shape)
            shape.named = jt_shape.by_name(name) or ("str" if shape.names_field else None)
            if shape.scores and max(shape.scores.values()) <= LIKELY:
                self.suggested(name, shape)
        return shapes

    @staticmethod
    def _rebound(module, node):
        """What a function binds anew in its module is of the kind that it begins as."""
        found = {}
        for part in ast.walk(node):
            for name in part.names if isinstance(part, ast.Global) else ():
                value = module.assigned.get(name)
                known = jt_shape.of_constant(value) if value is not None else None
                if known is not None and "none" not in known.scores:
                    known.consts.append(value)
                    found[name] = known
        return found

    def _dispatched(self, module, node, shape):
        """The first parameter of a generic function is what functions are registered for."""
        for part in jt_code.registered(module, node.name):
            args = [arg for arg in part.args.args if arg.arg != "self"]
            calls = [mark for mark in part.decorator_list if isinstance(mark, ast.Call)]
            told = [call.args[0] for call in calls if call.args]
            hint = told[0] if told else args[0].annotation if args else None
            given = jt_shape.of_hint(hint, self.finder(module))
            if given is not None:
                jt_shape.merge(shape, given)
                shape.tested |= set(given.scores)

    def _start(self, module, arg, default):
        shape = jt_shape.of_hint(arg.annotation, self.finder(module)) or Shape()
        if default is not None:
            clocked(shape, default)
            shape.kept = jt_shape.names_errors(default)
            if shape.kept:
                shape.scores = {"errors": jt_shape.HINT}
            shape.family = jt_shape.family(arg.arg, default)
            if shape.family:
                shape.add("callable", LIKELY + 1)
            given = jt_shape.of_constant(default)
            jt_shape.merge(shape, given, LIKELY + 1)
            if given and "none" not in given.scores:
                shape.consts.append(default)
            owner = getattr(getattr(default, "value", None), "id", None)
            if isinstance(default, ast.Attribute) and owner and self.finder(module)(owner):
                shape.add("object", LIKELY + 1).classes.append(owner)
        return shape

    @staticmethod
    def _documented(node, shapes):
        text = ast.get_docstring(node) or ""
        for line in text.splitlines():
            head, colon, rest = line.strip().lstrip(":").partition(":")
            words = head.replace("(", " ").replace(")", " ").replace(",", " ").split()
            name = next((w for w in words if w in shapes), None)
            if not colon or name is None:
                continue
            for word in words + rest.lower().split()[:3]:
                kind = {"string": "str", "integer": "int", "number": "int", "boolean": "bool"}.get(
                    word, word
                )
                if (
                    kind in ("str", "int", "float", "bool", "list", "dict", "tuple", "set", "bytes")
                    and kind != name
                ):
                    shapes[name].add(kind, SURE)
                    break


def named_text(name, shape):
    """What is only measured is a text where its name says so."""
    is_measured = shape.scores == {"list": MAYBE} and shape.elem is None
    if is_measured and jt_shape.by_name(name) == "str":
        shape.scores.clear()


def _kept(tree):
    """`(attribute, values)` of all that methods assign to attributes of their objects."""
    found = {}
    for node in ast.walk(tree):
        for target, value in jt_code.assigned_pairs(node):
            if isinstance(target, ast.Attribute) and getattr(target.value, "id", "") == "self":
                found.setdefault(target.attr, []).append(value)
    return found


def evidence(shape):
    """The best evidence for a kind."""
    return max(shape.known().values(), default=0)


def characters(name, shape):
    """A sequence whose elements are looked at as characters is a string, unless its name says that
    it is a list.
    """
    listed = shape.scores.get("list", 0)
    if shape.elem is None or not listed or max(shape.scores.values()) >= jt_shape.HINT:
        return
    suggested = jt_shape.by_name(name)
    known = set(shape.elem.known())
    textual = "str" in known and suggested == "str"
    if textual or shape.elem.scores.get("character") and suggested != "list":
        shape.add("str", 2 * listed + SURE)
    elif suggested == "str" and known <= {"none"} and not shape.elem.parts:
        shape.add("str", listed)
