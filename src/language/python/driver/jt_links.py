"""Graphs that methods build edge by edge: which methods link two things, and steps that make the
graphs on which searches go wrong: a way around that is cheaper, a circle, what can't be reached.
"""

import ast
import itertools

from jt_shape import Shape

NODES = {"str": ('"a"', '"b"', '"c"', '"d"'), "int": ("1", "2", "3", "4")}
CHEAP, DEAR = ("1", "1", "2", "3"), ("5", "10")
# Pairs of nodes by their place, the dear ones last.
FORMS = (
    (((0, 1), (1, 2)), ((0, 2),)),  # a way around
    (((0, 1), (1, 2), (2, 3)), ((0, 3),)),
    (((0, 1), (1, 2), (2, 3)), ((0, 2), (1, 3))),
    (((0, 1), (1, 3), (0, 2), (2, 3)), ()),  # two ways that cost the same
    (((0, 1), (1, 2), (2, 0)), ((2, 3),)),  # a circle
    (((0, 1), (2, 3)), ()),  # what can't be reached
)


def linked(node, is_static=False):
    """The names of the two parameters that a method links: one is looked up, and the other one is
    put where that leads; None for another method.
    """
    names = [arg.arg for arg in node.args.args[0 if is_static else 1 :]]
    if len(names) < 2:
        return None
    ways = _ways(node)
    for part in ast.walk(node):
        if isinstance(part, (ast.Assign, ast.AugAssign, ast.Expr)):
            target = part.targets[0] if isinstance(part, ast.Assign) else part
            target = getattr(target, "target", getattr(target, "value", target))
            keys, held = _keys(target, part, ways), _held(part, ways)
            for one, other in itertools.permutations(names, 2):
                if one in keys and other in held and one not in held:
                    return one, other
    return None


def _ways(node):
    """Names of what keys lead to, with the names of these: `parts = links.setdefault(a, {})`."""
    found = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            if _is_looked_up(part.value):
                found[part.targets[0].id] = _looked_up_by(part.value)
    return found


def _keys(target, part, ways):
    """Names by which something is looked up before anything is put there."""
    inner = target.func.value if isinstance(target, ast.Call) and _is_put(target) else target
    if isinstance(part, (ast.Assign, ast.AugAssign)) and not _is_looked_up(inner):
        return set()
    place = inner.value if isinstance(inner, ast.Subscript) else inner
    return _looked_up_by(inner) | ways.get(getattr(place, "id", None), set())


def _looked_up_by(inner):
    found = set()
    for node in ast.walk(inner):
        if isinstance(node, ast.Subscript):
            index = getattr(node.slice, "value", node.slice)
            found.add(getattr(node.slice, "id", getattr(index, "id", None)))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setdefault":
            found.add(getattr(node.args[0], "id", None) if node.args else None)
    return found


def _is_put(call):
    return getattr(call.func, "attr", "") in ("append", "add", "insert", "appendleft")


def _held(part, ways):
    """Names of what is put there: as the last key, or as an element."""
    if isinstance(part, ast.Expr):
        call = part.value
        if not isinstance(call, ast.Call) or not _is_put(call):
            return set()
        nodes = [n for arg in call.args for n in [arg] + getattr(arg, "elts", [])]
        return {getattr(node, "id", None) for node in nodes} - {None}
    target = part.targets[0] if isinstance(part, ast.Assign) else part.target
    if not isinstance(target, ast.Subscript):
        return set()
    if not _is_looked_up(target.value) and getattr(target.value, "id", None) not in ways:
        return set()
    name = getattr(target.slice, "id", getattr(getattr(target.slice, "value", None), "id", None))
    return {name} - {None}


def _is_looked_up(node):
    """Whether something is what a key leads to: `links[a]`, `links.setdefault(a, {})`."""
    return isinstance(node, ast.Subscript) or getattr(getattr(node, "func", None), "attr", "") in (
        "setdefault",
        "get",
    )


def weighted(rng):
    """The edges of a graph in some order, each with what it costs: `(pair, number)`."""
    cheap, dear = rng.choice(FORMS)
    edges = [(pair, rng.choice(CHEAP)) for pair in cheap]
    edges += [(pair, rng.choice(DEAR)) for pair in dear]
    rng.shuffle(edges)
    return edges


class Links:
    """The methods of a class that link two things."""

    def __init__(self, objects, class_name):
        self.values = objects.values
        self.methods = []
        for method in objects.methods(class_name):
            pair = None if method.is_static else linked(method.node)
            if pair is not None and method.changes and not method.name.startswith("__"):
                self.methods.append((method, pair))

    def steps(self, receiver):
        """`(steps, kind, nodes)`: calls that build a graph, and the kind of its nodes and these
        from the first to the last.
        """
        rng = self.values.rng
        method, (one, other) = rng.choice(self.methods)
        params = self.values.inference.meant(method.owner, "%s.%s" % self._place(method))
        kinds = (params.get(one) or Shape()).kinds() + (params.get(other) or Shape()).kinds()
        kind = "int" if "int" in kinds and "str" not in kinds else "str"
        nodes = NODES[kind]
        edges, steps = weighted(rng), []
        for (start, end), weight in edges:
            given = {one: nodes[start], other: nodes[end]}
            args = self._args(method, given, weight, params)
            steps.append("%s.%s(%s)" % (receiver, method.name, args))
        count = 1 + max(max(pair) for pair, _ in edges)
        return steps, kind, nodes[:count]

    @staticmethod
    def _place(method):
        return method.class_name, method.name

    def _args(self, method, given, weight, params):
        args = method.node.args
        positional = args.args[1:]
        required = len(positional) - len(args.defaults)
        parts = []
        for i, arg in enumerate(positional):
            shape = params.get(arg.arg) or Shape()
            is_number = not set(shape.kinds()) - {"int", "float"}
            if arg.arg in given:
                parts.append(given[arg.arg])
            elif is_number and (i < required or _weighs(arg.arg, shape)):
                parts.append(weight)
            elif i < required:
                parts.append(self.values.random(shape, name=arg.arg))
            else:
                break
        return ", ".join(parts)


def _weighs(name, shape):
    known = set(shape.kinds())
    return bool(known & {"int", "float"}) or name in ("weight", "cost", "distance", "length")
