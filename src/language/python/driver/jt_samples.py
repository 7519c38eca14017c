"""Strings that code which reads text is likely to understand: pieces of its own constants, put
together.
"""

import functools
import json
import re

try:
    from re import _compiler as sre_compile  # Python 3.11 and later
    from re import _parser as sre_parse
except ImportError:
    import sre_compile
    import sre_parse

MOST_COLUMNS, MOST_NAMES = 6, 12
_KEYS = re.compile(r'"([^"\n]{1,30})": ')
_OPTIONS = re.compile(r"^(?:\[([^\]\n]{1,30})\]|([\w.-]{1,30})\s*[=:])", re.M)
LONGEST_SAMPLE = 60
WORD_IN_GROUP = 0.6
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
COLUMNS = (("1", "2", "10", "3"), ("a", "b"), ("a", "b", "c", ""), ("1", "2.5", "0", "-1"))
MAILS = ("a@b.org", "a@b.org", "b@b.org", "a", "")
DATES = ("2024-01-31", "2024-02-01", "2023-12-31", "x")
FIELDS = {
    "email": MAILS, "mail": MAILS, "e-mail": MAILS, "Email": MAILS, "date": DATES, "day": DATES,
    "phone": ("0151 1", "+49 1", "", "0049-2"),
}  # fmt: skip
FREE_MARKS = "/?.:-=&"  # stand where a pattern takes nearly any sign
ALPHABET = "abcABC123 aab"
PUNCTUATION = " ,.;:-_=/()[]{}\"'#+*%&?!@\n<>|"


def text(rng, constants, common, short=False, structured=0.12):
    """A random string; `structured` is the share of those that look like a small language."""
    if rng.random() < structured:
        return rng.choice((alternating, alternating, row, lined))(rng, constants)
    roll = rng.uniform(0.12, 1.0)
    if constants and roll < 0.35:
        constant = rng.choice(constants)
        return constant if rng.random() < 0.75 else beside(rng, constant)
    if roll < 0.5 or short and roll < 0.8:
        return rng.choice(common)
    if constants and roll < 0.75:
        return mixed(rng, constants, common)
    letters = ALPHABET + "".join(c for s in constants[:30] for c in s if len(s) < 12)
    size = rng.choice((1, 2, 3, 4, 5, 6, 8, 12))
    return "".join(rng.choice(letters) for _ in range(size))


def beside(rng, constant):
    """A constant within a longer text, or written in another way."""
    forms = ("a %s", "%s a", "a%s", "%ss", "a-%s", "%s %s")
    form = rng.choice(forms + ("title", "upper"))
    if form in ("title", "upper"):
        return getattr(constant, form)()
    return form.replace("%s", constant)


def alternating(rng, constants):
    """Words or numbers with the marks between them that the code knows, as in small languages:
    `2*(3-1)`, `a=1;b`.
    """
    marks = known_marks(constants) or [" ", ","]
    words = (
        ("1", "2", "3", "10", "4.5", "0") if rng.random() < 0.6 else ("a", "b", "x1", "7", "ab", "")
    )
    few = rng.sample(marks, min(len(marks), rng.choice((1, 2, 3))))
    parts = [rng.choice(words)]
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        mark, word = rng.choice(few), rng.choice(words)
        parts += (
            [mark, "(" + word, rng.choice(few), rng.choice(words) + ")"]
            if "(" in marks and rng.random() < 0.3
            else [
                mark,
                word,
            ]
        )
    lead = rng.choice(few) if rng.random() < 0.2 else ""
    return lead + "".join(parts)


def known_marks(constants):
    """The signs that the code's own short texts hold."""
    return [c for s in constants if len(s) < 12 for c in s if not c.isalnum()]


def row(rng, constants, known=()):
    """Fields between one and the same mark: `30 6 * * 1`, `a;2;b`; as many as the code asks for,
    where it does. Where it splits at several marks, fields may be such texts themselves:
    `10.0.0.1-10.0.0.9`.
    """
    short = [s for s in constants if 0 < len(s) < 4 and not s.isspace()]
    mark = rng.choice([" ", " ", ","] + known_marks(constants))
    count = rng.choice((2, 3, 4, 5, 6))
    if known:
        mark, count = rng.choice(known)
        inner = [pair for pair in known if pair[0] != mark]
        if inner and rng.random() < 0.5:
            return mark.join(row(rng, (), [rng.choice(inner)]) for _ in range(count))
    plain = ("0", "1", "2", "5", "10", "30") if rng.random() < 0.6 else ("a", "b", "c", "7", "")
    return mark.join(
        rng.choice(short) if short and rng.random() < 0.25 else rng.choice(plain)
        for _ in range(count)
    )


def names_in(text):
    """What a document names, that something may be looked up by: columns, sections, options, keys
    of JSON.
    """
    first = text.partition("\n")[0].split(",")
    found = first if len(first) > 1 and "\n" in text else []
    if text[:1] in ("{", "["):
        found = found + _KEYS.findall(text)
    found = found + [name for names in _OPTIONS.findall(text) for name in names if name]
    return list(dict.fromkeys(found))[:MOST_NAMES]


def document(rng, keys):
    """JSON with names that the code knows."""
    return json.dumps(_part(rng, keys or ["a", "name"], 0))


def settings(rng, keys):
    """TOML with names that the code knows: values, and tables of them."""
    part, lines = _part(rng, keys or ["a", "name"], 0), []
    part = part if isinstance(part, dict) else {}
    tables = {name: value for name, value in part.items() if isinstance(value, dict)}
    for name, values in [("", part), *tables.items()]:
        lines += ["[%s]" % json.dumps(name)] if name else []
        lines += [
            "%s = %s" % (json.dumps(key), _inline(value))
            for key, value in values.items()
            if value is not None and (name or key not in tables)
        ]
    return "\n".join(lines)


def _inline(value):
    if isinstance(value, dict):
        pairs = ("%s = %s" % (json.dumps(k), _inline(v)) for k, v in value.items() if v is not None)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(part) for part in value if part is not None) + "]"
    return json.dumps(value)


def _part(rng, keys, depth):
    roll = rng.random()
    if depth and roll < (0.6 if depth < 3 else 1.0):
        return rng.choice((0, 1, 2, 5, 1.5, "a", "b", "", True, None))
    if roll < 0.75 or not depth and roll < 0.9:
        names = rng.sample(keys, min(len(keys), rng.choice((0, 1, 1, 2, 3))))
        return {name: _part(rng, keys, depth + 1) for name in names}
    return [_part(rng, keys, depth + 1) for _ in range(rng.choice((0, 1, 2)))]


def table(rng, keys, mark=","):
    """Lines of fields under a line of names; fields of one column are much alike, as in real
    tables, and what is the same may be written in another way.
    """
    columns = rng.sample(keys, min(len(keys), MOST_COLUMNS)) if keys else ["a", "name"]
    columns = [k for k in keys if k in columns] or columns
    kinds = [FIELDS.get(k) or rng.choice(COLUMNS) for k in columns]
    lines = [mark.join(columns)]
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        fields = [rng.choice(kind) for kind in kinds]
        if rng.random() < 0.4:
            at = rng.randrange(len(fields))
            fields[at] = rng.choice((fields[at].upper(), " " + fields[at], fields[at].title()))
        lines.append(mark.join(fields))
    return "\n".join(lines) + rng.choice(("", "\n"))


def lined(rng, constants):
    """Lines that begin with words of the code, or with a name before a mark, and name each other:
    `role a`, `a: b c`.
    """
    words = [s for s in constants if s.isidentifier() and len(s) < 12]
    mark = rng.choice([":", "="] + known_marks(constants)) if rng.random() < 0.6 else ""
    lines = []
    for _ in range(rng.choice((2, 3, 3, 4))):
        names = [rng.choice(("a", "b", "c", "2")) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
        if words and rng.random() < 0.6:
            names.insert(0, rng.choice(words))
        lines.append(names[0] + mark + " ".join([""] + names[1:]))
    return "\n".join(lines)


def mixed(rng, constants, common):
    """Constants, digits and words joined by separators that occur in the constants."""
    marks = [c for s in constants for c in s if c in PUNCTUATION] or [" "]
    parts = []
    for _ in range(rng.randint(2, 4)):
        if rng.random() < 0.25:
            parts.append(rng.choice(common) + rng.choice(marks))
            continue
        source = rng.random()
        if source < 0.5:
            parts.append(rng.choice(constants))
        elif source < 0.75:
            parts.append(str(rng.choice((0, 1, 2, 5, 10, 12, 30, 59, 60, 100, 2024))))
        else:
            parts.append(rng.choice(common))
    return rng.choice(marks + [""]).join(parts)


def mutated(rng, value, constants):
    """A string near another one."""
    if not value:
        return rng.choice(["a"] + constants[:5])
    roll, at = rng.randrange(12), rng.randrange(len(value))
    if roll > 8:
        return by_tokens(rng, value, constants)
    if roll == 0:
        return value[:at] + value[at + 1 :]
    if roll == 1:
        return value[:at] + rng.choice("aZ0 -_.,é²ß") + value[at:]
    if roll == 2:
        return value[:at] + rng.choice("aZ0 -_.,") + value[at + 1 :]
    if roll == 3:
        return value + value[at:]
    if roll == 4:
        return value.swapcase()
    if roll == 5:
        digits = re.sub(
            "[0-9]+", lambda m: str(max(0, int(m.group()) + rng.choice((-1, 1)))), value[:60]
        )
        return digits if digits != value else value[::-1]
    if roll == 6:
        return value[: at + 1]
    if roll == 7 and constants:
        return value[:at] + rng.choice(constants) + value[at:]
    return rng.choice((value + " ", " " + value, value + value, "", value + "s", value + "\n"))


def by_tokens(rng, value, constants):
    """A string with the numbers, words or marks in it repeated, exchanged or left out."""
    tokens = re.findall(r"\d+|[^\W\d]+|.", value, re.DOTALL)[:60]
    at = rng.randrange(len(tokens))
    after, roll = min(len(tokens), at + rng.choice((1, 2, 2, 3))), rng.randrange(4)
    if roll < 2:
        again = tokens[at:after] if rng.random() < 0.7 else [t.swapcase() for t in tokens[at:after]]
        return "".join(tokens[:at] + again + tokens[at:])
    if roll == 2:
        return "".join(tokens[:at] + tokens[after:])
    known = known_marks(constants)
    if tokens[at].isalnum():
        known = [token for token in tokens if token.isalnum()]
    return "".join(tokens[:at] + [rng.choice(known or tokens)] + tokens[at + 1 :])


def words_in(text):
    """The words of a text of several lines, each once."""
    return list(dict.fromkeys(re.findall(r"[^\s,;=:\[\]{}]+", text[:600])))[:MOST_NAMES]


def of_pattern(rng, pattern, words=()):
    """A string that a regular expression matches, roughly, its groups often one of some words that
    fit them; None where it can't be read.
    """
    try:
        tree = sre_parse.parse(pattern)
        groups = _groups(pattern) if words else {}
        fit = {n: [word for word in words if group.fullmatch(word)] for n, group in groups.items()}
        return _sample(rng, tree, 0, fit)[:LONGEST_SAMPLE]
    except (re.error, RecursionError, ValueError, OverflowError, TypeError):
        return None


@functools.lru_cache(maxsize=256)
def _groups(pattern):
    """The groups of an expression as expressions of their own, by number."""
    found, front = {}, [sre_parse.parse(pattern)]
    while front:
        tree = front.pop()
        for op, arg in tree:
            parts = [arg[-1]] if str(op) in ("SUBPATTERN", *_REPEATS) else []
            front += parts + (list(arg[1]) if str(op) == "BRANCH" else [])
            if str(op) == "SUBPATTERN" and arg[0] is not None:
                found[arg[0]] = sre_compile.compile(arg[-1])
    return found


def _sample(rng, tree, depth, words=()):
    return "".join(_piece(rng, str(op), arg, depth, words) for op, arg in tree)


def _piece(rng, op, arg, depth, words):
    if depth > 12:
        return ""
    if op == "LITERAL":
        return chr(arg)
    if op == "NOT_LITERAL":
        return "a" if arg != ord("a") else "b"
    if op == "ANY":
        return rng.choice("a1 ")
    if op == "IN":
        return _member(rng, arg)
    if op in _REPEATS:
        low, high, inner = arg
        count = rng.randint(low, min(int(high), low + 2))
        return "".join(_sample(rng, inner, depth + 1, words) for _ in range(count))
    if op == "SUBPATTERN":
        known = words.get(arg[0]) if words else None
        if known and rng.random() < WORD_IN_GROUP:
            return rng.choice(known)
        return _sample(rng, arg[-1], depth + 1, words)
    if op == "BRANCH":
        return _sample(rng, rng.choice(arg[1]), depth + 1, words)
    if op == "CATEGORY":
        return _category(rng, str(arg))
    return ""


def _member(rng, parts):
    if parts and str(parts[0][0]) == "NEGATE":
        banned = {chr(a) for op, a in parts if str(op) == "LITERAL"}
        free = [c for c in "ab1xZ_" if c not in banned] or ["q"]
        marks = [c for c in FREE_MARKS if c not in banned]
        return rng.choice(marks if marks and rng.random() < 0.2 else free)
    op, arg = rng.choice(parts)
    if str(op) == "LITERAL":
        return chr(arg)
    if str(op) == "RANGE":
        return chr(rng.randint(arg[0], min(arg[1], arg[0] + 5)))
    return _category(rng, str(arg))


def _category(rng, name):
    if "NOT_SPACE" in name:
        return rng.choice(FREE_MARKS if rng.random() < 0.25 else "ab1x")
    if "NOT_" in name:
        return "a" if "DIGIT" in name else "-"
    return (
        rng.choice("0123459")
        if "DIGIT" in name
        else " " if "SPACE" in name else rng.choice("abz_7")
    )
