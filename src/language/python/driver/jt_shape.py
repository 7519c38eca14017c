"""What a parameter seems to be: kinds with evidence, and shapes of what is inside."""

import ast
import builtins

import jt_text

HINT = 100  # a type hint settles it
SURE = 10
LIKELY = 4
MAYBE = 1

_STR = (
    "strip lstrip rstrip split rsplit splitlines lower upper title capitalize swapcase "
    "casefold startswith endswith replace join encode isdigit isalpha isalnum isspace isupper "
    "islower isidentifier isnumeric isdecimal istitle find rfind rindex zfill ljust rjust "
    "center partition rpartition format expandtabs translate removeprefix removesuffix "
    "maketrans"
).split()
METHODS = {name: ("str",) for name in _STR}
METHODS.update(
    {
        "append": ("list",), "extend": ("list",), "sort": ("list",), "insert": ("list",),
        "reverse": ("list",),
        "remove": ("list",), "pop": ("list", "dict"), "popleft": ("deque",),
        "appendleft": ("deque",),
        "items": ("dict",), "keys": ("dict",), "values": ("dict",), "get": ("dict",),
        "setdefault": ("dict",),
        "update": ("dict",), "popitem": ("dict",), "most_common": ("counter",),
        "add": ("set",), "discard": ("set",), "union": ("set",), "intersection": ("set",),
        "difference": ("set",),
        "issubset": ("set",), "issuperset": ("set",), "symmetric_difference": ("set",),
        "isdisjoint": ("set",),
        "read": ("file",), "readline": ("file",), "readlines": ("file",), "write": ("file",),
        "strftime": ("date",), "weekday": ("date",), "isoweekday": ("date",),
        "isocalendar": ("date",),
        "toordinal": ("date",), "isoformat": ("date",), "timestamp": ("datetime",),
        "astimezone": ("datetime",),
        "total_seconds": ("timedelta",), "quantize": ("decimal",), "decode": ("bytes",),
        "hex": ("bytes",),
        "is_integer": ("float",), "bit_length": ("int",), "as_integer_ratio": ("float",),
        "exists": ("path",), "read_text": ("path",), "is_file": ("path",), "is_dir": ("path",),
        "iterdir": ("path",),
        "joinpath": ("path",), "with_suffix": ("path",), "glob": ("path",), "rglob": ("path",),
        "group": ("match",), "groups": ("match",), "index": ("list", "str"),
        "count": ("list", "str"),
        "copy": ("list", "dict"), "clear": ("list", "dict"),
    }
)  # fmt: skip
ATTRIBUTES = {
    "year": "date", "month": "date", "day": "date", "hour": "datetime", "minute": "datetime",
    "second": "datetime",
    "tzinfo": "datetime", "days": "timedelta", "seconds": "timedelta", "suffix": "path",
    "stem": "path",
    "parent": "path", "parts": "path", "numerator": "fraction", "denominator": "fraction",
}  # fmt: skip
# Names of parameters, whole or by their last word, when the code says nothing.
NAMES = {
    "int": (
        "n k m i j x y z count num number size length limit index idx position start end step "
        "stop low high depth level width height rows cols columns year month day hour minute "
        "hours minutes seconds days amount quantity qty page offset max min age capacity "
        "total year1 times attempts retries base exponent target value divisor port id lo hi "
        "left right a b c d steps digits places precision per_page score points weeks"
    ),
    "float": (
        "price rate ratio percent percentage discount tax factor weight temperature celsius "
        "fahrenheit radius lat lon latitude longitude balance salary probability threshold "
        "alpha beta tolerance cost fee interest"
    ),
    "str": (
        "s text string name word title line content message msg sentence label prefix suffix "
        "char ch email url path filename pattern query token username password password_hash "
        "key sep separator delimiter phrase code currency unit color colour slug html xml raw "
        "body source expression expr template fmt format iso country city version tag user "
        "description isbn phone address"
    ),
    "list": (
        "items values numbers nums lst list arr array data seq sequence words lines xs ys "
        "elements entries rows records points args results tokens names prices scores parts "
        "keys matrix grid iterable strings tags intervals pairs edges events orders users "
        "chunks nodes stack queue coins weights"
    ),
    "dict": (
        "d mapping dictionary config options settings params kwargs headers record row "
        "payload obj graph lookup table counts inventory env context attributes metadata meta"
    ),
    "callable": (
        "func fn f callback predicate key_func function handler transform mapper reducer cmp "
        "callable action operation op condition selector"
    ),
    "bool": (
        "flag enabled verbose strict reverse ignore_case inclusive recursive ascending "
        "descending active"
    ),
    "date": ("date birthday birth_date due_date start_date end_date day_of when"),
    "datetime": ("dt timestamp created_at updated_at"),
    "bytes": ("buf buffer blob raw_bytes"),
    "file": ("fp stream fileobj file_obj handle"),
}
# What holds single characters, whatever holds it.
OF_CHARACTERS = {"alphabet", "characters", "chars", "letters"}
_BY_NAME = {name: kind for kind, names in NAMES.items() for name in names.split()}


ANY = -1  # as many arguments as somebody else says
# Functions that ask for the time, and what they give.
CLOCKS = {
    "monotonic": "float", "perf_counter": "float", "time": "float", "time_ns": "int",
    "monotonic_ns": "int", "now": "datetime", "utcnow": "datetime", "today": "date",
}  # fmt: skip


# Built-in functions that take the same, of which any can be given where one is the default.
FAMILIES = (
    ("list", "sorted"),
    ("min", "max", "sum"),
    ("any", "all"),
    ("str.lower", "str.upper", "str.title", "str.strip", "str", "lambda text: text"),
    ("int", "float"),
)
# What puts elements in order may give them one after the other: its names, and others of its kind.
_ORDERS, _ORDERING = ("iter", "order", "sort"), ("list", "reversed", "sorted", "tuple", "iter")


class Shape:
    """Evidence about one value. Shapes are shared: what is learned of an alias is learned of the
    parameter.
    """

    __slots__ = (
        "scores",
        "elem",
        "key",
        "value",
        "fields",
        "attrs",
        "parts",
        "consts",
        "arity",
        "classes",
        "result",
        "near",
        "minus",
        "made_of",
        "tested",
        "asked",
        "closed",
        "used",
        "clock",
        "awaited",
        "kept",
        "reads",
        "named",
        "family",
        "told",
        "streamed",
        "names_field",
    )

    def __init__(self, kind=None, score=SURE):
        self.scores = {}
        self.elem = None
        self.key = None
        self.value = None
        self.fields = {}
        self.attrs = {}
        self.parts = []
        self.consts = []
        self.arity = None
        self.classes = []
        self.result = None
        self.minus = ()  # the two sides that it is the difference of
        self.made_of = ()  # the two sides that it is calculated from
        self.near = []  # shapes that this one is compared or added with
        self.tested = set()  # kinds that the code asks for by isinstance
        self.used = set()  # methods of plain kinds that are called on it
        self.asked = False  # whether the code asks what is in it
        self.closed = False  # whether the code refuses what is none of its constants
        self.clock = None  # where its default asks for the time: what that gives
        self.kept = False  # whether its default is what is meant: the errors to be caught
        self.named = None  # the kind that its name says, where the code says nothing
        self.names_field = False  # whether something is looked up by it in what is given
        self.streamed = False  # whether what can be gone through only once is taken, too
        self.told = False  # whether nothing takes what a call of it gives
        self.family = ()  # functions that do what its default, a built-in one, does in other ways
        self.reads = set()  # what it is read as, where it is a text
        self.awaited = False  # whether what a call of it gives is waited for
        if kind:
            self.add(kind, score)

    def is_told(self):
        """Whether a type hint says what it is."""
        return max(self.scores.values(), default=0) >= HINT

    def add(self, kind, score=LIKELY):
        """Evidence for a kind."""
        self.scores[kind] = self.scores.get(kind, 0) + score
        if kind == "timedelta":
            for side in self.minus:
                side.add("date" if "date" in side.known() else "datetime", SURE)
        if kind == "decimal":
            for side in self.made_of:
                if "decimal" not in side.scores and set(side.known()) <= {"int", "float"}:
                    side.add("decimal", SURE)
        return self

    def inside(self):
        """The shape of its elements."""
        if self.elem is None:
            self.elem = Shape()
        return self.elem

    def element(self):
        """The shape of its elements, or of those of a shape that it is linked with; None where
        nothing is known.
        """
        if self.elem is not None:
            return self.elem
        return next((s.elem for s in self.around() if s.elem is not None), None)

    def keyed(self):
        """Shapes of keys and values of a mapping."""
        if self.key is None:
            self.key, self.value = Shape(), Shape()
        return self.key, self.value

    def part(self, index):
        """The shape at one place of a tuple."""
        while len(self.parts) <= index:
            self.parts.append(Shape())
        return self.parts[index]

    def known(self):
        """Scores, with what its neighbours in comparisons say where it has none of its own, and
        with what names say where no code says anything.
        """
        scores = self._told(set())
        if not scores:
            named = next((shape.named for shape in self.around() if shape.named), None)
            return {named: MAYBE} if named else {}
        return scores

    def _told(self, seen):
        if self.scores:
            return self.scores
        seen.add(id(self))
        for other in self.near:
            if id(other) not in seen:
                scores = other._told(seen)
                if scores:
                    return scores
        return {}

    def around(self):
        """This shape and those that it is linked with, itself first."""
        found, seen = [self], {id(self)}
        for shape in found:
            for other in shape.near:
                if id(other) not in seen and len(found) < 40:
                    seen.add(id(other))
                    found.append(other)
        return found

    def kinds(self):
        """Its principal kinds, best first: those with at least half of the best evidence, and those
        that the code expects beside them.
        """
        scores = {k: v for k, v in self.known().items() if k not in ("none", "character")}
        if not scores:
            return []
        best = max(scores.values())
        order = sorted(scores, key=lambda k: (-scores[k], k))
        return [k for k in order if scores[k] * 2 >= best or k in self.tested]

    def optional(self):
        """Whether None is meant to be accepted."""
        return self.scores.get("none", 0) >= LIKELY


def holds_characters(name):
    """Whether the elements of what has this name are single characters."""
    return name.lower().rpartition("_")[2] in OF_CHARACTERS


def by_name(name):
    """The kind that a parameter's name suggests, or None."""
    plain = name.lower().strip("_")
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    if plain.startswith(("is_", "has_", "use_", "allow_", "include_", "should_", "with_", "no_")):
        return "bool"
    if plain.startswith(("num_", "n_", "max_", "min_")) or plain.endswith(
        ("_count", "_size", "_id", "_index")
    ):
        return "int"
    last = plain.split("_")[-1]
    if last in _BY_NAME and last != plain:
        return _BY_NAME[last]
    if plain.endswith("s") and plain[:-1] in _BY_NAME and len(plain) > 3:
        return "list"
    return None


def of_clock(node):
    """What a default gives that is a function which asks for the time; None where it is none."""
    if isinstance(node, ast.Lambda):
        calls = [n.func for n in ast.walk(node.body) if isinstance(n, ast.Call)]
        return next((kind for kind in map(of_clock, calls) if kind), None)
    name = getattr(node, "attr", getattr(node, "id", None))
    return CLOCKS.get(name) if isinstance(node, (ast.Attribute, ast.Name)) else None


def names_errors(node):
    """Whether a default is a built-in exception, or some of them."""
    parts = getattr(node, "elts", [node])
    kinds = [getattr(builtins, getattr(part, "id", ""), None) for part in parts]
    return bool(kinds) and all(isinstance(k, type) and issubclass(k, Exception) for k in kinds)


MADE_BY = {"Decimal": "decimal", "date": "date", "datetime": "datetime", "timedelta": "timedelta",
           "relativedelta": "timedelta"}  # fmt: skip


def of_constant(node):
    """The shape of a literal default or operand, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        node = node.operand
    if isinstance(node, ast.Constant):
        kind = of_value(node.value)
        return Shape(kind) if kind else None
    if isinstance(node, ast.Call):
        kind = MADE_BY.get(getattr(node.func, "id", getattr(node.func, "attr", None)))
        return Shape(kind) if kind else None
    simple = {
        ast.List: "list",
        ast.Tuple: "tuple",
        ast.Dict: "dict",
        ast.Set: "set",
        ast.JoinedStr: "str",
    }
    kind = simple.get(type(node))
    return _filled(Shape(kind), node) if kind else None


def _filled(shape, node):
    """The shape of a display with those of the constants in it."""
    if isinstance(node, ast.Tuple) and all(isinstance(part, ast.Constant) for part in node.elts):
        shape.parts = [of_constant(part) or Shape() for part in node.elts]
    return shape


def of_value(value):
    """The kind of a plain value."""
    for cls, kind in (
        (bool, "bool"),
        (int, "int"),
        (float, "float"),
        (str, "str"),
        (bytes, "bytes"),
        (list, "list"),
        (tuple, "tuple"),
        (dict, "dict"),
        (set, "set"),
    ):
        if isinstance(value, cls):
            return kind
    return "none" if value is None else None


_HINTS = {
    "int": "int", "float": "float", "str": "str", "bool": "bool", "bytes": "bytes",
    "complex": "float",
    "list": "list", "List": "list", "Sequence": "list", "MutableSequence": "list",
    "Collection": "list",
    "Iterable": "list", "Iterator": "iterator", "Generator": "iterator", "dict": "dict",
    "Dict": "dict",
    "Mapping": "dict", "MutableMapping": "dict", "set": "set", "Set": "set", "FrozenSet": "set",
    "frozenset": "set", "AbstractSet": "set", "tuple": "tuple", "Tuple": "tuple",
    "Callable": "callable",
    "date": "date", "datetime": "datetime", "timedelta": "timedelta", "time": "time",
    "Decimal": "decimal",
    "Fraction": "fraction", "Path": "path", "PathLike": "path", "TextIO": "file", "IO": "file",
    "StringIO": "file",
    "deque": "deque", "Deque": "deque", "Counter": "counter", "UUID": "uuid", "Number": "int",
    "None": "none",
    "Pattern": "regex", "Hashable": "str", "Sized": "list", "AnyStr": "str", "bytearray": "bytes",
    "Text": "str",
    "OrderedDict": "dict", "DefaultDict": "dict", "defaultdict": "dict", "Real": "float",
    "Integral": "int",
}  # fmt: skip
_ITERABLE = ("list", "set", "iterator", "deque")


def of_hint(node, find_class, depth=0):
    """The shape that an annotation describes, or None; `find_class(name)` says whether a class is
    the repository's.
    """
    if node is None or depth > 6:
        return None
    if isinstance(node, ast.Constant):
        if node.value is None:
            return Shape("none", HINT)
        if isinstance(node.value, str):
            tree = jt_text.parse(node.value)
            if tree and tree.body and isinstance(tree.body[0], ast.Expr):
                return of_hint(tree.body[0].value, find_class, depth + 1)
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([node.left, node.right], find_class, depth)
    if isinstance(node, ast.Subscript):
        return _generic(node, find_class, depth)
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
    if name is None:
        return None
    if find_class(name):
        shape = Shape("object", HINT)
        shape.classes.append(name)
        return shape
    if name in _HINTS:
        return Shape(_HINTS[name], HINT)
    return of_hint(_alias(find_class, name), find_class, depth + 1)


def _alias(find_class, name):
    """The hint that a name stands for: `Part = Circle | Square`, `Id = NewType("Id", int)`,
    `T = TypeVar("T", bound=Shape)`; None for another name.
    """
    value = find_class.bound(name) if hasattr(find_class, "bound") else None
    if isinstance(value, ast.Call):
        made = getattr(value.func, "id", getattr(value.func, "attr", ""))
        bound = [word.value for word in value.keywords if word.arg == "bound"]
        known = {"NewType": value.args[1:], "TypeVar": bound or value.args[1:]}.get(made, ())
        return known[0] if known else None
    is_hint = isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp))
    return value if is_hint else None


def family(name, default):
    """The functions that may be given in the place of a built-in one that is a default."""
    text = jt_text.unparsed(default) if isinstance(default, (ast.Name, ast.Attribute)) else None
    if text in _ORDERING and any(word in name.lower() for word in _ORDERS):
        return _ORDERING
    return next((group for group in FAMILIES if text in group), ())


def _is_errors(hint):
    """Whether a hint says that classes of exceptions are meant: `type[Exception]`, or some."""
    inner = getattr(hint, "slice", None)
    parts = inner.elts if isinstance(inner, ast.Tuple) else [getattr(inner, "value", inner)]
    inner = inner if isinstance(inner, (ast.Name, ast.Subscript)) else (parts or [None])[0]
    name = getattr(getattr(hint, "value", None), "id", "")
    if name in ("type", "Type"):
        return getattr(inner, "id", "").endswith(("Exception", "Error"))
    return name in ("tuple", "Tuple", "Sequence", "Iterable") and _is_errors(inner)


def _union(nodes, find_class, depth):
    shape = Shape()
    for node in nodes:
        merge(shape, of_hint(node, find_class, depth + 1))
    return shape if shape.scores else None


def _generic(node, find_class, depth):
    name = getattr(node.value, "attr", getattr(node.value, "id", ""))
    inner = node.slice
    if type(inner).__name__ == "Index":  # before Python 3.9
        inner = inner.value
    parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    if name == "Optional":
        shape = of_hint(parts[0], find_class, depth + 1) or Shape()
        return shape.add("none", HINT)
    if name == "Union":
        return _union(parts, find_class, depth)
    if name in ("Annotated", "Final", "ClassVar", "Required", "NotRequired"):
        return of_hint(parts[0], find_class, depth + 1)
    if name == "Literal":
        shape = Shape()
        for part in parts:
            kind = of_constant(part)
            if kind:
                shape.scores.setdefault(next(iter(kind.scores)), HINT)
                shape.consts.append(part)
        shape.scores["literal"] = 2 * HINT
        return shape
    if _is_errors(node):
        return Shape("errors", HINT)
    if name not in _HINTS:
        return of_hint(node.value, find_class, depth + 1)
    shape = Shape(_HINTS[name], HINT)
    shape.streamed = name == "Iterable"
    kind = _HINTS[name]
    shapes = [of_hint(part, find_class, depth + 1) for part in parts]
    if kind in _ITERABLE and shapes and shapes[0]:
        shape.elem = shapes[0]
    elif kind == "dict" and len(shapes) == 2:
        shape.key, shape.value = shapes[0] or Shape(), shapes[1] or Shape()
    elif kind == "counter" and shapes[0]:
        shape.key = shapes[0]
    elif kind == "tuple":
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
            shape.elem = shapes[0]
        else:
            shape.parts = [s or Shape() for s in shapes]
    elif kind == "callable" and isinstance(parts[0], ast.List):
        shape.arity = len(parts[0].elts)
        shape.result = shapes[1] if len(shapes) > 1 else None
    return shape


def merge(into, other, score=None, depth=0):
    """Adds the evidence of another shape; `score` bounds what each kind may add."""
    if other is None or other is into or depth > 4:
        return into
    for kind, value in other.scores.items():
        into.add(kind, value if score is None else min(value, score))
    for name in ("elem", "key", "value", "result"):
        mine, its = getattr(into, name), getattr(other, name)
        if mine is None:
            setattr(into, name, its)
        elif its is not None:
            merge(mine, its, score, depth + 1)
    for mine, its in ((into.fields, other.fields), (into.attrs, other.attrs)):
        for name, shape in its.items():
            if name not in mine:
                mine[name] = shape
            else:
                merge(mine[name], shape, score, depth + 1)
    into.tested |= other.tested
    into.asked = into.asked or other.asked
    into.closed = into.closed or other.closed
    into.used |= other.used
    into.reads |= other.reads
    into.named = into.named or other.named
    into.clock = into.clock or other.clock
    into.kept = into.kept or other.kept
    into.names_field = into.names_field or other.names_field
    into.streamed = into.streamed or other.streamed
    into.told = into.told or other.told
    into.family = into.family or other.family
    into.awaited = into.awaited or other.awaited
    into.parts = into.parts or other.parts
    into.consts.extend(c for c in other.consts if c not in into.consts)
    into.arity = other.arity if into.arity is None else into.arity
    into.classes.extend(c for c in other.classes if c not in into.classes)
    return into
