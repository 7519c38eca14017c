"""Source texts of values of a shape: simple ones in order, random ones by seed."""

import ast
import datetime
from keyword import iskeyword

import jt_code
import jt_folders
import jt_lines
import jt_links
import jt_matches
import jt_reads
import jt_samples
import jt_shape
import jt_sql
import jt_text
from jt_case import RECORDERS
from jt_constructors import bases, better, by_name, class_params, keeps, maker_of
from jt_kin import Kin
from jt_numbers import holds_other_texts, meant, near
from jt_pool import DAYS, EMPTY, FIXED, FLOATS, FUNCTIONS, INTS, STRINGS, TYPES, ZONES
from jt_text import literal

MAX_DEPTH = 4
STRUCTURED, MORE_STRUCTURED = 0.12, 0.45
SAME_NAME = 0.7
SPECIAL = 0.15  # the share of subclasses where the code looks at types
CLOSED = 0.85  # the share of constants where the code refuses what is none of them
NESTED = ("{}", '{"a": 1}', '{"b": {"a": "x"}}', "[]", "[1]", '[{"a": 2}, "b"]', "None")
OFTEN_MADE, SELDOM_MADE = 0.8, 0.1  # the share of objects that are made as others were
MOST_MADE, LONGEST_MADE = 24, 80
REACHED = 0.4
DAYS_BETWEEN = (0, 0, 1, 1, -1, 6, 7, 14, 29, 30, 31, 31, 60, 91, 120, 365)
FIELD_NAME = 0.7  # of what names a field is one that there is
STREAMED = 0.12  # of what can be gone through once are iterators
RECORDED = 0.6  # of the functions that are only told something keep it
MATCHED = 0.6  # of the texts match an expression, where the code takes little else
FAMILY = 0.7  # of the functions in the place of a built-in one are of its kind
COUNTING = "lambda *args, turn=iter(range(99)), **words: next(turn)"
OTHER_ERRORS = 0.5  # the share of cases that give errors to be caught in place of the default's
WEIGHTED = 0.6  # the share of graphs with numbers on which one way is cheaper than another
SLOW_FIRST = "slow_first()"
SLOW = 0.35  # the share of coroutine functions of which the first call takes the longest
LINED = {"splitlines", "split", "partition"}  # methods of texts that are taken apart
LONG = 0.25  # of other texts may have several lines or fields, too
SAID = 0.35  # of the texts are words of a longer one that the case gives, too
SAID_INSTEAD = 0.8  # of such longer ones, where one would be given again to another parameter
WALKED = 0.85  # the share of folders that are there
READ = 0.65  # the share of texts that are of a kind that the code reads
KIN = 0.3  # the share of objects that are of a class made from the one that is asked for
FAILING = 0.25  # the share of functions that raise what the code catches
# What holds single characters.
CHARACTERS = {"list": "[%s]", "tuple": "(%s,)", "set": "{%s}"}
WHOLE = 0.25  # of the numbers with a fraction are whole ones that the code names


class Values:
    """Makes values for one target. Within a case, values come back: keys are looked up that were
    put in.
    """

    def __init__(self, rng, pool, names, inference):
        self.rng = rng
        self.pool = pool
        self.names = names
        self.inference = inference
        self.ctors = {}  # class name -> constructor calls seen in tests
        self.made = {}  # class name -> constructor calls that gave an object here
        self.making = {}  # class name -> [times that it gave one, times it was tried]
        self.recent = {}
        self.chosen = {}  # parameter's name -> kind
        self.within_reach = False  # whether numbers are limits that a few steps may reach
        self.asked = None  # names of the attributes that the other revision's code asks for
        self.shared = None  # the other revision's code, where cases run on both
        self.dates = []  # those of this case
        self.fields = []  # keys of the mappings of this case
        self.said = []  # words of the longer texts of this case
        self.day = None  # "date" or "datetime", where either may be meant
        self.named = {}  # (parameter's name, kind) -> values
        self.reuse = 0.4
        self.steps = {}  # method name -> [times it was part of what is taken, times it was tried]
        self.answers = {}  # method name -> [times it gave None, times it gave more]
        self.structured = STRUCTURED  # the share of texts that look like a small language
        self.world = None  # kind -> the few values of a case in which all are few
        self.handed_on = None  # the kind of those of which nothing is known there
        self.folders = set()  # names of the parameters that name a folder which is looked through
        self.folder = None  # what makes folders, where there are such parameters
        self.nodes = None  # the kind of a graph's nodes, where the case has one
        self.words = {}  # what the module keeps by a name, where it keeps some
        self.kin = Kin(names, inference)
        self.settings = {}  # (module, function) -> names of the module that it changes
        self.texts_given = set()  # methods that were seen to give back a text
        self.mocks = None  # called once, before a value needs `unittest.mock`

    def begin(self):
        """A new case: nothing was used yet."""
        self.recent, self.named, self.chosen, self.day = {}, {}, {}, None
        self.dates, self.fields, self.said = [], [], []
        self.world, self.nodes = None, None
        self.reuse = self.rng.choice((0.2, 0.4, 0.7))

    def resume(self, given):
        """A case that goes on from another one, which gave these `(parameter's name, text)`."""
        self.begin()
        self.reuse = 0.7
        for name, text in given:
            self._used(of_text(text), text, name)
            self.chosen[name] = of_text(text)
        if self.rng.random() < 0.5:
            self.shrink()
            for kind, few in self.world.items():
                used = list(dict.fromkeys(self.recent.get(kind, ())))[-3:]
                self.world[kind] = used + few[: 3 - len(used)]

    def read(self, lines):
        """Remembers what the documents name that some statements give."""
        for line in lines:
            tree = jt_text.known(line)
            for node in ast.walk(tree) if tree is not None else ():
                value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
                if isinstance(value, str) and ("\n" in value or value[:1] in ("{", "[")):
                    self.fields += jt_samples.names_in(value)

    def shrink(self):
        """From now on this case has few texts and numbers, so that what one call is given often
        meets what another one was: most mistakes show in a small scope (Jackson, "Software
        Abstractions", 2006).
        """
        rng, pool = self.rng, self.pool
        texts = ["a", "b", "c"]
        named = [s for s in pool.strings if len(s) < 12]
        roll = rng.random()
        if roll < 0.4 and named:
            texts[2] = rng.choice(named)
        elif roll < 0.6:
            texts = [jt_samples.text(rng, pool.strings, STRINGS, True) for _ in texts]
        numbers = rng.choice(((1, 2, 3), (0, 1, 2), (1, 2, 10), (5, 10, 20)))
        self.world = {"str": [literal(t) for t in texts], "int": [repr(n) for n in numbers]}
        self.handed_on = rng.choice(("str", "str", "int"))

    def note(self, text, is_made):
        """Remembers whether a constructor call gave an object: where most don't, what did comes
        back.
        """
        tree = jt_text.known(text)
        is_expression = tree and tree.body and isinstance(tree.body[0], ast.Expr)
        call = tree.body[0].value if is_expression else None
        name = getattr(getattr(call, "func", None), "id", None)
        if name is None or not call.args and not call.keywords:
            return
        counts = self.making.setdefault(name, [0, 0])
        counts[0] += is_made
        counts[1] += 1
        known = self.made.setdefault(name, [])
        if is_made and text not in known and len(text) <= LONGEST_MADE and len(known) < MOST_MADE:
            known.append(text)

    def worth(self, method):
        """How often a step with this method was taken, between 0 and 1."""
        taken, tried = self.steps.get(method, (0, 0))
        return (taken + 1) / (tried + 2)

    # -- in order

    def simple(self, shape, depth=0, name=""):
        """A short list of plain values of a shape, simplest first."""
        found = []
        for const in shape.consts[:12]:
            text = jt_text.unparsed(const)
            if text and isinstance(const, (ast.Constant, ast.UnaryOp)):
                found += near(text)
        if "literal" in shape.scores:
            return found[:12]
        for kind in self._kinds(shape) or (["int", "str", "list"] if depth == 0 else ["int"]):
            found += self._plain(kind, shape, depth)
        if shape.optional():
            found.append("None")
        if name in self.folders:
            found = [_folder(shape)] + found
        found = [f for f in dict.fromkeys(found) if meant(f, name, shape) == f]
        if jt_shape.holds_characters(name):
            trees = [(text, jt_text.parse(text)) for text in found]
            found = [
                t for t, tree in trees if tree and not holds_other_texts(tree.body[0].value, name)
            ]
        return found or ["1", '"a"']

    def _plain(self, kind, shape, depth):
        if kind == "datetime" and self.pool.zoned:
            known = FIXED[kind]
            return known[:2] + ["%s, tzinfo=%s)" % (known[-1][:-1], zone) for zone in ZONES]
        if kind in FIXED:
            return list(FIXED[kind])
        if kind == "int":
            return [repr(v) for v in (INTS[:6] + self.pool.ints[:20] if depth == 0 else INTS[:4])]
        if kind == "float":
            return [
                repr(v) for v in (FLOATS[:5] + self.pool.floats[:12] if depth == 0 else FLOATS[:3])
            ]
        if kind == "str":
            return self._read_as(shape)[: 6 if depth == 0 else 2] + [
                literal(v)
                for v in (STRINGS[:8] + self.pool.strings[:20] if depth == 0 else STRINGS[:3])
            ]
        if kind == "callable":
            if shape.clock or shape.awaited:
                slow = [SLOW_FIRST] * bool(self.pool.gathers and shape.awaited and shape.arity)
                return [self._callable(shape, depth) for _ in range(3)] + slow
            return list(FUNCTIONS.get(1 if shape.arity is None else shape.arity, FUNCTIONS[1]))
        if kind == "object":
            return [self.random(shape, depth + 1, kind) for _ in range(2 if depth else 4)]
        some = [self.random(shape, depth, kind) for _ in range(1 if depth else 6)]
        return (
            some[:1] + ([] if shape.parts or shape.fields else [EMPTY.get(kind, "{}")]) + some[1:]
        )

    # -- at random

    def random(self, shape, depth=0, kind=None, name=""):
        """One random value of a shape."""
        rng = self.rng
        if kind is None:
            if shape.optional() and rng.random() < 0.12:
                return "None"
            if name in self.folders and rng.random() < WALKED:
                return _folder(shape)
            fixed = self._of_column(name) or self._known_constant(shape)
            if fixed is not None:
                fixed = meant(fixed, name, shape)
                return self._used(of_text(fixed), fixed, name)
            field = self._of_field_name(shape)
            if field is not None:
                return self._used("str", field, name)
            kinds = [k for k in self._kinds(shape) if k != "literal"]
            kind = self._chosen(kinds or [self.handed_on] * bool(self.world), name)
            if self.nodes and kind in ("int", "str") and _is_guessed(shape):
                kind = self.nodes
            if kind in ("date", "datetime") and shape.scores.get(kind, 0) < jt_shape.HINT:
                # Neither is compared with the other.
                self.day = self.day or kind
                kind = self.day
        if kind in CHARACTERS and jt_shape.holds_characters(name):
            return CHARACTERS[kind] % ", ".join(
                map(literal, rng.sample("abcxyz01", rng.randint(1, 6)))
            )
        if depth > MAX_DEPTH and kind in ("list", "dict", "tuple", "set", "object", "any"):
            return "None" if kind == "object" else EMPTY.get(kind, "1")
        if self.world and kind in self.world:
            return meant(rng.choice(self.world[kind]), name, shape)
        if kind in ("int", "str") and self.recent.get(kind) and rng.random() < self.reuse:
            return meant(self._again(kind, name), name, shape)
        maker = getattr(self, "_" + kind, None)
        text = maker(shape, depth) if maker else rng.choice(FIXED.get(kind, ["1"]))
        if kind in ("int", "float"):
            text = meant(text, name, shape)
        return self._used(kind, text, name)

    def _chosen(self, kinds, name):
        """One of some kinds; mostly the same for all parameters of one name in a case, as nobody
        sorts numbers among texts.
        """
        options, kinds = kinds, kinds or ("int", "int", "str")
        if not name or options and self.rng.random() < 0.1:
            return self.rng.choice(kinds)
        if self.chosen.get(name) not in kinds:
            self.chosen[name] = self.rng.choice(kinds)
        return self.chosen[name]

    def _kinds(self, shape):
        """The kinds of a shape that have all the attributes which are used; an object where none
        has, or where a class of the repository does what a file would.
        """
        kinds = shape.kinds()
        if max(shape.known().values(), default=0) >= jt_shape.HINT:
            return kinds
        around = shape.around()
        used = {name for other in around for name in (*other.attrs, *other.used)}
        # What a date has are numbers, and numbers have nothing that is asked for.
        deep = any(i.attrs or i.used for other in around for i in other.attrs.values())
        plain = [kind for kind in kinds if not deep or kind not in ("date", "datetime")]
        able = [
            kind
            for kind in plain
            if kind not in TYPES or kind in shape.tested or used <= set(dir(TYPES[kind]))
        ]
        if kinds and used and (not able or able == ["file"]) and self._fitting(used):
            return ["object"]
        return able or (["object"] if kinds and used else kinds)

    def _of_field_name(self, shape):
        """The name of a column or a key that this case gives, or that the code knows, for what is
        looked up by nothing but such names; None for anything else.
        """
        around = shape.around()
        if not any(other.names_field for other in around) or self.rng.random() > FIELD_NAME:
            return None
        if set(shape.known()) - {"str"}:
            return None
        known = self.fields or (self.pool.keys if self.pool.tables else ())
        return literal(self.rng.choice(known)) if known else None

    def _of_column(self, name):
        """One of the texts that a column of this name is compared with, sometimes."""
        known = self.pool.columns.get(name)
        return literal(self.rng.choice(known)) if known and self.rng.random() < 0.5 else None

    def _known_constant(self, shape):
        """One of the constants that the code compares the value with, sometimes."""
        consts = shape.consts or next((s.consts for s in shape.around()[:6] if s.consts), [])
        share = 0.5 if len(consts) > 2 else 0.25
        if "literal" in shape.scores or shape.closed:
            share = 1.0 if "literal" in shape.scores else CLOSED
        if not consts or self.rng.random() >= share:
            return None
        const = self.rng.choice(consts)
        if (
            isinstance(const, ast.Constant)
            and isinstance(const.value, str)
            and len(const.value) > 3
        ):
            if "character" in shape.known():
                return literal(self.rng.choice(const.value))
        text = jt_text.unparsed(const)
        if not text:
            return None
        return text if "literal" in shape.scores else self.rng.choice(near(text))

    def _used(self, kind, text, name=""):
        if kind in ("int", "str"):
            self.recent.setdefault(kind, []).append(text)
            if kind == "str" and ("\\n" in text or text[1:2] in ("{", "[")):
                self.fields += jt_samples.names_in(ast.literal_eval(text))
                self.said += jt_samples.words_in(ast.literal_eval(text))
            if name:
                self.named.setdefault((name, kind), []).append(text)
        return text

    def _again(self, kind, name=""):
        """A value that was used before, or a text that begins as one: what parameters of one name
        were given, more often.
        """
        same = self.named.get((name, kind))
        is_same = same and self.rng.random() < SAME_NAME
        text = self.rng.choice(same if is_same else self.recent[kind])
        if self.said and "\\n" in text and not is_same and self.rng.random() < SAID_INSTEAD:
            return literal(self.rng.choice(self.said))
        if kind == "int" or self.rng.random() < (0.88 if is_same else 0.75):
            return text
        value = ast.literal_eval(text)
        options = (value + "s", value[:-1], value[:1], value + "a", value.upper(), value + value)
        return self._used(kind, literal(self.rng.choice(options)))

    def _int(self, _shape, _depth):
        rng = self.rng
        if self.within_reach and rng.random() < REACHED:
            return rng.choice(("1", "2", "3"))
        roll = rng.random()
        if roll < 0.35 and self.pool.ints:
            return repr(rng.choice(self.pool.ints))
        if roll < 0.8:
            return repr(rng.choice(INTS))
        if roll < 0.95:
            return repr(rng.randint(-5, 30))
        known = (99, 100, 101, 111, 112, 255, 256, 365, 1000, 1001, 12345)
        return repr(rng.choice(known) if rng.random() < 0.6 else rng.randint(31, 1200))

    def _float(self, _shape, _depth):
        rng = self.rng
        if rng.random() < 0.3 and self.pool.floats:
            return repr(rng.choice(self.pool.floats))
        if rng.random() < WHOLE and self.pool.ints:
            return repr(rng.choice(self.pool.ints))
        return repr(rng.choice(FLOATS) if rng.random() < 0.6 else round(rng.uniform(-20, 200), 2))

    def _decimal(self, _shape, _depth):
        rng = self.rng
        if rng.random() < 0.4:
            return rng.choice(FIXED["decimal"])
        return 'Decimal("%s")' % round(
            rng.uniform(-1, 20) * rng.choice((0.1, 1, 10)), rng.choice((0, 1, 2, 2, 3))
        )

    def _date(self, _shape, _depth):
        """More often than not within some months of another one of the same case."""
        rng = self.rng
        if self.dates and rng.random() < 0.5:
            days = datetime.timedelta(days=rng.choice(DAYS_BETWEEN))
            return self._dated(rng.choice(self.dates) + days)
        if rng.random() < 0.5:
            return self._dated(datetime.date(*rng.choice(DAYS)))
        month, day = rng.choice(
            ((1, 1), (2, 28), (3, 31), (5, 3), (5, 4), (5, 31), (10, 31), (11, 30), (12, 31))
        )
        year = rng.choice((2023, 2024, 2024, 2025, 1999, 2000))
        return self._dated(datetime.date(year, month, day))

    def _dated(self, day):
        self.dates.append(day)
        return "date(%d, %d, %d)" % (day.year, day.month, day.day)

    def _datetime(self, _shape, _depth):
        """Within a few days, so that two of them may be minutes, hours or days apart."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.3:
            return self._zoned(rng.choice(FIXED["datetime"]))
        if roll < 0.45:
            return self._zoned(self._date(_shape, _depth).replace("date(", "datetime("))
        day, hour = rng.choice((1, 1, 1, 2, 3, 31)), rng.choice((0, 9, 9, 10, 11, 12, 17, 23))
        minute = rng.choice((0, 0, 1, 15, 30, 59))
        return self._zoned("datetime(2024, 3, %d, %d, %d)" % (day, hour, minute))

    def _zoned(self, text):
        """With a zone, often, where the code asks for one."""
        if not self.pool.zoned or self.rng.random() < 0.4:
            return text
        return "%s, tzinfo=%s)" % (text[:-1], self.rng.choice(ZONES))

    @staticmethod
    def _read_as(shape):
        """Texts of the kinds that a text is read as."""
        kinds = sorted(set().union(*(other.reads for other in shape.around())))
        return [literal(text) for kind in kinds for text in jt_reads.samples(kind)]

    def _str(self, shape, depth):
        read = self._read_as(shape)
        if read and self.rng.random() < READ:
            return self.rng.choice(read)
        if self.said and self.rng.random() < SAID:
            return literal(self.rng.choice(self.said))
        if shape.known().get("str", 0) < jt_shape.LIKELY and self.rng.random() < 0.7:
            return literal(
                self.rng.choice(("a", "b", "c", "d", "ab"))
            )  # only handed on: any will do
        pool = self.pool
        matches = [form for form in pool.forms if isinstance(form, jt_matches.Matches)]
        if matches and self.structured == MORE_STRUCTURED and self.rng.random() < MATCHED:
            return literal(matches[0].make(self.rng, self._recent_texts()))
        is_long = any(other.used & LINED for other in shape.around()) or self.rng.random() < LONG
        if pool.rows and is_long and self.rng.random() < 0.25:
            return literal(jt_samples.row(self.rng, pool.strings, pool.rows))
        if pool.json and self.rng.random() < 0.4:
            return literal(jt_samples.document(self.rng, pool.keys))
        if pool.toml and self.rng.random() < 0.4:
            return literal(jt_samples.settings(self.rng, pool.keys))
        if pool.tables and self.rng.random() < 0.4:
            return literal(jt_samples.table(self.rng, pool.keys))
        if pool.lined and is_long and self.rng.random() < 0.25:
            return literal(jt_samples.lined(self.rng, pool.strings))
        form = self._form(is_long) if pool.forms else None
        if form is not None and self.rng.random() < form.share:
            return literal(form.make(self.rng, self._recent_texts()))
        short, share = depth > 0, self.structured
        return literal(jt_samples.text(self.rng, pool.strings, STRINGS, short, share))

    def _form(self, is_long):
        """One of the forms that the code reads: mostly a document, where it reads such; lines
        where it takes texts apart.
        """
        forms = [f for f in self.pool.forms if is_long or not isinstance(f, jt_lines.Lines)]
        documents = [form for form in forms if form.is_document]
        if documents and self.rng.random() < 0.7:
            return self.rng.choice(documents)
        lines = [form for form in forms if isinstance(form, jt_lines.Lines)]
        return self.rng.choice(forms + lines) if forms else None

    def _recent_texts(self):
        """The last texts of this case."""
        return [ast.literal_eval(text) for text in self.recent.get("str", ())[-2:]]

    def _size(self, depth):
        return self.rng.choice((0, 1, 2, 2, 3, 3, 4, 5, 7) if depth == 0 else (1, 2, 2, 3, 0))

    def _elements(self, shape, depth):
        size, elem = self._size(depth), shape.element()
        if elem is None or not elem.known() and not elem.parts:
            kinds = (self.handed_on,) if self.world else ("int", "int", "int", "str", "float")
            elem = jt_shape.Shape(self.rng.choice(kinds))
        found = []
        for _ in range(size):
            if "list" in elem.known() and "tuple" in elem.known() and self.rng.random() < 0.4:
                found.append(
                    repr(self.rng.choice(INTS))
                )  # asked for its kind: not always a sequence
            elif elem is not shape.element() and self._nests(shape):
                found.append(self.rng.choice(NESTED))
            else:
                found.append(self.random(elem, depth + 1))
        if size > 1 and self.rng.random() < 0.3:
            found[-1] = self._alike(found[0])
        if self.rng.random() < 0.15:
            found.sort()
        return found

    def _alike(self, text):
        """The same value again; a text in another case, where the code takes these for the same."""
        if not self.pool.folds or text[:1] != '"' or self.rng.random() < 0.4:
            return text
        return literal(ast.literal_eval(text).swapcase())

    def _list(self, shape, depth):
        if shape.streamed and not depth and self.rng.random() < STREAMED:
            return "iter([%s])" % ", ".join(self._elements(shape, depth))
        if shape.parts and shape.elem is None:
            return "[" + ", ".join(self.random(p, depth + 1) for p in shape.parts) + "]"
        return "[" + ", ".join(self._elements(shape, depth)) + "]"

    def _tuple(self, shape, depth):
        if shape.parts:
            found = [self.random(part, depth + 1) for part in shape.parts]
        else:
            found = self._elements(shape, depth)
        return "(" + ", ".join(found) + ("," if len(found) == 1 else "") + ")"

    def _set(self, shape, depth):
        found = sorted(set(self._elements(shape, max(depth, MAX_DEPTH - 1))))
        found = [f for f in found if not f.startswith(("[", "{"))]
        return "{" + ", ".join(found) + "}" if found else "set()"

    def _deque(self, shape, depth):
        return "deque(%s)" % self._list(shape, depth)

    def _iterator(self, shape, depth):
        return "iter(%s)" % self._list(shape, depth)

    def _counter(self, shape, depth):
        return "Counter(%s)" % self._list(shape, depth)

    def _dict(self, shape, depth):
        rng = self.rng
        pairs = {}
        fields = {}
        for other in shape.around()[:8]:
            for name, inner in other.fields.items():
                fields.setdefault(name, inner)
        share = 0.85 if shape.fields else 0.4
        for name, inner in fields.items():
            if rng.random() < share:
                missing = rng.random() < 0.06
                text = "None" if missing else self.random(inner, depth + 1, name=str(name))
                pairs[literal(name)] = text
        if shape.fields and not (shape.key and shape.key.known()):
            self.fields += list(map(ast.literal_eval, pairs))
            return self._shown(pairs)
        key, value = shape.keyed()
        if (value.elem is not None or value.key is not None) and rng.random() < 0.7:
            return self._graph(value, depth)
        for _ in range(self._size(depth)):
            text = self.random(key, MAX_DEPTH) if key.known() else self._any_key()
            pairs[text] = "None" if rng.random() < 0.04 else self.random(value, depth + 1)
            if not value.known() and self._nests(shape):
                pairs[text] = rng.choice(NESTED)
        self.fields += [ast.literal_eval(key) for key in pairs if key[:1] == '"']
        text = self._shown(pairs)
        is_special = self.pool.typed and rng.random() < SPECIAL
        return "OrderedDict(%s)" % text if is_special else text

    def _nests(self, shape):
        """Whether what stands in a container of unknown elements is a container this time: code
        that asks what it was given mostly asks that of what it finds inside, too.
        """
        return bool(shape.tested & {"dict", "list", "tuple"}) and self.rng.random() < 0.35

    def _any_key(self):
        words = [s for s in self.pool.strings if s.isidentifier()]
        if words and self.rng.random() < 0.4:
            return literal(self.rng.choice(words))
        return literal(self.rng.choice(("a", "b", "c", "d")))

    def _graph(self, value, depth):
        """A mapping whose values name its own keys, as graphs and dependency tables have."""
        rng = self.rng
        inner = value.elem or value.key
        kinds = inner.kinds()
        size = rng.choice((1, 2, 3, 3, 4, 4, 5, 6))
        numbers = kinds[:1] == ["int"]
        keys = [literal(k) for k in (range(7) if numbers else "abcdefg")][:size]
        kind = "int" if numbers else "str"
        if _is_weighted(value, inner) and rng.random() < WEIGHTED:
            keys = [literal(k) for k in (range(4) if numbers else "abcd")]
            if depth == 0 and not self.world:
                # What else the code is given are its nodes.
                self.world, self.handed_on, self.nodes = {kind: keys}, kind, kind
            return self._weighted(value, keys)
        for key in keys:
            self._used(kind, key)
        pairs = {}
        for key in keys:
            ends = rng.sample(keys, rng.randint(0, min(3, size)))
            if value.elem is None:
                weights = [self.random(value.value, depth + 2) for _ in ends]
                pairs[key] = self._shown(dict(zip(ends, weights)))
            elif inner.parts or kinds[:1] == ["tuple"]:
                rest = [self.random(p, depth + 2) for p in (inner.parts or [inner, inner])[1:]]
                pairs[key] = "[%s]" % ", ".join("(%s)" % ", ".join([end] + rest) for end in ends)
            elif kinds and kinds[0] not in ("int", "str"):
                pairs[key] = self.random(value, depth + 1)
            else:
                pairs[key] = ("{%s}" if "set" in value.kinds() and ends else "[%s]") % ", ".join(
                    ends
                )
        return self._shown(pairs)

    def _weighted(self, value, nodes):
        """A graph on which the way with the fewest steps may not be the best one."""
        rng, pairs = self.rng, {}
        ways, is_both = jt_links.weighted(rng), rng.random() < 0.4
        for (start, end), weight in ways:
            pairs.setdefault(nodes[start], []).append((nodes[end], weight))
            back = pairs.setdefault(nodes[end], [])
            back += [(nodes[start], weight)] * is_both
        if value.elem is None:
            return self._shown({key: self._shown(dict(ends)) for key, ends in pairs.items()})
        shown = {key: ", ".join("(%s, %s)" % end for end in ends) for key, ends in pairs.items()}
        return self._shown({key: "[%s]" % ends for key, ends in shown.items()})

    @staticmethod
    def _shown(pairs):
        return "{" + ", ".join(k + ": " + v for k, v in pairs.items()) + "}"

    def _numeral(self, shape, depth):
        """A number as a text, or one that is none."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.1:
            return self._str(shape, depth)
        if roll < 0.4:
            return rng.choice(FIXED["numeral"])
        return literal(str(rng.randint(0, 30) if roll < 0.7 else round(rng.uniform(-1, 20), 2)))

    def _ready_for_mocks(self):
        if self.mocks is not None:
            self.mocks()
            self.mocks = None

    def _failing(self):
        """A function that raises what the code catches: always, or once."""
        self._ready_for_mocks()
        error = self.rng.choice(self.pool.raised)
        if self.rng.random() < 0.5:
            return "Mock(side_effect=%s)" % error
        answers = [error] * self.rng.choice((1, 1, 2, 3)) + [self.rng.choice(("1", "None", '"a"'))]
        return "Mock(side_effect=cycle([%s]))" % ", ".join(answers)

    def _errors(self, shape, _depth):
        """Exceptions to be caught: several, where the code takes several."""
        known = FIXED["errors"]
        if {"tuple", "list"} & set(shape.scores):
            known = [text for text in known if text.startswith("(")]
        return self.rng.choice(known)

    def stand_in(self):
        """A function that takes anything, and tells how often it was called, or fails."""
        if self.pool.raised and self.rng.random() < 0.6:
            return self._failing()
        return COUNTING

    def _callable(self, shape, depth):
        if shape.clock:
            return self._clock(shape.clock)
        if shape.awaited and shape.arity and self.pool.gathers and self.rng.random() < SLOW:
            return SLOW_FIRST
        if shape.awaited and self.pool.gathers and self.rng.random() < SLOW:
            return "answers_late(%d, %s)" % (
                self.rng.choice((0, 8, 48)),
                self.rng.choice(("1", '"a"', "0")),
            )
        plain = self._function(shape)
        return self._awaited(plain) if shape.awaited else plain

    def _awaited(self, plain):
        """A coroutine function that answers as a plain one does."""
        self._ready_for_mocks()
        if plain.startswith("Mock("):
            return "Async" + plain
        return "AsyncMock(side_effect=%s)" % plain

    def _clock(self, kind):
        """A function that tells the time: always the same, or later each time."""
        if kind in ("date", "datetime"):
            fixed = self.random(jt_shape.Shape(kind), MAX_DEPTH)
            return "lambda: " + fixed
        steps = [1, 4, 10, 60, 0, 0.5] + [n for n in self.pool.ints + self.pool.floats if n > 0]
        step = self.rng.choice(steps)
        if step == 0 or self.rng.random() < 0.25:
            return "lambda: %s" % self.rng.choice((0, 100, 1000.0))
        if isinstance(step, float) and step != int(step):
            return "map(lambda tick: tick * %s, range(999)).__next__" % step
        return "iter(range(0, %d, %d)).__next__" % (999 * int(step), int(step))

    def _function(self, shape):
        if self.pool.raised and self.rng.random() < FAILING:
            return self._failing()
        if shape.family and self.rng.random() < FAMILY:
            return self.rng.choice(shape.family)
        arity = 1 if shape.arity is None else shape.arity
        is_told = shape.told and arity != 0 and self.names.statement("seen") is None
        if is_told and self.rng.random() < RECORDED:
            return self.rng.choice(RECORDERS if arity == 1 else RECORDERS[1:])
        if arity == jt_shape.ANY and self.rng.random() < 0.3:
            return self.stand_in()
        if arity == 0 and self.rng.random() < 0.5:  # a clock, or a source of ids
            return "iter(range(%d, 999, %d)).__next__" % self.rng.choice(((0, 1), (0, 4), (100, 7)))
        return self.rng.choice(
            FUNCTIONS.get(arity, ["lambda *args: args[0]", "lambda *args: len(args)"])
        )

    # -- objects

    def _object(self, shape, depth):
        """An object of the repository with the attributes that are used, else a plain namespace."""
        around = shape.around()
        attrs = {}
        for other in around:
            for name, inner in other.attrs.items():
                if name not in attrs or not attrs[name].known():
                    attrs[name] = inner
        names = list(
            dict.fromkeys(n for other in around for n in other.classes if self.names.find(n))
        )
        used = {*attrs, *(n for other in around for n in other.used)}
        for name in names:
            module = self.names.find(name)[0]
            used -= self.inference.members(module, name)
        names += self._fitting(used)
        names = [n for n in names if jt_code.is_class(self.names.find(n)[1])]
        names = [n for n in names if self.kin.of(n) != ([], True)]
        if names:
            return self.instance(self.rng.choice(names), depth, attrs)
        if jt_sql.EXECUTES & set(attrs):
            return jt_sql.connection(self.names, set(attrs))
        parts = []
        for name, inner in sorted(attrs.items()):
            if name.startswith("_") or not self._is_read_before(name):
                continue
            value = self.random(inner, depth + 1)
            if inner.result is not None:
                value = "lambda *args: " + self.rng.choice(("1", "1", "1", "None", '"a"'))
            if inner.awaited:
                value = self._awaited("lambda *args: %s" % self.rng.choice(("1", '"a"', "None")))
            parts.append("%s=%s" % (name, value))
        return "SimpleNamespace(%s)" % ", ".join(parts)

    def _is_read_before(self, name):
        """Whether the other revision's code asks something for an attribute, too: else what has it
        is a stand-in that nobody made.
        """
        if self.shared is None:
            return True
        if self.asked is None:
            found = [self.shared.module(module) for module in list(self.names.code.modules)]
            trees = [module.tree for module in found if module is not None]
            walked = [node for tree in trees for node in ast.walk(tree)]
            self.asked = {node.attr for node in walked if isinstance(node, ast.Attribute)}
            self.asked |= {node.name for node in walked if isinstance(node, jt_code.FUNCTIONS)}
        return name in self.asked

    def _fitting(self, attrs):
        """Classes of the module, else of its neighbours, that have all the attributes."""
        if not attrs:
            return []
        module = self.names.module
        found = [name for name in module.classes() if attrs <= self.inference.members(module, name)]
        if found:
            return found
        others = self.names.code.neighbours(module)
        return [
            name
            for name, (owner, _) in sorted(others.items())
            if attrs <= self.inference.members(owner, name)
        ]

    def instance(self, name, depth=0, attrs=None):
        """An expression that builds an object of a class of the repository."""
        found = self.names.find(name)
        if found is None:
            return "None"
        module, node = found
        if not jt_code.is_class(node):
            return "None"
        others, is_abstract = self.kin.of(name)
        if others and (is_abstract or self.rng.random() < KIN):
            return self.instance(self.rng.choice(others), depth, attrs)
        known = self.ctors.get(name)
        if known and not depth and self.rng.random() < 0.5:
            return self.rng.choice(known)
        made, (given, tried) = self.made.get(name), self.making.get(name, (0, 0))
        if made and self.rng.random() < (OFTEN_MADE if given * 4 < tried else SELDOM_MADE):
            return self.rng.choice(made)
        members = jt_code.enum_members(node)
        if members:
            chosen = ["%s.%s" % (name, self.rng.choice(members))]
            if jt_code.is_flag(node) and self.rng.random() < 0.3:
                chosen.append("%s.%s" % (name, self.rng.choice(members)))
            return " | ".join(dict.fromkeys(chosen))
        args, skipped = [], False
        maker = maker_of(self.inference, module, node)
        if name + ".__init__" not in module.defs:
            # What it does with what a constructor keeps that it inherits.
            attrs = {**self.inference.self_shapes(module, name), **(attrs or {})}
        words = by_name(self.inference, module, node)
        for param, (shape, required) in class_params(self.inference, module, node).items():
            shape = better(param, shape, (attrs or {}).get(param), name)
            if not required and shape.kept and self.rng.random() >= OTHER_ERRORS:
                skipped = True
                continue
            linked = "object" in shape.known()
            if (
                not required
                and not shape.clock
                and (depth >= MAX_DEPTH or self.rng.random() < (0.45 if linked else 0.6))
            ):
                skipped = True
                continue
            value = self.random(shape, depth + 1, name=param)
            if param in words and not skipped:
                args += self._rest(module, node, maker, depth) if maker else []
                skipped = True
            args.append("%s=%s" % (param, value) if skipped else value)
        if "TypedDict" in bases(node):
            pairs = [arg.partition("=") for arg in args if arg.partition("=")[0].isidentifier()]
            return "{%s}" % ", ".join('"%s": %s' % (key, text) for key, _, text in pairs)
        if maker is not None and depth < MAX_DEPTH:
            args += [] if skipped else self._rest(module, node, maker, depth)
            args += self._named(module, node, maker, depth)
        return "%s(%s)" % (name, ", ".join(args))

    def parameters(self, module, node):
        """What a class is made with: `{name: (shape, whether it must be given)}`."""
        return class_params(self.inference, module, node)

    def _rest(self, module, node, maker, depth):
        """Values for `*args`, where the constructor keeps them."""
        rest = maker.args.vararg
        if rest is None or not keeps(maker, rest.arg):
            return []
        shape = self.inference.constructor(module, node.name).get(rest.arg)
        return [self._one_of(shape, depth) for _ in range(self.rng.choice((0, 1, 2, 2, 3)))]

    def _named(self, module, node, maker, depth):
        """Values for `**kwargs`, where the constructor keeps them: by names that it asks for."""
        own, named = maker.args, maker.args.kwarg
        if named is None or not keeps(maker, named.arg):
            return []
        shape = self.inference.constructor(module, node.name).get(named.arg) or jt_shape.Shape()
        taken = {a.arg for a in own.args + own.kwonlyargs}
        usable = (n for n in shape.fields if isinstance(n, str) and n.isidentifier())
        fields = {n: shape.fields[n] for n in usable if n not in taken and not iskeyword(n)}
        fields = fields or {n: s for n, s in self.words.items() if n not in taken}
        count = self.rng.choice((0, 0, 1, 2))
        if not fields:
            names = [n for n in ("a", "b") if n not in taken]
            return ["%s=%s" % (key, self._one_of(shape, depth)) for key in names[:count]]
        names = sorted(self.rng.sample(sorted(fields), min(count, len(fields))))
        return ["%s=%s" % (n, self._of_field(n, fields[n], depth)) for n in names]

    def _of_field(self, name, field, depth):
        known = field if field.known() else jt_shape.Shape(self.rng.choice(("int", "str", "str")))
        return self.random(known, depth + 1, name=name)

    def _one_of(self, many, depth):
        known = many.element() if many is not None else None
        kind = self.rng.choice(("int", "str", "str"))
        shape = known if known is not None and known.known() else jt_shape.Shape(kind)
        return self.random(shape, depth + 1)


def _folder(shape):
    """A folder that a case makes, as the code takes it."""
    known = shape.known()
    is_path = known.get("path", 0) > known.get("str", 0)
    return "Path(%s)" % literal(jt_folders.TOP) if is_path else literal(jt_folders.TOP)


def _is_guessed(shape):
    """Whether nothing but a name says what something is."""
    return max(shape.known().values(), default=0) < jt_shape.LIKELY


def _is_weighted(value, inner):
    """Whether the ends of a graph's edges may have numbers beside them."""
    if value.elem is None:
        weight = value.value
    elif len(inner.parts) == 2 and "list" in value.kinds():
        weight = inner.parts[1]
    else:
        return False
    return not set(weight.kinds()) - {"int", "float"}


def of_text(text):
    """The kind of a literal's source."""
    return "str" if text[:1] in "\"'" else "int" if text.lstrip("-").isdigit() else ""
