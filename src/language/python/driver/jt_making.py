"""Makes requests to a target's route: in order, at random, near to one that works, and after
requests to other routes where state matters.
"""

import ast
import itertools

import jt_inputs
import jt_text
from jt_requests import NOTHING, Request, RequestCase, params, skeleton
from jt_schema import Sampler

SAFE = ("GET", "HEAD", "OPTIONS")
MOST_OTHERS = 6
FIRST = 6  # requests to a route alone that come before the first ones after others
LONGEST = 3
MOST_BEFORE = 4  # requests that are made before others, where all routes are of interest
OF_KIND = {
    "int": {"type": "integer"}, "float": {"type": "number"}, "string": {"type": "string"},
    "str": {"type": "string"}, "slug": {"type": "string"}, "path": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
}  # fmt: skip


HELD = (dict, list)
# What is no number, or none that is expected; whatever comes with an address is a text.
NO_NUMBERS = ("abc", "", "1.5", "-1")
ODD = 0.1


class Taker:
    """A route with one method, and what it takes."""

    def __init__(self, session, row, method):
        self.path = row["path"]
        self.method = method
        self.inputs = jt_inputs.empty()
        self.kinds = dict(params(self.path))
        told = (row.get("schemas") or {}).get(method)
        self._of_schema(told)
        for name, kind in self.kinds.items():
            schema = self.inputs["path"].setdefault(name, {})
            for key, value in _of_kind(kind).items():
                schema.setdefault(key, value)
        self.body = False  # whether a JSON body is read at all
        self.methods = set()  # those that the source asks for by name
        self.let_through = set()
        # What one revision hides in a helper, the other one may show.
        for code in dict.fromkeys((session.code, session.base_code)):
            self._of_source(code, row["handler"])
        schema = self.inputs["json"]
        known = schema.get("properties") or schema.get("items") or schema.get("type")
        self.has_body = method not in SAFE and (
            self.body or bool(known) or bool(told and told["json"])
        )

    def _of_schema(self, told):
        if not told:
            return
        self.inputs["path"] = {name: dict(schema) for name, (schema, _) in told["path"].items()}
        for part in ("query", "header"):
            for name, (schema, needed) in told[part].items():
                self.inputs[part][name] = dict(schema, needed=needed)
        self.inputs["json"] = told["json"] or {}
        for name, schema in ((told["form"] or {}).get("properties") or {}).items():
            needed = name in told["form"].get("required", ())
            self.inputs["form"][name] = dict(schema, needed=needed)

    def _of_source(self, code, place):
        from jt_routes import definition_of

        found = definition_of(code, place)
        if found is None:
            return
        uses = jt_inputs.Uses(code, self.inputs)
        module, node = found
        if isinstance(node, ast.ClassDef):
            named = [n for n in node.body if getattr(n, "name", "") == self.method.lower()]
            node = named[0] if named else node
        known = jt_inputs.bound(node, self.inputs)
        uses.read(module, node, known)
        self.body = self.body or uses.body
        self.methods |= uses.methods
        self.let_through = self.let_through or jt_inputs.methods(node)


def _of_kind(kind):
    if kind.startswith("any("):
        return {"type": "string", "enum": [p.strip(" '\"") for p in kind[4:-1].split(",")]}
    if kind.startswith("re:") or "(" in kind:
        return OF_KIND.get(kind.split("(")[0], {})
    return OF_KIND.get(kind, {})


class RequestMaker:
    """Makes the cases of one route."""

    takes = ()  # no function takes the same

    def __init__(self, session, place, target, rng, pool):
        self.session = session
        self.app = place.app
        self.rng = rng
        self.sampler = Sampler(rng, pool)
        self.local = "%s %s" % (target.route["method"], target.route["path"])
        self.params = []
        self.targets = self._targets(place.rows)
        self.others = self._others(place)
        self.good = {}
        self.mined = {}
        self.gives_functions = False
        self.settings = None  # requests change by themselves what the application keeps

    def _targets(self, rows):
        found = []
        for row in rows:
            takers = [Taker(self.session, row, method) for method in row["methods"]]
            found += _worth_it(takers)
        return found

    def _others(self, place):
        """Routes that may change or show the same state: of the same module, or of the same first
        part of the path.
        """
        modules = {row["handler"][0] for row in place.rows}
        firsts = {_first(row["path"]) for row in place.rows}
        found = []
        for row in place.others:
            near = (
                row["handler"][0] in modules and row["handler"][0] or _first(row["path"]) in firsts
            )
            if near:
                takers = [Taker(self.session, row, method) for method in row["methods"]]
                found += _worth_it(takers)
        paths = {skeleton(row["path"]) for row in place.rows}
        found.sort(key=lambda t: (skeleton(t.path) not in paths, t.method in SAFE, t.path))
        changing = [t for t in found if t.method not in SAFE][:MOST_OTHERS]
        return changing + [t for t in found if t.method in SAFE][:MOST_OTHERS]

    def seen(self, request):
        """A request that the repository's own tests make."""
        known = self.mined.setdefault((request.path, request.method), [])
        if len(known) < 12:
            known.append(request)

    def learn(self, run):
        """Finds requests to the other routes that these answer well."""
        for taker in self.others + [t for t in self.targets if t.method not in SAFE]:
            requests = list(itertools.islice(self._of(taker), 8))
            outcomes = run([self.case((request,)) for request in requests])
            well = [
                r
                for r, o in zip(requests, outcomes)
                if o["kind"] == "value" and o["value"][0] == "resp" and o["value"][1] < 400
            ]
            unique = {r.words(): r for r in well or requests[:1]}
            self.good[(taker.path, taker.method)] = list(unique.values())[:3]

    def case(self, steps, rank=None):
        """A case of some requests."""
        return RequestCase(self.app, steps) if rank is None else RequestCase(self.app, steps, rank)

    # -- in order

    def simple(self):
        """Requests alone first, then after others; what shows most of what goes wrong with state
        comes early, so that it is tried where there are many routes.
        """
        alone = [self._of(taker) for taker in self.targets]
        for requests in alone:
            for request in itertools.islice(requests, FIRST):
                yield self.case((request,))
        for steps in self._telling():
            yield self.case(steps)
        for requests in alone:
            for request in itertools.islice(requests, 30):
                yield self.case((request,))
        for steps in self._sequences():
            yield self.case(steps)
        for requests in alone:
            for request in itertools.islice(requests, 90):
                yield self.case((request,))

    def _of(self, taker):
        """Requests to one route: those of the tests, the plainest, and each part varied."""
        yield from self.mined.get((taker.path, taker.method), ())[:6]
        options = self._options(taker)
        plain = self._plain(taker, options)
        yield plain
        most = max([len(v) for part in options.values() for v in part.values()] or [0])
        for at in range(most):
            for part, fields in options.items():
                for name, values in fields.items():
                    if at < len(values):
                        yield _changed(plain, part, name, values[at])
            if at == 1:
                yield from self._lacking(taker, plain)
        names = [(part, name) for part, fields in options.items() for name in fields]
        for one, other in itertools.combinations(names, 2):
            for first, second in itertools.product(
                options[one[0]][one[1]][:4], options[other[0]][other[1]][:4]
            ):
                yield _changed(_changed(plain, *one, first), *other, second)

    def _lacking(self, taker, plain):
        """The plainest request without one of the things that it needs."""
        for name in plain.query:
            yield plain.with_(query={k: v for k, v in plain.query.items() if k != name})
        for name in plain.headers:
            yield plain.with_(headers={k: v for k, v in plain.headers.items() if k != name})
        if plain.form is not NOTHING:
            for name in plain.form:
                yield plain.with_(form={k: v for k, v in plain.form.items() if k != name})

    def _options(self, taker):
        inputs, simple = taker.inputs, self.sampler.simple
        options = {"params": {}, "query": {}, "headers": {}, "json": {}, "form": {}}
        for name in taker.kinds:
            values = simple(inputs["path"].get(name) or {}, name)
            options["params"][name] = [v for v in values if _fits_a_path(v, taker.kinds[name])]
        for part, place in (("query", "query"), ("headers", "header"), ("form", "form")):
            for name, schema in inputs[place].items():
                values = simple(schema, name)
                plain = [v for v in values if not isinstance(v, HELD)]
                options[part][name] = plain if part == "headers" else _as_texts(plain)
        if taker.method in SAFE:
            options["form"] = {}
        if taker.has_body:
            options["json"] = {"": self.sampler.varied(inputs["json"])}
        return options

    @staticmethod
    def _plain(taker, options):
        def needed(part, place):
            fields = options[part].items()
            return {n: v[0] for n, v in fields if v and taker.inputs[place][n].get("needed")}

        form = {n: v[0] for n, v in options["form"].items() if v}
        return Request(
            taker.path,
            taker.method,
            params={n: v[0] for n, v in options["params"].items() if v},
            query=needed("query", "query"),
            headers=needed("headers", "header"),
            json=options["json"][""][0] if options["json"] else NOTHING,
            form=form if form and not options["json"] else NOTHING,
        )

    def _sequences(self):
        """Up to three requests: what changes state, the target, what shows state."""
        changing = [r for t in self.others if t.method not in SAFE for r in self._well(t)[:2]]
        # Where all routes are of interest, what one puts there is what another one needs.
        beside = [t for t in self.targets if t.method not in SAFE and self._well(t)]
        changing += [self._well(t)[0] for t in beside[: max(0, MOST_BEFORE - len(changing))]]
        showing = [r for t in self.others if t.method in SAFE for r in self._well(t)[:1]]
        for taker in self.targets:
            own = list(itertools.islice(self._of(taker), 12))
            if taker.method in SAFE:
                for before, request in itertools.product(changing, own[:8]):
                    yield (before, request)
                for first, second in itertools.product(changing, repeat=2):
                    for request in own[:3]:
                        yield (first, second, request)
                continue
            own = self._well(taker)[:2] + own[:8]
            for request in own:
                yield (request, request)
                for shown in showing:
                    yield (request, shown)
            for request, between in itertools.product(own[:2], self._between()):
                yield (request, between, request)
            for before, request in itertools.product(changing, own[:2]):
                yield (before, request, request)
            for before, request in itertools.product(changing, own[:4]):
                yield (before, request)
                for shown in showing[:3]:
                    yield (before, request, shown)

    def _telling(self):
        """The request after what creates something, once and twice, and after that is gone."""
        for taker in self.targets:
            made = [t for t in self.others + self.targets if _creates(t, taker)]
            made = sorted(made, key=lambda t: t.method != "POST")[:2]
            gone = [t for t in self.others if _removes(t, taker)][:1]
            is_safe = taker.method in SAFE
            for request in self._usual(taker):
                for first in (r for t in made for r in self._usual(t)):
                    yield (first, request)
                    if not is_safe:
                        yield (first, request, request)
                    for last in (r for t in gone for r in self._usual(t)):
                        yield (first, last, request)
                if not is_safe:
                    yield (request, request)
                    for last in (r for t in gone for r in self._usual(t)):
                        yield (request, last, request)

    def _usual(self, taker):
        """The plainest request that a route answers well, in a list."""
        return self._well(taker)[:1] or list(itertools.islice(self._of(taker), 1))

    def _between(self):
        """What changes state after the target did, also where it finds nothing to change before."""
        for taker in self.others:
            if taker.method not in SAFE:
                yield from self._well(taker)[:2] or itertools.islice(self._of(taker), 2)

    def _well(self, taker):
        return self.good.get((taker.path, taker.method)) or []

    # -- at random

    def random(self, *_):
        """One random case."""
        rng = self.rng
        taker = rng.choice(self.targets)
        steps = [self._random_request(taker)]
        changing = [t for t in self.others + self.targets if t.method not in SAFE]
        if taker.method not in SAFE:
            showing = [t for t in self.others if t.method in SAFE]
            if showing and rng.random() < 0.4:
                steps.append(self._random_request(rng.choice(showing)))
        while changing and len(steps) < LONGEST and rng.random() < 0.4:
            steps.insert(0, self._random_request(rng.choice(changing)))
        return self.case(steps)

    def _random_request(self, taker):
        rng, random = self.rng, self.sampler.random
        known = self._well(taker)
        if known and rng.random() < 0.5:
            return self._near(rng.choice(known)) if rng.random() < 0.5 else rng.choice(known)
        inputs = taker.inputs
        given = {}
        for part, place in (("query", "query"), ("headers", "header"), ("form", "form")):
            chosen = {
                name: random(schema, name)
                for name, schema in inputs[place].items()
                if rng.random() < (0.95 if schema.get("needed") else 0.5)
            }
            given[part] = {n: v for n, v in chosen.items() if not isinstance(v, HELD)}
            if given[part] and part != "headers" and rng.random() < ODD:
                given[part][rng.choice(sorted(given[part]))] = rng.choice(NO_NUMBERS)
        values = {name: random(inputs["path"].get(name) or {}, name) for name in taker.kinds}
        values = {n: v if _fits_a_path(v, taker.kinds[n]) else 1 for n, v in values.items()}
        has_form = bool(inputs["form"]) and taker.method not in SAFE and not taker.has_body
        return Request(
            taker.path,
            taker.method,
            params=values,
            query=given["query"],
            headers=given["headers"],
            json=random(inputs["json"]) if taker.has_body else NOTHING,
            form=given["form"] if has_form else NOTHING,
        )

    def neighbour(self, case):
        """The case with one request changed, or None."""
        steps = list(case.steps)
        at = len(steps) - 1 if self.rng.random() < 0.6 else self.rng.randrange(len(steps))
        if len(steps) < LONGEST and self.rng.random() < 0.1:
            steps.insert(at, steps[at])
        else:
            steps[at] = self._near(steps[at])
        return case.of(tuple(steps))

    def _near(self, request):
        """The request with one value changed."""
        parts = [("params", n) for n in request.params] + [("query", n) for n in request.query]
        parts += [("headers", n) for n in request.headers]
        parts += [("json", "")] * 3 * (request.json is not NOTHING)
        parts += [("form", n) for n in request.form] if request.form is not NOTHING else []
        taker = self._taker(request)
        absent = [n for n in taker.inputs["query"] if n not in request.query] if taker else []
        if absent and self.rng.random() < 0.3 or not parts:
            if not absent:
                return request
            name = self.rng.choice(absent)
            value = self.sampler.random(taker.inputs["query"][name], name)
            return _changed(request, "query", name, value)
        part, name = self.rng.choice(parts)
        old = request.json if part == "json" else getattr(request, part)[name]
        value = self.sampler.near(old)
        if taker is not None and self.rng.random() < 0.4:
            schema = taker.inputs["json"] if part == "json" else self._schema(taker, part, name)
            value = self.sampler.random(schema, name)
        if part == "params" and not _fits_a_path(
            value, (taker.kinds if taker else {}).get(name, "")
        ):
            return request
        return _changed(request, part, name, value)

    @staticmethod
    def _schema(taker, part, name):
        place = {"params": "path", "headers": "header"}.get(part, part)
        return taker.inputs[place].get(name) or {}

    def _taker(self, request):
        for taker in self.targets + self.others:
            if (taker.path, taker.method) == (request.path, request.method):
                return taker
        return None

    @staticmethod
    def extended(_case):
        """None: neighbours of requests get longer by themselves."""

    @staticmethod
    def means(_case):
        """Whatever can be sent is meant."""
        return True


def _creates(taker, other):
    """Whether a route seems to create what another one is about: it lies above it."""
    above = skeleton(taker.path).rstrip("/")
    is_above = skeleton(other.path).rstrip("/").startswith(above)
    return taker is not other and taker.method in ("POST", "PUT") and bool(above) and is_above


def _removes(taker, other):
    """Whether a route seems to remove what another one is about."""
    below, above = skeleton(taker.path).rstrip("/"), skeleton(other.path).rstrip("/")
    return taker.method == "DELETE" and (below.startswith(above) or above.startswith(below))


def _as_texts(values):
    """Values that are sent as texts: some that can't be converted, where they are numbers."""
    is_number = bool(values) and all(type(v) in (int, float) for v in values[:2])
    return values[:2] + list(NO_NUMBERS) + values[2:] if is_number else values


def _worth_it(takers):
    """Those methods of a route that its handler tells apart, where it answers all of them."""
    if len(takers) < 5:
        return takers
    let_through = set().union(*(t.let_through for t in takers))
    named = set().union(*(t.methods for t in takers))
    reads = any(t.body or t.inputs["form"] for t in takers)
    wanted = let_through or named | {"GET"} | ({"POST"} if reads else set())
    return [t for t in takers if t.method in wanted]


def _first(path):
    parts = [p for p in path.split("/") if p and not p.startswith(("<", "{"))]
    return "/".join(parts[:2]) if parts and parts[0] in ("api", "v1", "v2") else "".join(parts[:1])


def _fits_a_path(value, kind):
    if isinstance(value, (dict, list)) or value is None:
        return False
    text = jt_text.literal(value) if not isinstance(value, str) else value
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return bool(text) and ("/" not in text or kind == "path") and text not in (".", "..")


def _changed(request, part, name, value):
    if part == "json":
        return request.with_(json=value)
    held = getattr(request, part)
    return request.with_(**{part: dict({} if held is NOTHING else held, **{name: value})})
