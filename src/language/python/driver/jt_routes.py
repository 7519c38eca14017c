"""The web application of a repository, and the search for requests on which base and head
differ.
"""

import ast
import os
import re
from urllib.parse import parse_qsl, unquote

import jt_code
import jt_sides
from jt_case import MINED
from jt_making import RequestMaker
from jt_requests import NOTHING, App, Request, RequestCase, params, skeleton
from jt_search import Search

MOST_MODULES = 12
MOST_FILES = 4000
LARGEST = 300000
_MAKES = re.compile(
    r"\b(?:Flask|FastAPI|Starlette)\s*\("
    r"|^\s*def (?:create|make|build|get)_(?:app|application|api)\("
    r"|^\s*def app_factory\(|^\w+\s*=\s*(?:\w+\.)?(?:create|make|build|get)_app(?:lication)?\(",
    re.MULTILINE,
)
_SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE[\"']?\s*[,=]\s*[\"']?([A-Za-z_][\w.]*)")
_SETTINGS_FILES = (
    "pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", "conftest.py", "tests/conftest.py",
    "manage.py",
)  # fmt: skip
_ELSEWHERE = {
    "node_modules", "site-packages", "venv", "env", "build", "dist", "docs", "migrations",
    "__pycache__", "tests", "test", "testing",
}  # fmt: skip
_VERBS = ("get", "post", "put", "patch", "delete")

SETTINGS_DEPTH = 3  # folders below an import root in which a Django project's settings may lie


def _names_routes(path):
    try:
        with open(path, encoding="utf-8") as handle:
            return re.search(r"^ROOT_URLCONF\s*=", handle.read(LARGEST), re.M) is not None
    except (OSError, ValueError):
        return False


class Place:
    """Where a target's route is answered."""

    def __init__(self, app, rows, others, in_base):
        self.app = app
        self.rows = rows
        self.others = others  # the other routes of the same application
        self.in_base = in_base


class Web:
    """The applications of both revisions, found once for all targets."""

    def __init__(self, session):
        self.session = session
        self.settings = None
        self.head = None
        self.base = {}
        self.why = []
        self.places = {}
        self.mined = None

    def prepare(self):
        """Before modules are imported: Django wants its settings first."""
        session = self.session
        if not any(target.route for target in session.plan.targets):
            return
        self.settings = self._settings()
        if self.settings is None:
            return
        app = App({"framework": "django", "module": "", "name": ""}, self.settings)
        sides = (session.head, session.base, session.head_again, session.base_again)
        for side in sides:
            side.first = app.first
        answers = jt_sides.together(sides, {"do": "first", "text": app.first}, 60)
        failed = [answer for answer in answers if answer is not True]
        if failed:
            self.why.append("Django could not be set up: %s" % failed[0])
            self.settings = None
            for side in sides:
                side.first = None

    def _settings(self):
        root = self.session.plan.head["root"]
        for place in self.session.plan.import_roots + ["."]:
            for name in _SETTINGS_FILES:
                try:
                    with open(os.path.join(root, place, name), encoding="utf-8") as handle:
                        found = _SETTINGS.search(handle.read(LARGEST))
                except (OSError, ValueError):
                    continue
                if found:
                    return found.group(1)
        return next(self._settings_modules(), None)

    def _settings_modules(self):
        """Modules that say where the routes of a Django project are, by their dotted names."""
        root = self.session.plan.head["root"]
        for place in self.session.plan.import_roots:
            top = os.path.join(root, place)
            for folder, folders, names in os.walk(top):
                inner = os.path.relpath(folder, top)
                parts = [] if inner == os.curdir else inner.split(os.sep)
                folders[:] = sorted(f for f in folders if f.isidentifier())[:MOST_MODULES]
                if len(parts) >= SETTINGS_DEPTH:
                    folders.clear()
                for name in sorted(names):
                    if name.endswith(".py") and _names_routes(os.path.join(folder, name)):
                        yield ".".join(parts + [name[: -len(".py")]]).replace(".__init__", "")

    def place(self, target):
        """Where a target's route is answered, or why nobody knows."""
        if target.id not in self.places:
            if self.head is None:
                self._look()
            self.places[target.id] = self._place(target)
        return self.places[target.id]

    def _look(self):
        session = self.session
        own = [t.module for t in session.plan.targets if t.route]
        modules = list(dict.fromkeys(own + self._modules()))[:MOST_MODULES]
        missing = [
            (side, [m for m in modules if m not in side.modules])
            for side in (session.head, session.base)
        ]
        for name, answer in jt_sides.load(missing)[0].items():
            if not answer["ok"]:
                self.why.append("%s %s" % (name, answer["why"]))
        session.base_again.follow(session.base)
        session.head_again.follow(session.head)
        command = {"do": "web", "modules": modules, "django": self.settings is not None}
        answers = jt_sides.together((session.head, session.base), command, 60)
        answers = [answer or {} for answer in answers]
        self.why += answers[0].get("why") or []
        self.head = answers[0].get("apps") or []
        frameworks = sorted({app["framework"] for app in self.head})
        for side in session.sides() if frameworks else ():
            # Without its settings, Django can't be loaded ahead.
            side.warm([f for f in frameworks if f != "django" or not side.bare])
        for app in answers[1].get("apps") or []:
            self.base[(app["module"], app["name"])] = app

    def _modules(self):
        """Modules whose text makes an application, those that lie the least deep first."""
        found, seen = [], 0
        root = self.session.plan.head["root"]
        for place in self.session.plan.import_roots:
            top = os.path.normpath(os.path.join(root, place))
            for folder, folders, files in os.walk(top):
                folders[:] = sorted(
                    f for f in folders if f not in _ELSEWHERE and not f.startswith(".")
                )
                for file in sorted(files):
                    seen += file.endswith(".py")
                    if seen > MOST_FILES:
                        break
                    if file.endswith(".py") and not file.startswith(("test_", "conftest")):
                        path = os.path.relpath(os.path.join(folder, file), top)
                        name = path[:-3].replace(os.sep, ".")
                        name = name[: -len(".__init__")] if name.endswith(".__init__") else name
                        if makes_an_application(os.path.join(folder, file)):
                            found.append(name)
        return sorted(dict.fromkeys(found), key=lambda name: (name.count("."), name))

    def _place(self, target):
        for app in self.head:
            rows = _rows(app["routes"], target)
            if not rows:
                continue
            if app.get("client"):
                return "its test client can't be used: %s" % app["client"]
            before = self.base.get((app["module"], app["name"]))
            known = {
                (skeleton(row["path"]), method)
                for row in (before["routes"] if before else ())
                for method in row["methods"]
            }
            common = [dict(r, methods=_common(r, known)) for r in rows]
            common = [row for row in common if row["methods"]]
            others = [dict(r, methods=_common(r, known)) for r in app["routes"] if r not in rows]
            others = [row for row in others if row["methods"]] if common else []
            made = App(app, self.settings)
            return Place(made, common or rows, others, bool(common))
        reasons = "; ".join(dict.fromkeys(self.why)) or "no application was found that answers it"
        return reasons[:300]

    def requests(self):
        """Requests that the repository's tests make, each `(method, path, query, json, form,
        headers)`.
        """
        if self.mined is None:
            self.mined = []
            for file in self.session.plan.test_files:
                full = os.path.join(self.session.plan.head["root"], file)
                try:
                    with open(full, encoding="utf-8") as handle:
                        tree = ast.parse(handle.read(LARGEST))
                except (OSError, ValueError, SyntaxError):
                    continue
                for node in ast.walk(tree):
                    found = _request(node) if isinstance(node, ast.Call) else None
                    if found is not None:
                        self.mined.append(found)
        return self.mined


def makes_an_application(path):
    """Whether a file's text makes one, and importing it starts no server."""
    try:
        if os.path.getsize(path) > LARGEST:
            return False
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
        if not _MAKES.search(text):
            return False
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return False
    starts = [
        n.value for n in tree.body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)
    ]
    return not any(getattr(call.func, "attr", "") in ("run", "serve_forever") for call in starts)


def _common(row, known):
    return [m for m in row["methods"] if (skeleton(row["path"]), m) in known]


def _rows(rows, target):
    """The routes of a target: by handler and path, else by one of them."""
    wanted, method = skeleton(target.route["path"]), target.route["method"]
    fits = [r for r in rows if skeleton(r["path"]) == wanted]
    mine = [r for r in rows if r["handler"] == [target.module, target.local]]
    both = [r for r in fits if r in mine]
    chosen = both or fits or mine
    if method != "ANY":
        chosen = [dict(r, methods=[method]) for r in chosen if method in r["methods"]]
    return [dict(r, handler=[target.module, target.local]) for r in chosen]


def _request(node):
    """The request that a call of a test client makes, where its arguments are literals."""
    verb = getattr(node.func, "attr", None)
    if verb not in _VERBS or not node.args:
        return None
    first = node.args[0]
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return None
    if not first.value.startswith("/"):
        return None
    words = {}
    for word in node.keywords:
        try:
            words[word.arg] = ast.literal_eval(word.value)
        except (ValueError, SyntaxError, TypeError, MemoryError):
            continue
    path, _, query = first.value.partition("?")
    given = words.get("params") or words.get("query_string") or words.get("query_params") or {}
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    pairs.update(given if isinstance(given, dict) else {})
    form, body = words.get("data", NOTHING), words.get("json", NOTHING)
    if "json" in str(words.get("content_type", "")) and isinstance(form, dict):
        form, body = NOTHING, form
    form = form if isinstance(form, dict) else NOTHING
    headers = words.get("headers") if isinstance(words.get("headers"), dict) else {}
    return verb.upper(), path, pairs, body, form, headers


def fitting(row, mined):
    """A mined request as one of a route, or None."""
    method, path, query, body, form, headers = mined
    if method not in row["methods"]:
        return None
    names = params(row["path"])
    pattern = re.escape(skeleton(row["path"])).replace(r"\{\}", "\0")
    for _, kind in names:
        pattern = pattern.replace("\0", "(.+)" if kind == "path" else "([^/]+)", 1)
    match = re.match(pattern + r"\Z", path)
    if match is None:
        return None
    values = {name: unquote(text) for (name, _), text in zip(names, match.groups())}
    values = {n: int(v) if v.isascii() and v.isdecimal() else v for n, v in values.items()}
    return Request(
        row["path"], method, params=values, query=query, json=body, form=form, headers=headers
    )


class RouteSearch(Search):
    """The exploration of one route."""

    enough = 8
    most = 12

    def _makers(self):
        session, target = self.session, self.target
        place = session.web.place(target)
        if isinstance(place, str):
            session.result.warning(
                "%s %s is not called end to end" % (target.route["method"], target.route["path"]),
                place,
                "its functions are tested as before",
            )
            return []
        if self.compare and not place.in_base:
            return []
        self.place = place
        name = target.local.split(".")[0]
        _, self.rng, self.pool = session.values(self.module, [name], target.id)
        self.values = None
        maker = RequestMaker(session, place, target, self.rng, self.pool)
        self.mutator = maker
        self.own = 1
        return [maker]

    def _mined(self):
        """What the repository's own tests ask for, alone and after what they ask for before."""
        maker = self.makers[0]
        for found in self.session.web.requests():
            for row in self.place.rows + self.place.others:
                request = fitting(row, found)
                if request is not None:
                    maker.seen(request)
                    if row in self.place.rows:
                        yield RequestCase(self.place.app, (request,), MINED)

    def _systematic(self):
        maker = self.makers[0]
        maker.learn(lambda cases: self.session.run(self.session.head, cases))
        return maker.simple()

    def _known_constructors(self):
        """There are none to be known."""

    def _learn_once(self):
        """What is taken is known from the source."""

    def _adapt(self):
        """What a text has to look like is in the description of its route."""

    def _answered(self, case, outcome):
        """No observers are chosen by what they answer."""

    def _follow_up(self, case, outcome):
        """No functions are given back."""

    def _batch(self, cases, kinds=False):
        known = len(self.findings)
        outcomes = super()._batch(cases, kinds)
        for finding in self.findings[known:]:
            finding.history = ()  # every case has a process of its own
        return outcomes


def search_of(session, target, compare):
    """The search for one target."""
    return (RouteSearch if target.route else Search)(session, target, compare)


def is_comparable(session, target):
    """Whether base answers the target's route, too; where nobody knows, its search says why."""
    place = session.web.place(target)
    return isinstance(place, str) or place.in_base


def definition_of(code, place):
    """`(module, node)` of a handler's source, or None."""
    from jt_inputs import definition

    module = code.module(place[0]) if place[0] else None
    node = definition(module, place[1]) if module is not None else None
    return (module, node) if isinstance(node, jt_code.FUNCTIONS + (ast.ClassDef,)) else None
