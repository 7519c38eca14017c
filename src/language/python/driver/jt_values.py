"""Source texts of values of a shape: simple ones in order, random ones by seed."""

import ast

import jt_code
import jt_samples
import jt_shape
import jt_text
from jt_text import literal

MAX_DEPTH = 4
INTS = [2, 0, 1, 3, 5, -1, 10, 4, 7, 100, -3]
FLOATS = [1.5, 0.0, 2.0, 10.0, -1.5, 0.5, 99.99, 100.0, 3.25]
STRINGS = [
    "a",
    "",
    "abc",
    "Hello World",
    "b",
    "aba",
    "a b c",
    "A",
    "  x  ",
    "one two one",
    "12",
    "caf\u00e9",
    "a-b_c",
]
GENERIC = ["int", "str", "list", "dict", "float", "none", "tuple", "bool", "callable", "set"]
FIXED = {
    "date": [
        "date(2024, 1, 31)",
        "date(2024, 2, 29)",
        "date(2023, 12, 31)",
        "date(2024, 3, 1)",
        "date(2023, 6, 15)",
    ],
    "datetime": [
        "datetime(2024, 1, 31, 9, 30)",
        "datetime(2024, 2, 29, 0, 0)",
        "datetime(2023, 12, 31, 23, 59, 59)",
        "datetime(2024, 3, 4, 12, 0)",
    ],
    "timedelta": [
        "timedelta(hours=1)",
        "timedelta(0)",
        "timedelta(days=1, seconds=1)",
        "timedelta(seconds=90)",
    ],
    "time": ["time(9, 30)", "time(0, 0)", "time(23, 59, 59)"],
    "decimal": [
        'Decimal("1.50")',
        'Decimal("0")',
        'Decimal("-2.25")',
        'Decimal("10.005")',
        'Decimal("100")',
    ],
    "fraction": ["Fraction(1, 2)", "Fraction(3, 1)", "Fraction(-2, 3)"],
    "none": ["None"],
    "bool": ["True", "False"],
    "bytes": ['b"abc"', 'b""', 'b"hello world"', 'b"\\x00\\xff"', 'b"a,b"'],
    "uuid": ['UUID("12345678-1234-5678-1234-567812345678")'],
    "regex": ['re.compile("a+")', 're.compile("[0-9]+")'],
    "path": ['Path("a/b.txt")', 'Path("docs/x.tar.gz")', 'Path("name")', 'Path("/tmp/a")'],
    "file": [
        'StringIO("a,b\\n1,2\\n")',
        'StringIO("")',
        'StringIO("one\\ntwo\\n\\nthree\\n")',
        'StringIO("x = 1\\n# c\\ny = 2")',
    ],
}
FUNCTIONS = {
    0: ["lambda: 1", "lambda: None", 'lambda: "a"'],
    1: [
        "lambda x: x",
        "lambda x: x * 2",
        "lambda x: x > 1",
        "str",
        "lambda x: not x",
        "len",
        "lambda x: -x",
        "lambda x: None",
    ],
    2: [
        "lambda a, b: a + b",
        "lambda a, b: a - b",
        "max",
        "lambda a, b: a < b",
        "lambda a, b: (a > b) - (a < b)",
    ],
}


class Pool:
    """Constants that the code names, by kind; and what its text patterns look like."""

    def __init__(self):
        self.ints, self.floats, self.strings = [], [], []

    def add(self, value):
        """Takes a constant in; a number brings its neighbours."""
        if isinstance(value, bool) or value is None:
            return
        if isinstance(value, int) and abs(value) < 10**12:
            for near in (value, value + 1, value - 1):
                self._keep(self.ints, near)
        elif isinstance(value, float) and value == value and abs(value) < 1e15:
            for near in (value, value + 1, value - 1, value / 2):
                self._keep(self.floats, round(near, 6))
        elif isinstance(value, str) and 0 < len(value) <= 200:
            self._keep(self.strings, value)

    @staticmethod
    def _keep(values, value):
        if value not in values and len(values) < 120:
            values.append(value)


class Values:
    """Makes values for one target."""

    def __init__(self, rng, pool, names, inference, kinds=None):
        self.rng = rng
        self.pool = pool
        self.names = names
        self.inference = inference
        self.learned = kinds or {}
        self.ctors = {}  # class name -> constructor calls seen in tests

    # -- in order
    # ---------------------------------------------------------------------------------------------

    def simple(self, shape, depth=0):
        """A short list of plain values of a shape, simplest first."""
        found = []
        for const in shape.consts[:12]:
            text = jt_text.unparsed(const)
            if text and isinstance(const, (ast.Constant, ast.UnaryOp)):
                found += self._near(text)
        if "literal" in shape.scores:
            return found[:12]
        for kind in shape.kinds() or (["int", "str", "list"] if depth == 0 else ["int"]):
            found += self._plain(kind, shape, depth)
        if shape.optional():
            found.append("None")
        return list(dict.fromkeys(found)) or ["1", '"a"']

    @staticmethod
    def _near(text):
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return [text]
        if isinstance(value, int) and not isinstance(value, bool):
            return [repr(value), repr(value + 1), repr(value - 1)]
        return [literal(value)]

    def _plain(self, kind, shape, depth):
        if kind in FIXED:
            return list(FIXED[kind])
        if kind == "int":
            return [repr(v) for v in (INTS[:6] + self.pool.ints[:20] if depth == 0 else INTS[:4])]
        if kind == "float":
            return [
                repr(v) for v in (FLOATS[:5] + self.pool.floats[:12] if depth == 0 else FLOATS[:3])
            ]
        if kind == "str":
            return [
                literal(v)
                for v in (STRINGS[:8] + self.pool.strings[:20] if depth == 0 else STRINGS[:3])
            ]
        if kind == "callable":
            return list(FUNCTIONS.get(1 if shape.arity is None else shape.arity, FUNCTIONS[1]))
        if kind == "object":
            return [self.random(shape, depth + 1, kind) for _ in range(2 if depth else 4)]
        empty = {
            "list": "[]",
            "set": "set()",
            "tuple": "()",
            "iterator": "iter([])",
            "deque": "deque()",
        }.get(kind, "{}")
        some = [self.random(shape, depth, kind) for _ in range(1 if depth else 6)]
        return some[:1] + ([] if shape.parts or shape.fields else [empty]) + some[1:]

    # -- at random
    # --------------------------------------------------------------------------------------------

    def random(self, shape, depth=0, kind=None):
        """One random value of a shape."""
        rng = self.rng
        if kind is None:
            if shape.optional() and rng.random() < 0.1:
                return "None"
            if shape.consts and rng.random() < (1.0 if "literal" in shape.scores else 0.25):
                text = jt_text.unparsed(rng.choice(shape.consts))
                if text:
                    return rng.choice(self._near(text)) if "literal" not in shape.scores else text
            kinds = [k for k in shape.kinds() if k != "literal"]
            kind = rng.choice(kinds) if kinds else rng.choice(("int", "int", "str"))
        if depth > MAX_DEPTH and kind in ("list", "dict", "tuple", "set", "object", "any"):
            return "1"
        maker = getattr(self, "_" + kind, None)
        return maker(shape, depth) if maker else rng.choice(FIXED.get(kind, ["1"]))

    def _int(self, _shape, _depth):
        rng = self.rng
        roll = rng.random()
        if roll < 0.35 and self.pool.ints:
            return repr(rng.choice(self.pool.ints))
        if roll < 0.8:
            return repr(rng.choice(INTS))
        return repr(
            rng.randint(-5, 30)
            if roll < 0.95
            else rng.choice((99, 100, 101, 255, 256, 365, 1000, 12345))
        )

    def _float(self, _shape, _depth):
        rng = self.rng
        if rng.random() < 0.3 and self.pool.floats:
            return repr(rng.choice(self.pool.floats))
        return repr(rng.choice(FLOATS) if rng.random() < 0.6 else round(rng.uniform(-20, 200), 2))

    def _str(self, _shape, depth):
        return literal(jt_samples.text(self.rng, self.pool.strings, STRINGS, short=depth > 0))

    def _size(self, depth):
        return self.rng.choice((0, 1, 2, 2, 3, 3, 4, 5, 7) if depth == 0 else (1, 2, 2, 3, 0))

    def _elements(self, shape, depth):
        size, elem = self._size(depth), shape.elem
        if elem is None or not elem.known() and not elem.parts:
            kind = (
                self.rng.choice(("int", "int", "int", "str", "float"))
                if not self.learned
                else "int"
            )
            elem = jt_shape.Shape(kind)
        found = [self.random(elem, depth + 1) for _ in range(size)]
        if size > 1 and self.rng.random() < 0.3:
            found[-1] = found[0]
        if self.rng.random() < 0.15:
            found.sort()
        return found

    def _list(self, shape, depth):
        if shape.parts and shape.elem is None:
            return "[" + ", ".join(self.random(p, depth + 1) for p in shape.parts) + "]"
        return "[" + ", ".join(self._elements(shape, depth)) + "]"

    def _tuple(self, shape, depth):
        if shape.parts:
            found = [self.random(part, depth + 1) for part in shape.parts]
        else:
            found = self._elements(shape, depth)
        return "(" + ", ".join(found) + ("," if len(found) == 1 else "") + ")"

    def _set(self, shape, depth):
        found = sorted(set(self._elements(shape, max(depth, MAX_DEPTH - 1))))
        return "{" + ", ".join(found) + "}" if found else "set()"

    def _deque(self, shape, depth):
        return "deque(%s)" % self._list(shape, depth)

    def _iterator(self, shape, depth):
        return "iter(%s)" % self._list(shape, depth)

    def _counter(self, shape, depth):
        return "Counter(%s)" % self._list(shape, depth)

    def _dict(self, shape, depth):
        rng = self.rng
        pairs = {}
        for name, inner in shape.fields.items():
            if rng.random() < 0.85:
                pairs[literal(name)] = self.random(inner, depth + 1)
        if shape.fields and not (shape.key and shape.key.known()):
            return self._shown(pairs)
        key, value = shape.keyed()
        if value.elem is not None and rng.random() < 0.7:
            return self._graph(value, depth)
        for _ in range(self._size(depth)):
            text = (
                self.random(key, MAX_DEPTH)
                if key.known()
                else literal(rng.choice(("a", "b", "c", "d")))
            )
            pairs[text] = self.random(value, depth + 1)
        return self._shown(pairs)

    def _graph(self, value, depth):
        """A mapping whose values name its own keys, as graphs and dependency tables have."""
        rng = self.rng
        kinds = value.elem.kinds()
        size = rng.choice((1, 2, 3, 3, 4, 5))
        keys = [literal(k) for k in ("abcdef" if "int" not in kinds else range(6))[:size]]
        if "tuple" in kinds or kinds and kinds[0] not in ("int", "str"):
            return self._shown({k: self.random(value, depth + 1) for k in keys})
        pairs = {}
        for key in keys:
            ends = rng.sample(keys, rng.randint(0, min(2, size)))
            close = "{%s}" if "set" in value.kinds() and ends else "[%s]"
            pairs[key] = close % ", ".join(ends)
        return self._shown(pairs)

    @staticmethod
    def _shown(pairs):
        return "{" + ", ".join(k + ": " + v for k, v in pairs.items()) + "}"

    def _callable(self, shape, depth):
        arity = 1 if shape.arity is None else shape.arity
        return self.rng.choice(
            FUNCTIONS.get(arity, ["lambda *args: args[0]", "lambda *args: len(args)"])
        )

    def _object(self, shape, depth):
        """An object of the repository with the attributes that are used, else a plain namespace."""
        names = [n for n in shape.classes if self._concrete(n)] or self._fitting(shape)
        if names:
            return self.instance(self.rng.choice(names), depth)
        parts = []
        for name, inner in sorted(shape.attrs.items()):
            value = "lambda *args: 1" if inner.result is not None else self.random(inner, depth + 1)
            parts.append("%s=%s" % (name, value))
        return "SimpleNamespace(%s)" % ", ".join(parts)

    def _concrete(self, name):
        return self.names.code.find(self.names.module, name) is not None

    def _fitting(self, shape):
        if not shape.attrs:
            return []
        found = []
        for name in self.names.module.classes():
            members = {n.split(".")[1] for n in self.names.module.defs if n.startswith(name + ".")}
            members |= set(self.inference.self_shapes(self.names.module, name))
            members |= set(self.inference.class_fields(self.names.module, name))
            if set(shape.attrs) <= members:
                found.append(name)
        return found

    def instance(self, name, depth=0):
        """An expression that builds an object of a class of the repository."""
        module, node = self.names.code.find(self.names.module, name)
        known = self.ctors.get(name)
        if known and self.rng.random() < 0.6:
            return self.rng.choice(known)
        members = enum_members(node)
        if members:
            return "%s.%s" % (name, self.rng.choice(members))
        args = []
        for param, (shape, required) in class_params(self.inference, module, node).items():
            if depth >= MAX_DEPTH and not required:
                continue
            if not required and self.rng.random() < 0.6:
                continue
            value = self.random(shape, depth + 1)
            skipped = len(args) < list(class_params(self.inference, module, node)).index(param)
            args.append("%s=%s" % (param, value) if skipped else value)
        return "%s(%s)" % (name, ", ".join(args))


def class_params(inference, module, node):
    """Parameters of a constructor, in order: name -> (shape, whether it is required)."""
    shapes = inference.constructor(module, node.name)
    required = {}
    for owner, name in inference.lineage(module, node.name):
        init = owner.defs.get(name + ".__init__")
        if isinstance(init, jt_code.FUNCTIONS):
            count = len(init.args.args) - len(init.args.defaults)
            required = {a.arg: i < count for i, a in enumerate(init.args.args)}
            optional = zip(init.args.kwonlyargs, init.args.kw_defaults)
            required.update((a.arg, d is None) for a, d in optional)
            for extra in (init.args.vararg, init.args.kwarg):
                if extra:
                    required[extra.arg] = None
            break
        for part in owner.defs[name].body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                if part.target.id not in required:
                    required[part.target.id] = part.value is None
                if _class_var(part):
                    required[part.target.id] = None
    return {
        n: (s, required.get(n, True))
        for n, s in shapes.items()
        if required.get(n, True) is not None
    }


def _class_var(node):
    text = ast.dump(node.annotation)
    if "ClassVar" in text:
        return True
    value = node.value
    if (
        isinstance(value, ast.Call)
        and getattr(value.func, "id", getattr(value.func, "attr", "")) == "field"
    ):
        return any(
            w.arg == "init" and getattr(w.value, "value", True) is False for w in value.keywords
        )
    return False


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
