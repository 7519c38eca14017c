"""What a module and its objects are at run time: kind and signature, seen by the worker."""

import enum
import importlib
import inspect
import itertools
import os
import re
import sys

MOST_PATTERNS, LONGEST_PATTERN = 24, 600


def imported(name, root):
    """Imports a module: `{"ok": true}`, or what is wrong with it."""
    try:
        module = importlib.import_module(name)
    except BaseException as error:
        return {"ok": False, "why": "can't be imported: %s: %s" % (type(error).__name__, error)}
    where = getattr(module, "__file__", None) or ""
    if not os.path.realpath(where).startswith(root):
        return {"ok": False, "why": "was imported from elsewhere: %s" % (where or "built in")}
    return {"ok": True}


def patterns(module):
    """The regular expressions that a module keeps, compiled: by name, in lists and tables, and in
    its classes.
    """
    found = {}
    names = vars(sys.modules[module]) if module in sys.modules else {}
    for value in list(names.values()):
        mine = inspect.isclass(value) and value.__module__ == module
        for one in list(vars(value).values()) if mine else [value]:
            for pattern in _compiled_in(one, 0):
                found.setdefault(pattern)
    return list(found)[:MOST_PATTERNS]


def _compiled_in(value, depth):
    if isinstance(value, re.Pattern):
        text = value.pattern
        if isinstance(text, str) and len(text) <= LONGEST_PATTERN:
            yield "(?x)" + text if value.flags & re.VERBOSE else text
    elif depth < 2 and type(value) in (list, tuple, dict):
        inner = value.values() if type(value) is dict else value
        for part in itertools.islice(inner, 2 * MOST_PATTERNS):
            yield from _compiled_in(part, depth + 1)


def described(module, path):
    """Kind, signature and traits of an object by its dotted path; None where there is none."""
    try:
        owner, thing, raw = None, importlib.import_module(module), None
        for part in path.split("."):
            owner, thing = thing, getattr(thing, part)
        if inspect.isclass(owner):
            raw = inspect.getattr_static(owner, path.split(".")[-1])
    except BaseException:
        return None
    try:
        return _facts(thing, raw, owner)
    except Exception as error:
        return {"kind": "unknown", "params": None, "why": str(error)}


def _facts(thing, raw, owner):
    inner = raw
    if isinstance(raw, property):
        return {"kind": "property", "params": [], "owner": _owner(owner)}
    if type(raw).__name__ == "cached_property":
        return {"kind": "property", "params": [], "owner": _owner(owner)}
    kind = "function"
    if inspect.isclass(thing):
        kind = "class"
    elif isinstance(raw, staticmethod):
        kind = "static"
    elif isinstance(raw, classmethod):
        kind = "classmethod"
    elif inspect.isclass(owner):
        kind = "method"
    elif not callable(thing):
        kind = "value"
    inner = inspect.unwrap(thing) if callable(thing) else thing
    facts = {
        "kind": kind,
        "params": _params(thing, kind),
        "coroutine": inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(thing),
        "async_generator": inspect.isasyncgenfunction(inner),
        "generator": inspect.isgeneratorfunction(inner),
        "context": _is_context(thing),
        "owner": _owner(owner),
        "name": getattr(thing, "__name__", ""),
        "module": getattr(thing, "__module__", ""),
    }
    if kind == "class":
        facts["class"] = _class_facts(thing)
    return facts


def _is_context(thing):
    wrapped = getattr(thing, "__wrapped__", None)
    code = getattr(thing, "__code__", None)
    return bool(
        wrapped and code and code.co_filename == importlib.import_module("contextlib").__file__
    )


def _owner(owner):
    return _class_facts(owner) if inspect.isclass(owner) else None


def _class_facts(kind):
    return {
        "enum": issubclass(kind, enum.Enum),
        "members": [m.name for m in kind] if issubclass(kind, enum.Enum) else [],
        "exception": issubclass(kind, BaseException),
        "abstract": inspect.isabstract(kind),
        "protocol": bool(getattr(kind, "_is_protocol", False)),
        "mro": [k.__name__ for k in kind.__mro__],
    }


def _params(thing, kind):
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return None
    params = []
    for i, param in enumerate(signature.parameters.values()):
        if (
            i == 0
            and kind == "method"
            and param.kind in (param.POSITIONAL_ONLY, param.POSITIONAL_OR_KEYWORD)
        ):
            continue  # self, as seen through the class
        has_default = param.default is not param.empty
        params.append(
            {
                "name": param.name,
                "kind": param.kind.name.lower(),
                "optional": has_default,
                "default": _default(param.default) if has_default else None,
            }
        )
    return params


def _default(value):
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return repr(value)
    if isinstance(value, (list, tuple, dict, set)) and len(repr(value)) < 200:
        return repr(value)
    return None
