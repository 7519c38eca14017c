"""Reads the body of a function for what it does with its parameters and with what they hold:
evidence for their shapes.
"""

import ast

import jt_code
import jt_reads
import jt_shape
from jt_shape import LIKELY, MAYBE, SURE, Shape

DEPTH = 3
_NUMERIC = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_BITS = (ast.BitAnd, ast.BitXor, ast.LShift, ast.RShift)
_TAKES = {
    "int": ("numeral", MAYBE), "float": ("numeral", MAYBE), "abs": ("int", LIKELY),
    "round": ("float", LIKELY),
    "range": ("int", SURE), "chr": ("int", SURE), "bin": ("int", SURE), "oct": ("int", SURE),
    "ord": ("str", SURE), "open": ("path", SURE), "divmod": ("int", LIKELY),
    "callable": ("callable", MAYBE),
    "Decimal": ("numeral", MAYBE), "Fraction": ("int", MAYBE), "pow": ("int", LIKELY),
    "len": ("list", MAYBE), "BeautifulSoup": ("str", LIKELY),
    "StringIO": ("str", LIKELY),
}  # fmt: skip
_ITERATES = ("sum", "max", "min", "sorted", "list", "tuple", "set", "any", "all", "enumerate",
             "reversed", "iter", "frozenset", "Counter", "deque", "zip", "map", "filter",
             "next")  # fmt: skip
# Where the text stands among the arguments of a regular expression's methods.
_MATCHES = {
    "match": 0, "search": 0, "fullmatch": 0, "findall": 0, "finditer": 0, "split": 0, "sub": 1,
    "subn": 1,
}  # fmt: skip
_MODULES = {
    ("re", None): "str", ("math", "gcd"): "int", ("math", "factorial"): "int",
    ("math", "comb"): "int",
    ("math", "isqrt"): "int", ("math", None): "float", ("json", "loads"): "str",
    ("ET", "fromstring"): "str", ("ET", "XML"): "str", ("ElementTree", "fromstring"): "str",
    ("io", "StringIO"): "str", ("etree", "fromstring"): "str", ("minidom", "parseString"): "str",
    ("heapq", None): "list",
    ("bisect", None): "list", ("itertools", None): "list", ("statistics", None): "list",
    ("csv", "reader"): "list",
    ("datetime", "strptime"): "str", ("datetime", "fromisoformat"): "str",
    ("date", "fromisoformat"): "str",
    ("urllib", None): "str", ("html", None): "str", ("textwrap", None): "str",
    ("unicodedata", None): "str",
    ("base64", None): "bytes", ("hashlib", None): "bytes", ("shlex", None): "str",
    ("functools", None): "callable",
    ("calendar", None): "int", ("string", None): "str", ("ast", None): "str", ("path", None): "str",
}  # fmt: skip
_DATES = ("date", "datetime", "timedelta")
# What they are given is waited for.
_WAITS = ("wait_for", "gather", "create_task", "ensure_future", "shield")
# How many arguments methods of containers take, where other objects have methods of that name.
_COUNTS = {
    "add": (1,), "append": (1,), "extend": (1,), "discard": (1,), "remove": (1,), "copy": (0,),
    "items": (0,), "keys": (0,), "values": (0,), "clear": (0,), "insert": (2,), "get": (1, 2),
    "pop": (0, 1, 2), "popleft": (0,), "setdefault": (1, 2), "write": (1,), "read": (0, 1),
    "index": (1, 2, 3), "count": (1, 2, 3), "exists": (0,),
}  # fmt: skip
# Methods of texts whose answer says the same as the text.
_SAME = ("strip", "lstrip", "rstrip", "lower", "upper", "casefold", "removeprefix", "removesuffix")
_CHARACTER_TESTS = set(
    "isalpha isalnum isdigit isspace isupper islower isdecimal isnumeric".split()
)
_ISINSTANCE = {"int": "int", "str": "str", "float": "float", "list": "list", "dict": "dict",
               "tuple": "tuple", "set": "set", "bool": "bool", "bytes": "bytes", "date": "date",
               "datetime": "datetime",
               "Decimal": "decimal", "Mapping": "dict", "Sequence": "list", "Iterable": "list",
               "Number": "int",
               "timedelta": "timedelta", "Path": "path"}  # fmt: skip

MOST_KEYS = 40  # of a table that says what is looked up in it

_DAY = set("year month day".split())
_TIME = set("hour minute second microsecond tzinfo fold".split())


class Walker(ast.NodeVisitor):
    """Reads one function body."""

    def __init__(self, inference, module, owner, own, env, fields, depth):
        self.inference = inference
        self.module = module
        self.owner = owner
        self.own = own
        self.env = env
        self.fields = fields
        self.depth = depth
        self.refusing = set()  # what is only asked for to refuse it
        self.dropped = set()  # calls of which nothing takes what they give

    def generic_visit(self, node):
        """Expressions are evaluated for their evidence, statements visited."""
        if isinstance(node, ast.expr):
            self.shape(node)
        else:
            super().generic_visit(node)

    # -- statements
    # -------------------------------------------------------------------------------------------

    def visit_If(self, node):
        """What is asked for only to refuse it is not meant to be passed."""
        if isinstance(node.body[0], ast.Raise):
            pending = [node.test]
            while pending:
                test = pending.pop()
                if isinstance(test, (ast.Call, ast.Compare)):
                    self.refusing.add(test)
                elif isinstance(test, ast.BoolOp):
                    pending += test.values
        self.generic_visit(node)

    def visit_Assign(self, node):
        """Names become aliases of what is assigned, in pairs where both sides are written so."""
        if len(node.targets) == 1 and len(pairs := jt_code.assigned_pairs(node)) > 1:
            for target, shape in [(target, self.shape(value)) for target, value in pairs]:
                self.bind(target, shape)
            return
        shape = self.shape(node.value)
        self._made_a_list(node)
        for target in node.targets:
            self.bind(target, shape)

    def _made_a_list(self, node):
        """`rows = list(rows)`: what can be gone through only once is taken, too."""
        called = getattr(getattr(node.value, "func", None), "id", None)
        given = node.value.args[:1] if called in ("list", "tuple") else []
        name = getattr(given[0], "id", None) if given else None
        shape = self.env.get(name) if name is not None else None
        if shape is not None and [getattr(t, "id", None) for t in node.targets] == [name]:
            shape.streamed = shape.streamed or not shape.is_told()

    def visit_AnnAssign(self, node):
        """As an assignment."""
        if node.value is not None:
            self.bind(node.target, self.shape(node.value))

    def visit_AugAssign(self, node):
        """As the operation."""
        target = self.shape(node.target) or Shape()
        self.operate(node.op, target, self.shape(node.value) or Shape())

    def visit_For(self, node):
        """The target is an element."""
        self.bind(node.target, self.iterated(node.iter))
        for statement in node.body + node.orelse:
            self.visit(statement)

    visit_AsyncFor = visit_For

    def visit_Match(self, node):
        """What the patterns look for."""
        subject = self.shape(node.subject) or Shape()
        parts = [self.shape(part) or Shape() for part in getattr(node.subject, "elts", ())]
        for case in node.cases:
            patterns = getattr(case.pattern, "patterns", ())
            if parts and len(parts) == len(patterns):
                for part, pattern in zip(parts, patterns):
                    self._matched(part, pattern)
            else:
                self._matched(subject, case.pattern)
            if case.guard is not None:
                self.shape(case.guard)
            for statement in case.body:
                self.visit(statement)

    def _matched(self, shape, pattern):
        """What a pattern says of what it is held against; the names that it binds are parts."""
        look = getattr(self, "_" + type(pattern).__name__.lower(), None)
        if look is not None:
            look(shape, pattern)

    def _matchor(self, shape, pattern):
        for part in pattern.patterns:
            self._matched(shape, part)

    def _matchas(self, shape, pattern):
        if pattern.pattern is not None:
            self._matched(shape, pattern.pattern)
        if pattern.name is not None:
            self.bind(ast.Name(pattern.name, ast.Store()), shape)

    def _matchclass(self, shape, pattern):
        self._isinstance(shape, pattern.cls, True)
        for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns):
            self._matched(shape.attrs.setdefault(name, Shape()), part)

    def _matchvalue(self, shape, pattern):
        self._member(shape, pattern.value)
        written = self.written(pattern.value)
        if written is not None:
            jt_shape.merge(shape, jt_shape.of_constant(written), LIKELY)
            shape.consts.append(written)

    def _matchmapping(self, shape, pattern):
        shape.add("dict", SURE)
        for key, part in zip(pattern.keys, pattern.patterns):
            if isinstance(key, ast.Constant):
                self._matched(self._field(shape, key.value), part)

    def _matchsequence(self, shape, pattern):
        shape.add("list", LIKELY)
        for part in pattern.patterns:
            self._matched(shape.inside(), part)

    @staticmethod
    def _matchsingleton(shape, pattern):
        if pattern.value is None:
            shape.add("none", LIKELY)

    def visit_ExceptHandler(self, node):
        """What is caught by a name is an exception's class, or several."""
        caught = self.shape(node.type) if isinstance(node.type, (ast.Name, ast.Attribute)) else None
        if caught is not None:
            caught.add("errors", 3 * SURE)  # a tuple of them, where its default is a tuple
        for statement in node.body:
            self.visit(statement)

    def visit_Expr(self, node):
        """Nothing takes what a call gives that is a statement."""
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call):
            self.dropped.add(value)
        self.shape(node.value)

    def visit_Return(self, node):
        """Only evidence."""
        if node.value is not None:
            self.shape(node.value)

    def visit_FunctionDef(self, node):
        """An inner function sees the same names."""
        for statement in node.body:
            self.visit(statement)

    visit_AsyncFunctionDef = visit_FunctionDef

    def bind(self, target, shape):
        """Gives a name, field or tuple of names a shape."""
        if isinstance(target, ast.Name):
            known = self.env.get(target.id)
            if known is None:
                self.env[target.id] = shape or Shape()
            elif shape is not None and known is not shape:
                known.near.append(shape)
                shape.near.append(known)
        elif isinstance(target, (ast.Tuple, ast.List)):
            if shape is not None and not any(isinstance(t, ast.Starred) for t in target.elts):
                shape.add("tuple", LIKELY)
            for i, part in enumerate(target.elts):
                self.bind(part, shape.part(i) if shape is not None else None)
        elif isinstance(target, ast.Attribute) and self._is_self(target.value):
            known = self.fields.get(target.attr)
            if known is None:
                self.fields[target.attr] = shape or Shape()
            elif shape is not None and shape is not known:
                known.near.append(shape)
                shape.near.append(known)
        else:
            known = self.shape(target)
            if known is not None and shape is not None and known is not shape:
                known.near.append(shape)
                shape.near.append(known)

    def _is_self(self, node):
        return self.own is not None and isinstance(node, ast.Name) and node.id == self.own

    # -- expressions
    # ------------------------------------------------------------------------------------------

    def shape(self, node):
        """The shape of an expression, or None; adds evidence to what it is made of."""
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is not None:
            return method(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.shape(child)
        return jt_shape.of_constant(node)

    def _name(self, node):
        if node.id in self.env:
            return self.env[node.id]
        value = self.module.assigned.get(node.id)
        return jt_shape.of_constant(value) if value is not None else None

    def _constant(self, node):
        shape = jt_shape.of_constant(node)
        if shape is not None:
            shape.consts.append(node)
        return shape

    def _starred(self, node):
        return self.shape(node.value)

    def _await(self, node):
        given = self.shape(node.value)
        self._waited_for(node.value)
        return given

    def _waited_for(self, node):
        """What a call of a parameter gives is waited for."""
        if not isinstance(node, ast.Call):
            return
        func, called = node.func, None
        if isinstance(func, ast.Name):
            called = self.env.get(func.id)
        elif isinstance(func, ast.Attribute) and self._is_self(func.value):
            called = self.fields.get(func.attr)
        elif isinstance(func, ast.Attribute):
            owner = self.shape(func.value)
            called = owner.attrs.get(func.attr) if owner is not None else None
        if called is not None:
            called.awaited = True

    def _attribute(self, node):
        if self._is_self(node.value):
            return self.fields.setdefault(node.attr, Shape())
        shape = self.shape(node.value)
        if shape is None:
            return self.inference.attribute(self.module, node.attr)
        if node.attr in jt_shape.ATTRIBUTES:
            shape.add(jt_shape.ATTRIBUTES[node.attr], LIKELY)
            return shape.attrs.setdefault(node.attr, Shape("int", MAYBE))
        if node.attr not in jt_shape.METHODS:
            shape.add("object", SURE)
            if node.attr not in shape.attrs:
                kept = self.inference.attribute(self.module, node.attr)
                shape.attrs[node.attr] = kept or Shape()
            return shape.attrs[node.attr]
        return None

    def _subscript(self, node):
        shape = self.shape(node.value)
        index = node.slice
        if type(index).__name__ == "Index":
            index = index.value
        if isinstance(index, ast.Slice):
            for part in (index.lower, index.upper, index.step):
                place = self.shape(part) if part is not None else None
                if place is not None:
                    place.add("int", LIKELY)
            return shape.add("list", MAYBE).add("str", MAYBE) if shape is not None else None
        where = self.shape(index)
        if where is not None:
            self._key_of(where, node.value)
        if shape is None:
            return None
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            shape.add("dict", SURE)
            return self._field(shape, index.value)
        if where is not None and _is_list(shape) and where is not shape.elem:
            where.add("int", LIKELY)
        number = where is not None and "int" in where.known()
        if isinstance(index, ast.UnaryOp) or number or isinstance(index, ast.BinOp):
            shape.add("list", LIKELY)
            return shape.inside()
        shape.add("dict", MAYBE)
        if isinstance(index, ast.Name) and where is not None:
            where.names_field = True
        if where is not None and where is shape.elem:
            # What is looked up by what it iterates over is a mapping.
            shape.add("dict", 3 * SURE).scores.pop("list", None)
        key, value = shape.keyed()
        if where is not None:
            key.near.append(where)
            where.near.append(key)
        return value

    def _field(self, shape, key):
        """The shape of what a mapping holds by a name; the name says something where nothing else
        does.
        """
        if key not in shape.fields:
            shape.fields[key] = Shape()
            if isinstance(key, str):
                self.inference.suggested(key, shape.fields[key])
        return shape.fields[key]

    def _key_of(self, where, container):
        if isinstance(container, ast.Subscript):
            outer = self._table(container.value)
            for inner in outer.values if isinstance(outer, ast.Dict) else ():
                self._one_of(where, jt_code.keys_of(inner) if isinstance(inner, ast.Dict) else ())
            return
        table = self._table(container)
        if jt_code.is_table(table):
            self._one_of(where, jt_code.keys_of(table))

    def _one_of(self, where, keys):
        """What is looked up in a table of the repository is one of its keys."""
        for key in keys[:MOST_KEYS]:
            self._member(where, key)
            kind = jt_shape.of_constant(key)
            if kind is not None:
                where.scores.setdefault(next(iter(kind.scores)), LIKELY)
                where.consts.append(key)

    def _held_by(self, node):
        """What the collections hold that are looked up in a table: `MOVES[state]`,
        `MOVES.get(state, ())`.
        """
        owner = node.value if isinstance(node, ast.Subscript) else None
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "get":
            owner = node.func.value
        table = self._table(owner) if isinstance(owner, (ast.Name, ast.Attribute)) else None
        values = table.values if isinstance(table, ast.Dict) else ()
        return [key for value in values for key in jt_code.keys_of(value)]

    def _made_table(self, name):
        """The table that each object of the class begins with, where it is given no other keys."""
        tables = []
        for node in ast.walk(self.module.defs.get(self.owner) or ast.Module([], [])):
            for target, value in jt_code.assigned_pairs(node):
                inner = target.value if isinstance(target, ast.Subscript) else target
                if isinstance(inner, ast.Attribute) and inner.attr == name:
                    tables.append(value if inner is target else None)
        copied = [self._copied(value) for value in tables]
        return copied[0] if copied and all(map(jt_code.is_table, copied)) else None

    def _copied(self, value):
        """What a value is a copy of: `dict(TABLE)`, `TABLE.copy()`; itself else."""
        func = getattr(value, "func", None)
        if getattr(func, "id", "") == "dict" and len(value.args) == 1:
            return self._table(value.args[0])
        if getattr(func, "attr", "") == "copy":
            return self._table(value.args[0] if value.args else func.value)
        return value

    def _table(self, node):
        """What a name, or an attribute of the class, is bound to for good; the node itself where
        it is none of these.
        """
        if isinstance(node, ast.Name):
            return None if node.id in self.env else self.inference.code.bound(self.module, node)
        if isinstance(node, ast.Attribute):
            name = getattr(node.value, "id", None)
            owner = self.owner if self._is_self(node.value) else name
            found = jt_code.class_level(self.module.defs.get(owner), node.attr)
            found = found or self.inference.code.bound(self.module, node)
            return found or (self._made_table(node.attr) if self._is_self(node.value) else None)
        return node

    def _binop(self, node):
        left, right = self.shape(node.left) or Shape(), self.shape(node.right) or Shape()
        return self.operate(node.op, left, right, node)

    def operate(self, op, left, right, node=None):
        """Evidence of a binary operation; the shape of its result."""
        if isinstance(op, (ast.Add, ast.Sub)) and "timedelta" in right.scores:
            if max(left.scores.values(), default=0) <= MAYBE:
                left.add("date", LIKELY).add("datetime", MAYBE)
            return left
        if isinstance(op, ast.Mod) and "str" in left.known():
            return Shape("str")
        if isinstance(op, (ast.Mod, ast.FloorDiv)):
            left.add("int", LIKELY)
            right.add("int", LIKELY)
        elif isinstance(op, _BITS) or isinstance(op, ast.BitOr):
            for side in (left, right):
                if not side.known():
                    side.add("int", LIKELY)
        elif isinstance(op, _NUMERIC):
            repeats = isinstance(op, ast.Mult) and {"str", "list"} & (
                set(left.known()) | set(right.known())
            )
            for side, other in ((left, right), (right, left)):
                if repeats and _is_list(side):
                    other.add("int", LIKELY)
                    return side
            if not repeats:
                kind = "float" if "float" in left.known() or "float" in right.known() else "int"
                for side in (left, right):
                    if not side.known() or "int" in side.known():
                        side.add(kind, LIKELY)
        elif isinstance(op, ast.Add):
            for side, other in ((left, right), (right, left)):
                known = other.known()
                if known and not side.scores:
                    side.add(max(known, key=lambda k: (known[k], k)), LIKELY)
                side.near.append(other)
        result = Shape()
        result.near.extend((left, right))
        result.made_of = (left, right)
        if isinstance(op, ast.Sub):
            result.minus = (left, right)
        if isinstance(op, ast.Div):
            result.add("float", MAYBE)
        return result

    def _unaryop(self, node):
        shape = self.shape(node.operand)
        if isinstance(node.op, ast.Not):
            return Shape("bool", LIKELY)
        if shape is not None and not isinstance(node.operand, ast.Constant):
            shape.add("int", LIKELY)
        return shape

    def _compare(self, node):
        sides = [node.left] + node.comparators
        shapes = [self.shape(side) for side in sides]
        for op, (a, left), (b, right) in zip(
            node.ops, zip(sides, shapes), zip(sides[1:], shapes[1:])
        ):
            self._member(left, b)
            self._member(right, a)
            if isinstance(op, (ast.Is, ast.IsNot)):
                if left is not None and isinstance(b, ast.Constant) and b.value is None:
                    left.add("none", LIKELY)
            elif isinstance(op, (ast.In, ast.NotIn)):
                self._membership(left, b, right)
                if left is not None and isinstance(op, ast.NotIn) and node in self.refusing:
                    left.closed = left.closed or bool(left.consts)
            else:
                for side, other, written in ((left, right, b), (right, left, a)):
                    written = self.written(written)
                    if side is None or other is None and written is None:
                        continue
                    if other is not None:
                        side.near.append(other)
                    if written is not None:
                        side.consts.append(written)
                        jt_shape.merge(side, jt_shape.of_constant(written), LIKELY)
        return Shape("bool", LIKELY)

    def _member(self, shape, node):
        """What is compared with `Level.HIGH`, a member of an enumeration, is a `Level`."""
        name = getattr(getattr(node, "value", None), "id", None)
        if not isinstance(node, ast.Attribute) or name is None or name in self.env:
            return
        found = self.inference.code.find(self.module, name)
        is_enum = found and jt_code.is_class(found[1]) and jt_code.enum_members(found[1])
        if shape is not None and is_enum and name not in shape.classes:
            shape.add("object", LIKELY).classes.append(name)

    def written(self, node):
        """A constant as it is written, here or under a name of a module or class; None for all
        else.
        """
        node = self._table(node)
        return node if isinstance(node, (ast.Constant, ast.UnaryOp)) else None

    def _membership(self, left, container, right):
        container = self._table(container) or container
        if isinstance(container, ast.Constant) and isinstance(container.value, str):
            if left is not None:
                left.add("str", LIKELY).add("character", LIKELY if len(container.value) > 1 else 0)
                left.consts.append(container)
            return
        keys = jt_code.keys_of(container) or self._held_by(container)
        if left is not None and keys:
            self._one_of(left, keys)
            return
        if right is not None:
            right.asked = True
            if isinstance(left, Shape) and "str" in left.known() and not right.scores:
                right.add("str", MAYBE)
            if not right.scores:
                right.add("list", MAYBE)
            if left is not None:
                inside = right.keyed()[0] if "dict" in right.scores else right.inside()
                inside.near.append(left)
                left.near.append(inside)

    def _boolop(self, node):
        shapes = [self.shape(value) for value in node.values]
        if isinstance(node.op, ast.Or) and shapes[0] is not None and shapes[-1] is not None:
            if isinstance(node.values[-1], (ast.Constant, ast.List, ast.Dict, ast.Tuple)):
                jt_shape.merge(shapes[0], shapes[-1], LIKELY)
                shapes[0].add("none", MAYBE)
        return shapes[0]

    def _ifexp(self, node):
        self.shape(node.test)
        left, right = self.shape(node.body), self.shape(node.orelse)
        return left or right

    def _joinedstr(self, node):
        for child in ast.walk(node):
            if isinstance(child, ast.FormattedValue):
                shape = self.shape(child.value)
                spec = child.format_spec
                if shape is not None and spec is not None and not shape.known():
                    text = "".join(
                        str(getattr(v, "value", "")) for v in getattr(spec, "values", [])
                    )
                    kind = (
                        "float"
                        if text.endswith(("f", "%", "e"))
                        else "int" if text.endswith(("d", "x", "b")) else ""
                    )
                    if kind:
                        shape.add(kind, LIKELY)
        return Shape("str")

    def _lambda(self, node):
        self.shape(node.body)

    def _applied(self, func, elements):
        """A function that is called with elements: a lambda's parameters are what they are."""
        if isinstance(func, ast.Lambda):
            names = [ast.Name(arg.arg, ast.Load()) for arg in func.args.args]
            for name, element in zip(names, elements):
                self.bind(name, element)
            self.shape(func.body)
        elif isinstance(func, ast.Name) and func.id not in self.env:
            self._ours(self.module, func.id, elements, {})

    def _listcomp(self, node):
        for part in node.generators:
            self.bind(part.target, self.iterated(part.iter))
            for test in part.ifs:
                self.shape(test)
        shape = Shape("list", LIKELY)
        if isinstance(node, ast.DictComp):
            self.shape(node.key)
            self.shape(node.value)
            return Shape("dict", LIKELY)
        shape.elem = self.shape(node.elt)
        return shape

    _setcomp = _generatorexp = _dictcomp = _listcomp

    # -- iteration and calls
    # ----------------------------------------------------------------------------------

    def iterated(self, node):
        """The shape of an element when an expression is iterated over."""
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if isinstance(node.func, ast.Name) and name == "enumerate" and node.args:
                pair = Shape("tuple")
                pair.parts = [Shape("int"), self.iterated(node.args[0]) or Shape()]
                return pair
            if isinstance(node.func, ast.Name) and name == "zip":
                pair = Shape("tuple")
                pair.parts = [self.iterated(arg) or Shape() for arg in node.args]
                return pair
            if isinstance(node.func, ast.Name) and name == "range":
                self.shape(node)
                return Shape("int", LIKELY)
            if (
                isinstance(node.func, ast.Name)
                and name in ("sorted", "reversed", "list", "set", "iter")
                and node.args
            ):
                self.shape(node)
                return self.iterated(node.args[0])
            if (
                isinstance(node.func, ast.Attribute)
                and name in ("items", "values", "keys")
                and not node.args
            ):
                return self._dict_part(node, name)
        shape = self.shape(node)
        if shape is None:
            return None
        if not {"list", "str", "dict", "set", "iterator", "tuple"} & set(shape.scores):
            shape.add("list", LIKELY)
        if "str" in shape.scores and shape.elem is None:
            shape.elem = Shape("str")
        return shape.keyed()[0] if "dict" in shape.scores else shape.inside()

    def _dict_part(self, node, name):
        shape = self.shape(node.func.value)
        if shape is None:
            return None
        shape.add("dict", SURE)
        key, value = shape.keyed()
        if name == "items":
            pair = Shape("tuple")
            pair.parts = [key, value]
            return pair
        return key if name == "keys" else value

    def _call(self, node):
        func = node.func
        self._key_function(node)
        args = [self.shape(arg) for arg in node.args]
        read = jt_reads.kind_of(func, node.args, self.module.imported)
        if read and args and args[0] is not None:
            args[0].reads.add(read)
        if getattr(func, "attr", getattr(func, "id", None)) in _WAITS:
            for arg in node.args:
                elements = [getattr(arg, "value", None), getattr(arg, "elt", None)]
                elements.append(getattr(elements[0], "elt", None))
                for given in [arg] + elements:
                    self._waited_for(given)
        words = {w.arg: self.shape(w.value) for w in node.keywords}
        if isinstance(func, ast.Name):
            if func.id in self.env:
                return self._called(self.env[func.id], args, node)
            if func.id in _DATES or func.id == "relativedelta":
                return Shape(jt_shape.MADE_BY[func.id], LIKELY)
            return self._named_call(func.id, node, args, words)
        if isinstance(func, ast.Attribute):
            return self._method_call(func, node, args, words)
        self.shape(func)
        return None

    def _key_function(self, node):
        """The function that `sorted`, `min`, `filter` and their kind call with each element."""
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        keys = [word.value for word in node.keywords if word.arg == "key"]
        whole = node.args[:1]
        if name in ("map", "filter", "reduce", "takewhile", "dropwhile") and len(node.args) > 1:
            keys, whole = node.args[:1], node.args[1:2]
        elif name == "groupby" and len(node.args) > 1:
            keys = node.args[1:2]
        elif name == "sort" and isinstance(node.func, ast.Attribute):
            whole = [node.func.value]
        if not keys or not whole:
            return
        element = self.iterated(whole[0])
        if element is not None:
            self._applied(keys[0], [element, element])

    def _called(self, shape, args, node=None):
        shape.add("callable", SURE)
        shape.told = shape.told or node in self.dropped
        is_any = any(isinstance(arg, ast.Starred) for arg in getattr(node, "args", ()))
        shape.arity = jt_shape.ANY if is_any else len(args)
        if shape.result is None:
            shape.result = Shape()
        return shape.result

    def _named_call(self, name, node, args, words):
        if name == "isinstance" and len(node.args) == 2 and args[0] is not None:
            self._isinstance(args[0], node.args[1], node not in self.refusing)
        elif name in _TAKES:
            kind, score = _TAKES[name]
            for shape in args[:2] if name in ("divmod", "pow", "range") else args[:1]:
                if shape is not None and (score > MAYBE or not shape.scores):
                    shape.add(kind, score)
                if shape is not None and name == "ord":
                    shape.add("character", SURE)
        elif name in ("max", "min") and len(args) > 1:
            for a, b in zip(args, args[1:]):
                if a is not None and b is not None:
                    a.near.append(b)
                    b.near.append(a)
            known = next((a for a in args if a is not None), None)
            return known
        elif name in _ITERATES:
            for arg in (
                node.args[1:]
                if name in ("map", "filter")
                else node.args[:1] if name != "zip" else node.args
            ):
                inside = self.iterated(arg)
                if inside is not None and name == "sum" and not isinstance(arg, ast.GeneratorExp):
                    inside.add("int", MAYBE)
            if name in ("map", "filter") and args and args[0] is not None:
                self._called(args[0], [None])
            if name == "iter" and args and args[0] is not None:
                args[0].streamed = args[0].streamed or not args[0].is_told()
            return args[0] if args and name in ("sorted", "list", "tuple") else None
        elif name == "dict" and args:
            if args[0] is not None and not args[0].scores:
                args[0].add("dict", LIKELY)
            return args[0] or Shape("dict")
        else:
            return self._ours(self.module, name, args, words)
        return {
            "int": Shape("int"),
            "float": Shape("float"),
            "Decimal": Shape("decimal"),
            "len": Shape("int"),
            "abs": args[0] if args else None,
        }.get(name)

    def _isinstance(self, shape, types, is_taken):
        parts = types.elts if isinstance(types, ast.Tuple) else [types]
        for part in parts:
            name = getattr(part, "attr", getattr(part, "id", ""))
            if name in _ISINSTANCE:
                shape.add(_ISINSTANCE[name], LIKELY)
                shape.tested |= {_ISINSTANCE[name]} if is_taken else set()
                is_open = is_taken and name == "Sequence" and not shape.is_told()
                shape.streamed = shape.streamed or is_open
            elif self.inference.finder(self.module)(name):
                shape.add("object", LIKELY)
                shape.tested |= {"object"} if is_taken else set()
                if name not in shape.classes:
                    shape.classes.append(name)

    def _ours(self, module, name, args, words):
        found = self.inference.code.find(module, name)
        if found is None or self.depth >= DEPTH:
            return None
        active = self.inference.active.get((found[0].name, found[1].name))
        if active is not None:
            link(active, args, words)
            return None
        params = self.inference.params(found[0], found[1].name, self.depth + 1)
        self._handed(params, args, words)
        if isinstance(found[1], ast.ClassDef):
            shape = Shape("object")
            shape.classes.append(found[1].name)
            return shape
        given = dict(zip(params, args))
        given.update(words)
        return next((given[n] for n in passed_on(found[1]) if given.get(n) is not None), None)

    @staticmethod
    def _handed(params, args, words):
        pairs = list(zip(args, params.values())) + [(s, params.get(n)) for n, s in words.items()]
        for given, wanted in pairs:
            if given is not None and wanted is not None:
                jt_shape.merge(given, wanted, SURE)

    def _method_call(self, func, node, args, words):
        name = func.attr
        if (
            name in _DATES
            and isinstance(func.value, ast.Name)
            and func.value.id in ("datetime", "dt")
        ):
            return Shape(name, LIKELY)
        if self._is_self(func.value):
            field = self.fields.get(name)
            local = self.owner + "." + name
            active = self.inference.active.get((self.module.name, local))
            if active is not None:
                link(active, args, words)
            elif local in self.module.defs and self.depth < DEPTH:
                self._handed(self.inference.params(self.module, local, self.depth + 1), args, words)
            elif field is not None:
                return self._called(field, args, node)
            return None
        owner = getattr(func.value, "attr", getattr(func.value, "id", None))
        for key in ((owner, name), (owner, None)):
            if key in _MODULES and not (
                isinstance(func.value, ast.Name) and func.value.id in self.env
            ):
                for shape in args:
                    if shape is not None and not shape.scores:
                        shape.add(_MODULES[key], LIKELY)
                return None
        if name in _MATCHES and self._is_pattern(func.value):
            for shape in args[_MATCHES[name] : _MATCHES[name] + 1]:
                if shape is not None and not shape.scores:
                    shape.add("str", LIKELY)
            return None
        shape = self.shape(func.value)
        if name in ("get", "setdefault", "pop") and args and args[0] is not None:
            args[0].names_field = args[0].names_field or isinstance(node.args[0], ast.Name)
            self._key_of(args[0], func.value)
        if name == "feed" and args and args[0] is not None and not args[0].scores:
            args[0].add("str", LIKELY)
        if shape is None:
            return None
        if name == "replace" and words and not args and set(words) <= _DAY | _TIME:
            shape.add("datetime" if set(words) & _TIME else "date", SURE)
            return shape
        if name in jt_shape.METHODS and _takes_as_many(name, node):
            shape.used.add(name)
            kinds = jt_shape.METHODS[name]
            if not (len(kinds) > 1 and set(kinds) & set(shape.scores)):
                for kind in kinds:
                    shape.add(kind, SURE if len(kinds) == 1 else MAYBE)
            return self._builtin_method(shape, name, node, args)
        shape.add("object", SURE)
        return self._called(shape.attrs.setdefault(name, Shape()), args, node)

    def _is_pattern(self, node):
        """Whether a name of the module stands for a regular expression: `WORDS = re.compile(…)`."""
        name = getattr(node, "id", None)
        value = self.module.assigned.get(name) if name not in self.env else None
        return jt_code.called_name(value) == "compile"

    def _builtin_method(self, shape, name, node, args):
        kind = jt_shape.METHODS[name][0]
        if name == "join" and node.args:
            inside = self.iterated(node.args[0])
            if inside is not None and not isinstance(node.args[0], ast.GeneratorExp):
                inside.add("str", LIKELY)
            return Shape("str")
        key = getattr(node.args[0], "value", None) if node.args else None
        if name in ("get", "setdefault", "pop") and isinstance(key, str):
            field = self._field(shape, key)
            if len(node.args) > 1:
                jt_shape.merge(field, args[1], LIKELY)
                if getattr(node.args[1], "id", None) not in self.env:
                    clocked(field, node.args[1])
            return field
        if name in ("get", "setdefault") and args:
            if isinstance(node.args[0], ast.Constant):
                field = self._field(shape, node.args[0].value)
                return jt_shape.merge(field, args[1], LIKELY) if len(args) > 1 else field
            key, value = shape.keyed()
            if args[0] is not None:
                key.near.append(args[0])
                args[0].near.append(key)
            if len(args) > 1:
                jt_shape.merge(value, args[1], LIKELY)
            return value
        if (
            name in ("update", "extend", "union", "intersection", "difference")
            and args
            and args[0] is not None
        ):
            args[0].near.append(shape)
            shape.near.append(args[0])
        if kind == "str":
            if name in _CHARACTER_TESTS:
                shape.add("character", LIKELY)
            for arg in args:
                if (
                    arg is not None
                    and not arg.scores
                    and name not in ("center", "ljust", "rjust", "zfill", "format")
                ):
                    arg.add("str", LIKELY)
            if name in ("split", "splitlines", "rsplit"):
                shape = Shape("list")
                shape.elem = Shape("str")
                return shape
            if name in _SAME:
                return shape
            return Shape("str") if name not in ("find", "count", "index") else Shape("int")
        if name in ("append", "add", "appendleft") and args and args[0] is not None:
            shape.inside().near.append(args[0])
            args[0].near.append(shape.inside())
        return shape.inside() if name in ("pop", "popleft") else None


def _is_list(shape):
    """Whether a shape is clearly one of a list."""
    found = shape.scores.get("list", 0)
    return found >= LIKELY and found > 2 * shape.scores.get("dict", 0)


def _takes_as_many(name, call):
    """Whether a method of a built-in kind can be called with so many arguments."""
    if name not in _COUNTS or any(isinstance(arg, ast.Starred) for arg in call.args):
        return True
    return len(call.args) + len(call.keywords) in _COUNTS[name]


def clocked(shape, default):
    """Notes where a default asks for the time."""
    kind = jt_shape.of_clock(default)
    if kind:
        shape.clock = kind
        shape.add("callable", SURE)
        shape.arity = 0


def link(params, args, words):
    """In a recursive call, arguments are what the parameters are."""
    pairs = list(zip(args, params.values())) + [(s, params.get(n)) for n, s in words.items()]
    for given, wanted in pairs:
        if given is not None and wanted is not None and given is not wanted:
            given.near.append(wanted)
            wanted.near.append(given)


def passed_on(function):
    """Names of what a function gives back as it is, or some of its elements."""
    for node in ast.walk(function):
        value = node.value if isinstance(node, ast.Return) else None
        called = getattr(getattr(value, "func", None), "id", None)
        if called in ("list", "tuple", "sorted", "reversed", "iter") and value.args:
            value = value.args[0]
        if isinstance(value, (ast.ListComp, ast.GeneratorExp)):
            first = value.generators[0]
            if getattr(value.elt, "id", None) == getattr(first.target, "id", ""):
                value = first.iter
        if isinstance(value, ast.Name):
            yield value.id
