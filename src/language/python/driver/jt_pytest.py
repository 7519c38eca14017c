"""Runs one generated test file in a child, with or without pytest installed.

Not a test runner: only what generated tests use. The kill matrix runs the real one afterwards; this
is the quick look that keeps tests which can't work from being offered at all.
"""

import importlib
import inspect
import io
import os
import pathlib
import re
import sys
import types


class Failed(AssertionError):
    """What `pytest.fail` and an unmet `pytest.raises` raise."""


class _Raises:
    def __init__(self, expected, match=None):
        self.expected, self.match, self.value = expected, match, None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            raise Failed("DID NOT RAISE")
        self.value = value
        if not issubclass(kind, self.expected):
            return False
        if self.match and not re.search(self.match, str(value)):
            raise Failed("the message does not match")
        return True


class _Approx:
    def __init__(self, expected, rel=1e-6, abs=1e-12):
        self.expected, self.rel, self.abs = expected, rel, abs

    def __eq__(self, actual):
        return self._near(self.expected, actual)

    def _near(self, expected, actual):
        if isinstance(expected, dict):
            return (
                isinstance(actual, dict)
                and expected.keys() == actual.keys()
                and all(self._near(v, actual[k]) for k, v in expected.items())
            )
        if isinstance(expected, (list, tuple)):
            return (
                type(expected) is type(actual)
                and len(expected) == len(actual)
                and all(self._near(e, a) for e, a in zip(expected, actual))
            )
        if expected == actual:
            return True
        try:
            return abs(expected - actual) <= max(self.rel * abs(expected), self.abs)
        except TypeError:
            return False


def _fail(reason=""):
    raise Failed(reason)


def _stand_in():
    module = types.ModuleType("pytest")
    module.raises = _Raises
    module.approx = _Approx
    module.fail = _fail

    class Mark:
        @staticmethod
        def parametrize(names, rows):
            def mark(function):
                function.jt_rows = (names, rows)
                return function

            return mark

        def __getattr__(self, _name):
            return lambda *a, **k: (lambda function: function)

    module.mark = Mark()
    return module


class _Capsys:
    def readouterr(self):
        text = sys.stdout.getvalue() if isinstance(sys.stdout, io.StringIO) else ""
        sys.stdout = io.StringIO()
        return types.SimpleNamespace(out=text, err="")


class _Monkeypatch:
    @staticmethod
    def chdir(path):
        os.chdir(path)

    @staticmethod
    def setattr(target, *given):
        if isinstance(target, str):
            module, name = target.rsplit(".", 1)
            target, given = __import__(module, fromlist=["_"]), (name, *given)
        setattr(target, *given)


def run(code, folder):
    """Runs every test function of the text: `passed`, or `failed: <why>`, or `broken: <why>`."""
    real = sys.modules.get("pytest")
    sys.modules["pytest"] = _stand_in()
    space = {"__name__": "jt_test"}
    try:
        try:
            exec(compile(code, "<test>", "exec"), space)
        except BaseException as error:
            return "broken: %s: %s" % (type(error).__name__, error)
        tests = [
            v
            for k, v in space.items()
            if k.startswith("test_") and isinstance(v, types.FunctionType)
        ]
        if not tests:
            return "broken: no test"
        for test in tests:
            try:
                _run(test, folder)
            except BaseException as error:
                return "failed: %s: %s" % (type(error).__name__, str(error)[:200])
        return "passed"
    finally:
        if real is not None:
            sys.modules["pytest"] = real


def _run(test, folder):
    names, rows = getattr(test, "jt_rows", ((), [()]))
    if isinstance(names, str):
        names = [n.strip() for n in names.split(",")]
        if len(names) == 1:
            rows = [(row,) for row in rows]
    fixtures = {
        "tmp_path": lambda: pathlib.Path(folder),
        "capsys": _Capsys,
        "monkeypatch": _Monkeypatch,
    }
    code = test.__code__
    wanted = code.co_varnames[: code.co_argcount]
    for row in rows:
        values = dict(zip(names, row))
        for name in wanted:
            if name in fixtures:
                values[name] = fixtures[name]()
        result = test(**values)
        if inspect.iscoroutine(result):
            importlib.import_module("asyncio").run(result)
