"""Requests as data, and as the calls of a framework's own test client."""

import re
from urllib.parse import quote, urlencode

import jt_text
from jt_case import Case, TYPED

NOTHING = "-"  # in place of a body: none is sent
_PARAM = re.compile(r"<(?:([^:<>]+):)?(\w+)>|\{(\w+)(?::(\w+))?\}")


def skeleton(path):
    """A path without the names and kinds of its parameters."""
    return _PARAM.sub("{}", path)


def params(path):
    """`[(name, kind)]` of a path's parameters; the kind as the framework names it, or ``""``."""
    return [
        (m.group(2) or m.group(3), m.group(1) or m.group(4) or "") for m in _PARAM.finditer(path)
    ]


class App:
    """How tests get at an application, and at its client."""

    def __init__(self, data, settings=None):
        self.framework = data["framework"]
        self.key = (data["module"], data["name"])
        self.imports, self.setup, self.preamble = [], [], []
        self.host = data.get("host")
        if self.framework == "django":
            self.imports = ["import os", "import django", "from django.test import Client"]
            self.preamble = [
                'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "%s")' % settings,
                "django.setup()",
            ]
            host = 'SERVER_NAME="%s"' % self.host if self.host else ""
            self.setup = ["client = Client(%s)" % host]
            return
        module, name = self.key
        self.imports = ["from %s import %s" % (module, name)]
        app = name
        if data["call"]:
            app = "app"
            self.setup.append("app = %s()" % name)
        if self.framework == "flask":
            self.setup.append("client = %s.test_client()" % app)
        else:
            self.imports.append("from %s.testclient import TestClient" % self.framework)
            self.setup.append("client = TestClient(%s)" % app)

    @property
    def first(self):
        """Statements after which a process that imports the code anew can make requests."""
        return "\n".join(self.imports + self.preamble)


class Request:
    """One request to a route."""

    __slots__ = ("path", "method", "params", "query", "headers", "json", "form")

    def __init__(self, path, method, **parts):
        self.path = path
        self.method = method
        self.params = parts.get("params") or {}
        self.query = parts.get("query") or {}
        self.headers = parts.get("headers") or {}
        self.json = parts.get("json", NOTHING)
        self.form = parts.get("form", NOTHING)

    def with_(self, **parts):
        """A copy with some parts exchanged."""
        mine = {n: getattr(self, n) for n in self.__slots__[2:]}
        mine.update(parts)
        return Request(self.path, self.method, **mine)

    def url(self):
        """Path and query."""

        def filled(match):
            name = match.group(2) or match.group(3)
            kind = match.group(1) or match.group(4) or ""
            return quote(_word(self.params.get(name, 1)), safe="/" if kind == "path" else "")

        text = _PARAM.sub(filled, self.path)
        pairs = [(k, _word(v)) for k, v in self.query.items() if not isinstance(v, list)]
        for name, value in self.query.items():
            if isinstance(value, list):
                pairs += [(name, _word(one)) for one in value]
        return text + ("?" + urlencode(pairs) if pairs else "")

    def call(self, app):
        """The expression that makes the request."""
        verb, flask, django = self.method.lower(), "flask", "django"
        args = [jt_text.literal(self.url())]
        if self.json is not NOTHING:
            body = jt_text.literal(self.json)
            if app.framework == django:
                args += ["data=" + body, 'content_type="application/json"']
            else:
                args.append("json=" + body)
        elif self.form is not NOTHING:
            args.append("data=" + jt_text.literal({k: _word(v) for k, v in self.form.items()}))
        if self.headers:
            words = {k: _word(v) for k, v in self.headers.items()}
            args.append("headers=" + jt_text.literal(words))
        bodiless = verb in ("get", "delete", "head", "options")
        if len(args) > 1 + bool(self.headers) and bodiless and app.framework not in (flask, django):
            return "client.request(%s)" % ", ".join(['"%s"' % self.method] + args)
        return "client.%s(%s)" % (verb, ", ".join(args))

    def words(self):
        """`POST /orders with {"item": "a"}`."""
        text = "%s %s" % (self.method, self.url())
        if self.json is not NOTHING:
            text += " with %s" % jt_text.literal(self.json)
        elif self.form is not NOTHING:
            text += " with the form %s" % jt_text.literal(self.form)
        if self.headers:
            text += " and " * (" with " in text) + " with " * (" with " not in text)
            text += "the headers %s" % jt_text.literal(self.headers)
        return text


def _word(value):
    """A value as text of a URL, of a form or of a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


class RequestCase(Case):
    """Requests to one application, in order; what the last one answers is looked at."""

    __slots__ = ("app", "steps")

    def __init__(self, app, steps, rank=TYPED):
        calls = [step.call(app) for step in steps]
        super().__init__(
            sorted(app.imports), app.setup + calls[:-1], calls[-1], rank, origin="request"
        )
        self.app = app
        self.steps = tuple(steps)
        self.preamble = tuple(app.preamble)

    def command(self, limit, lines=False):
        """What a worker needs to run it."""
        limit = max(limit, REQUEST_STEPS)
        return dict(super().command(limit, lines), request=self.app.framework)

    @property
    def changes_state(self):
        """Whether a request may leave something behind in the application."""
        return any(step.method not in ("GET", "HEAD") for step in self.steps)

    def of(self, steps):
        """The same with other requests."""
        return RequestCase(self.app, steps, self.rank)

    def smaller(self):
        """All cases that are one step simpler, simplest first."""
        found = [self.of(self.steps[:i] + self.steps[i + 1 :]) for i in range(len(self.steps) - 1)]
        for i, step in enumerate(self.steps):
            for other in _simpler_request(step):
                found.append(self.of(self.steps[:i] + (other,) + self.steps[i + 1 :]))
        unique = {
            c.key: c for c in found if (c.weight, len(c.call)) < (self.weight, len(self.call))
        }
        return sorted(unique.values(), key=lambda c: (c.weight, len(c.call), c.call, c.key))[:60]


def together(cases):
    """How a worker runs cases one after the other: what they share is done once."""
    app = next((case.app for case in cases if case.origin == "request"), None)
    if app is None:
        return {}
    return {
        "apart": any(case.changes_state for case in cases),
        "first": app.first,
        "prefix": "\n".join(sorted(app.imports) + app.preamble + app.setup),
        "warm": 'client.get("/jittest-is-not-there")',
    }


# Steps of one request at the least: those of the framework count as well.
REQUEST_STEPS = 400000


def _simpler_request(step):
    for part in ("query", "headers", "params"):
        values = getattr(step, part)
        for name in values:
            if part != "params":
                yield step.with_(**{part: {k: v for k, v in values.items() if k != name}})
            for simple in _simpler(values[name]):
                if part != "params" or _word(simple) != "":
                    yield step.with_(**{part: dict(values, **{name: simple})})
    for part in ("json", "form"):
        value = getattr(step, part)
        if value is not NOTHING:
            for simple in _simpler(value):
                if part == "json" or isinstance(simple, dict):
                    yield step.with_(**{part: simple})


def _simpler(value):
    if isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
        for key in value:
            for simple in _simpler(value[key]):
                yield dict(value, **{key: simple})
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield value[:i] + value[i + 1 :]
            for simple in _simpler(item):
                yield value[:i] + [simple] + value[i + 1 :]
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        for small in (0, 1, 2, 3, 10, value // 2):
            if 0 <= small < abs(value):
                yield small
    elif isinstance(value, float):
        for small in (0.5, 1.0, 1.5, float(int(value)) if abs(value) < 1e9 else 0.5):
            if small < abs(value) and len(repr(small)) <= len(repr(value)):
                yield small
    elif isinstance(value, str):
        for small in ("", "a", value[: len(value) // 2], value[1:]):
            if len(small) < len(value):
                yield small
