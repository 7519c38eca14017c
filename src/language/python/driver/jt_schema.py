"""Values for what a request carries: of JSON schemas, and of what the source does with a field.

A schema is a dict as in JSON Schema, with `values` besides: constants that the code compares with.
"""

import jt_samples
from jt_shape import by_name

COMMON = ["a", "", "b", "ab c", "Ä", "0", "1"]
FORMATS = {
    "email": ["a@example.org", "a", "b@example.org"],
    "date": ["2024-01-31", "2024-02-29", "x"],
    "date-time": ["2024-01-31T10:00:00", "2024-01-31T10:00:00Z", "x"],
    "time": ["10:00:00", "x"],
    "uuid": ["00000000-0000-0000-0000-000000000001", "x"],
    "uri": ["https://example.org/a"],
}
WORDS = {
    "email": "email", "mail": "email", "date": "date", "day": "date", "uuid": "uuid",
    "url": "uri", "link": "uri",
}  # fmt: skip
KINDS = {
    "int": "integer", "float": "number", "str": "string", "bool": "boolean", "list": "array",
    "dict": "object",
}  # fmt: skip
MOST = 14
DEEPEST = 5


class Sampler:
    """Makes values; deterministic by its random source."""

    def __init__(self, rng, pool):
        self.rng = rng
        self.pool = pool

    def simple(self, schema, name="", depth=0):
        """Values in order, what is most likely taken first."""
        if depth > DEEPEST:
            return [None]
        parts = schema.get("anyOf") or schema.get("oneOf")
        if parts:
            lists = [self.simple(part, name, depth + 1) for part in parts]
            found = [v for row in zip(*[(x + [x[0]] * MOST)[:MOST] for x in lists]) for v in row]
        else:
            kind = self.kind(schema, name)
            found = _known(schema, kind) + getattr(self, "_" + (kind or "any"))(schema, name, depth)
        return _unique(found)[:MOST] or [None]

    @staticmethod
    def kind(schema, name):
        """The JSON type of a schema: as it says, as its constants are, as its name suggests."""
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((k for k in kind if k != "null"), "null")
        if kind is None and schema.get("properties"):
            kind = "object"
        if kind is None and schema.get("items"):
            kind = "array"
        if kind is None and schema.get("values"):
            kind = _type_of(schema["values"][0])
        if kind is None and name:
            kind = KINDS.get(by_name(name))
        return kind if kind in set(KINDS.values()) | {"null"} else None

    def random(self, schema, name="", depth=0):
        """A random value."""
        rng = self.rng
        kind = self.kind(schema, name)
        if kind == "object" and schema.get("properties") and depth < DEEPEST:
            needed = set(schema.get("required", ()))
            return {
                key: self.random(inner, key, depth + 1)
                for key, inner in schema["properties"].items()
                if rng.random() < (0.97 if key in needed else 0.6)
            }
        if kind == "array" and depth < DEEPEST:
            count = rng.choice((0, 1, 1, 2, 2, 3))
            return [self.random(schema.get("items") or {}, "", depth + 1) for _ in range(count)]
        if kind == "integer" and rng.random() < 0.3:
            return rng.choice(self.pool.ints or [4]) if rng.random() < 0.6 else rng.randint(-3, 30)
        if kind == "number" and rng.random() < 0.3:
            return rng.choice(self.pool.floats or [0.25, 12.5])
        if kind == "string" and rng.random() < 0.4:
            return jt_samples.text(rng, self.pool.strings, COMMON)
        return rng.choice(self.simple(schema, name, depth))

    def near(self, value):
        """A value beside another one."""
        rng = self.rng
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return rng.choice((value + 1, value - 1, -value, 0, value * 2, value * 10))
        if isinstance(value, float):
            return round(rng.choice((value + 1, value - 1, -value, value / 2, value * 10)), 6)
        if isinstance(value, str):
            is_empty = rng.random() < 0.1
            return "" if is_empty else jt_samples.mutated(rng, value, self.pool.strings)
        if isinstance(value, list):
            return self._near_list(value)
        if isinstance(value, dict) and value:
            key = rng.choice(sorted(value))
            if rng.random() < 0.15:
                return {k: v for k, v in value.items() if k != key}
            return dict(value, **{key: self.near(value[key])})
        return rng.choice((1, "a", None))

    def _near_list(self, value):
        rng = self.rng
        if not value:
            return [1]
        at, roll = rng.randrange(len(value)), rng.random()
        if roll < 0.3:
            return value + [value[at]]
        if roll < 0.5:
            return value[:at] + value[at + 1 :]
        return value[:at] + [self.near(value[at])] + value[at + 1 :]

    # -- one kind each

    def _any(self, schema, name, _depth):
        return [1, "a", 2, 0, "", -1, 2.5, True, None, []]

    def _null(self, *_):
        return [None]

    def _boolean(self, *_):
        return [True, False]

    def _integer(self, schema, name, _depth):
        bounds = _bounds(schema, 1)
        low, high = _limits(schema)
        plain = [v for v in (1, 2, 3, 10) if low <= v <= high] or bounds[:1]
        first = plain[:2] + bounds
        return first + [0, 3, 10, -1] + self.pool.ints[:8] + [100, 1000]

    def _number(self, schema, name, _depth):
        bounds = _bounds(schema, 0.5)
        low, high = _limits(schema)
        plain = [v for v in (1.5, 1, 10, 0.5) if low <= v <= high] or bounds[:1]
        return plain[:2] + bounds + [0, 10, 2.25, -1] + self.pool.floats[:4] + self.pool.ints[:4]

    def _string(self, schema, name, _depth):
        last = name.lower().replace("-", "_").split("_")[-1]
        known = FORMATS.get(schema.get("format")) or FORMATS.get(WORDS.get(last)) or []
        if schema.get("pattern"):
            samples = [jt_samples.of_pattern(self.rng, schema["pattern"]) for _ in range(3)]
            known = known + [s for s in samples if s]
        sizes = [
            "a" * max(0, schema[key] + step)
            for key in ("minLength", "maxLength")
            if isinstance(schema.get(key), int) and schema[key] < 300
            for step in (0, -1, 1)
        ]
        return known + sizes + ["a"] + self.pool.strings[:6] + COMMON[1:]

    def _array(self, schema, name, depth):
        inner = self.simple(schema.get("items") or {}, "", depth + 1)
        first, second = inner[0], inner[1 % len(inner)]
        return [[first], [first, second], [], [second, first, first]] + [[v] for v in inner[2:6]]

    def _object(self, schema, name, depth):
        fields = schema.get("properties") or {}
        if not fields:
            return [{}, {"a": 1}]
        needed = set(schema.get("required", ()))
        options = {key: self.simple(inner, key, depth + 1) for key, inner in fields.items()}
        whole = {key: values[0] for key, values in options.items()}
        least = {key: value for key, value in whole.items() if key in needed}
        found = [whole, least] if needed else [whole]
        for at in range(1, 4):
            for key, values in options.items():
                if at < len(values):
                    found.append(dict(whole, **{key: values[at]}))
        return found

    def varied(self, schema):
        """Objects of a schema with one field changed or left out: `[whole, …]`."""
        fields = schema.get("properties") or {}
        found = self.simple(schema)[:1]
        whole = found[0]
        if not isinstance(whole, dict) or not fields:
            return self.simple(schema)
        options = {key: self.simple(inner, key, 1) for key, inner in fields.items()}
        for at in range(1, MOST):
            for key, values in options.items():
                if at < len(values):
                    found.append(dict(whole, **{key: values[at]}))
            if at <= 2:
                found += [{k: v for k, v in whole.items() if k != key} for key in fields if at == 2]
        return _unique(found + [{}])


def _known(schema, kind):
    """What the schema itself names."""
    found = list(schema.get("values", ())) + list(schema.get("enum", ()))
    found += list(schema.get("examples", ()) if isinstance(schema.get("examples"), list) else ())
    if "const" in schema:
        found.append(schema["const"])
    if schema.get("default") is not None:
        found.append(schema["default"])
    fitting = [v for v in found if kind in (None, _type_of(v)) or kind == "number"]
    if kind == "integer":
        # Not too many of them: what is usual comes next.
        fitting = fitting[:6]
    return fitting[:10]


def _type_of(value):
    if isinstance(value, bool):
        return "boolean"
    for kind, name in ((int, "integer"), (float, "number"), (str, "string"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "object" if isinstance(value, dict) else None


def _limits(schema):
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    plain = (int, float)
    return (
        low if isinstance(low, plain) else float("-inf"),
        high if isinstance(high, plain) else float("inf"),
    )


def _bounds(schema, step):
    """The bounds of a number, and what lies beside them."""
    found = []
    for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        bound = schema.get(key)
        if isinstance(bound, (int, float)) and not isinstance(bound, bool):
            bound = int(bound) if bound == int(bound) else bound
            found += [bound, bound + step, bound - step]
    return found


def _unique(values):
    """Without repetitions; `1`, `1.0` and `True` are three values."""
    seen, found = set(), []
    for value in values:
        key = repr(value)
        if key not in seen:
            seen.add(key)
            found.append(value)
    return found
