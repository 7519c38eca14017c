"""The plan that the explorer is given, and the result that it gives back."""

import json
import os
import tempfile
import time


class Target:
    """A function, method or class to explore."""

    def __init__(self, data):
        self.id = data["id"]
        self.kind = data.get("kind", "function")
        self.module = data["module"]
        self.local = data["local_name"]
        self.file = data.get("file") or ""
        self.base_file = data.get("base_file")
        self.in_base = bool(data.get("in_base", True))
        self.changed = bool(data.get("changed", True))
        self.lines = set(data.get("changed_lines") or ())
        self.route = data.get("route")

    @property
    def names(self):
        """The parts of its dotted path in the module."""
        return self.local.split(".")


# What work is counted as: about the seconds that it takes where nothing else runs on 2 cores.
CALL = 0.0005
STEP = 0.0000008
FOREIGN = 0.000004  # a call in a file of others, with what it does
FORK = 0.004
# To an application by its framework; those that answer in an event loop have it made each time.
REQUEST = {"flask": 0.006, "django": 0.006, "starlette": 0.01, "fastapi": 0.01}
TEST = 0.05
# A case that takes this many times its price takes what it takes: it computes with huge numbers.
HEAVY = 4
# This much of the time on the clock goes to what is counted in work; the rest is for writing down
# what was found.
ON_THE_CLOCK = 0.75


class Work:
    """How much was done so far. Budgets are in work, not in time, so that a busy machine explores
    the same inputs as an idle one, and finds the same.
    """

    def __init__(self):
        self.seconds = 0.0

    def cases(self, outcomes, call_seconds):
        """Cases that ran in one child for as many as it survived."""
        self.seconds += FORK
        for outcome in outcomes:
            self.seconds += self._price(outcome)
            if outcome["kind"] in ("slow", "crash", "long"):
                self.seconds += FORK
            if outcome["kind"] == "slow":
                self.seconds += call_seconds

    @staticmethod
    def _price(outcome):
        price = CALL + STEP * outcome.get("steps", 0)
        if "request" in outcome:
            return price + REQUEST.get(outcome["request"], 0)
        price += FOREIGN * outcome.get("foreign", 0)
        taken = outcome.get("taken", 0)
        return taken if taken > HEAVY * price else price

    def children(self, count):
        """Children that did little else than start."""
        self.seconds += FORK * count

    def tests(self, count):
        """Test files that ran."""
        self.seconds += TEST * count


class Plan:
    """What to explore, how long, and with what."""

    def __init__(self, data):
        self.seed = data.get("seed", 0)
        self.seconds = float(data.get("seconds", 60))
        self.wall_seconds = float(data.get("wall_seconds", 4 * self.seconds))
        self.call_seconds = float(data.get("call_seconds", 2))
        self.max_candidates = data.get("max_candidates", 60)
        self.max_per_target = data.get("max_per_target", 6)
        self.import_roots = data.get("import_roots") or ["."]
        self.targets = [Target(t) for t in data.get("targets", [])]
        self.mutants = data.get("mutants", [])
        self.base_mutants = data.get("base_mutants", [])
        self.test_files = data.get("test_files", [])
        self.reserved = set(data.get("reserved_names", []))
        self.base = self._side(data["base"])
        self.head = self._side(data["head"])
        self.scratch = tempfile.mkdtemp(prefix="jt-explore-")
        self.started = time.monotonic()
        self.work = Work()
        self.is_late = False  # whether the clock ended a part of it

    @staticmethod
    def _side(data):
        return {"root": os.path.realpath(data["root"]), "python": data["python"]}

    def spent(self):
        """Seconds since the start, by the clock."""
        return time.monotonic() - self.started

    def left(self, share=1.0):
        """Seconds of work until `share` of the budget is used up; none when as much of the time on
        the clock is over, so that a machine that is far too busy still tells what was found.
        """
        if self.spent() > self.wall_seconds * ON_THE_CLOCK * share:
            self.is_late = True
            return 0
        return self.seconds * share - self.work.seconds


class Result:
    """What was found; written as JSON, also when only a part was done."""

    def __init__(self):
        self.candidates = []
        self.mutants = {}
        self.problems = []
        self.warnings = []
        self.failure = None  # a mistake of the explorer's own
        self.calls = 0
        self.explored = 0
        self.led = 0  # cases that mutants of base led to
        self.lines = {}

    def problem(self, target, what, side):
        """Notes what could not be done."""
        entry = {"target": target, "what": what, "side": side}
        if entry not in self.problems:
            self.problems.append(entry)

    def warning(self, what, why, impact):
        """Notes what went less well than it should have."""
        entry = {"what": what, "why": why, "impact": impact}
        if entry not in self.warnings:
            self.warnings.append(entry)

    def write(self, path, plan):
        """Writes the result file in one step."""
        data = {
            "candidates": self.candidates,
            "mutants": self.mutants,
            "problems": self.problems,
            "warnings": self.warnings,
            "failure": self.failure,
            "stats": {
                "calls": self.calls,
                "targets_explored": self.explored,
                "led_by_base": self.led,
                "seconds": round(plan.spent(), 2),
                "work": round(plan.work.seconds, 2),
                "lines_reached": {f: sorted(v) for f, v in sorted(self.lines.items())},
            },
        }
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
        os.replace(path + ".part", path)


def read(path):
    """The plan of a file."""
    with open(path, encoding="utf-8") as file:
        return Plan(json.load(file))
