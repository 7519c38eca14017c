"""Texts of the forms that the code reads."""

import ast
import random
from xml.etree import ElementTree

import jt_bounds
import jt_code
import jt_documents
import jt_forms
import jt_matches
import jt_samples
import jt_sources
import pytest
from exploring import explore, passes
from jt_case import Case


def forms(source, name="shop"):
    """The forms that a module reads, by the name of their kind."""
    module = jt_code.Module(name, name + ".py", source)
    return {
        type(form).__name__: form
        for form in jt_forms.found([module], jt_documents.KINDS + jt_sources.KINDS)
    }


def made(form, recent=(), count=300):
    rng = random.Random(4)
    return [form.make(rng, recent) for _ in range(count)]


def test_what_is_looked_for_at_either_end_is_there_and_goes_on():
    source = (
        "MARK = 'ab'\n\n\ndef f(s):\n"
        "    if s.startswith(('+' + MARK, f'0{MARK}')) or s[:2] == 'xy':\n"
        "        return s.lstrip(MARK)\n    return s[-1] == '!' or s[1:] == 'no' or s.strip(' ')\n"
    )
    form = forms(source)["Affixes"]
    assert sorted(form.heads) == ["+ab", "0ab", "ab", "xy"]
    assert form.tails == ["!"]
    texts = made(form)
    assert any(text.startswith("+ab") and text[3:4] in ("a", "b") for text in texts)
    assert any(text.endswith("!!") for text in texts)
    assert "Affixes" not in forms("def f(s):\n    return s.strip() + s.lstrip('  ')\n")


def test_what_the_code_looks_for_outside_of_quotes_stands_inside_of_them():
    source = (
        "import re\n\nEND = re.compile(r'\\s;')\n\n\ndef f(s):\n"
        "    name, _, value = s.partition('=')\n"
        "    if value[0] == '\"':\n        return value[1:-1]\n"
        "    if not name:\n        raise ValueError('%')\n    return f'{name}!{value}'\n"
    )
    form = forms(source)["Quotes"]
    assert (form.quotes, form.separators) == (['"'], ["="])
    assert set(form.marks) == {"=", ";"}
    texts = made(form, count=900)
    assert {'a="x;y"', 'a = "x ; y"'} <= set(texts) and any(t.endswith(";c") for t in texts)
    assert "Quotes" not in forms("def f(s):\n    return s.split('=')\n")


def test_of_two_texts_one_is_a_pattern_of_the_other_ones_parts():
    source = (
        "def f(rule, path):\n    parts = path.split('/')\n"
        "    return [a == '*' or a == b for a, b in zip(rule.split('/'), parts)]\n"
    )
    form = forms(source)["Wildcards"]
    assert (form.signs, form.separators) == (["*"], ["/"])
    assert {"a/b/*", "*/b", "a/*/b", "a/*", "*"} <= set(made(form, ["x", "a/b"], 600))
    assert {"a", "a/b", "a/b/c"} <= set(made(form, ["a/*"], 600))
    assert "Wildcards" not in forms("def f(s):\n    return s == '*'\n")
    lexer = "def f(s):\n    return s.split(';') if s in ('*', '-', '+') else s == '('\n"
    assert "Wildcards" not in forms(lexer)
    by_signs = forms("import fnmatch\n")["Wildcards"]
    assert {"a*", "?b", "*"} <= set(made(by_signs, ["ab"], 600))


def test_documents_have_the_elements_and_attributes_that_the_code_asks_for():
    source = (
        "import xml.etree.ElementTree as ET\n\nNS = '{urn:a}'\nSPACES = {'b': 'urn:b'}\n\n\n"
        "def read(text):\n    'Shelves'\n    root = ET.fromstring(text)\n"
        "    if root.tag != NS + 'shop':\n        raise ValueError('no-shop')\n"
        "    return [book(b) for b in root.findall('shelf/b:book', SPACES)]\n\n\n"
        "def book(b, kind='plain'):\n    size = int(b.get('wide')) * int(b.attrib['high'])\n"
        "    return b.find('title').text, size, b.find(\".//note[@lang='en']\")\n"
    )
    form = forms(source)["Xml"]
    names = [(group.is_root, group.tags, group.attributes) for group in form.groups]
    assert names == [
        (True, ["{urn:a}shop", "shelf", "b:book"], []),
        (False, ["title", "note"], ["wide", "high", "lang"]),
    ]
    roots = [ElementTree.fromstring(text) for text in made(form, count=900)]
    assert any(root.find("{urn:b}book/title") is not None for root in roots)
    assert any(root.find("shelf/{urn:b}book[@wide]") is not None for root in roots)
    assert any(root.tag == "{urn:a}shop" for root in roots)
    rng, text = random.Random(1), "<a><b/></a>"
    near = {form.changed(rng, text) for _ in range(400)}
    assert {"<a/>", '<a high="1"><b/></a>', "<a><b><title/></b></a>"} <= near
    assert form.changed(rng, "<a>") is None and form.changed(rng, "<!DOCTYPE a><a/>") is None
    less = jt_documents.smaller('<a b="1">c<d/></a>')
    assert less == ["<a>c<d/></a>", '<a b="1">c</a>', '<a b="1"><d/></a>']
    assert "Xml" not in forms("def f(x):\n    return x.find('title')\n")


def test_html_has_the_elements_that_the_code_names_and_references():
    source = (
        "from html.parser import HTMLParser\n\n\nclass _Reader(HTMLParser):\n"
        "    def handle_starttag(self, tag, attrs):\n        if tag in ('table', 'tr', 'br'):\n"
        "            self.found = dict(attrs).get('title')\n\n\n"
        "def read(page):\n    reader = _Reader()\n    reader.feed(page)\n    return reader.found\n"
    )
    form = forms(source)["Html"]
    assert (form.tags, form.attributes) == (["table", "tr", "br", "title"], ["title"])
    texts = " ".join(made(form))
    for part in ("<table", "<tr>", "<br/>", 'title="say &quot;a&quot;"', "&lt;", "<TABLE", "</tr>"):
        assert part in texts
    module = jt_code.Module("shop", "shop.py", source)
    assert jt_code.public_callers(module, "_Reader.handle_starttag") == ["read"]
    less = jt_documents.smaller('<p>a<b c="d">')
    assert less == ["<p>a", "<p>a<b>", 'a<b c="d">', '<p><b c="d">']
    assert "Html" not in forms("import html\n")


def test_sources_have_functions_within_functions_and_what_the_code_asks_for():
    source = (
        "import ast\n\n\nclass Finder(ast.NodeVisitor):\n"
        "    def visit_Raise(self, node):\n        self.found = node\n\n\n"
        "def read(text):\n    for node in ast.walk(ast.parse(text)):\n"
        "        if isinstance(node, ast.Call) and node.func.id == 'eval':\n"
        "            return node\n"
    )
    form = forms(source)["Python"]
    assert (form.nodes, form.names) == (["Raise", "Call"], ["eval"])
    texts = made(form)
    trees = [ast.parse(text) for text in texts]
    assert any("eval(" in text for text in texts) and any("raise" in text for text in texts)
    owners = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, owners)]
    inner = [part for node in nodes for part in node.body]
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Return):
        assert any(isinstance(part, kind) for part in inner)
    text = "def f():\n    if a:\n        return 1\n    b\n"
    rng = random.Random(1)
    near = {form.changed(rng, text) for _ in range(90)} - {None}
    assert near and all(len(found) > len(text) and ast.parse(found) for found in near)
    less = jt_sources.smaller(text)
    assert "if a:\n    return 1\nb\n" in less and "def f():\n    return 1\n    b\n" in less
    assert "def f():\n    if a:\n        return 1\n" in less and "pass\n" in less
    assert not jt_sources.smaller("a\nb\n") and not jt_sources.smaller("no source\n")
    assert "Python" not in forms("import ast\n\n\ndef f(x):\n    return ast.literal_eval(x)\n")


def test_what_the_code_computes_and_compares_is_a_bound():
    source = (
        "def f(n, names, base=10):\n    step = base ** 3\n    if n > step or n == 3:\n"
        "        return step\n    return len(names) * 7 <= n < other(n) * 2\n"
    )
    module = jt_code.Module("shop", "shop.py", source)
    assert jt_bounds.sought(module) == {"3": ["step"], "5": ["len(names) * 7"]}
    names = {"a": 2, "b": "four", "c": [1, 2, 3], "d": 10**9, "e": True}
    found = [
        jt_bounds.number(ast.parse(text, mode="eval"), names)
        for text in ("a * 2 + 1", "len(c) ** a", "b", "d * d", "a / 0", "e", "x", "7 // a")
    ]
    assert found == [5, 9, None, None, None, None, None, 3]
    case = Case((), (), 'f(1, ["a"], base=2.5)')
    texts = [near.call for near in jt_bounds.met(case, [8])]
    assert texts[:3] == ['f(%d, ["a"], base=2.5)' % n for n in (8, 9, 7)]
    assert 'f(1, ["a"], base=8.0)' in texts


# What a module was, and what is changed of it.
KINDS = {
    "a bound that is computed": (
        """
def shown(size, binary=False):
    base = 1024 if binary else 1000
    if size < base:
        return "%d bytes" % size
    for i, suffix in enumerate((" k", " M", " G")):
        unit = base ** (i + 2)
        if size < unit:
            break
    return "%.1f%s" % (base * size / unit, suffix)
""",
        ("if size < unit:", "if size <= unit:"),
    ),
    "a prefix taken off sign by sign": (
        """
SHOP = "9Z"


def article(text):
    if text.startswith("(" + SHOP + ")"):
        number = text[len(SHOP) + 2 :]
    elif text.startswith(SHOP + "-"):
        number = text[len(SHOP) + 1 :]
    else:
        raise ValueError("of another shop: " + text)
    if not number.isdigit() or len(number) < 4:
        raise ValueError("no number: " + text)
    return number
""",
        ("number = text[len(SHOP) + 2 :]", 'number = text.lstrip("()" + SHOP)'),
    ),
    "a comment cut off within quotes": (
        """
def read(text):
    result, section = {}, ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif "=" in line and not line.startswith(";"):
            name, value = line.split("=", 1)
            value = value.strip()
            if value[:1] == '"' and '"' in value[1:]:
                value = value[1 : value.index('"', 1)]
            else:
                value = value.split(";")[0].rstrip()
            result[section, name.strip()] = value
    return result
""",
        ("value = value.strip()", 'value = value.split(";")[0].strip()'),
    ),
    "an element without children": (
        """
from xml.etree import ElementTree


def books(text):
    root = ElementTree.fromstring(text)
    if root.tag != "shelf":
        raise ValueError("no shelf")
    found = []
    for book in root.iter("book"):
        cover = book.find("cover")
        picture = None if cover is None else cover.get("src")
        found.append((book.get("id"), book.findtext("title"), picture))
    return found
""",
        ("None if cover is None else cover.get", "cover and cover.get"),
    ),
    "references within a value": (
        """
from html import escape
from html.parser import HTMLParser


class _Images(HTMLParser):
    def __init__(self):
        super().__init__()
        self.out = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            told = dict(attrs)
            if told.get("src", "").startswith("/"):
                alt = escape(told.get("alt") or "")
                self.out.append('<img src="%s" alt="%s">' % (told["src"], alt))


def images(page):
    reader = _Images()
    reader.feed(page)
    return reader.out
""",
        ('escape(told.get("alt") or "")', '(told.get("alt") or "").replace("<", "&lt;")'),
    ),
    "functions that are looked for in classes alone": (
        """
import ast


class _Finder(ast.NodeVisitor):
    def __init__(self):
        self.found = []

    def visit_FunctionDef(self, node):
        if len(node.args.args) > 1:
            self.found.append(node.name)
        self.generic_visit(node)


def long_ones(text):
    finder = _Finder()
    finder.visit(ast.parse(text))
    return finder.found
""",
        ("        self.generic_visit(node)", "            self.generic_visit(node)"),
    ),
    "a sign that stands for nothing": (
        """
def fits(path, rule):
    return _fits(path.split("/"), rule.split("/"))


def _fits(parts, rule):
    if not all(rule):
        raise ValueError("empty part")
    if rule[-1] == "**":
        return parts[: len(rule) - 1] == rule[:-1]
    return parts == rule
""",
        (
            "return parts[: len(rule) - 1] == rule[:-1]",
            "return len(parts) >= len(rule) and parts[: len(rule) - 1] == rule[:-1]",
        ),
    ),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_difference_is_seen_in(tmp_path, kind):
    base, (before, after) = KINDS[kind]
    assert before in base
    result = explore(tmp_path, base, base.replace(before, after))
    found = [c for c in result["candidates"] if c["purpose"] == "regression"]
    assert found
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


PLOTTER = '''
import re

WORD = re.compile(r"([A-Z])\\s*(-?\\d+)")


def moves(program):
    """The places that a program goes to."""
    x = y = 0
    found = []
    for line in program.splitlines():
        words = WORD.findall(line)
        if WORD.sub("", line).strip() or not words:
            raise ValueError("cannot read %r" % line)
        letter, number = words[0]
        args = {axis: int(value) for axis, value in words[1:]}
        if letter + number != "G1":
            raise ValueError("unknown command " + letter + number)
        if "X" in args:
            x = args["X"]
        if "Y" in args:
            y = args["Y"]
        found.append((x, y))
    return found
'''


def test_a_small_language_is_written_in_the_words_that_expressions_match(tmp_path):
    head = PLOTTER.replace('if "X" in args:', 'if args.get("X"):')
    found = explore(tmp_path, PLOTTER, head)["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


def test_groups_are_what_the_code_names():
    form, rng = jt_matches.Matches(), random.Random(5)
    form.read(jt_code.Module("plotter", "plotter.py", PLOTTER))
    texts = [form.make(rng) for _ in range(200)]
    assert sum("G1 X" in text for text in texts) > 4 and any("\n" in text for text in texts)
    changed = {form.changed(rng, "G1 X5") for _ in range(400)}
    assert {"G1 X0", "G1 X5\nG1 X0", "G1 X5 X5"} <= changed
    assert form.changed(rng, " ") is None


SENSORS = """
def parse(text):
    sections, current = {}, None
    for line in text.splitlines():
        line = line.strip()
        if line[0] == "[" and line[-1] == "]":
            current = sections.setdefault(line[1:-1], {})
        elif current is not None and "=" in line:
            name, value = line.split("=", 1)
            current[name.strip()] = int(value) if value.strip().isdigit() else value.strip()
    return sections


class Sensors:
    def __init__(self, text):
        self.sections = parse(text)

    def get(self, sensor, name):
        section = self.sections.get(sensor, {})
        return section[name] if name in section else {"retries": 3}.get(name)
"""
STORE = """
import csv
import io


def total(text, column):
    rows = csv.DictReader(io.StringIO(text))
    return sum(float(row[column]) for row in rows if row["kind"] != "x")
"""


@pytest.mark.parametrize(
    "base, gone, new",
    [
        (SENSORS, 'section[name] if name in section else {"re', 'section.get(name) or {"re'),
        (STORE, "float(row[column])", "int(float(row[column]))"),
    ],
)
def test_what_is_looked_up_is_what_a_document_names(tmp_path, base, gone, new):
    found = explore(tmp_path, base, base.replace(gone, new))["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


def test_documents_name_columns_sections_options_and_keys():
    assert jt_samples.names_in("a,b c\n1,2") == ["a", "b c"]
    assert jt_samples.names_in("[main]\nname = 1\nother: 2") == ["main", "name", "other"]
    assert jt_samples.names_in('{"a": {"b": 1}}') == ["a", "b"]
    assert jt_samples.names_in("plain") == []


def test_toml_is_written_with_the_names_of_the_code():
    tomllib = pytest.importorskip("tomllib")
    rng, seen = random.Random(4), []
    for _ in range(300):
        seen.append(tomllib.loads(jt_samples.settings(rng, ["a", "b", "of wood"])))
    assert any(isinstance(value, dict) and value for one in seen for value in one.values())
    assert {name for one in seen for name in one} == {"a", "b", "of wood"}


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(\\w{1,8})+;", "(?:a|b|ab|\\w)+=", "(.*),(.*),(.*);"]
)
def test_no_expression_of_the_code_is_asked_for_long(pattern):
    form = jt_matches.Matches()
    form.read(jt_code.Module("m", "m.py", "import re\nre.findall(%r, x)\n" % pattern))
    rng = random.Random(1)
    texts = [form.changed(rng, "a" * 200 + " " + form.make(rng)) for _ in range(50)]
    assert all(isinstance(text, str) for text in texts)


SPANS = """
import re

UNITS = {"h": 60, "m": 1}
PART = r"(?P<{unit}>[0-9.]+){unit}"
SPAN = re.compile(r"\\s*".join("(?:%s)?" % PART.format(unit=unit) for unit in UNITS) + "$")
SIGNED = re.compile(r"(?P<sign>[+-])?(?P<rest>.*)$")


def minutes(text):
    sign, rest = SIGNED.match(text).groups()
    found = SPAN.match(rest)
    if not found or not rest:
        return None
    given = {unit: float(part) for unit, part in found.groupdict().items() if part}
    total = sum(UNITS[unit] * part for unit, part in given.items())
    return -total if sign == "-" else total
"""


def test_expressions_that_the_code_puts_together_are_known_and_fill_the_groups_of_others(tmp_path):
    head = SPANS.replace(
        "return -total if", 'return given.get("m", 0) - total + given.get("m", 0) if'
    )
    found = explore(tmp_path, SPANS, head)["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


def test_an_expression_with_room_and_comments_is_read_without_them():
    source = (
        "import re\n"
        'DAY = re.compile(r"""\n    (?P<year>[0-9]{4})  # a year\n    -[0-9]{2}\n""", re.VERBOSE)\n'
        'found = DAY.search("2020-01")\n'
    )
    form, rng = jt_matches.Matches(), random.Random(2)
    form.read(jt_code.Module("days", "days.py", source))
    texts = [form.make(rng) for _ in range(40)]
    assert all("#" not in text for text in texts) and any(len(text) == 7 for text in texts)
