"""Ways to call a target: from its kind and parameters to cases, simple ones in order and random
ones by seed.
"""

import ast
import itertools
import re

import jt_code
from jt_case import LEARNED, TYPED
from jt_shape import Shape
from jt_values import GENERIC, class_params, enum_members

_OPERATORS = {
    "__len__": "len({0})", "__str__": "str({0})", "__repr__": "repr({0})", "__bool__": "bool({0})",
    "__iter__": "list({0})", "__contains__": "{1} in {0}", "__getitem__": "{0}[{1}]",
    "__add__": "{0} + {1}",
    "__sub__": "{0} - {1}", "__mul__": "{0} * {1}", "__truediv__": "{0} / {1}",
    "__floordiv__": "{0} // {1}",
    "__mod__": "{0} % {1}", "__pow__": "{0} ** {1}", "__and__": "{0} & {1}", "__or__": "{0} | {1}",
    "__xor__": "{0} ^ {1}", "__neg__": "-{0}", "__abs__": "abs({0})", "__int__": "int({0})",
    "__float__": "float({0})", "__eq__": "{0} == {1}", "__ne__": "{0} != {1}",
    "__lt__": "{0} < {1}",
    "__le__": "{0} <= {1}", "__gt__": "{0} > {1}", "__ge__": "{0} >= {1}", "__call__": "{0}({1})",
    "__radd__": "{1} + {0}", "__rmul__": "{1} * {0}", "__rsub__": "{1} - {0}",
    "__matmul__": "{0} @ {1}",
    "__invert__": "~{0}", "__pos__": "+{0}", "__reversed__": "list(reversed({0}))",
    "__round__": "round({0})",
    "__next__": "next({0})", "__hash__": "hash({0}) == hash({0})", "__missing__": "{0}[{1}]",
    "__iadd__": "{0} + {1}", "__getattr__": "{0}.name", "__format__": "format({0}, {1})",
}  # fmt: skip
_OTHER_OPERAND = {"__add__", "__sub__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__",
"__ge__", "__and__", "__or__",
                  "__xor__", "__matmul__", "__iadd__"}  # fmt: skip
_STATEMENTS = {"__setitem__": "{0}[{1}] = {2}", "__delitem__": "del {0}[{1}]"}
FOLLOW_UPS = (
    "()",
    "(1)",
    "(2)",
    "(0)",
    "(1, 2)",
    '("a")',
    '("abc")',
    "([1, 2, 3])",
    "([])",
    "(3)",
    "(-1)",
)


def snake(name):
    """`ShoppingCart` -> `shopping_cart`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Calls:
    """Makes cases for one callable of a module, given by its dotted path."""

    def __init__(self, module, local, facts, values, rng, other_params=None):
        self.module = module
        self.local = local
        self.facts = facts
        self.values = values
        self.rng = rng
        self.names = values.names
        self.shapes = values.inference.params(module, local)
        self.owner = local.rpartition(".")[0]
        self.params = self._usable(facts, other_params)
        self.learned = {}

    @staticmethod
    def _usable(facts, other):
        """Parameters that both revisions take in the same place; None where the signature is
        unknown.
        """
        params = facts.get("params")
        if params is None or other is None:
            return params or []
        names = [p["name"] for p in other]
        if {p["name"] for p in params} == set(names) and [p["name"] for p in params] != names:
            return [
                dict(p, kind="keyword_only") if p["kind"] == "positional_or_keyword" else p
                for p in params
            ]
        usable = []
        for i, param in enumerate(params):
            if param["kind"].startswith("positional"):
                if i < len(other) and other[i]["kind"] in (
                    param["kind"],
                    "positional_or_keyword",
                    "positional_only",
                ):
                    usable.append(dict(param, optional=param["optional"] and other[i]["optional"]))
            elif param["name"] in names:
                usable.append(param)
        return usable

    def shape(self, param):
        """The shape of a parameter."""
        learned = self.learned.get(param["name"])
        if learned is not None:
            return learned
        return self.shapes.get(param["name"]) or Shape()

    # -- arguments
    # --------------------------------------------------------------------------------------------

    def arguments(self, choose, every=0.4):
        """Source of an argument list; `choose(param)` makes each value, `every` is the chance of an
        optional one.
        """
        parts, skipped = [], False
        for param in self.params:
            kind = param["kind"]
            if kind == "var_positional":
                if not skipped:
                    parts += [choose(param) for _ in range(self.rng.choice((0, 1, 2, 3)))]
                skipped = True
                continue
            if kind == "var_keyword":
                if self.rng.random() < every:
                    parts += [
                        "%s=%s" % (k, choose(param)) for k in ("a", "b")[: self.rng.choice((1, 2))]
                    ]
                continue
            if param["optional"] and self.rng.random() > every:
                skipped = True
                continue
            value = choose(param)
            named = skipped or kind == "keyword_only"
            parts.append("%s=%s" % (param["name"], value) if named else value)
        return ", ".join(parts)

    def _value(self, param):
        shape = self.shape(param)
        if param["kind"].startswith("var_"):
            shape = shape.elem or shape
            if not shape.scores:
                shape = Shape(self.rng.choice(("int", "str")))
        return self.values.random(shape)

    def random(self, rank=TYPED):
        """One random case."""
        return self.case(self.arguments(self._value), rank)

    def simple(self):
        """Cases in order: all parameters plain, one at a time varied, then pairs."""
        params = [p for p in self.params if not p["kind"].startswith("var_")]
        lists = [self._simple_of(p) for p in params]
        needed = [i for i, p in enumerate(params) if not p["optional"]]
        seen = set()
        for chosen in self._choices(lists, needed):
            text = self._fixed(params, chosen)
            if text not in seen:
                seen.add(text)
                yield self.case(text)

    def _choices(self, lists, needed):
        first = {i: 0 for i in needed}
        yield dict(first)
        for i, options in enumerate(lists):
            for j in range(len(options)):
                yield {**first, i: j}
        for i, k in itertools.combinations(range(len(lists)), 2):
            for j, m in itertools.product(
                range(min(6, len(lists[i]))), range(min(6, len(lists[k])))
            ):
                yield {**first, i: j, k: m}

    def _fixed(self, params, chosen):
        parts, skipped = [], False
        for i, param in enumerate(params):
            if i not in chosen:
                skipped = True
                continue
            options = self._simple_of(param)
            value = options[chosen[i] % len(options)]
            named = skipped or param["kind"] == "keyword_only"
            parts.append("%s=%s" % (param["name"], value) if named else value)
        return ", ".join(parts)

    def _simple_of(self, param):
        cache = self.__dict__.setdefault("_simple_cache", {})
        if param["name"] not in cache:
            cache[param["name"]] = self.values.simple(self.shape(param))
        return cache[param["name"]]

    # -- the call itself
    # --------------------------------------------------------------------------------------

    def case(self, args, rank=TYPED):
        """A case that calls the target with an argument list."""
        kind = self.facts["kind"]
        if kind in ("method", "property"):
            return self._on_instance(args, rank)
        text = "%s(%s)" % (self.local, args)
        return self.names.case((), self._driven(text), rank)

    def _driven(self, text):
        facts = self.facts
        if facts.get("coroutine"):
            return "asyncio.run(%s)" % text
        if facts.get("generator"):
            return "list(%s)" % text
        return text

    def _on_instance(self, args, rank):
        setup, receiver = [], self.receiver()
        method = self.local.rpartition(".")[2]
        name = snake(self.owner.split(".")[-1])
        if self.rng.random() < 0.5 or method in _STATEMENTS or method == "__init__":
            setup.append("%s = %s" % (name, receiver))
            receiver = name
            for _ in range(self.rng.choice((0, 1, 1, 2, 3))):
                step = self.step(receiver)
                if step:
                    setup.append(step)
        call = self.invoked(receiver, method, args, self.facts)
        if method in _STATEMENTS or setup and self.rng.random() < 0.35:
            observer = self.step(receiver, observing=True)
            if observer:
                return self.names.case(setup + [call], observer, rank)
        if method in _STATEMENTS or method == "__init__":
            return self.names.case(setup[:-1] if method == "__init__" else setup, receiver, rank)
        return self.names.case(setup, call, rank)

    def invoked(self, receiver, method, args, facts):
        """Source that calls a method (or operator, or property) on a receiver."""
        if facts.get("kind") == "property":
            return "%s.%s" % (receiver, method)
        form = _OPERATORS.get(method) or _STATEMENTS.get(method)
        if form:
            parts = _split(args)
            if method in _OTHER_OPERAND and self.rng.random() < 0.8:
                parts = [self.receiver()]
            if method == "__call__":
                return "%s(%s)" % (receiver, args)
            while len(parts) < 2:
                parts.append("1")
            return form.format(receiver, *parts)
        if method == "__enter__" or method == "__exit__":
            return "%s.__enter__()" % receiver
        text = "%s.%s(%s)" % (receiver, method, args)
        if facts.get("coroutine"):
            return "asyncio.run(%s)" % text
        return "list(%s)" % text if facts.get("generator") else text

    def receiver(self):
        """An expression that builds an object of the owner class (or of a subclass, if it is
        abstract).
        """
        return self.values.instance(self.concrete())

    def concrete(self):
        """The class to build: the owner, or a subclass in the same module where the owner is
        abstract.
        """
        facts = self.facts.get("owner") or {}
        owner = self.owner.split(".")[0]
        if facts.get("abstract") or facts.get("protocol"):
            for name in self.module.classes():
                bases = [b[1] for b in self.values.inference.lineage(self.module, name)]
                if owner in bases[1:]:
                    return name
        return owner

    def step(self, receiver, observing=False):
        """A call of another public method on the receiver, or None."""
        siblings = self.siblings()
        if observing:
            siblings = [s for s in siblings if s[1] != self.local.rpartition(".")[2]] or siblings
        if not siblings:
            return None
        module, method, node = self.rng.choice(siblings)
        kind = {getattr(d, "id", getattr(d, "attr", "")) for d in node.decorator_list}
        if kind & {"property", "cached_property"}:
            return "%s.%s" % (receiver, method) if observing else None
        if method in _STATEMENTS and observing:
            return None
        args = self._method_args(module, method, node)
        generator = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(node))
        facts = {
            "coroutine": isinstance(node, ast.AsyncFunctionDef),
            "generator": generator and method != "__iter__",
        }
        return self.invoked(receiver, method, args, facts)

    def siblings(self):
        """Public methods of the class and its bases: `(module, name, node)`."""
        cache = self.__dict__.setdefault("_siblings", [])
        if not cache:
            for owner, name in self.values.inference.lineage(self.module, self.concrete()):
                for local, node in owner.defs.items():
                    head, _, method = local.rpartition(".")
                    if head != name or not isinstance(node, jt_code.FUNCTIONS):
                        continue
                    if (
                        method.startswith("_")
                        and method not in _OPERATORS
                        and method not in _STATEMENTS
                    ):
                        continue
                    if not any(getattr(d, "attr", "") == "setter" for d in node.decorator_list):
                        cache.append(((owner, name), method, node))
        return cache

    def _method_args(self, module, method, node):
        owner, name = module
        shapes = self.values.inference.params(owner, name + "." + method)
        args = node.args
        static = any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)
        positional = (getattr(args, "posonlyargs", []) + args.args)[0 if static else 1 :]
        required = len(positional) - len(args.defaults)
        parts = []
        for i, arg in enumerate(positional):
            if i >= required and self.rng.random() < 0.6:
                break
            parts.append(self.values.random(shapes.get(arg.arg) or Shape()))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults):
            if default is None:
                parts.append(
                    "%s=%s" % (arg.arg, self.values.random(shapes.get(arg.arg) or Shape()))
                )
        return ", ".join(parts)

    # -- learning
    # ---------------------------------------------------------------------------------------------

    def probes(self):
        """`(kind, case)` for each generic kind, one parameter at a time: what does the code take?"""
        params = [p for p in self.params if not p["optional"] and not p["kind"].startswith("var_")]
        if len(params) > 4 or not params:
            return
        for kinds in itertools.product(
            GENERIC[:8] if len(params) < 3 else GENERIC[:4], repeat=len(params)
        ):
            values = [self.values.random(Shape(kind)) for kind in kinds]
            parts = [
                "%s=%s" % (p["name"], v) if p["kind"] == "keyword_only" else v
                for p, v in zip(params, values)
            ]
            yield dict(zip((p["name"] for p in params), kinds)), self.case(
                ", ".join(parts), LEARNED
            )

    def learn(self, kinds):
        """Takes the kinds that returned."""
        self.__dict__.pop("_simple_cache", None)
        for name, kind in kinds.items():
            shape = self.shapes.get(name)
            if shape is None or kind not in shape.kinds():
                self.learned[name] = Shape(kind)


def _split(args):
    try:
        tree = ast.parse("f(%s)" % args, mode="eval").body
    except SyntaxError:
        return []
    text = "f(%s)" % args
    return [ast.get_source_segment(text, a) or "1" for a in tree.args]


def constructor_only(module, local, inference):
    """Whether a class is only data: an enum, or without methods of its own."""
    node = module.defs[local]
    return bool(enum_members(node)) or not class_params(inference, module, node)
