"""What a repository shows its users; and inputs that are near to what it shows."""

import random

import jt_code
import jt_handles
import jt_manual
import jt_mutate
import jt_outcome
from exploring import explore, passes
from jt_case import Case, Names
from jt_pool import Pool

README = """\
# Shop

```python
from shop import Till, price

till = Till(3)
till.add("tea")
print(till.total())
assert price("tea") == 2
```

```sh
pip install shop
```

Later on, `till.total()` again:

```
>>> till.close()
'closed'
>>> price("milk", unit="l")
3
```
"""
GUIDE = """\
Guide
=====

Prices are looked up::

    total = price("tea") + 1

.. code-block:: python
   :linenos:

   from shop import price
   price("bread")
"""


def shown(folder, **texts):
    (folder / "shop.py").write_text("class Till:\n    pass\n\n\ndef price(name):\n    return 1\n")
    for name, text in texts.items():
        path = folder / name.replace("_", ".").replace("docs.", "docs/")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    code = jt_code.Code(str(folder), ["."])
    found, odd = jt_manual.cases(str(folder), Names(code.module("shop"), code))
    assert odd == []
    return found


def test_a_readme_is_read_like_a_session(tmp_path):
    cases = shown(tmp_path, README_md=README)
    assert [(case.setup, case.call) for case in cases] == [
        ((), "Till(3)"),
        (("till = Till(3)",), 'till.add("tea")'),
        (("till = Till(3)", 'till.add("tea")'), "till.total()"),
        ((), 'price("tea")'),
        (("till = Till(3)", 'till.add("tea")'), "till.close()"),
        ((), 'price("milk", unit="l")'),
    ]
    assert set(cases[2].imports) == {"from shop import Till, price"}


def test_documentation_is_read_but_for_what_tells_of_releases(tmp_path):
    texts = dict(docs_guide_rst=GUIDE, docs_changes_rst=GUIDE.replace("tea", "old"))
    calls = [case.call for case in shown(tmp_path, **texts)]
    assert calls == ['price("tea") + 1', 'price("bread")']


COMMANDS = '''
HANDLERS = {}


def command(name):
    def keep(function):
        HANDLERS[name] = function
        return function

    return keep


@command("push")
def _push(stack, *args):
    stack.extend(int(arg) for arg in args)


@command("swap")
def _swap(stack):
    stack[-1], stack[-2] = stack[-2], stack[-1]


def run(program):
    """The stack after a program."""
    stack = []
    for line in program.split(";"):
        name, *args = line.split()
        HANDLERS[name](stack, *args)
    return stack
'''


def test_what_nobody_calls_by_its_name_is_reached_by_an_example(tmp_path):
    head = COMMANDS.replace("stack[-1], stack[-2] = stack[-2]", "stack[-1], stack[0] = stack[0]")
    readme = '```python\nfrom shop import run\nprint(run("push 1 2 3; swap"))\n```\n'
    result = explore(tmp_path, COMMANDS, head, extra={"README.md": readme}, seconds=20)
    found = result["candidates"]
    assert found and "run(" in found[0]["code"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


class Part:
    """A node of a tree that knows all others."""

    def __init__(self, parent=None):
        self.parent, self.parts = parent, []
        if parent is not None:
            parent.parts.append(self)

    @property
    def top(self):
        return self if self.parent is None else self.parent.top

    @property
    def path(self):
        return (self.parent.path if self.parent else ()) + (self,)

    @property
    def leaves(self):
        return [leaf for part in self.parts for leaf in part.leaves] or [self]


def nodes(node):
    return 1 + sum(nodes(part) for part in node if isinstance(part, list))


def test_a_tree_whose_nodes_know_all_others_is_looked_at_once():
    top = Part()
    for _ in range(6):
        Part(Part(top))
    canon = jt_outcome.Canon(jt_outcome.real(__file__.rpartition("/")[0]))
    node = canon.node(top)
    assert canon.left > 0 and len(node[3]["parts"][1]) == 6
    assert jt_outcome.Canon("/").node([1, [2]]) == ["l", [["i", "1"], ["l", [["i", "2"]]]]]


SPANS = '''
from collections import namedtuple


class Span(namedtuple("SpanBase", ["start", "end"])):
    """From a place up to another one."""

    __slots__ = ()

    def __hash__(self):
        return hash((self.end, self.start, "span"))


def joined(spans):
    """Spans that meet as one."""
    found = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return set(found)


def example():
    return joined([Span(0, 1), Span(1, 2)])
'''


def test_a_span_within_another_one_shows(tmp_path):
    result = explore(tmp_path, SPANS, SPANS.replace("max(found[-1].end, span.end)", "span.end"))
    found = result["candidates"]
    assert "== {Span(" in found[0]["code"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


def test_all_numbers_are_drawn_anew():
    mutator = jt_mutate.Mutator(random.Random(1), Pool())
    case = Case((), ("a = Span(10, 70)", "a.add(5)"), "a.at(date(2024, 2, 30), -4)")
    seen = {mutator._renumbered(case).setup[0] for _ in range(60)}
    pairs = [eval(text.partition(" = Span")[2]) for text in seen]
    assert len(pairs) > 5 and all(0 <= low < high <= 5 for low, high in pairs)
    assert "date(2024, 2, 30)" in mutator._renumbered(case).call
    assert mutator._renumbered(Case((), (), "f(1)")) is None


REPORT = '''
class Report:
    """The rows of a table as lines."""

    def __init__(self, title="", order=list, limit=None):
        self.title = title
        self.order = order
        self.limit = limit

    def lines(self, rows):
        rows = list(self.order(rows))
        if not rows:
            return ["nothing"]
        return [self.title] + [str(row) for row in rows[: self.limit]]
'''


def test_what_can_be_given_in_the_place_of_a_built_in_function(tmp_path):
    head = REPORT.replace("list(self.order(rows))", "self.order(rows)").replace(
        "rows[: self.limit]", "list(rows)[: self.limit]"
    )
    result = explore(tmp_path, REPORT, head)
    found = result["candidates"]
    assert any("reversed" in one["code"] or "iter" in one["code"] for one in found)
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


ODD_STEPS = '''
class Entry:
    def __init__(self, name):
        self.name = name


class Registry:
    """Functions by name."""

    def __init__(self):
        self.entries = []

    def __getitem__(self, name):
        return lambda number: self.entries.append(name * number)

    def add(self, name) -> Entry:
        self.entries.append(name)
        return Entry(name)

    def count(self, extra: tuple[()] = ()):
        return len(self.entries)
'''
ODD_TEST = """
from shop import Registry


def test_count():
    registry = Registry()
    registry["a"](1)
    registry.add("b")
    assert registry.count() == 2
"""


def test_odd_steps_end_no_exploration(tmp_path):
    head = ODD_STEPS.replace("len(self.entries)", "len(set(self.entries))")
    result = explore(tmp_path, ODD_STEPS, head, tests={"test_shop.py": ODD_TEST})
    assert result["failure"] is None and result["candidates"]


LISTS = """
def spread(items: list[int]):
    ordered = list(items)
    ordered.sort()
    return ordered, sum(ordered)


def collect(items, factory=list):
    found = factory(items)
    count = 0
    for _ in found:
        count += 1
    return count
"""


def test_nothing_is_given_in_the_place_of_a_list_that_is_none(tmp_path):
    head = LISTS.replace("sum(ordered)", "sum(items)").replace(
        "    count = 0\n    for _ in found:\n        count += 1\n    return count",
        "    return len(found)",
    )
    result = explore(tmp_path, LISTS, head, seconds=10)
    assert result["failure"] is None and result["candidates"] == []


def test_a_class_that_is_made_of_a_named_tuple_keeps_its_docstring():
    text = (
        'class P(namedtuple("P", "x y")):\n    """A place.\n\n    >>> P(1, 2).x\n    1\n    """\n'
    )
    module = jt_code.Module("shop", "shop.py", "from collections import namedtuple\n" + text)
    node = module.defs["P"]
    assert jt_code.ast.get_docstring(node).startswith("A place.")
    assert [part.target.id for part in node.body[1:]] == ["x", "y"]


def test_names_of_handles_are_names(tmp_path):
    assert jt_handles._variable("Class", {}, []) == "new_class"
    assert jt_handles._variable("List", {}, []) == "new_list"
    assert jt_handles._variable("Entry", {"Entry": ["entry"]}, []) == "entry_2"


ASKED = """# Shop

>>> price("tea")
3
>>> Till(lambda item: item).add("x")
Traceback (most recent call last):
    ...
KeyError: 'x'
>>> Till({"a": 1}).total() == 4
True
>>> till = Till(3)
>>> till.add(lambda n: n > 0)
Traceback (most recent call last):
    ...
TypeError: no item
>>> till.total() > 3
False
"""


def test_an_example_that_raises_is_no_step_and_of_a_comparison_the_call_is_what_counts(tmp_path):
    cases = shown(tmp_path, README_md=ASKED)
    assert [(case.setup, case.call) for case in cases] == [
        ((), 'price("tea")'),
        ((), 'Till(lambda item: item).add("x")'),
        ((), 'Till({"a": 1}).total()'),
        ((), "Till(3)"),
        (("till = Till(3)",), "till.add(lambda n: n > 0)"),
        (("till = Till(3)",), "till.total()"),
    ]


def test_what_is_given_out_again_and_again_is_seen_as_whoever_collects_it_does(tmp_path):
    base = (
        "def windows(items):\n"
        "    window = list(items[:2])\n"
        "    for item in items[2:]:\n"
        "        yield window\n"
        "        window = [*window[1:], item]\n"
    )
    head = base.replace("window = [*window[1:], item]", "window[:] = [*window[1:], item]")
    found = explore(tmp_path, base, head)["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


OPTIONS = """
class Option:
    def __init__(self, name, default=None):
        self.name = name
        self.default = default


def filled(options, given):
    return {o.name: given.get(o.name, o.default) for o in options if o.default is not None}
"""
SHOWN = """
>>> from shop import Option, filled
>>> filled([Option("colour", default="blue"), Option("size")], {"size": 3})
{'colour': 'blue'}
"""


def test_what_examples_give_is_given_empty_too(tmp_path):
    head = OPTIONS.replace("if o.default is not None", "if o.default")
    (tmp_path / "head").mkdir()
    (tmp_path / "head" / "README.md").write_text(SHOWN)
    found = explore(tmp_path, OPTIONS, head)["candidates"]
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])
