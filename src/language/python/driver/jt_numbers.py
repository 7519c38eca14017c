"""What numbers can mean, by the names of the parameters that take them."""

import ast
import functools
import itertools
import re

import jt_shape
from jt_text import literal

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?")
# Sizes and counts: they have no sign.
UNSIGNED = set(
    "n k size count length len width height limit window step times attempts retries depth "
    "capacity digits places precision chunk chunk_size page per_page top maxsize indent seconds "
    "minutes hours days".split()
)
# Ends of a range, the low one first.
ENDS = (
    ("low", "high"), ("lower", "upper"), ("lo", "hi"), ("min", "max"), ("minimum", "maximum"),
    ("start", "end"), ("begin", "end"), ("since", "until"),
)  # fmt: skip
# Parts of a date and of a time.
BOUNDS = {
    "year": (1, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "weekday": (0, 6),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
}


def near(text):
    """Source of a constant and, for a number, of its neighbours."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return [text]
    if isinstance(value, int) and not isinstance(value, bool):
        return [repr(value), repr(value + 1), repr(value - 1)]
    return [literal(value)]


def bounds(name, shape):
    """The least and the greatest number that a parameter of that name can mean, None where there is
    none; a bound that the code itself asks for, or what is beyond, can be passed.
    """
    plain = name.lower().strip("_")
    least, most = BOUNDS.get(plain, (None, None))
    if plain in UNSIGNED or plain.startswith(("max_", "min_", "num_", "n_")):
        least = 0
    elif plain.endswith(("_size", "_count", "_length", "_width", "_limit")):
        least = 0
    if least is None:
        return None, None
    asked = [value for value in map(number, shape.consts) if value is not None]
    return (
        None if any(value <= least for value in asked) else least,
        None if most is None or any(value >= most for value in asked) else most,
    )


def number(node):
    """The number that a syntax tree is; None for all else."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number else None


def holds_other_texts(node, name):
    """Whether what holds single characters by its name holds longer texts, or empty ones."""
    parts = getattr(node, "elts", ()) if jt_shape.holds_characters(name) else ()
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    return any(isinstance(text, str) and len(text) != 1 for text in texts)


def upside_down(numbers, tree):
    """Whether a range ends below its start: `numbers` are `(name, number or None)`; no matter where
    the code itself compares the two.
    """
    known = {name: value for name, value in numbers if value is not None}
    for low, high in itertools.permutations(known, 2) if len(known) > 1 else ():
        if known[low] > known[high] and _is_range(low, high) and not _compares(tree, low, high):
            return True
    return False


def _is_range(low, high):
    """Whether two names are those of the ends of a range: `lower, upper`, `min_age, max_age`."""
    one, other = low.lower().strip("_").split("_"), high.lower().strip("_").split("_")
    pairs = [pair for pair in zip(one, other) if pair[0] != pair[1]]
    return len(one) == len(other) and len(pairs) == 1 and pairs[0] in ENDS


@functools.lru_cache(maxsize=1024)
def _compares(tree, low, high):
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            inner = list(ast.walk(node))
            names = {getattr(part, "id", getattr(part, "attr", None)) for part in inner}
            if {low, high} <= names:
                return True
    return False


def fits(value, name, shape):
    """Whether a parameter of that name can mean a number."""
    least, most = bounds(name, shape)
    return (least is None or value >= least) and (most is None or value <= most)


def meant(text, name, shape):
    """The source of a number, or of one like it that a parameter of that name can mean."""
    if not _NUMBER.fullmatch(text):
        return text
    value, least = ast.literal_eval(text), bounds(name, shape)[0]
    if fits(value, name, shape):
        return text
    known = BOUNDS.get(name.lower().strip("_"))
    if known is None or not isinstance(value, int):
        return text[1:] if least == 0 and value < 0 else text
    return repr(known[0] + abs(value) % (known[1] - known[0] + 1))
