"""Objects of the repository in cases: how a class's public methods and operators are called on a
receiver.
"""

import ast
import builtins
import collections
import re

import jt_code
import jt_text
from jt_shape import Shape

OPERATORS = {
    name: form
    for name, _, form in (
        line.strip().partition(" ")
        for line in """
        __len__ len({0})
        __str__ str({0})
        __repr__ repr({0})
        __bool__ bool({0})
        __iter__ list({0})
        __contains__ {1} in {0}
        __getitem__ {0}[{1}]
        __missing__ {0}[{1}]
        __add__ {0} + {1}
        __radd__ {1} + {0}
        __iadd__ {0} + {1}
        __sub__ {0} - {1}
        __rsub__ {1} - {0}
        __mul__ {0} * {1}
        __rmul__ {1} * {0}
        __matmul__ {0} @ {1}
        __truediv__ {0} / {1}
        __floordiv__ {0} // {1}
        __mod__ {0} % {1}
        __pow__ {0} ** {1}
        __and__ {0} & {1}
        __or__ {0} | {1}
        __xor__ {0} ^ {1}
        __neg__ -{0}
        __pos__ +{0}
        __invert__ ~{0}
        __abs__ abs({0})
        __int__ int({0})
        __float__ float({0})
        __round__ round({0})
        __eq__ {0} == {1}
        __ne__ {0} != {1}
        __lt__ {0} < {1}
        __le__ {0} <= {1}
        __gt__ {0} > {1}
        __ge__ {0} >= {1}
        __hash__ hash({0}) == hash({0})
        __reversed__ list(reversed({0}))
        __next__ next({0})
        __getattr__ {0}.name
        __format__ format({0}, {1})
        __enter__ {0}.__enter__()
        __exit__ bool({0}.__exit__({1}))
        __aenter__ asyncio.run({0}.__aenter__())
        __aexit__ bool(asyncio.run({0}.__aexit__({1})))
        """.strip().splitlines()
    )
}
STATEMENTS = {"__setitem__": "{0}[{1}] = {2}", "__delitem__": "del {0}[{1}]"}
# How a `with` block is left: at its end, or by an exception. What leaving gives back only says
# whether the exception is taken: None is as good as False.
LEAVING = ["None, None, None", 'ValueError, ValueError("a"), None', "KeyError, KeyError(1), None"]
# Methods of containers that change them.
CHANGING = set(
    "append appendleft extend insert add update setdefault pop popleft popitem remove discard "
    "clear sort reverse put push".split()
)
ASSIGNED = 0.25  # of the steps set an attribute, where a class leaves that to others
SAME_KIND = set(
    "__add__ __sub__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __and__ __or__ __xor__ "
    "__matmul__ __iadd__".split()
)


def snake(name):
    """`ShoppingCart` -> `shopping_cart`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def is_generator(node):
    """Whether a function's own body yields."""
    front = list(node.body)
    while front:
        child = front.pop()
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, jt_code.FUNCTIONS + (ast.Lambda, ast.ClassDef)):
            front.extend(ast.iter_child_nodes(child))
    return False


def changes_itself(node):
    """Whether a method, as far as its own text shows, changes its object or hands it to a helper of
    its own that may.
    """
    for part in ast.walk(node):
        if isinstance(part, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
            targets = getattr(part, "targets", None) or [part.target]
            if any(_is_of_self(target) for target in targets):
                return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            if part.func.attr in CHANGING and _is_of_self(part.func.value):
                return True
            if part.func.attr.startswith("_") and getattr(part.func.value, "id", "") == "self":
                return True
    return False


def attributes_set(node):
    """The attributes that a class sets on its objects, in order."""
    own = [n for n in ast.walk(node) if isinstance(n, ast.Attribute) and _is_of_self(n)]
    return list(dict.fromkeys(n.attr for n in own if isinstance(n.ctx, ast.Store)))


def left_to_others(node):
    """Attributes that a class only ever sets to None or False itself, and reads: who uses it sets
    them.
    """
    if not isinstance(node, ast.ClassDef):
        return []
    own = [part for part in ast.walk(node) if isinstance(part, ast.Attribute) and _is_of_self(part)]
    own = [part for part in own if isinstance(part.value, ast.Name)]
    read = {part.attr for part in own if isinstance(part.ctx, ast.Load)}
    values = {}
    for part in ast.walk(node):
        for target, value in jt_code.assigned_pairs(part):
            if isinstance(target, ast.Attribute) and _is_of_self(target):
                values.setdefault(target.attr, []).append(getattr(value, "value", value))
    changed = {part.attr for part in own if isinstance(part.ctx, (ast.Store, ast.Del))} - set(
        values
    )
    nothing = [
        name for name, given in values.items() if all(v is None or v is False for v in given)
    ]
    return [n for n in nothing if n in read and n not in changed and not n.startswith("_")]


def _is_of_self(node):
    """Whether something is a part of `self`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        inner = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Attribute) and getattr(inner, "id", "") == "self":
            return True
        node = inner
    return False


def made_by_dataclass(node):
    """Definitions of the comparisons that `dataclass` gives a class, as if they were written."""
    for decorator in getattr(node, "decorator_list", ()):
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        mark = getattr(target, "id", getattr(target, "attr", ""))
        if mark == "dataclass" or mark in jt_code.ATTRS:
            words = {w.arg: w.value for w in getattr(decorator, "keywords", ())}
            given = {"eq": True, "order": mark in ("s", "attributes")}
            told = [getattr(words.get(n), "value", given[n]) for n in ("order", "eq")]
            names = [n for n, on in zip(("__lt__", "__eq__"), told) if on is True]
            return ast.parse("".join("def %s(self, other): ...\n" % name for name in names)).body
    return []


def is_built_in(node, method):
    """Whether a class has a method from a container or plain kind that it is a kind of; how an
    object is shown is its own matter.
    """
    if method in ("__str__", "__repr__"):
        return False
    names = [getattr(base, "id", getattr(base, "attr", "")) for base in getattr(node, "bases", ())]
    known = [getattr(builtins, n, None) or getattr(collections, n, None) for n in names]
    return any(
        getattr(kind, method, None) is not getattr(object, method, None)
        for kind in known
        if isinstance(kind, type) and not issubclass(kind, BaseException)
    )


ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
IN_SETS = ("len({{{0}}})", "{0} in [{1}]", "len({{{0}, {1}}})")


def comparisons(node):
    """The comparisons that a class defines itself or gets by its decorators, equality among them;
    `__hash__` where it defines that its objects can be kept in sets, or `-__hash__` where what it
    defines ends that.
    """
    names = [n.name for n in node.body if isinstance(n, jt_code.FUNCTIONS)]
    found = {name for name in names if name in ORDER or name in ("__eq__", "__hash__")}
    found |= {method.name for method in made_by_dataclass(node)}
    if "total_ordering" in jt_code.marks(node) and found & set(ORDER):
        found |= set(ORDER)
    given = [n.value for n in node.body if isinstance(n, ast.Assign) and _names_hash(n)]
    if given:
        is_none = getattr(given[-1], "value", "") is None
        found.add("-__hash__" if is_none else "__hash__")
    elif _frozen(node):
        found.add("__hash__")
    elif "__eq__" in found and "__hash__" not in found:
        found.add("-__hash__")
    return found


def kept_comparisons(node, before):
    """Definitions of the comparisons that a class gets by its decorators, but for those that the
    other revision of it knows nothing of: that equal objects are equal now breaks nobody's code.
    """
    made = made_by_dataclass(node)
    known = comparisons(before) if isinstance(before, ast.ClassDef) else None
    return [method for method in made if known is None or method.name in known]


def _names_hash(node):
    return any(getattr(target, "id", "") == "__hash__" for target in node.targets)


def _frozen(node):
    """Whether a decorator makes the hash of a class from its fields."""
    for decorator in node.decorator_list:
        words = {w.arg: getattr(w.value, "value", None) for w in getattr(decorator, "keywords", ())}
        if words.get("unsafe_hash") or words.get("frozen") and words.get("eq", True):
            return True
    return False


def told_apart(before, now):
    """How objects of a class are compared where the two revisions define it each in its own way:
    what one of them may have lost, and what stands in sets and lists.
    """
    if not before or not now:
        return []
    first, second = comparisons(before), comparisons(now)
    forms = [OPERATORS[name] for name in ORDER if name in first and name not in second]
    if "-__hash__" in second and "-__hash__" not in first:
        return forms + [IN_SETS[0]]
    if "__eq__" in first & second and (first != second or _sameness(before) != _sameness(now)):
        forms.append(IN_SETS[1])
        forms += [IN_SETS[2]] if "__hash__" in first & second else []
    return forms


def _sameness(node):
    """What a class itself says of which of its objects are the same."""
    nodes = [n for n in node.body if getattr(n, "name", "") in ("__eq__", "__hash__")]
    return [ast.dump(n) for n in nodes]


class Method:
    """A public method as its source shows it."""

    def __init__(self, owner, class_name, name, node):
        self.owner = owner
        self.class_name = class_name
        self.name = name
        self.node = node
        marks = jt_code.marks(node)
        self.is_property = bool(marks & {"property", "cached_property"})
        self.is_static = "staticmethod" in marks
        self.changes = name in STATEMENTS or changes_itself(node)
        self.facts = {
            "kind": "property" if self.is_property else "method",
            "coroutine": isinstance(node, ast.AsyncFunctionDef),
            "generator": is_generator(node)
            and name != "__iter__"
            and not marks & {"contextmanager"},
        }


class Objects:
    """Calls on objects of one module's classes."""

    def __init__(self, values):
        self.values = values
        self.rng = values.rng
        self.cache = {}

    def methods(self, class_name):
        """Public methods of a class and its bases in the repository."""
        if class_name not in self.cache:
            found = []
            place = self.values.names.find(class_name)
            lineage = self.values.inference.lineage(place[0], place[1].name) if place else ()
            for owner, name in lineage:
                for local, node in owner.defs.items():
                    head, _, method = local.rpartition(".")
                    if head != name or not isinstance(node, jt_code.FUNCTIONS):
                        continue
                    known = method in OPERATORS or method in STATEMENTS or method == "__call__"
                    if method.startswith("_") and not known or any(m.name == method for m in found):
                        continue
                    if "setter" not in jt_code.marks(node) and self._is_shared(owner, local):
                        found.append(Method(owner, name, method, node))
                for method in self._compared(owner, name) + self._lost(owner, name):
                    if not any(m.name == method.name for m in found):
                        found.append(Method(owner, name, method.name, method))
            self.cache[class_name] = found
        return self.cache[class_name]

    def _compared(self, owner, name):
        """The comparisons that a class gets by its decorators."""
        before = self.values.shared.module(owner.name) if self.values.shared else None
        return kept_comparisons(owner.defs.get(name), before.defs.get(name) if before else None)

    def _is_shared(self, owner, local):
        """Whether both revisions have a method; where the other one doesn't have the class, cases
        can't run there anyway.
        """
        before = self.values.shared.module(owner.name) if self.values.shared else None
        class_name, _, method = local.rpartition(".")
        if before is None or class_name not in before.defs or local in before.defs:
            return True
        return is_built_in(before.defs[class_name], method)

    def _lost(self, owner, name):
        """Methods that only the other revision has, where this one inherits them from a built-in
        class.
        """
        other = self.values.shared.module(owner.name) if self.values.shared else None
        node = owner.defs.get(name)
        return [
            method
            for local, method in (other.defs.items() if other else ())
            if local.rpartition(".")[0] == name
            and local not in owner.defs
            and isinstance(method, jt_code.FUNCTIONS)
            and (method.name in OPERATORS or not method.name.startswith("_"))
            and is_built_in(node, method.name)
        ]

    def few(self, class_name, name):
        """Names of a few methods that change something, and this one: sequences of only these get
        further than those of all (Groce and others, "Swarm Testing", 2012). None where there are no
        more.
        """
        names = [m.name for m in self.methods(class_name) if m.changes and m.name != name]
        if len(names) < 3:
            return None
        return {name, *self.rng.sample(names, self.rng.choice((1, 2, 2)))}

    def step(self, receiver, class_name, observing=False, besides=None, among=None):
        """Source that calls some public method on a receiver, or None; `observing` wants a value,
        `among` are names to choose from where some of them can be called.
        """
        if not observing and self.rng.random() < ASSIGNED:
            assigned = self._assignment(receiver, class_name)
            if assigned is not None:
                return assigned
        methods = self.methods(class_name)
        if observing:
            methods = [m for m in methods if m.name not in STATEMENTS]
            methods = [m for m in methods if m.name != besides] or methods
            methods = [m for m in methods if not self.is_dull(m.name)] or methods
        else:
            quiet = ("__str__", "__repr__", "__eq__", "__hash__", "__len__", "__bool__", "__iter__")
            methods = [m for m in methods if not m.is_property or self._is_cached(m)]
            methods = [m for m in methods if m.name not in quiet]
            methods = [m for m in methods if among and m.name in among] or methods
        if not methods:
            return None
        weights = [self.values.worth(m.name) * self._share(m, observing) for m in methods]
        method = self.rng.choices(methods, weights)[0]
        if observing and not len(method.node.args.args) - 1 and self.rng.random() < 0.2:
            if not method.name.startswith("__") and not method.is_property:
                call = self.invoked(receiver, class_name, method.name, "", method.facts)
                return "[%s for _ in range(%d)]" % (call, self.rng.choice((2, 3, 4)))
        return self.invoked(receiver, class_name, method.name, self.arguments(method), method.facts)

    def _assignment(self, receiver, class_name):
        """A statement that gives a value to an attribute that is there for others to set; None
        where there is none.
        """
        place = self.values.names.find(class_name)
        found = {}
        both = None  # what is set in one revision means nothing where the other one has it not
        for inference, module in self._revisions(place[0]) if place else ():
            node = module.defs.get(place[1].name)
            if node is None:
                continue
            set_here = attributes_set(node)
            both = set(set_here) if both is None else both & set(set_here)
            shapes = inference.self_shapes(module, place[1].name)
            for name in left_to_others(node):
                known = shapes.get(name) or Shape()
                if name not in found or not found[name].kinds():
                    found[name] = known
        found = {name: shape for name, shape in found.items() if name in both}
        if not found:
            return None
        name = self.rng.choice(sorted(found))
        kinds = found[name].kinds()
        if not kinds or set(kinds) & {"callable", "any"}:
            return None
        return "%s.%s = %s" % (receiver, name, self.values.random(found[name], 1, name=name))

    def _revisions(self, module):
        """`(inference, module)` of a module in this revision and in the other one."""
        own = self.values.inference
        yield own, module
        other = own.other.code.module(module.name) if own.other is not None else None
        if other is not None:
            yield own.other, other

    def _is_cached(self, method):
        """Whether either revision keeps what a property gave."""
        before = self.values.shared.module(method.owner.name) if self.values.shared else None
        local = "%s.%s" % (method.class_name, method.name)
        nodes = [method.node] + ([before.defs[local]] if before and local in before.defs else [])
        return any("cached_property" in jt_code.marks(node) for node in nodes)

    @staticmethod
    def _share(method, observing):
        """What changes nothing may fill a cache, but most steps are there to change something."""
        return 1.0 if observing or method.changes else 0.35

    def is_dull(self, name):
        """Whether a method seems to give back nothing."""
        nothing, more = self.values.answers.get(name, (0, 0))
        return nothing > 5 and more * 10 < nothing

    def observer(self, receiver, class_name, besides=None):
        """One observing call, or a list of a few."""
        first = self.step(receiver, class_name, observing=True, besides=besides)
        if first is None or self.rng.random() < 0.6:
            return first
        more = [
            self.step(receiver, class_name, True, besides) for _ in range(self.rng.choice((1, 2)))
        ]
        return "[%s]" % ", ".join([first] + [m for m in more if m])

    def arguments(self, method):
        """Source of random arguments for a method."""
        params = self.values.inference.meant(method.owner, method.class_name + "." + method.name)
        args = method.node.args
        positional = (getattr(args, "posonlyargs", []) + args.args)[0 if method.is_static else 1 :]
        required = len(positional) - len(args.defaults)
        parts = []
        for i, arg in enumerate(positional):
            if i >= required and self.rng.random() < 0.6:
                break
            parts.append(self.values.random(params.get(arg.arg) or Shape(), name=arg.arg))
        if args.vararg and len(parts) == len(positional):
            shape = params.get(args.vararg.arg) or Shape()
            parts += [
                self.values.random(shape.elem or Shape())
                for _ in range(self.rng.choice((0, 1, 1, 2)))
            ]
        for arg, default in zip(args.kwonlyargs, args.kw_defaults):
            if default is None:
                parts.append(
                    "%s=%s" % (arg.arg, self.values.random(params.get(arg.arg) or Shape()))
                )
        return ", ".join(parts)

    def invoked(self, receiver, class_name, method, args, facts):
        """Source that calls a method (or operator, or property) on a receiver."""
        if facts.get("kind") == "property":
            return "%s.%s" % (receiver, method)
        if method == "__call__":
            return driven("%s(%s)" % (receiver, args), facts)
        form = OPERATORS.get(method) or STATEMENTS.get(method)
        if form:
            parts = split(args)
            if method in SAME_KIND and self.rng.random() < 0.8:
                alike = "(" in receiver and self.rng.random() < 0.4
                parts = [akin(self.rng, receiver) if alike else self.values.instance(class_name)]
            elif method in ("__exit__", "__aexit__"):
                parts = [self.rng.choice(LEAVING)]
            return form.format(receiver, *(parts + ["1", "1"]))
        return driven("%s.%s(%s)" % (receiver, method, args), facts)


def akin(rng, text):
    """Source of an object beside another one: the same, or with a text or a number of it written in
    another way, which may mean the same: `1.2` and `1.2.0`, `Ann` and `ann`.
    """
    tree = jt_text.known(text)
    nodes = list(ast.walk(tree or ast.Module([], [])))
    constants = [n for n in nodes if isinstance(n, ast.Constant) and type(n.value) in (str, int)]
    # Parts of such a text are constants too, and can't be replaced by what is quoted.
    is_formatted = any(isinstance(node, ast.JoinedStr) for node in nodes)
    if not constants or is_formatted or rng.random() < 0.4:
        return text
    node = rng.choice(constants)
    value = node.value
    if isinstance(value, int):
        return jt_text.Edit(text).replaced([(node, repr(float(value)) if value < 9999 else "1")])
    marks = [c for c in value if not c.isalnum()] or [" "]
    written = (
        value + rng.choice(marks) + "0", value + rng.choice(marks), "0" + value, value.upper(),
        value.title(), " " + value, value + " ", value.strip("0"), value[::-1], value + value,
    )  # fmt: skip
    return jt_text.Edit(text).replaced([(node, jt_text.literal(rng.choice(written)))])


def driven(text, facts):
    """A call with what makes it run to its end: an event loop, or a list around a generator."""
    if facts.get("coroutine"):
        return "asyncio.run(%s)" % text
    if facts.get("generator"):
        return "list(%s)" % text
    return text


def split(args):
    """Sources of the positional arguments of an argument list."""
    text = "f(%s)" % args
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        return []
    return [ast.get_source_segment(text, arg) or "1" for arg in tree.args]
