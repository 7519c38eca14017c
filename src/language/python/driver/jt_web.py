"""Finds the repository's web applications at run time, and the routes that they answer.

Runs inside the worker, in a child: factories of the repository are called here.
"""

import functools
import gc
import importlib
import inspect
import json
import sys
import warnings

ATTRIBUTES = ("app", "application", "api", "asgi_app", "wsgi_app", "server")
FACTORIES = (
    "create_app", "make_app", "build_app", "get_app", "app_factory", "create_application",
    "make_application", "build_application", "get_application", "create_api",
)  # fmt: skip
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MOST_ROUTES = 400
DEEPEST = 8


def applications(modules, django):
    """`(applications, reasons)`: each with its routes, and why others could not be made."""
    found, why, seen = [], [], []
    for name in modules:
        module = sys.modules.get(name)
        for place, thing in _instances(module) if module else ():
            if not any(thing is other for other in seen):
                seen.append(thing)
                found.append(_described(thing, name, place, False))
    for name in modules:
        module = sys.modules.get(name)
        for place in FACTORIES if module else ():
            try:
                thing = _made(module, place)
            except BaseException as error:
                why.append("%s.%s() raises %s: %s" % (name, place, type(error).__name__, error))
                continue
            if thing is not None:
                found.append(_described(thing, name, place, True))
    if django:
        found.append(_django())
    return [app for app in found if app], why


def warm(framework):
    """Makes a request to an application of nobody, so that children find the framework's own parts
    loaded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _WARMED[framework]()
        except Exception:  # it will be slower, and nothing else
            pass
    gc.freeze()


def _warm_flask():
    import flask

    app = flask.Flask("warm")
    app.add_url_rule("/<int:a>", "warm", lambda a: {"a": a}, methods=["GET", "POST"])
    app.test_client().post("/1?b=2", json={"a": 1}, headers={"x-a": "b"})
    app.test_client().post("/1", data={"a": "1"})


def _warm_starlette(framework="starlette"):
    kind = "FastAPI" if framework == "fastapi" else "Starlette"
    place = framework if framework == "fastapi" else "starlette.applications"
    client = importlib.import_module(framework + ".testclient").TestClient
    app = getattr(importlib.import_module(place), kind)()
    if framework == "fastapi":

        @app.post("/{a}")
        def answer(a: int, b: int = 1):
            return {"a": a + b}

    client(app).post("/1?b=2", json={"a": 1})
    client(app).get("/")


def _warm_django():
    from django.core.handlers import wsgi  # noqa: F401
    from django.test import Client
    from django.urls import get_resolver

    Client()
    get_resolver()._populate()


_WARMED = {
    "flask": _warm_flask,
    "fastapi": lambda: _warm_starlette("fastapi"),
    "starlette": _warm_starlette,
    "django": _warm_django,
}


def _framework(thing):
    for name, top, kind in (
        ("flask", "flask", "Flask"),
        ("fastapi", "fastapi", "FastAPI"),
        ("starlette", "starlette.applications", "Starlette"),
    ):
        module = sys.modules.get(top)
        if module is not None and isinstance(thing, getattr(module, kind, ())):
            return name
    return None


def _instances(module):
    names = [n for n in ATTRIBUTES if n in vars(module)]
    names += sorted(n for n in vars(module) if n not in names and not n.startswith("__"))
    return [(n, vars(module)[n]) for n in names if _framework(vars(module)[n])]


def _made(module, place):
    make = vars(module).get(place)
    if not inspect.isfunction(make) or make.__module__ != module.__name__:
        return None
    for param in inspect.signature(make).parameters.values():
        if param.default is param.empty and "VAR" not in param.kind.name:
            return None
    thing = make()
    return thing if _framework(thing) else None


def _described(thing, module, place, call):
    framework = _framework(thing)
    routes = _flask(thing) if framework == "flask" else _starlette(thing.routes, "", 0)
    if framework == "fastapi":
        routes = _with_schemas(routes, thing)
    return {
        "framework": framework,
        "module": module,
        "name": place,
        "call": call,
        "client": None if framework == "flask" else _missing(framework),
        "routes": routes[:MOST_ROUTES],
    }


def _missing(framework):
    """What its test client needs and is not there, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(framework + ".testclient")
    except Exception as error:
        return "%s: %s" % (type(error).__name__, str(error).split("\n")[0])
    return None


def handler(function):
    """`[module, dotted name]` of who answers."""
    while isinstance(function, functools.partial):
        function = function.func
    kind = getattr(function, "view_class", None) or getattr(function, "cls", None)
    if kind is None and inspect.isclass(function):
        kind = function
    inner = kind or inspect.unwrap(function)
    name = getattr(inner, "__qualname__", "") or type(inner).__qualname__
    return [getattr(inner, "__module__", "") or "", name.replace("<locals>.", "")]


def _row(path, methods, function):
    return {
        "path": path,
        "methods": [m for m in VERBS if m in methods],
        "handler": handler(function) if function is not None else ["", ""],
    }


def _flask(app):
    rows = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        if view is not None and rule.endpoint.split(".")[-1] != "static":
            rows.append(_row(rule.rule, rule.methods or VERBS, view))
    return rows


def _starlette(routes, prefix, depth):
    rows = []
    for route in routes if depth < DEEPEST else ():
        path, endpoint = getattr(route, "path", None), getattr(route, "endpoint", None)
        inner = getattr(route, "routes", None)
        if (
            path is not None
            and endpoint is not None
            and "websocket" not in type(route).__name__.lower()
        ):
            methods = getattr(route, "methods", None) or _offered(endpoint)
            rows.append(_row(prefix + path, methods, endpoint))
        elif path is not None and inner:
            rows += _starlette(inner, prefix + path, depth + 1)
    return rows


def _offered(kind):
    return [m for m in VERBS if hasattr(kind, m.lower())] or ["GET"]


def _with_schemas(rows, app):
    """The routes with what their description says of parameters and bodies; those of included
    routers may be seen there alone.
    """
    try:
        text = json.dumps(app.openapi())
    except Exception:  # a model that can't be described: the source says what is taken
        return rows
    described = json.loads(text)
    known = {(row["path"], method): row for row in rows for method in row["methods"]}
    for path, operations in described.get("paths", {}).items():
        for method, operation in operations.items():
            if method.upper() not in VERBS:
                continue
            row = known.get((path, method.upper()))
            if row is None:
                row = {"path": path, "methods": [method.upper()], "handler": ["", ""]}
                rows.append(row)
            row.setdefault("schemas", {})[method.upper()] = _schemas(operation, described)
    return rows


def _schemas(operation, described):
    found = {"path": {}, "query": {}, "header": {}, "json": None, "form": None}
    for param in operation.get("parameters", ()):
        if param.get("in") in ("path", "query", "header"):
            schema = _resolved(param.get("schema") or {}, described, 0)
            found[param["in"]][param["name"]] = [schema, bool(param.get("required"))]
    content = (operation.get("requestBody") or {}).get("content", {})
    for media, holder in sorted(content.items()):
        schema = _resolved(holder.get("schema") or {}, described, 0)
        found["json" if "json" in media else "form"] = schema
    return found


def _resolved(schema, described, depth):
    """A schema without references."""
    if depth > DEEPEST or not isinstance(schema, dict):
        return {}
    reference = schema.get("$ref")
    if isinstance(reference, str):
        place = described
        for step in reference.lstrip("#/").split("/"):
            place = place.get(step, {})
        return _resolved(place, described, depth + 1)
    parts = [_resolved(part, described, depth + 1) for part in schema.get("allOf", ())]
    plain = {}
    for part in parts:
        plain.update(part)
    for key, value in schema.items():
        if key == "properties":
            plain[key] = {k: _resolved(v, described, depth + 1) for k, v in value.items()}
        elif key in ("items", "additionalProperties"):
            plain[key] = _resolved(value, described, depth + 1)
        elif key in ("anyOf", "oneOf", "prefixItems"):
            plain[key] = [_resolved(v, described, depth + 1) for v in value]
        elif key not in ("allOf", "title", "description", "$ref"):
            plain[key] = value
    return plain


def _django():
    from django.conf import settings
    from django.urls import get_resolver

    rows = []
    _patterns(get_resolver().url_patterns, "/", rows, 0)
    return {
        "framework": "django",
        "module": "",
        "name": "",
        "call": False,
        "routes": rows[:MOST_ROUTES],
        "host": _host(settings),
    }


def _patterns(patterns, prefix, rows, depth):
    for entry in patterns if depth < DEEPEST else ():
        path = prefix + _template(str(entry.pattern))
        inner = getattr(entry, "url_patterns", None)
        if inner is not None:
            if getattr(entry, "app_name", None) != "admin":
                _patterns(inner, path, rows, depth + 1)
            continue
        view = entry.callback
        kind = getattr(view, "view_class", None) or getattr(view, "cls", None)
        rows.append(_row(path, _offered(kind) if kind else VERBS, view))


def _template(pattern):
    """A pattern in the form of a path: `^cart/(?P<id>[0-9]+)/$` as `cart/<int:id>/`."""
    if "(?P<" not in pattern and not pattern.startswith("^"):
        return pattern
    text, rest = "", pattern.lstrip("^").rstrip("$")
    if rest.endswith("\\Z"):
        rest = rest[:-2]
    while "(?P<" in rest:
        before, _, rest = rest.partition("(?P<")
        name, _, rest = rest.partition(">")
        inner, depth = "", 1
        while rest and depth:
            depth += (rest[0] == "(") - (rest[0] == ")")
            inner, rest = inner + rest[0], rest[1:]
        kind = "int:" if inner.startswith(("\\d", "[0-9]")) else ""
        text += before + "<%s%s>" % (kind, name)
    return (text + rest).replace("\\", "")


def _host(settings):
    """A host that the settings allow, or None where the client's own is."""
    allowed = list(settings.ALLOWED_HOSTS)
    if "*" in allowed or "testserver" in allowed:
        return None
    if not allowed and settings.DEBUG or "localhost" in allowed:
        return "localhost"
    plain = [host.lstrip(".") for host in allowed if host]
    return plain[0] if plain else "localhost"
