"""What calls that fail tell of their inputs: keys and attributes that nothing else showed."""

import re

import jt_shape

_KEY = re.compile(r"'(\w+)'")
_ATTRIBUTE = re.compile(r"'(?:types\.)?SimpleNamespace' object has no attribute '(\w+)'")
_PAIR = re.compile(r".*(?:between instances of|operand type\(s\) for \S+) '(.+)'(?: and|,) '(.+)'")
KINDS = {
    "int": "int", "float": "float", "str": "str", "list": "list", "dict": "dict", "set": "set",
    "tuple": "tuple", "bytes": "bytes", "datetime.date": "date", "datetime.datetime": "datetime",
    "datetime.timedelta": "timedelta", "datetime.time": "time", "decimal.Decimal": "decimal",
    "Fraction": "fraction",
}  # fmt: skip
TOLD = {"date", "datetime", "timedelta", "time", "decimal", "fraction"}
DEPTH = 6


def missed(outcome, texts, source):
    """What an input lacked, as `(where shapes have it, name)`, where the code names it; else
    None.
    """
    if outcome["kind"] != "raise" or outcome["planned"]:
        return None
    if outcome["type"] == "KeyError":
        found = _KEY.fullmatch(outcome["message"])
        return ("fields", found[1]) if found and found[1] in texts else None
    if outcome["type"] == "AttributeError":
        found = _ATTRIBUTE.fullmatch(outcome["message"])
        return ("attrs", found[1]) if found and "." + found[1] in source else None
    return None


def mismatched(outcome):
    """The two kinds that a failed call compared or calculated with each other: `[(what it was, what
    it must be)]`; whether numbers or texts are meant is found out by trying.
    """
    if outcome["kind"] != "raise" or outcome["planned"] or outcome["type"] != "TypeError":
        return []
    found = _PAIR.fullmatch(outcome["message"])
    kinds = [KINDS.get(name) for name in found.groups()] if found else [None]
    if not all(kinds) or kinds[0] == kinds[-1]:
        return []
    return [pair for pair in (tuple(kinds), tuple(kinds[::-1])) if pair[1] in TOLD]


def kind_of(node):
    """The kind of a value as it is written; None for what calls give."""
    call = getattr(node, "func", None)
    if call is not None:
        return jt_shape.MADE_BY.get(getattr(call, "id", None))
    shape = jt_shape.of_constant(node)
    return next(iter(shape.scores)) if shape is not None else None


def give(shapes, where, name):
    """From now on, values of shapes that have some of such have this one, too."""
    seen, pending = set(), [(shape, 0) for shape in shapes]
    while pending:
        shape, depth = pending.pop()
        if shape is None or id(shape) in seen or depth > DEPTH:
            continue
        seen.add(id(shape))
        inside = [shape.elem, shape.key, shape.value] + shape.parts + shape.near
        inside += list(shape.fields.values()) + list(shape.attrs.values())
        pending += [(other, depth + 1) for other in inside]
        known = getattr(shape, where)
        if known and name not in known:
            known[name] = jt_shape.Shape()
            kind = jt_shape.by_name(name)
            if kind:
                known[name].add(kind, jt_shape.MAYBE)
