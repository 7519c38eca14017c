"""What is known so far: cells, coverage, and what can't be believed. Written out as the result at
the end.
"""

import threading
import time

CELLS = 20000
TEXTS = 200


class Ledger:
    """Collects results; may be used by several threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.began = time.monotonic()
        self.cells, self.own_cells, self.own_oracles = [], [], []
        self.broken_mutants, self.equivalent_mutants, self.not_run = {}, {}, []
        self.distrust, self.notes = [], []
        self.lines, self.arcs, self.all_branches = {}, {}, {}
        self.reached = {}
        self.milliseconds = 0
        self.sessions = 0

    def add_cell(self, test, revision, run, cell, setting):
        """One run of a generated test."""
        with self.lock:
            if len(self.cells) < CELLS:
                row = dict(cell, test=test, revision=revision, run=run, setting=setting["label"])
                self.cells.append(row)
            self.milliseconds += cell["ms"]

    def add_own(self, node, revision, cell):
        """One run of one of the repository's own tests."""
        with self.lock:
            if len(self.own_cells) < CELLS:
                names = ("outcome", "message", "line", "own_assertion", "ms")
                self.own_cells.append(
                    dict({name: cell[name] for name in names}, node=node, revision=revision)
                )
            self.milliseconds += cell["ms"]

    def add_session(self):
        """One pytest session more."""
        with self.lock:
            self.sessions += 1

    def outcomes(self, test, revision):
        """All runs of a generated test on a revision so far."""
        return [
            cell for cell in self.cells if cell["test"] == test and cell["revision"] == revision
        ]

    def say(self, text):
        """A note for the report, once."""
        self._once(self.notes, text)

    def doubt(self, text):
        """A reason why nothing of all this can be believed, once."""
        self._once(self.distrust, text)

    def _once(self, texts, text):
        with self.lock:
            if text not in texts and len(texts) < 10 * TEXTS:
                texts.append(text)

    def add_trace(self, who, trace):
        """What `who` (a test's id, an own node, None for imports) reached on head."""
        if not trace:
            return
        with self.lock:
            for name, lines in trace["lines"].items():
                self.lines.setdefault(name, set()).update(lines)
            for name, arcs in trace["arcs"].items():
                self.arcs.setdefault(name, set()).update(map(tuple, arcs))
            for name, firsts in trace["functions"].items():
                for first in firsts:
                    self.reached.setdefault((name, first), set()).add(who)

    def reaching(self, name, scope):
        """Who reaches a function of a file; None where everybody has to be taken to."""
        who = self.reached.get((name, scope), set())
        return None if scope is None or None in who else who

    def near(self, name):
        """Who reaches any function of a file."""
        return set().union(*(who for (file, _), who in self.reached.items() if file == name))

    def result(self):
        """All of it, as JSON."""
        covered = {
            name: sorted(arc for arc in map(tuple, branches) if arc in self.arcs.get(name, ()))
            for name, branches in self.all_branches.items()
        }
        return {
            "cells": self.cells,
            "own_cells": self.own_cells,
            "own_oracles": self.own_oracles,
            "covered_lines": {name: sorted(lines) for name, lines in self.lines.items()},
            "covered_branches": covered,
            "all_branches": self.all_branches,
            "broken_mutants": self.broken_mutants,
            "equivalent_mutants": self.equivalent_mutants,
            "not_run": self.not_run,
            "distrust": sorted(self.distrust)[:TEXTS],  # who was first to say it is chance
            "notes": sorted(self.notes)[:TEXTS],
            "sessions": self.sessions,
            "test_seconds": round(self.milliseconds / 1000, 3),
            "total_seconds": round(time.monotonic() - self.began, 3),
        }
