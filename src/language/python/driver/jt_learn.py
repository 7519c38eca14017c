"""What calls that fail tell of their inputs: keys and attributes that nothing else showed."""

import re

import jt_shape

_KEY = re.compile(r"'(\w+)'")
_ATTRIBUTE = re.compile(r"'(?:types\.)?SimpleNamespace' object has no attribute '(\w+)'")
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
