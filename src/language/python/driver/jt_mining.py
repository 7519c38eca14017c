"""Cases that the repository already has: in its tests, docstrings and callers; and the constants it
names.
"""

import ast
import builtins
import doctest
import os
import re

import jt_code
import jt_documents
import jt_forms
import jt_layout
import jt_lines
import jt_matches
import jt_records
import jt_samples
import jt_sources
import jt_sql
import jt_text
from jt_case import MINED, Case

_QUOTED = re.compile(r"``([^`\n]{1,60})``|`([^`\n]{1,60})`|'([^'\n]{1,60})'|\"([^\"\n]{1,60})\"")
_ASSERTS = {
    "assertEqual", "assertEquals", "assertNotEqual", "assertTrue", "assertFalse", "assertIs",
    "assertIsNone",
    "assertIsNotNone", "assertIn", "assertNotIn", "assertAlmostEqual", "assertListEqual",
    "assertDictEqual",
    "assertTupleEqual", "assertSetEqual", "assertIsInstance", "assertGreater", "assertLess",
    "assertCountEqual",
    "assertSequenceEqual", "assertGreaterEqual", "assertLessEqual", "assertMultiLineEqual",
    "assertIsNot",
}  # fmt: skip
_PLAIN = {"len", "sorted", "list", "set", "dict", "tuple", "str", "int", "float", "repr", "type",
          "isinstance", "abs", "sum", "max", "min", "round", "bool", "all", "any",
          "approx"}  # fmt: skip


# Texts that tell methods of strings from others that are much like them.
EDGES = {
    "isdigit": ("7", "\u00b2", "\u0663"),
    "isdecimal": ("7", "\u00b2", "\u0663"),
    "isnumeric": ("7", "\u00bd", "\u00b2"),
    "isalpha": ("\u00e9", "a1"),
    "isalnum": ("a1", "\u00b2", "a_1"),
    "isidentifier": ("a1", "1a", "class"),
    "isspace": (" ", "\u00a0", ""),
    "casefold": ("Stra\u00dfe", "STRASSE"),
    "splitlines": ("a\nb", "a\r\nb\n", "a\n\nb"),
    "title": ("it's o'clock",),
    "capitalize": ("hELLO wORLD",),
}


# What waits for several tasks at once, or starts one beside others.
GATHERS = ("gather", "as_completed", "wait", "create_task", "ensure_future", "start_soon")
# What reads JSON, or YAML, of which JSON is a part (YAML 1.2, chapter 1.2); and what reads TOML.
# Texts with a mark in them, by the mark that the code looks for.
MARKED = {"@": ("ann@x.org", "b@y.z")}
FOLDS = ("lower", "upper", "casefold")
_READ_JSON = {("loads", "json"), ("safe_load", "yaml"), ("load", "yaml"), ("full_load", "yaml")}
_READ_TOML = {("loads", "tomllib"), ("loads", "tomli"), ("loads", "toml")}
# What reading a file of the repository may end in, that is written in another way than most.
ODD = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
_ACTING = {"antigravity", "this"}  # they do something when they are loaded
MOST_KEYS = 40
MOST_ROWS, MOST_FIELDS, LONGEST_MARK = 40, 12, 8


def fill_pool(pool, nodes, modules, rng):
    """Constants of some definitions first, then of modules, of which some may hold but what is
    reached there; samples of patterns; quoted words.
    """
    trees = [module.tree for module in modules]
    pool.raised = list(dict.fromkeys(error for tree in trees for error in caught(tree)))
    prose = {id(told) for tree in trees for told in _prose(tree)}
    for node in list(nodes) + trees:
        for child in ast.walk(node):
            if isinstance(child, ast.Constant):
                value = child.value
                is_text = isinstance(value, str)
                for column, text in jt_sql.columns(value) if is_text else ():
                    pool.add(text)
                    pool.columns.setdefault(column, []).append(text)
                written = jt_sql.quoted(value) if is_text else None
                if written is not None:
                    for text in written:
                        pool.add(text)
                elif isinstance(value, str) and (len(value) > 100 or id(child) in prose):
                    _words(pool, value)
                else:
                    pool.add(value)
                    for text in MARKED.get(value, ()) if isinstance(value, str) else ():
                        pool.add(text)
            elif isinstance(child, ast.Call):
                _pattern(pool, child, rng)
                pool.lined = pool.lined or _splits_lines(child)
                pool.typed = pool.typed or _looks_at_types(child)
                named = getattr(child.func, "attr", getattr(child.func, "id", ""))
                owner = getattr(getattr(child.func, "value", None), "id", "json")
                pool.gathers = pool.gathers or named in GATHERS
                pool.folds = pool.folds or named in FOLDS
                pool.json = pool.json or (named, owner) in _READ_JSON
                pool.toml = pool.toml or (named, owner) in _READ_TOML
                pool.tables = pool.tables or named == "DictReader"
                _key(pool, child.args[0] if _looks_up(child) else None)
                for text in EDGES.get(getattr(child.func, "attr", None), ()):
                    pool.add(text)
            elif isinstance(child, ast.Subscript):
                _key(pool, child.slice)
            elif isinstance(child, ast.Dict):
                for key in child.keys:
                    _key(pool, key)
            elif isinstance(child, ast.Attribute):
                pool.zoned = pool.zoned or child.attr in ("tzinfo", "astimezone", "utcoffset")
            elif isinstance(child, ast.ClassDef):
                _members(pool, child)
            elif isinstance(child, jt_code.FUNCTIONS):
                found = [row for row in rows(child) if row not in pool.rows]
                pool.rows += found[: MOST_ROWS - len(pool.rows)]
    kinds = (
        jt_documents.KINDS + jt_sources.KINDS + jt_records.KINDS + jt_matches.KINDS + jt_lines.KINDS
    )
    pool.forms = jt_forms.found(modules, kinds)


def _looks_up(call):
    """Whether a call asks a mapping for a key."""
    return getattr(call.func, "attr", "") in ("get", "pop", "setdefault") and len(call.args) > 0


def _key(pool, node):
    """Keeps a constant that something is looked up by."""
    value = getattr(node, "value", None)
    if isinstance(node, ast.Constant) and isinstance(value, str) and value and len(value) < 20:
        if value not in pool.keys and len(pool.keys) < MOST_KEYS:
            pool.keys.append(value)


def _looks_at_types(call):
    """Whether a call is `type(x)`, or registers a function for a type."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return len(call.args) == 1 and name in ("type", "register") and not call.keywords


def _prose(tree):
    """Constants that are written for people: docstrings, and messages of exceptions."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value
        for part in ast.walk(node) if isinstance(node, ast.Raise) else ():
            if isinstance(part, ast.Constant) and " " in str(part.value):
                yield part


def caught(tree):
    """Exceptions that the code catches, or names in a default, as they are made."""
    classes = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)}
    tables = {
        target.id: node.value
        for node in ast.iter_child_nodes(tree)
        for target in getattr(node, "targets", ())
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Tuple)
    }
    for node in ast.walk(tree):
        places = [node.type] if isinstance(node, ast.ExceptHandler) and node.type else []
        if isinstance(node, jt_code.FUNCTIONS):
            places = [d for d in node.args.defaults + node.args.kw_defaults if d is not None]
            yield from ('ValueError("a")', 'KeyError("a")') if _catches_given(node) else ()
        places = [tables.get(getattr(place, "id", None), place) for place in places]
        for name in [n.id for place in places for n in ast.walk(place) if isinstance(n, ast.Name)]:
            known = getattr(builtins, name, None)
            is_error = isinstance(known, type) and issubclass(known, Exception)
            if is_error and known is not StopIteration or _is_plain_error(classes.get(name)):
                yield '%s("a")' % name


def _catches_given(function):
    """Whether a function catches what an argument of it names."""
    names = {arg.arg for arg in function.args.args + function.args.kwonlyargs}
    handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
    return any(getattr(handler.type, "id", None) in names for handler in handlers)


def _is_plain_error(node):
    """Whether a class is an exception that is made with a message."""
    bases = [getattr(base, "id", "") for base in getattr(node, "bases", ())]
    own = [part.name for part in getattr(node, "body", ()) if isinstance(part, jt_code.FUNCTIONS)]
    return "__init__" not in own and any(base.endswith(("Error", "Exception")) for base in bases)


def rows(function):
    """`(mark, count)` of the texts that a function splits into so many parts:
    `a, b = s.split(":")`, or `parts = s.split()` where `len(parts)` is compared with a number.
    """
    found, marks = [], {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and getattr(node.value, "func", None) is not None:
            mark = _splits_at(node.value)
            target = node.targets[0]
            if mark and isinstance(target, ast.Tuple) and 1 < len(target.elts) < MOST_FIELDS:
                found.append((mark, len(target.elts)))
            elif mark and isinstance(target, ast.Name):
                marks[target.id] = mark
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Call):
            args, count = node.left.args, getattr(node.comparators[0], "value", None)
            name = getattr(args[0], "id", None) if len(args) == 1 else None
            is_length = getattr(node.left.func, "id", None) == "len" and type(count) is int
            if is_length and name in marks and 1 < count < MOST_FIELDS:
                found.append((marks[name], count))
    return found


def _splits_lines(call):
    return getattr(call.func, "attr", None) == "splitlines" or _splits_at(call) == "\n"


def _splits_at(call):
    if getattr(call.func, "attr", None) not in ("split", "rsplit"):
        return None
    if getattr(call.func.value, "id", None) in ("re", "shlex"):
        return None
    given = call.args[:1] + [word.value for word in call.keywords if word.arg == "sep"]
    mark = getattr(given[0], "value", None) if given else " "
    return mark if isinstance(mark, str) and len(mark) <= LONGEST_MARK else None


def _members(pool, node):
    """The names of an enumeration's members, as text that is read writes them."""
    if any("Enum" in (jt_text.unparsed(base) or "") for base in node.bases):
        for statement in node.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
                pool.add(name)
                pool.add(name.lower())


def _words(pool, text):
    for match in _QUOTED.finditer(text):
        word = next(g for g in match.groups() if g)
        if not word.startswith(("http", "self.")):
            pool.add(word)


def _pattern(pool, call, rng):
    func = call.func
    if not (
        isinstance(func, ast.Attribute)
        and getattr(func.value, "id", "") in ("re", "regex")
        and call.args
    ):
        return
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        for _ in range(6):
            sample = jt_samples.of_pattern(rng, first.value)
            if sample:
                pool.add(sample)


class Mining:
    """Everything that can be mined once for all targets."""

    def __init__(self, root, names_of):
        self.root = root
        self.names_of = names_of
        self.cases = []
        self.raised = set()

    def tests(self, files):
        """Cases from test files; gives back those that were too odd to be read, each with what
        went wrong.
        """
        odd = []
        for file in files:
            module = jt_code.parsed("test", file, os.path.join(self.root, file))
            try:
                if module is not None:
                    TestFile(module, self).read()
            except ODD as error:
                odd.append((file, error))
        return odd

    def documentation(self, module, names):
        """Cases from the doctests of a module."""
        parser = doctest.DocTestParser()
        for _, text in jt_code.docstrings(module):
            if ">>>" not in text:
                continue
            try:
                examples = parser.get_examples(text)
            except ValueError:
                continue
            setup = []
            for example in examples:
                self._example(example, setup, names)

    def _example(self, example, setup, names):
        source = example.source.strip()
        tree = jt_text.parse(source)
        if tree is None or len(tree.body) != 1:
            return
        if isinstance(tree.body[0], ast.Expr):
            imports = tuple(s for s in setup if s.startswith(("import ", "from ")))
            rest = tuple(s for s in setup if not s.startswith(("import ", "from ")))
            case = names.case(rest, _one_line(source), MINED, "doc")
            self.cases.append(
                Case(sorted(set(case.imports) | set(imports)), rest, case.call, MINED, "doc")
            )
        if not isinstance(tree.body[0], ast.Expr) or ".append" in source or not example.want:
            setup.append(_one_line(source))

    def callers(self, module, names):
        """Calls with constant arguments in the code itself."""
        for node in ast.walk(module.tree):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or not (node.args or node.keywords)
            ):
                continue
            if node.func.id not in module.defs or not _constant_only(node):
                continue
            text = jt_text.unparsed(node)
            if text and len(text) < 200:
                self.cases.append(names.case((), text, MINED, "caller"))

    def standard(self):
        """The modules of the standard library that cases import: a case that was the first to load
        one would need many steps for it.
        """
        lines = {line for case in self.cases for line in case.imports}
        modules = {line.split()[1].split(",")[0] for line in lines}
        return {name for name in modules if name.split(".")[0] in jt_layout.STANDARD - _ACTING}

    def of(self, words):
        """Mined cases that mention one of these names, simplest first."""
        found = [c for c in self.cases if words & _mentioned(c)]
        return sorted(found, key=lambda c: (c.weight, c.call, c.key))


def _mentioned(case):
    tree = jt_text.parse("\n".join(case.setup + (case.call,)))
    return jt_code.names_in(tree) if tree else set()


def _constant_only(call):
    parts = list(call.args) + [w.value for w in call.keywords]
    return all(
        not isinstance(n, (ast.Name, ast.Attribute, ast.Starred))
        for p in parts
        for n in ast.walk(p)
    )


def _one_line(source):
    tree = jt_text.parse(source)
    if tree is None:
        return source
    printed = jt_text.unparsed(tree)
    return printed if printed is not None else jt_text.normal(source)


class TestFile:
    """One test file: its functions become setup statements and one observed expression each."""

    __test__ = False

    def __init__(self, module, mining):
        self.module = module
        self.mining = mining
        self.statements = {}
        self.prelude = {}
        for node in module.tree.body:
            self._top(node)
        self.fixtures = {
            name: node
            for name, node in module.defs.items()
            if isinstance(node, ast.FunctionDef)
            and any("fixture" in ast.dump(d) for d in node.decorator_list)
        }

    def _top(self, node):
        text = jt_text.unparsed(node)
        if text is None:
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if isinstance(node, ast.ImportFrom) and node.level:
                return
            for alias in node.names:
                one = (
                    ast.ImportFrom(node.module, [alias], 0)
                    if isinstance(node, ast.ImportFrom)
                    else ast.Import([alias])
                )
                self.statements[(alias.asname or alias.name).split(".")[0]] = jt_text.unparsed(one)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.prelude[target.id] = text
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.lower().startswith(
            "test"
        ):
            if not any("fixture" in ast.dump(d) for d in node.decorator_list):
                self.prelude[node.name] = text

    def read(self):
        """Puts the cases of all test functions into the mining."""
        for local, node in self.module.defs.items():
            if not isinstance(node, jt_code.FUNCTIONS) or not node.name.startswith("test"):
                continue
            owner = local.rpartition(".")[0]
            for setup in self._settings(node, owner):
                self._body(node.body, setup, node)

    def _settings(self, node, owner):
        """Setups to start from: fixtures, `setUp`, each row of `parametrize`."""
        setup = []
        prepare = self.module.defs.get(owner + ".setUp") or self.module.defs.get(
            owner + ".setup_method"
        )
        if owner and prepare is not None:
            setup += [s for s in map(self._text, prepare.body) if s]
        rows = self._rows(node)
        names = {n for row in rows for n, _ in row}
        for arg in node.args.args:
            if arg.arg in ("self", "cls") or arg.arg in names:
                continue
            made = self._fixture(arg.arg, 0)
            if made is None:
                return []
            setup += made
        return [setup + ["%s = %s" % pair for pair in row] for row in rows[:40]]

    def _fixture(self, name, depth):
        node = self.fixtures.get(name)
        if node is None or depth > 3:
            return None
        setup = []
        for arg in node.args.args:
            inner = self._fixture(arg.arg, depth + 1)
            if inner is None:
                return None
            setup += inner
        for part in node.body:
            value = part.value if isinstance(part, (ast.Return, ast.Expr)) else None
            if isinstance(value, ast.Yield) or isinstance(part, ast.Return):
                result = value.value if isinstance(value, ast.Yield) else value
                return (
                    setup + ["%s = %s" % (name, jt_text.unparsed(result))]
                    if result is not None
                    else None
                )
            text = self._text(part)
            if text:
                setup.append(text)
        return None

    def _rows(self, node):
        rows = [[]]
        for mark in node.decorator_list:
            if (
                not isinstance(mark, ast.Call)
                or getattr(mark.func, "attr", "") != "parametrize"
                or len(mark.args) < 2
            ):
                continue
            names, table = mark.args[0], mark.args[1]
            try:
                names = ast.literal_eval(names)
            except ValueError:
                continue
            names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
            table = self._table(table)
            if table is None:
                continue
            rows = [row + pairs for row in rows for pairs in self._pairs(names, table)][:60]
        return rows

    def _table(self, table):
        if isinstance(table, ast.Name):
            table = self.module.assigned.get(table.id)
        return table.elts if isinstance(table, (ast.List, ast.Tuple)) else None

    @staticmethod
    def _pairs(names, table):
        for row in table:
            if isinstance(row, ast.Call) and getattr(row.func, "attr", "") == "param":
                cells = row.args
            elif len(names) == 1:
                cells = [row]
            elif isinstance(row, (ast.Tuple, ast.List)):
                cells = row.elts
            else:
                continue
            texts = [jt_text.unparsed(cell) for cell in cells]
            if len(texts) == len(names) and all(texts):
                yield list(zip(names, texts))

    def _text(self, node):
        """A statement with `self.x` as a plain name; None for docstrings and what can't be
        printed.
        """
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return None
        return jt_text.unparsed(Unselfed().visit(_copy(node)))

    def _body(self, body, setup, test):
        setup = list(setup)
        for node in body:
            for call in self._observed(node):
                self._emit(setup, call)
            if isinstance(node, ast.With) and self._raises(node):
                for inner in node.body[:-1]:
                    text = self._text(inner)
                    if text:
                        setup.append(text)
                continue
            if isinstance(node, ast.With):
                self._body(node.body, setup, test)
                continue
            if isinstance(node, ast.For):
                self._loop(node, setup, test)
                continue
            if not isinstance(node, ast.Assert) and not self._is_assert_call(node):
                text = self._text(node)
                if text:
                    setup.append(text)
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                    self._emit(setup[:-1], self._text(ast.Expr(node.value)))

    def _loop(self, node, setup, test):
        if not isinstance(node.iter, (ast.List, ast.Tuple)):
            return
        for element in node.iter.elts[:20]:
            target, value = jt_text.unparsed(node.target), jt_text.unparsed(element)
            if target and value:
                self._body(node.body, setup + ["%s = %s" % (target, value)], test)

    @staticmethod
    def _is_assert_call(node):
        return (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and getattr(node.value.func, "attr", "") in _ASSERTS
        )

    @staticmethod
    def _raises(node):
        call = node.items[0].context_expr
        return isinstance(call, ast.Call) and getattr(
            call.func, "attr", getattr(call.func, "id", "")
        ) in (
            "raises",
            "assertRaises",
            "assertRaisesRegex",
            "warns",
        )

    def _observed(self, node):
        """Texts of expressions that the statement looks at."""
        found = []
        if isinstance(node, ast.Assert):
            test = node.test
            sides = [test.left] + test.comparators if isinstance(test, ast.Compare) else [test]
            found = [s for s in sides if self._calls_something(s)] or sides[:1]
        elif self._is_assert_call(node):
            found = [a for a in node.value.args[:2] if self._calls_something(a)] or node.value.args[
                :1
            ]
        elif isinstance(node, ast.With) and self._raises(node) and node.body:
            self._remember(node.items[0].context_expr)
            last = node.body[-1]
            if isinstance(last, (ast.Expr, ast.Assign)):
                found = [last.value]
        return [self._text(ast.Expr(v)) for v in found]

    def _remember(self, call):
        for arg in call.args[:1]:
            for part in arg.elts if isinstance(arg, ast.Tuple) else [arg]:
                self.mining.raised.add(getattr(part, "attr", getattr(part, "id", "")))

    @staticmethod
    def _calls_something(node):
        return any(
            isinstance(n, ast.Call)
            and getattr(n.func, "id", getattr(n.func, "attr", "")) not in _PLAIN
            for n in ast.walk(node)
        )

    def _emit(self, setup, call):
        if not call or "pytest" in call or len(setup) > 25:
            return
        kept = needed(setup, call)
        text = "\n".join(kept + [call])
        if len(text) > 3000 or "pytest." in text or "monkeypatch" in text or "mock" in text.lower():
            return
        imports, helpers = self._free(text)
        case = Case(imports, tuple(helpers + kept), call, MINED, "test")
        self.mining.cases.append(inlined(case))

    def _free(self, text):
        """Imports and helper definitions of the test file that a text needs, transitively."""
        imports, helpers, seen = [], [], set()
        front = [text]
        while front:
            tree = jt_text.parse(front.pop())
            for name in sorted(jt_code.names_in(tree)) if tree else ():
                if name in seen:
                    continue
                seen.add(name)
                if name in self.prelude:
                    helpers.insert(0, self.prelude[name])
                    front.append(self.prelude[name])
                elif name in self.statements:
                    imports.append(self.statements[name])
        return sorted(set(imports)), helpers


def needed(setup, call):
    """The statements of a setup that the call depends on, directly or not, by name."""
    tree = jt_text.known(call)
    wanted = jt_code.names_in(tree) if tree else set()
    kept = []
    for text in reversed(setup):
        tree = jt_text.known(text)
        if tree is None:
            continue
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        bound = {
            n.id
            for n in ast.walk(tree)
            if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
        }
        local = bound | {n.name for n in tree.body if hasattr(n, "name")}
        local |= {
            (a.asname or a.name)
            for n in tree.body
            if isinstance(n, (ast.Import, ast.ImportFrom))
            for a in n.names
        }
        if wanted & local or isinstance(tree.body[0], ast.Expr) and wanted & touched(tree):
            kept.append(text)
            wanted |= names
    return kept[::-1]


def touched(tree):
    """The names of what a statement may change: neither classes that it makes objects of, nor
    parameters of its own functions.
    """
    own, made, names = set(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name):
            names.add(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id[:1].isupper():
                made.add(node.func)
    return {node.id for node in names - made} - own


def inlined(case):
    """The case with names that are bound once to something small put into the call: easier to
    mutate and to read.
    """
    setup, call = list(case.setup), case.call
    for i in range(len(setup) - 1, -1, -1):
        tree = jt_text.parse(setup[i])
        if not tree or not isinstance(tree.body[0], ast.Assign) or len(tree.body[0].targets) != 1:
            continue
        target, value = tree.body[0].targets[0], tree.body[0].value
        text = jt_text.Edit(setup[i]).text(value)
        if not isinstance(target, ast.Name) or len(text) > 60 or "\n" in text:
            continue
        if not isinstance(value, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.UnaryOp)):
            continue
        rest = "\n".join(setup[i + 1 :] + [call])
        uses = [
            n for n in ast.walk(ast.parse(rest)) if isinstance(n, ast.Name) and n.id == target.id
        ]
        body = ast.parse(call, mode="eval")
        here = [n for n in ast.walk(body) if isinstance(n, ast.Name) and n.id == target.id]
        if len(uses) == 1 and len(here) == 1:
            call = jt_text.Edit(call).replaced([(here[0], text)])
            del setup[i]
    return case.changed(tuple(setup), jt_text.spread(call))


class Unselfed(ast.NodeTransformer):
    """`self.x` becomes `x`: the setup of a test class as plain statements."""

    def visit_Attribute(self, node):
        """Only attributes of `self`."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return ast.copy_location(ast.Name(node.attr, node.ctx), node)
        return node


def _copy(node):
    return ast.parse(jt_text.unparsed(node) or "pass").body[0]
