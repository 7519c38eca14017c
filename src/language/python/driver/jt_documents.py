"""Documents in languages that code reads with a library: XML with the names that it asks for."""

import ast
import re
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import jt_code
from jt_forms import texts_of

XML = {"xml", "lxml", "defusedxml", "xmltodict"}
READS = {"fromstring", "XML", "parse", "parseString", "iterparse", "getroot"}
ASKS = {"get", "getAttribute", "hasAttribute", "pop"}  # for attributes
NAME = re.compile(r"@?(?:\{[^}]*\})?[A-Za-z_][\w.:-]*")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")  # what an attribute in a path is compared with
# What may be left out of a document that isn't well formed: tags, attributes, and what stands
# between them.
PIECE = re.compile(r"<[^<>]*>|[^<>]+(?=<)|[^<>]+$")
ATTRIBUTE = re.compile(r"\s+[\w:-]+=(?:\"[^\"]*\"|'[^']*')")
MOST_PIECES = 40
PATH = re.compile(r"[^\s]{1,60}")
MOST_NAMES, MOST_ELEMENTS, LONGEST = 12, 14, 2000
VALUES = ("1", "2", "1.5", "a", "b", "10", "")
TEXTS = ("a", "1", "2.5", " b ", "a &amp; b", "2024-01-31", "", None, None)


class Names:
    """The names of elements and attributes that one function asks for, in order."""

    def __init__(self, is_root):
        self.is_root = is_root  # whether the function begins a document
        self.tags, self.attributes = [], []

    def keep(self, name, is_attribute):
        """Takes a name in, or all names of a path."""
        for part in NAME.findall(QUOTED.sub("", name)):
            kept = self.attributes if is_attribute or part[0] == "@" else self.tags
            if part.lstrip("@") not in kept and len(kept) < MOST_NAMES:
                kept.append(part.lstrip("@"))


class Xml:
    """XML documents of the elements and attributes that the code asks for. Those that one function
    names lie in one another, or in those that another one names; any may be left out.
    """

    share = 0.5
    is_document = True

    def __init__(self):
        self.is_read = False
        self.groups = []
        self.spaces = {}  # prefix -> namespace

    def is_known(self):
        """Whether the code reads XML and names elements."""
        return self.is_read and any(group.tags for group in self.groups)

    def read(self, module):
        """Takes in the names that a module asks for."""
        if not imports(module) & XML:
            return
        self.is_read = True
        for node in module.assigned.values():
            self._space(node)
        functions = [n for n in module.defs.values() if isinstance(n, jt_code.FUNCTIONS)]
        for function in functions:
            group = Names(bool(READS & jt_code.names_in(function)))
            _read_names(function, module, group)
            known = [other for other in self.groups if other.tags == group.tags]
            known = [other for other in known if other.attributes == group.attributes]
            if (group.tags or group.attributes) and not known:
                self.groups.append(group)

    def _space(self, node):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                prefix, uri = getattr(key, "value", None), getattr(value, "value", None)
                if isinstance(prefix, str) and isinstance(uri, str) and ":" in uri:
                    self.spaces[prefix] = uri

    def make(self, rng, _recent=()):
        """One document."""
        roots = [group for group in self.groups if group.is_root and group.tags]
        group = rng.choice(roots if roots and rng.random() < 0.85 else self.groups)
        names = group.tags[:1] * 2 + group.tags[:3] + ["root"]
        budget = [MOST_ELEMENTS]
        declared = "".join(
            ' xmlns:%s="%s"' % (prefix, uri) for prefix, uri in self.spaces.items() if prefix
        )
        return self._element(rng, rng.choice(names), group, 0, budget, declared)

    def _element(self, rng, tag, group, depth, budget, declared=""):
        """An element with some of the attributes and children that a function asks for."""
        budget[0] -= 1
        inner = group if depth == 0 or rng.random() < 0.4 else rng.choice(self.groups)
        start, name = self._tag(tag)
        start += declared + "".join(
            " %s=%s" % (self._tag(known)[1], quoteattr(self._value(rng, inner)))
            for known in inner.attributes
            if rng.random() < (0.65 if depth else 0.3)
        )
        content = self._children(rng, tag, inner, depth, budget)
        if not content:
            content = rng.choice(TEXTS)
        if content is None:
            return "<%s/>" % start
        return "<%s>%s</%s>" % (start, content, name)

    def _children(self, rng, tag, group, depth, budget):
        chance = (0.6, 0.5, 0.25)[depth] if depth < 3 else 0
        found = []
        for name in group.tags:
            while budget[0] > 0 and name != tag and rng.random() < chance:
                found.append(self._element(rng, name, group, depth + 1, budget))
                if rng.random() < 0.6:
                    break
        return "".join(found)

    def _tag(self, name):
        """`(start, name)` of a tag: a namespace in braces is declared where it is used."""
        space, brace, local = name.rpartition("}")
        prefix = local.partition(":")[0]
        if ":" in local and prefix not in self.spaces:
            local = local.replace(":", "_")
        return (local + " xmlns=%s" % quoteattr(space[1:]), local) if brace else (local, local)

    @staticmethod
    def _value(rng, group):
        known = group.tags[-3:]
        return rng.choice(known) if known and rng.random() < 0.15 else rng.choice(VALUES)

    def changed(self, rng, text):
        """A document that differs in one element; None for what is no document."""
        root = parsed(text)
        if root is None:
            return None
        group, everything = rng.choice(self.groups), list(root.iter())
        element, roll = rng.choice(everything), rng.randrange(7)
        children, tags = list(element), group.tags or ["root"]
        if roll < 2 and len(everything) < MOST_ELEMENTS:
            child = ElementTree.SubElement(element, self._full(rng.choice(tags)))
            child.text = rng.choice(("a", "1", "2.5", " b ", "", None))
        elif roll == 2 and group.attributes:
            element.set(self._full(rng.choice(group.attributes)), rng.choice(VALUES))
        elif roll == 3 and children:
            element.remove(rng.choice(children))
        elif roll == 4 and element.attrib:
            del element.attrib[rng.choice(sorted(element.attrib))]
        elif roll == 5 and not children:
            element.text = rng.choice(("a", "1", "2.5", " b ", "", None))
        else:
            element.tag = self._full(rng.choice(tags))
        return written(root)

    def _full(self, name):
        """A name with its namespace in braces, where it has one."""
        prefix, colon, local = name.rpartition("}")[2].partition(":")
        if not colon:
            return name
        return "{%s}%s" % (self.spaces[prefix], local) if prefix in self.spaces else local


def smaller(text):
    """A document with one element, attribute, tag or text of it left out, the shortest first."""
    if len(text) > LONGEST:
        return []
    root, found = parsed(text), []
    for element in list(root.iter()) if root is not None else ():
        for child in list(element):
            at = list(element).index(child)
            element.remove(child)
            found.append(written(root))
            element.insert(at, child)
        for name, value in list(element.attrib.items()):
            del element.attrib[name]
            found.append(written(root))
            element.set(name, value)
        kept, element.text = element.text, None
        found.append(written(root))
        element.text = kept
    if root is None and re.search("<[a-zA-Z]+[^<>]*>", text):
        matches = [*PIECE.finditer(text), *ATTRIBUTE.finditer(text)]
        spans = [match.span() for match in matches][:MOST_PIECES]
        found += [text[:start] + text[end:] for start, end in spans]
    found = [less for less in found if len(less) < len(text)]
    return sorted(dict.fromkeys(found), key=lambda t: (len(t), t))


def written(root):
    """The text of a document, without blanks that say nothing."""
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def parsed(text):
    """The root of a document that declares nothing; None for what is none."""
    if text[:1] != "<" or "<!" in text or len(text) > LONGEST:
        return None
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None


def imports(module):
    """The packages that a module imports, at any place."""
    return {source.split(".")[0] for source, _ in module.imported.values()}


def _read_names(function, module, group):
    """Puts the names that a function asks for into a group, in order."""
    skipped = {id(part) for node in ast.walk(function) for part in _not_names(node, module)}
    attributes = {id(part) for node in ast.walk(function) for part in _asked_for(node)}
    places = [node for node in ast.walk(function) if id(node) not in skipped]
    places = [n for n in places if isinstance(n, (ast.Constant, ast.BinOp, ast.JoinedStr))]
    for node in sorted(places, key=lambda n: (n.lineno, n.col_offset)):
        for text in texts_of(node, module):
            if PATH.fullmatch(text):
                group.keep(text, id(node) in attributes)


def _asked_for(node):
    """Expressions by which a node asks for an attribute."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ASKS:
        return node.args[:1]
    if isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "attrib":
        return [node.slice, getattr(node.slice, "value", None)]
    if isinstance(node, ast.Compare) and getattr(node.comparators[0], "attr", "") == "attrib":
        return [node.left]
    return ()


def _not_names(node, module):
    """What is written for people, and parts of what is a name as a whole."""
    if isinstance(node, (ast.Raise, ast.arguments)):
        return list(ast.walk(node))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return [node.value]
    if isinstance(node, ast.keyword) and node.arg == "encoding":
        return [node.value]
    is_whole = isinstance(node, ast.BinOp) and bool(texts_of(node, module))
    if isinstance(node, ast.JoinedStr) or is_whole:
        return [part for part in ast.walk(node) if part is not node]
    return ()


TAGS = set(
    "a abbr b blockquote body br code div em form h1 h2 h3 head hr html i iframe img input li "
    "link main meta nav ol option p pre q s script select small span strong style sub sup table "
    "tbody td textarea th thead title tr u ul video".split()
)
VOID = {"br", "hr", "img", "input", "link", "meta"}
RAW = {"script", "style", "textarea", "title"}
ATTRIBUTES = set(
    "action alt class colspan content data-id dir disabled height href id lang method name rel "
    "src srcset style target title type value width".split()
)
READERS = {"HTMLParser", "BeautifulSoup", "bs4", "html5lib", "bleach", "selectolax"}
HREFS = ("/a", "https://a.org/b?c=1&amp;d=2", "#a", "javascript:alert(1)", " /a ", "")
SAID = ("a", "say &quot;a&quot;", "a &amp; b", "&lt;b&gt;", "it's", "", "a b", "caf\u00e9", "1")
SHOWN = (
    "a",
    "b",
    "a b",
    " ",
    "a &amp; b",
    "&lt;i&gt;",
    "1 < 2",
    "\n",
    "&nbsp;",
    "&eacute;&#39;",
    "",
)
MOST_NODES = 10


class Html:
    """HTML as people write it, of the elements and attributes that the code names: with references
    in texts and values, either quotes or none, elements that nobody closes, and comments.
    """

    share = 0.5
    is_document = True

    def __init__(self):
        self.is_read = False
        self.tags, self.attributes = [], []

    def is_known(self):
        """Whether the code reads HTML."""
        return self.is_read

    def read(self, module):
        """Takes in the names that a module has."""
        named = {name for pair in module.imported.values() for name in pair if name}
        if not READERS & (named | imports(module)) and "lxml.html" not in named:
            return
        self.is_read = True
        texts = [n.value for n in ast.walk(module.tree) if isinstance(n, ast.Constant)]
        for text in [t for t in texts if isinstance(t, str) and len(t) < 60]:
            for word in re.findall(r"[a-z][a-z0-9-]*", text) if " " not in text else ():
                for kept, known in ((self.tags, TAGS), (self.attributes, ATTRIBUTES)):
                    if word in known and word not in kept:
                        kept.append(word)

    def make(self, rng, _recent=()):
        """One piece of HTML."""
        budget = [MOST_NODES]
        return "".join(self._node(rng, 0, budget) for _ in range(rng.choice((1, 1, 2, 3))))

    def _node(self, rng, depth, budget):
        budget[0] -= 1
        roll = rng.random()
        if depth > 3 or budget[0] <= 0 or roll < 0.25:
            return rng.choice(SHOWN)
        if roll < 0.29:
            return rng.choice(("<!-- a -->", "</%s>" % self._tag(rng), "<!DOCTYPE html>", "<"))
        return self._element(rng, depth, budget)

    def _tag(self, rng):
        known = self.tags if self.tags and rng.random() < 0.85 else ["p", "b", "div", "a", "br"]
        return rng.choice(known)

    def _element(self, rng, depth, budget):
        tag = self._tag(rng)
        start = tag.upper() if rng.random() < 0.06 else tag
        names = self.attributes or ["href", "title", "class"]
        chosen = rng.sample(names, min(len(names), rng.choice((0, 0, 1, 1, 2))))
        start += "".join(" " + self._attribute(rng, name) for name in chosen)
        if tag in VOID:
            return "<%s%s>" % (start, rng.choice(("", "/", " /")))
        count = 1 if tag in RAW else rng.choice((0, 1, 1, 2, 2))
        inner = "".join(self._node(rng, depth + 1, budget) for _ in range(count))
        return "<%s>%s" % (start, inner) + ("</%s>" % tag if rng.random() < 0.9 else "")

    @staticmethod
    def _attribute(rng, name):
        roll = rng.random()
        if roll < 0.06:
            return name
        if roll < 0.15:
            return rng.choice(("%s=a", "%s='say \"a\"'", "%s='<b>'")) % name
        is_place = name in ("href", "src", "action") and rng.random() < 0.8
        return '%s="%s"' % (name, rng.choice(HREFS if is_place else SAID))

    def changed(self, rng, text):
        """A piece of HTML with one more, or None for what is none."""
        if text[:1] != "<" or len(text) > LONGEST or rng.random() < 0.5:
            return None
        places = [match.start() for match in re.finditer("<", text)] + [len(text)]
        at = rng.choice(places)
        return text[:at] + self._node(rng, 2, [3]) + text[at:]


KINDS = (Xml, Html)
