"""The explorer from plan to result: it finds what changed, and says nothing where nothing
changed.
"""

import ast

import pytest
from exploring import explore, passes

from jt_objects import made_by_dataclass

BASE = """
def total(items):
    result = 0
    for item in items:
        result += item["price"] * item.get("count", 1)
    return result


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self._balance += amount

    def balance(self):
        return self._balance
"""


def regressions(result):
    return [c for c in result["candidates"] if c["purpose"] == "regression"]


def test_a_changed_value_becomes_a_test_that_passes_on_base_and_fails_on_head(tmp_path):
    result = explore(tmp_path, BASE, BASE.replace('"count", 1', '"count", 0'))
    assert result["problems"] == []
    found = regressions(result)
    assert found
    for candidate in found:
        assert passes(tmp_path, "base", candidate)
        assert not passes(tmp_path, "head", candidate)


def test_a_lost_check_is_found(tmp_path):
    found = regressions(explore(tmp_path, BASE, BASE.replace("amount <= 0", "amount < 0")))
    assert any("ValueError" in candidate["before"] for candidate in found)


def test_renamed_private_state_and_a_comprehension_are_not_differences(tmp_path):
    head = BASE.replace("_balance", "_cents").replace(
        """    result = 0
    for item in items:
        result += item["price"] * item.get("count", 1)
    return result""",
        '    return sum(item["price"] * item.get("count", 1) for item in items)',
    )
    assert regressions(explore(tmp_path, BASE, head)) == []


def test_code_that_does_not_end_any_more_gets_a_test_that_ends(tmp_path):
    base = (
        "def halve(n):\n    steps = 0\n"
        "    while n > 0:\n        n //= 2\n        steps += 1\n    return steps\n"
    )
    found = regressions(explore(tmp_path, base, base.replace("n > 0", "n >= 0")))
    assert "signal.setitimer" in found[0]["code"]
    assert "doesn't end" in found[0]["now"] and found[0]["endless"]
    assert passes(tmp_path, "base", found[0])
    assert not passes(tmp_path, "head", found[0])


def test_code_that_is_slow_and_ends_is_not_said_to_go_on_forever(tmp_path):
    base = """
def steps(count):
    day = 0
    while day < abs(count) % 7:
        day += 1
    return day
"""
    head = base.replace("return day", "while day < 3000000:\n        day += 1\n    return count")
    found = explore(tmp_path, base, head.replace("return count", "return abs(count) % 7"))
    assert found["failure"] is None and found["candidates"] == []


def test_an_input_that_lacks_what_head_reads_sooner_proves_nothing(tmp_path):
    base = (
        "class Cart:\n    def __init__(self):\n        self.lines = []\n\n"
        "    def add(self, line):\n        for old in self.lines:\n"
        "            if old.sku == line.sku and old.price == line.price:\n"
        "                return\n        self.lines.append(line)\n"
    )
    head = base.replace(
        "        for old in self.lines:\n"
        "            if old.sku == line.sku and old.price == line.price:\n",
        "        wanted = (line.sku, line.price)\n        for old in self.lines:\n"
        "            if (old.sku, old.price) == wanted:\n",
    )
    assert regressions(explore(tmp_path, base, head)) == []
    base = (
        "def fits(person, shift):\n    if shift.day in person.days_off:\n        return False\n"
        "    return person.role >= shift.role\n"
    )
    head = (
        "def fits(person, shift):\n"
        "    return person.role >= shift.role and shift.day not in person.days_off\n"
    )
    assert regressions(explore(tmp_path / "fits", base, head)) == []
    base = "def fits(p, s):\n    return p['role'] >= s['role'] and s['day'] != p['off']\n"
    head = (
        "def fits(p, s):\n    if s['day'] == p['off']:\n        return False\n"
        "    return p['role'] >= s['role']\n"
    )
    assert regressions(explore(tmp_path / "keys", base, head)) == []


def test_an_input_that_base_looks_at_first_is_missed_when_head_does_not(tmp_path):
    base = (
        "def total(order):\n    if isinstance(order, str):\n        return 0\n"
        "    return sum(order.values())\n"
    )
    head = "def total(order):\n    return sum(order.values())\n"
    found = regressions(explore(tmp_path, base, head))
    assert found and "AttributeError" in found[0]["now"]


def test_a_key_that_base_has_a_default_for_is_missed_when_head_has_none(tmp_path):
    base = "def total(order):\n    return order.get('price', 0) * order['count']\n"
    found = regressions(explore(tmp_path, base, base.replace(".get('price', 0)", "['price']")))
    assert found and "KeyError" in found[0]["now"]


LOST = {
    "an entry of a table": (
        "def cost(n, code):\n" '    rates = {"eur": 1, "gbp": 2}\n' "    return n * rates[code]\n",
        '"gbp": 2',
        '"usd": 2',
        "KeyError",
    ),
    "a guard": (
        'FIELDS = ("name", "mail")\n\n\ndef row(user):\n'
        "    return [user[field] for field in FIELDS if field in user]\n",
        " if field in user",
        "",
        "KeyError",
    ),
    "an attribute that another method sets": (
        "class Report:\n    def __init__(self, name):\n        self.name = name\n\n"
        "    def load(self, title):\n        self.title = title\n\n"
        "    def render(self):\n        return self.name.upper()\n",
        "return self.name.upper()",
        "return self.title.upper()",
        "AttributeError",
    ),
    "a default, which another function does without": (
        'def total(order):\n    if not order.get("lines"):\n        return 0\n'
        '    return order.get("price", 1) * len(order["lines"])\n\n\n'
        'def price(order):\n    return order["price"]\n',
        '    if not order.get("lines"):\n        return 0\n    return order.get("price", 1)',
        '    each = order["price"]\n    if not order.get("lines"):\n'
        "        return 0\n    return each",
        "KeyError",
    ),
}


@pytest.mark.parametrize("lost", LOST)
def test_what_is_really_lost_is_no_lack_of_the_input(tmp_path, lost):
    base, before, now, error = LOST[lost]
    assert before in base
    found = regressions(explore(tmp_path, base, base.replace(before, now)))
    assert any(error in candidate["now"] for candidate in found)


def test_an_import_error_is_a_problem_and_not_a_difference(tmp_path):
    head = "import missing_module\n" + BASE.replace("count", "number")
    result = explore(tmp_path, BASE, head)
    assert regressions(result) == []
    assert any("missing_module" in p["what"] and p["side"] == "head" for p in result["problems"])


def test_mutants_are_killed_or_explained(tmp_path):
    mutants = [
        {"id": "M001", "source": BASE.replace("amount <= 0", "amount < 0"), "line": 16},
        {"id": "M002", "source": BASE.replace("result = 0", "result = 0  # still"), "line": 3},
        {"id": "M003", "source": BASE.replace("result = 0", "result = ["), "line": 3},
    ]
    mutants = [dict(m, file="shop.py", module="shop", symbol="") for m in mutants]
    result = explore(tmp_path, "", BASE, mutants)
    killed = {m for c in result["candidates"] for m in c["mutants"]}
    assert killed == {"M001"}
    assert result["mutants"]["M002"]["status"] == "equivalent"
    assert result["mutants"]["M003"]["status"] == "broken"


def test_mutants_of_base_lead_to_inputs_and_prove_nothing_themselves(tmp_path):
    at = {"file": "shop.py", "module": "shop", "symbol": "shop.Account.deposit", "line": 14}
    mutants = [
        dict(at, id="B001", source=BASE.replace("amount <= 0", "amount <= 1")),
        dict(at, id="B002", source=BASE.replace("amount <= 0", "amount <= [")),
        dict(at, id="B003", source="raise ImportError\n"),
    ]
    head = BASE.replace("amount <= 0", "0 >= amount")
    result = explore(tmp_path, BASE, head, base_mutants=mutants)
    assert result["candidates"] == [] and result["mutants"] == {}
    assert result["stats"]["led_by_base"] > 0
    alone = explore(tmp_path / "alone", BASE, head, base_mutants=mutants[1:])
    assert alone["stats"]["led_by_base"] == 0


def test_the_same_plan_gives_the_same_candidates(tmp_path):
    head = BASE.replace("+= amount", "-= amount")
    first = explore(tmp_path / "a", BASE, head)
    second = explore(tmp_path / "b", BASE, head)
    assert first["candidates"] == second["candidates"] != []


def test_what_depends_on_the_machine_is_no_behaviour(tmp_path):
    base = (
        "import getpass\nimport os\nimport platform\nimport shutil\nimport socket\nimport sys\n\n\n"
        "def home():\n    return os.environ.get('HOME', '') + '/a'\n"
        "\n\ndef workers():\n    return (os.cpu_count() or 1) * 2\n"
        "\n\ndef agent():\n    return 'x-' + platform.python_version()\n"
        "\n\ndef minor():\n    return 'x-%s' % sys.version_info[1]\n"
        "\n\ndef host():\n    return 'x-' + socket.gethostname()\n"
        "\n\ndef git():\n    return 'x-%s' % shutil.which('git')\n"
        "\n\ndef user():\n    return 'x-' + getpass.getuser()\n"
    )
    head = base.replace("'/a'", "'/b'").replace("* 2", "* 3").replace("'x-'", "'y-'")
    assert explore(tmp_path, base, head)["candidates"] == []


def test_the_text_of_the_source_is_no_behaviour(tmp_path):
    base = "import inspect\n\n\ndef size():\n    return len(inspect.getsource(size))\n"
    assert explore(tmp_path, base, base.replace("return", "return 0 +"))["candidates"] == []


def test_a_function_that_calls_itself_gets_nested_sequences(tmp_path):
    base = (
        "def flatten(items):\n    flat = []\n    for item in items:\n"
        "        if isinstance(item, (list, tuple)):\n            flat.extend(flatten(item))\n"
        "        else:\n            flat.append(item)\n    return flat\n"
    )
    assert regressions(explore(tmp_path, base, base.replace("(flatten(item))", "(item)")))


def test_a_module_with_a_docstring_and_a_future_import_is_explored(tmp_path):
    base = (
        '"""Sizes."""\n\nfrom __future__ import annotations\n\n\n'
        "def double(n: int | str) -> int:\n    return int(n) * 2\n"
    )
    result = explore(tmp_path, base, base.replace("* 2", "* 3"))
    assert result["failure"] is None
    assert regressions(result)


def test_blanks_and_late_differences_are_shown(tmp_path):
    base = "def pad(text):\n    return text + '    '\n"
    found = regressions(explore(tmp_path / "pad", base, base.replace("'    '", "'  '")))
    assert "'    '" in found[0]["before"].replace('"', "'")
    base = "def banner(n):\n    return 'long ' * 30 + '(a)'\n"
    found = regressions(explore(tmp_path / "banner", base, base.replace("(a)", "(b)")))
    assert found[0]["before"] != found[0]["now"].replace(" returns ", " returned ")


def test_what_was_not_called_is_said(tmp_path):
    base = "def _inner(x):\n    return x\n"
    result = explore(tmp_path, base, base.replace("return x", "return x + 1"))
    assert result["candidates"] or result["problems"]


ASYNC = """
async def doubled(numbers):
    found = []
    for number in numbers:
        found.append(number * 2)
    return found


def label(count):
    return "one" if count == 1 else "many"
"""


def test_asynchronous_code_is_explored_though_it_imports_nothing_for_it(tmp_path):
    head = ASYNC.replace("number * 2", "number + 2")
    mutant = dict(module="shop", file="shop.py", line=5, id="M001")
    mutants = [dict(mutant, source=head.replace("number + 2", "number + 3"))]
    result = explore(tmp_path, ASYNC, head, mutants=mutants)
    found = regressions(result)
    assert found and passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])
    assert any(c["mutants"] == ["M001"] for c in result["candidates"]), result["mutants"]


KINDS = {
    "texts that are digits and no decimals": (
        "def quantity(text):\n    return int(text) if text.isdecimal() else None\n",
        ("isdecimal", "isdigit"),
    ),
    "an exception that leaves a block": (
        """
class Watch:
    def __init__(self):
        self.laps = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.laps += 1
        return False
""",
        ("return False", "return True"),
    ),
    "what a block restores": (
        """
from contextlib import contextmanager


@contextmanager
def override(settings, **changes):
    before = dict(settings)
    settings.update(changes)
    try:
        yield settings
    finally:
        settings.clear()
        settings.update(before)
""",
        ("        settings.clear()\n", ""),
    ),
    "what a method's block undoes": (
        """
from contextlib import contextmanager


class Store:
    def __init__(self):
        self.rows = []

    def add(self, row):
        self.rows.append(row)

    @contextmanager
    def transaction(self):
        before = list(self.rows)
        try:
            yield self
        except Exception:
            self.rows = before
            raise
""",
        ("self.rows = before", "self.rows = list(self.rows)"),
    ),
    "the order of a dataclass": (
        """
from dataclasses import dataclass


@dataclass(order=True)
class Card:
    rank: int
    suit: str
""",
        ("    rank: int\n    suit: str", "    suit: str\n    rank: int"),
    ),
    "the equality of a dataclass": (
        """
from dataclasses import dataclass, field


@dataclass
class Point:
    x: int
    label: str = field(default="", compare=False)
""",
        (", compare=False", ""),
    ),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_difference_is_seen_in(tmp_path, kind):
    base, (before, after) = KINDS[kind]
    assert before in base
    found = regressions(explore(tmp_path, base, base.replace(before, after)))
    assert found
    assert passes(tmp_path, "base", found[0]) and not passes(tmp_path, "head", found[0])


def test_the_comparisons_of_a_dataclass_are_read_from_its_decorator():
    settings = {
        "dataclass": ["__eq__"],
        "dataclass(order=True)": ["__lt__", "__eq__"],
        "dataclasses.dataclass(order=True, eq=True)": ["__lt__", "__eq__"],
        "dataclass(eq=False)": [],
        "dataclass(eq=settings.EQ, order=ORDER)": [],
        "dataclass(**options)": ["__eq__"],
        "other(order=True)": [],
    }
    for text, expected in settings.items():
        node = ast.parse("@%s\nclass Point:\n    x: int\n" % text).body[0]
        assert [method.name for method in made_by_dataclass(node)] == expected, text


WINDOW = """
def moving_sums(numbers, size):
    sums = []
    for index in range(len(numbers) - size + 1):
        sums.append(sum(numbers[index:index + size]))
    return sums
"""


def test_what_mutants_of_base_lead_to_is_a_call_that_can_be_meant(tmp_path):
    head = """
from itertools import islice


def moving_sums(numbers, size):
    return [sum(islice(numbers, i, i + size)) for i in range(len(numbers) - size + 1)]
"""
    texts = [WINDOW.replace("- size + 1", new) for new in ("- size", "- size + 2", "+ size + 1")]
    mutant = dict(module="shop", file="shop.py", line=4, symbol="moving_sums")
    mutants = [dict(mutant, id="B%03d" % i, source=text) for i, text in enumerate(texts, 1)]
    assert regressions(explore(tmp_path, WINDOW, head, base_mutants=mutants)) == []
