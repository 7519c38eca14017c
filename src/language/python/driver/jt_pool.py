"""Values that need no code to be known: plain ones of every kind; and the constants that a piece of
code names.
"""

import collections
import datetime
import decimal
import fractions
import io
import pathlib

import jt_shape

INTS = [2, 0, 1, 3, 5, -1, 10, 4, 7, 100, -3]
FLOATS = [1.5, 0.0, 2.0, 10.0, -1.5, 0.5, 99.99, 100.0, 3.25]
STRINGS = [
    "a",
    "",
    "abc",
    "Hello World",
    "b",
    "aba",
    "a b c",
    "A",
    "a<b & 'c'",
    "  x  ",
    "one two one",
    "12",
    "1",
    "caf\u00e9",
    "a-b_c",
]
EMPTY = {
    "list": "[]",
    "set": "set()",
    "tuple": "()",
    "iterator": "iter([])",
    "deque": "deque()",
    "dict": "{}",
}
ZONES = ("timezone(timedelta(hours=2))", "timezone.utc", "timezone(timedelta(hours=-5))")
GENERIC = ["int", "str", "list", "dict", "float", "none", "tuple", "bool", "callable", "set"]
DAYS = ((2024, 1, 31), (2024, 2, 29), (2023, 12, 31), (2024, 3, 1), (2023, 6, 15))
FIXED = {
    "errors": ["ValueError", "(ValueError,)", "(KeyError, ValueError)", "LookupError", "Exception"],
    "date": ["date(%d, %d, %d)" % day for day in DAYS],
    "datetime": [
        "datetime(2024, 1, 31, 9, 30)",
        "datetime(2024, 2, 29, 0, 0)",
        "datetime(2023, 12, 31, 23, 59, 59)",
        "datetime(2024, 3, 4, 12, 0)",
    ],
    "timedelta": [
        "timedelta(hours=1)",
        "timedelta(0)",
        "timedelta(days=1, seconds=1)",
        "timedelta(seconds=90)",
    ],
    "time": ["time(9, 30)", "time(0, 0)", "time(23, 59, 59)"],
    "decimal": [
        'Decimal("1.50")',
        'Decimal("0")',
        'Decimal("-2.25")',
        'Decimal("10.005")',
        'Decimal("100")',
    ],
    "fraction": ["Fraction(1, 2)", "Fraction(3, 1)", "Fraction(-2, 3)"],
    "none": ["None"],
    "bool": ["True", "False"],
    "bytes": ['b"abc"', 'b""', 'b"hello world"', 'b"\\x00\\xff"', 'b"a,b"'],
    "uuid": ['UUID("12345678-1234-5678-1234-567812345678")', "UUID(int=5)", "UUID(int=0)"],
    "regex": ['re.compile("a+")', 're.compile("[0-9]+")'],
    "path": [
        'Path("name")',
        'Path("a/b.txt")',
        'Path("docs/x.tar.gz")',
        'Path("data.json")',
        'Path("/tmp/a")',
    ],
    "numeral": ['"1"', '"0"', '"2.50"', '"10"', '"-1"', '"0.5"', '"3.25"', '"100"', '""'],
    "file": [
        'StringIO("a,b\\n1,2\\n")',
        'StringIO("")',
        'StringIO("one\\ntwo\\n\\nthree\\n")',
        'StringIO("x = 1\\n# c\\ny = 2")',
    ],
}
# What has the attributes of a kind.
TYPES = {
    "date": datetime.date,
    "datetime": datetime.datetime,
    "timedelta": datetime.timedelta,
    "decimal": decimal.Decimal,
    "fraction": fractions.Fraction,
    "path": pathlib.Path,
    "file": io.StringIO,
    "str": str,
    "bytes": bytes,
    "int": int,
    "float": float,
    "list": list,
    "dict": dict,
    "set": set,
    "deque": collections.deque,
    "counter": collections.Counter,
}
FUNCTIONS = {
    jt_shape.ANY: [
        "lambda *args: len(args)",
        "lambda *args: 1",
        'lambda *args: "a"',
        "lambda *args: args",
        "lambda *args: 1 / 0",
        "lambda *args: None",
    ],
    0: ["lambda: 1", "lambda: None", 'lambda: "a"', "lambda: 1 / 0", "lambda: []"],
    1: [
        "lambda x: x",
        "lambda x: x * 2",
        "lambda x: x > 1",
        "str",
        "lambda x: not x",
        "len",
        "lambda x: -x",
        "lambda x: None",
        "lambda x: x % 2",
        "lambda x: 1 / 0",
    ],
    2: [
        "lambda a, b: a + b",
        "lambda a, b: a - b",
        "max",
        "lambda a, b: a < b",
        "lambda a, b: (a > b) - (a < b)",
    ],
}


class Pool:
    """Constants that the code names, by kind; and what its text patterns look like."""

    def __init__(self):
        self.ints, self.floats, self.strings = [], [], []
        self.rows = []  # (mark, count) of the texts that the code splits into so many parts
        self.lined = False  # whether the code reads texts line by line
        self.raised = []  # exceptions that the code catches, as they are made
        self.columns = {}  # column of a table -> the texts that statements compare it with
        self.zoned = False  # whether the code asks a time for its zone
        self.json = False  # whether the code reads JSON, or what can be written as it
        self.toml = False  # whether the code reads TOML
        self.tables = False  # whether the code reads tables with named columns
        self.keys = []  # what the code looks up by a constant
        self.gathers = False  # whether the code waits for several tasks at once
        self.folds = False  # whether the code takes texts that differ in case for the same
        self.typed = False  # whether the code looks up what to do by the types of values
        self.forms = []  # what its texts look like

    def add(self, value):
        """Takes a constant in; a number brings its neighbours."""
        if isinstance(value, bool) or value is None:
            return
        if isinstance(value, int) and abs(value) < 10**12:
            for number in (value, value + 1, value - 1):
                self._keep(self.ints, number)
        elif isinstance(value, float) and value == value and abs(value) < 1e15:
            for number in (value, value + 1, value - 1, value / 2):
                self._keep(self.floats, round(number, 6))
        elif isinstance(value, str) and 0 < len(value) <= 200:
            self._keep(self.strings, value)

    @staticmethod
    def _keep(values, value):
        if value not in values and len(values) < 120:
            values.append(value)
