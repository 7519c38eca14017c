"""Formatter, linter and type checker over the files of all tests at once."""

import json
import os
import re
import shutil
import tempfile
from functools import partial

from polish_tools import Unusable, first_usable, last_line

LEFT_OUT = ("E203", "W503")  # what black writes
_FLAKE8 = re.compile(r"^(.+?):(\d+):\d+: ([A-Z]+[0-9]+)\s+(.*)$")
_MYPY = re.compile(r"^(.+?):(\d+)(?::\d+)?: (error|note): (.*?)(?:  \[([a-z0-9-]+)\])?$")
_IMPORTS = ("import", "import-untyped", "import-not-found")


class Fault:
    """What a tool says of a line."""

    def __init__(self, path, row, code, words):
        self.path = path
        self.row = row
        self.code = code
        self.words = words

    @property
    def is_warning(self):
        """Whether it is no error: pycodestyle's own letter for it."""
        return self.code.startswith("W")

    def __str__(self):
        return "%s %s (line %d)" % (self.code, self.words, self.row)


class Checks:
    """The tools that a repository uses, each run once for all files."""

    def __init__(self, tools, settings, import_roots, notes):
        self.tools = tools
        self.settings = settings
        self.import_roots = import_roots
        self.notes = notes

    def load(self):
        """Has the tools load that are about to be used."""
        names = (self.settings.formatter, self.settings.linter, "mypy")
        self.tools.load([name for name in names if name != "ruff"])

    def format(self, paths):
        """Formats files in place; gives `{path: why}` for those that can't be."""
        settings, attempts = self.settings, []
        if settings.formatter == "ruff":
            for tool in self.tools.named("ruff"):
                attempts.append((str(tool), partial(self._ruff_format, tool, paths)))
        for tool in self.tools.named("black"):
            for config in _configs(settings.black):
                attempts.append((_words(tool, config), partial(self._black, tool, config, paths)))
        return first_usable("the formatter", attempts, self.notes)

    def _black(self, tool, config, paths):
        arguments = ["--quiet", "--required-version", ""]
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as nothing:
            arguments += ["--config", config or nothing.name]
            if not config:
                arguments += ["--line-length", str(self.settings.width)]
            status, _, err = self.tools.run(tool, arguments + paths)
        if status not in (0, 123):
            raise Unusable(last_line(err))
        return _not_formatted(err) if status else {}

    def _ruff_format(self, tool, paths):
        status, _, err = self.tools.run(tool, ["format", "--no-cache", "--quiet"] + paths)
        if status:
            raise Unusable(last_line(err))
        return {}

    def fix(self, paths):
        """Lets ruff mend what it calls safe, where it is the repository's linter."""
        if self.settings.linter != "ruff":
            return
        arguments = ["check", "--no-cache", "--quiet", "--exit-zero", "--fix", "--no-unsafe-fixes"]
        for tool in self.tools.named("ruff"):
            try:
                if self.tools.run(tool, arguments + paths)[0] == 0:
                    return
            except Unusable:
                continue

    def lint(self, paths):
        """The linter's faults."""
        settings, attempts = self.settings, []
        if settings.linter == "ruff":
            for tool in self.tools.named("ruff"):
                attempts.append((str(tool), partial(self._ruff_check, tool, paths)))
        for tool in self.tools.named("flake8"):
            for config in _configs(settings.flake8):
                attempts.append((_words(tool, config), partial(self._flake8, tool, config, paths)))
        faults = first_usable("the linter", attempts, self.notes)
        return [fault for fault in faults if fault.code not in LEFT_OUT]

    def _flake8(self, tool, config, paths):
        arguments = ["--jobs", "1", "--format", "default"]
        if config:
            arguments += ["--config", config]
        else:
            arguments += ["--isolated", "--max-line-length", str(self.settings.width)]
            arguments += ["--extend-ignore", ",".join(LEFT_OUT)]
        status, out, err = self.tools.run(tool, arguments + paths)
        faults = [_flake8_fault(line) for line in out.splitlines()]
        faults = [fault for fault in faults if fault]
        if status not in (0, 1) or "critical error" in out + err or (status and not faults):
            raise Unusable(last_line(err or out))
        return faults

    def _ruff_check(self, tool, paths):
        arguments = ["check", "--no-cache", "--quiet", "--output-format", "json"]
        status, out, err = self.tools.run(tool, arguments + paths)
        if status not in (0, 1):
            raise Unusable(last_line(err))
        try:
            rows = json.loads(out or "[]")
            return [
                Fault(
                    os.path.relpath(row["filename"], self.tools.root),
                    int(row["location"]["row"]),
                    str(row["code"] or "E999"),
                    str(row["message"]),
                )
                for row in rows
            ]
        except (ValueError, KeyError, TypeError):
            raise Unusable("its answer can't be read") from None

    def types(self, paths):
        """The type checker's faults: by the repository's settings where they are about tests."""
        own = [path for path in paths if self.settings.type_checked(path)]
        others = [path for path in paths if path not in own]
        faults = self._types(own, self.settings.types) if own else []
        return faults + (self._types(others, None) if others else [])

    def _types(self, paths, config):
        attempts = []
        for tool in self.tools.named("mypy"):
            for own, flat in [(config, False)] * bool(config) + [(None, False), (None, True)]:
                attempts.append((_words(tool, own), partial(self._mypy, tool, own, flat, paths)))
        return first_usable("the type checker", attempts, self.notes)

    def _mypy(self, tool, config, flat, paths):
        arguments = ["--no-error-summary", "--no-pretty", "--show-error-codes", "--no-color-output"]
        arguments += ["--hide-error-context", "--no-site-packages", "--ignore-missing-imports"]
        # With no settings, bodies without types are not checked: what they call need not be read.
        arguments += ["--follow-imports", "silent" if config else "skip"]
        arguments += ["--config-file", config or ""]
        arguments += ["--cache-dir", self._cache(tool, config)]
        roots = ":".join(os.path.join(self.tools.root, root) for root in self.import_roots)
        with tempfile.TemporaryDirectory() as folder:
            names = {path: path for path in paths}
            if flat:  # where a file's folders can't be a package
                names = {os.path.join(folder, os.path.basename(path)): path for path in paths}
                for copy, path in names.items():
                    shutil.copyfile(os.path.join(self.tools.root, path), copy)
            done = self.tools.run(tool, arguments + list(names), MYPYPATH=roots)
        return _mypy_faults(done, names)

    def _cache(self, tool, config):
        """Our own reading of the standard library goes with our own tool and settings alone."""
        cache = os.path.join(self.tools.ours, "cache")
        usable = tool.whose == "jittest" and not config and os.path.isdir(cache)
        return cache if usable else os.devnull


def _words(tool, config):
    return "%s%s" % (tool, " with the repository's settings" if config else "")


def _configs(config):
    return [config, None] if config else [None]


def _not_formatted(err):
    found = re.findall(r"(?m)^error: cannot format (.+?): (.*)$", err)
    return {path: words for path, words in found}


def _flake8_fault(line):
    match = _FLAKE8.match(line)
    if not match:
        return None
    path, row, code, words = match.groups()
    return Fault(os.path.normpath(path), int(row), code, words)


def _mypy_faults(done, names):
    status, out, err = done
    faults, elsewhere = [], None
    for line in out.splitlines():
        match = _MYPY.match(line)
        if not match or match.group(3) != "error" or match.group(5) in _IMPORTS:
            continue
        path, row, _, words, code = match.groups()
        if path in names:
            faults.append(Fault(names[path], int(row), code or "error", words))
        else:
            elsewhere = line
    if status not in (0, 1) and not faults or elsewhere and not faults:
        raise Unusable(elsewhere or last_line(err or out))
    return faults
