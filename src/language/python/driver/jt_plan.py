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


class Plan:
    """What to explore, how long, and with what."""

    def __init__(self, data):
        self.seed = data.get("seed", 0)
        self.seconds = float(data.get("seconds", 60))
        self.call_seconds = float(data.get("call_seconds", 2))
        self.max_candidates = data.get("max_candidates", 60)
        self.max_per_target = data.get("max_per_target", 6)
        self.import_roots = data.get("import_roots") or ["."]
        self.targets = [Target(t) for t in data.get("targets", [])]
        self.mutants = data.get("mutants", [])
        self.test_files = data.get("test_files", [])
        self.reserved = set(data.get("reserved_names", []))
        self.base = self._side(data["base"])
        self.head = self._side(data["head"])
        self.scratch = tempfile.mkdtemp(prefix="jt-explore-")
        self.started = time.monotonic()

    @staticmethod
    def _side(data):
        return {"root": os.path.realpath(data["root"]), "python": data["python"]}

    def spent(self):
        """Seconds since the start."""
        return time.monotonic() - self.started

    def left(self, share=1.0):
        """Seconds until `share` of the time is over."""
        return self.seconds * share - self.spent()


class Result:
    """What was found; written as JSON, also when only a part was done."""

    def __init__(self):
        self.candidates = []
        self.mutants = {}
        self.problems = []
        self.calls = 0
        self.explored = 0
        self.lines = {}

    def problem(self, target, what, side):
        """Notes what could not be done."""
        entry = {"target": target, "what": what, "side": side}
        if entry not in self.problems:
            self.problems.append(entry)

    def write(self, path, seconds):
        """Writes the result file in one step."""
        data = {
            "candidates": self.candidates,
            "mutants": self.mutants,
            "problems": self.problems,
            "stats": {
                "calls": self.calls,
                "targets_explored": self.explored,
                "seconds": round(seconds, 2),
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
