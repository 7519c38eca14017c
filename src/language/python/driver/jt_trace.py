"""Counts steps and notes lines of the repository's code, and ends what doesn't end.

A step is a line or call event in a file below the root, or some calls in other files. Wall time
says nothing about "doesn't end" on a busy machine; steps do: they are the same in every run.
"""

import ast
import os
import sys
import threading
import zlib

import jt_bounds

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
OURS = "ours"  # what looks at outcomes counts as the code does, so that large ones end, too
FOREIGN = 8  # calls in other files that are a step: libraries make many for one that is asked for


class Tracer:
    """The trace function of one child; reset for each case."""

    def __init__(self, root, wanted):
        self.root = root
        self.wanted = wanted  # real paths of files whose lines are reported
        self.files = {}
        self.steps = 0
        self.foreign = 0  # calls in other files
        self.limit = 0
        self.on_limit = None
        self.noting = False
        self.lines = set()
        self.arcs = set()
        self.last = 0
        self.sought = {}
        self.numbers = []

    def start(self, limit, on_limit, lines, sought=None):
        """Counts from nothing; `on_limit` is called once when `limit` steps were made, and must not
        return. `lines` says whether it matters which lines are reached; `sought` are expressions of
        which the numbers matter: `{file: {line: expressions}}`.
        """
        self.noting = lines
        self.numbers = []
        self.sought = {
            file: {
                int(line): [ast.parse(text, mode="eval") for text in texts]
                for line, texts in places.items()
            }
            for file, places in (sought or {}).items()
        }
        self.steps = self.foreign = 0
        self.limit = limit
        self.on_limit = on_limit
        self.lines = set()
        self.arcs = set()
        self.last = 0
        threading.settrace(self._call)  # handlers of some frameworks run in threads
        sys.settrace(self._call)

    def stop(self):
        """No more events."""
        sys.settrace(None)
        threading.settrace(None)

    def reached(self):
        """Lines reached in the wanted files, by path."""
        lines = {}
        for file, line in self.lines:
            lines.setdefault(self.wanted[file], []).append(line)
        return {path: sorted(found) for path, found in sorted(lines.items())}

    def _entry(self, filename):
        # Per file: a number for its arcs, and its path if its lines are wanted; False for foreign
        # files.
        entry = OURS if filename.startswith((HERE, "<")) else False
        if filename.startswith(self.root) or os.path.realpath(filename).startswith(self.root):
            full = os.path.realpath(filename)
            number = zlib.crc32(full[len(self.root) :].encode("utf-8", "replace")) << 24
            entry = (number, full if full in self.wanted else None)
        self.files[filename] = entry
        return entry

    def _note(self, expressions, names):
        for expression in expressions:
            value = jt_bounds.number(expression, names)
            if value is not None and value not in self.numbers:
                if len(self.numbers) < jt_bounds.MOST_NUMBERS:
                    self.numbers.append(value)

    def _call(self, frame, event, _arg):
        filename = frame.f_code.co_filename
        entry = self.files.get(filename)
        if entry is None:
            entry = self._entry(filename)
        if entry is False:
            self.foreign += 1
            if self.foreign % FOREIGN:
                return None
        self.steps += 1
        if self.steps > self.limit:
            self.on_limit()
        if entry in (False, OURS):
            return None
        number, wanted = entry[0], entry[1] if self.noting else None
        lines, arcs = self.lines, self.arcs
        sought = self.sought.get(self.wanted.get(entry[1])) if self.sought else None

        def local(frame, event, _arg):
            if event == "line":
                line = frame.f_lineno
                self.steps += 1
                if self.steps > self.limit:
                    self.on_limit()
                arcs.add(number + self.last * 4096 + line)
                self.last = line
                if wanted is not None:
                    lines.add((wanted, line))
                if sought is not None and line in sought:
                    self._note(sought[line], frame.f_locals)
            return local

        return local
