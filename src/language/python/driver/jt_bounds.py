"""Numbers that code computes and compares with others: they are bounds, though nobody wrote them
down, and what they are shows while the code runs.
"""

import ast
import math
import operator

import jt_code
import jt_text

ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
SIZED = (str, bytes, list, tuple, dict, set)
GREATEST = 10**12
MOST_NUMBERS = 24  # of one case
MOST_SPOTS, MOST_CASES = 3, 72


def sought(module):
    """`{line: expressions}` that the functions of a module compare and that are computed."""
    found = {}
    for function in module.defs.values() if module is not None else ():
        if not isinstance(function, jt_code.FUNCTIONS):
            continue
        computed = set(_computed(function))
        for node in ast.walk(function):
            if isinstance(node, ast.Compare) and all(isinstance(op, ORDERS) for op in node.ops):
                for side in [node.left] + node.comparators:
                    is_sum = isinstance(side, ast.BinOp) or getattr(side, "id", None) in computed
                    text = jt_text.unparsed(side) if is_sum and _is_plain(side) else None
                    kept = found.setdefault(str(node.lineno), []) if text else []
                    if text not in kept:
                        kept.append(text)
    return found


def _computed(function):
    """Names that a function assigns what it computes."""
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
            for target in node.targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        yield part.id


def _is_plain(node):
    """Whether an expression is made of names and numbers alone, or of the lengths of names."""
    if isinstance(node, ast.BinOp):
        known = type(node.op) in OPERATORS or isinstance(node.op, ast.Pow)
        return known and _is_plain(node.left) and _is_plain(node.right)
    if isinstance(node, ast.Call):
        is_length = getattr(node.func, "id", "") == "len" and len(node.args) == 1
        return is_length and isinstance(node.args[0], ast.Name)
    return isinstance(node, (ast.Name, ast.Constant))


def number(node, names):
    """What a plain expression is, by the values of its names; None for what is no number. Nothing
    of the code is called.
    """
    if isinstance(node, ast.Expression):
        return number(node.body, names)
    if isinstance(node, ast.BinOp):
        left, right = number(node.left, names), number(node.right, names)
        return None if left is None or right is None else _done(node.op, left, right)
    if isinstance(node, ast.Call):
        value = names.get(node.args[0].id)
        return len(value) if type(value) in SIZED else None
    value = node.value if isinstance(node, ast.Constant) else names.get(node.id)
    is_number = type(value) is int or type(value) is float and math.isfinite(value)
    return value if is_number and abs(value) <= GREATEST else None


def _done(op, left, right):
    try:
        if isinstance(op, ast.Pow):
            found = left ** right if abs(right) <= 40 and abs(left) <= 10**4 else None
        else:
            found = OPERATORS[type(op)](left, right)
    except (ArithmeticError, ValueError):
        return None
    is_number = isinstance(found, (int, float)) and abs(found) <= GREATEST
    return found if is_number else None


def met(case, numbers):
    """Cases like one that have one of some numbers, or one beside it, in the place of another."""
    for place, part in enumerate(case.setup + (case.call,)):
        edit, tree = jt_text.Edit(part), jt_text.known(part)
        spots = [node for node in ast.walk(tree) if _is_number(node)] if tree else []
        for node in spots[:MOST_SPOTS]:
            for value in numbers:
                for text in _beside(value, isinstance(node.value, float)):
                    parts = list(case.setup + (case.call,))
                    parts[place] = edit.replaced([(node, text)])
                    yield case.changed(tuple(parts[:-1]), parts[-1])


def _is_number(node):
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _beside(value, is_float):
    if is_float:
        return [repr(float(value))]
    whole = int(value)
    return [repr(n) for n in (whole, whole + 1, whole - 1) if n >= 0]
