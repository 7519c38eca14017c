"""What syntax and compilation alone tell, by the interpreter of head: in a fork, as the sources are
foreign.
"""

import ast
import functools
import os

import jittest_mutation
import jittest_swap
import jittest_trace
from jittest_wire import shortened, write_frame

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef)
CALL_ASSERTIONS = {
    "assert_called",
    "assert_called_once",
    "assert_called_with",
    "assert_called_once_with",
    "assert_any_call",
    "assert_has_calls",
    "assert_not_called",
    "assert_awaited",
    "assert_awaited_once",
    "assert_awaited_with",
    "assert_awaited_once_with",
    "assert_any_await",
    "assert_has_awaits",
    "assert_not_awaited",
}
CALL_FACTS = {
    "called",
    "call_count",
    "call_args",
    "call_args_list",
    "mock_calls",
    "method_calls",
    "await_count",
}


def run(request, descriptor, nonce):
    """Sends a frame for each mutant, source and test file, as they come."""
    os.setsid()
    sources = {}
    for mutant in request["mutants"]:
        original = sources.setdefault(mutant["file"], _read(request["root"], mutant["file"]))
        found = jittest_mutation.check(original, mutant["source"], mutant["file"])
        checked = {"kind": "checked", "id": mutant["id"], "found": found}
        checked["scope"] = scope_of(original, mutant["line"])
        checked["swaps"] = jittest_swap.swaps(original, mutant["source"], mutant["file"])
        write_frame(descriptor, nonce, checked)
    for name in request["files"]:
        try:
            found = jittest_trace.branches(_read(request["root"], name), name)
            write_frame(descriptor, nonce, {"kind": "branches", "file": name, "branches": found})
        except (SyntaxError, ValueError, RecursionError) as error:
            write_frame(
                descriptor, nonce, {"kind": "note", "text": shortened("%s: %s" % (name, error))}
            )
    for name in request["tests"]:
        write_frame(
            descriptor,
            nonce,
            {"kind": "oracles", "found": oracles(_read(request["root"], name), name)},
        )
    write_frame(descriptor, nonce, {"kind": "end", "code": 0})
    os._exit(0)


def _read(root, name):
    try:
        with open(os.path.join(root, name), "rb") as file:
            return file.read()
    except OSError:
        return b""


@functools.lru_cache(maxsize=2)
def _parsed(source):
    return ast.parse(source)


def scope_of(source, line):
    """The first line of the function whose body holds `line`, as its code object has it; None for
    module level.
    """
    try:
        tree = _parsed(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = None
    pending = [(tree, None)]
    while pending:
        node, scope = pending.pop()
        for child in ast.iter_child_nodes(node):
            inside = scope
            if isinstance(node, SCOPES) and child in node.body:
                inside = min([node.lineno] + [mark.lineno for mark in node.decorator_list])
            if getattr(child, "lineno", line) <= line <= getattr(child, "end_lineno", line):
                if isinstance(child, ast.stmt):
                    found = inside
                pending.append((child, inside))
    return found


def oracles(source, path):
    """How each test of a file is decided: by outcomes, by calls of mocks alone, or by nothing."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    helpers = {node.name: node for node in ast.walk(tree) if isinstance(node, SCOPES)}
    found = []
    pending = [(tree, [path])]
    while pending:
        node, place = pending.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                pending.append((child, place + [child.name]))
            elif isinstance(child, SCOPES) and child.name.startswith("test"):
                strength = _strength(child, helpers, set())
                found.append(
                    {"node": "::".join(place + [child.name]), "path": path, "oracle": strength}
                )
    return sorted(found, key=lambda oracle: oracle["node"])


def _strength(function, helpers, seen):
    seen.add(function.name)
    strengths = {"none"}
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            strengths.add("weak" if _on_calls(node.test) else "strong")
        elif isinstance(node, ast.Call):
            strengths.add(_of_call(node, helpers, seen))
    return "strong" if "strong" in strengths else "weak" if "weak" in strengths else "none"


def _of_call(node, helpers, seen):
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in CALL_ASSERTIONS:
        return "weak"
    if name in ("raises", "warns", "fail", "deprecated_call") or name.startswith(
        ("assert", "assertRaises")
    ):
        if name.startswith("assert") and any(_on_calls(argument) for argument in node.args):
            return "weak"
        return "strong"
    if name in helpers and name not in seen and len(seen) < 20:
        return _strength(helpers[name], helpers, seen)
    return "none"


def _on_calls(expression):
    return any(
        isinstance(node, ast.Attribute) and node.attr in CALL_FACTS for node in ast.walk(expression)
    )
