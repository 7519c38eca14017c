"""What an answer of a zygote says about each test file and each node."""

import jittest_severity
from jittest_wire import shortened


class Answer:
    """The frames of one session, sorted."""

    def __init__(self, answer, limit_note="it did not end within its limit"):
        self.ending, self.how = answer["ending"], answer["how"]
        self.whole = answer["whole"]
        self.output = answer["output"]
        self.limit_note = limit_note
        self.items, self.nodes, self.errors, self.order = {}, {}, {}, []
        self.trace, self.modules, self.changed, self.notes = [], [], [], []
        self.served, self.import_error, self.crash = False, None, None
        self.begun = None
        self.cells = {}
        for frame in answer["frames"]:
            if "mutant" in frame:
                self.cells.setdefault(frame["mutant"], []).append(frame)
            else:
                self._take(frame)

    def cell(self, mutant):
        """What this session says of one of its mutants; None where it didn't get to its end."""
        frames = self.cells.get(mutant, [])
        if not frames or frames[-1]["kind"] != "cell_end":
            return None
        end = frames[-1]
        collected = {"kind": "collected", "nodes": self.nodes}  # by copies that did not themselves
        own = [{name: frame[name] for name in frame if name != "mutant"} for frame in frames]
        return Answer(dict(end, frames=[collected] + own, output=""), self.limit_note)

    def _take(self, frame):
        kind = frame["kind"]
        if kind == "begin":
            self.begun = frame["node"]
        elif kind == "item":
            self.begun = None
            self.items[frame["node"]] = frame
            self.order.append(frame["node"])
            self.modules += frame.get("modules") or []
            self.changed += frame.get("changed") or []
        elif kind == "collected":
            self.nodes = dict(self.nodes, **frame["nodes"])
            self.trace.append(frame.get("trace"))
        elif kind == "uncollected":
            self.errors[frame.get("path") or frame["node"]] = frame
        elif kind == "note":
            self.notes.append(frame["text"])
        elif kind == "crash":
            self.crash = frame["message"]
        if kind in ("item", "mutant"):
            self.served = self.served or frame.get("served", False)
            self.import_error = self.import_error or frame.get("import_error")

    def node(self, node):
        """The outcome of one node; None where there was no time for it."""
        found = self.items.get(node)
        if found is not None:
            return _cell(found)
        if node == self.begun and self.ending == "timed_out":
            return _cell({"outcome": "timed_out", "message": self.limit_note})
        if self.ending == "deadline":
            return None
        if node == self.begun:
            return _cell(
                {"outcome": "broken", "message": "the test killed its session: " + self.how}
            )
        if not self.whole and self.nodes.get(node):
            return None
        if self.nodes.get(node) is False:
            return _cell(
                {"outcome": "skipped", "message": "deselected by the repository's configuration"}
            )
        return _cell({"outcome": "broken", "message": self.reason()})

    def file(self, path):
        """The outcome of a test file with all of its nodes; None where there was no time for it."""
        error = next(
            (
                frame
                for name, frame in self.errors.items()
                if name == path or path.endswith("/" + name)
            ),
            None,
        )
        if error is not None:
            return _cell(error)
        nodes = [node for node in self.nodes if node.split("::")[0] == path]
        if not nodes:
            if self.ending == "deadline":
                return None
            return _cell({"outcome": "broken", "message": self.reason()})
        found = [self.node(node) for node in nodes]
        return None if None in found else jittest_severity.worst(found)

    def reason(self):
        """Why there is nothing, in one line."""
        if self.crash:
            return self.crash
        if self.ending == "forged":
            return "something wrote to our descriptor"
        if not self.whole:
            if self.ending == "timed_out":
                return "pytest did not get to the test within its limit"
            return self.how
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        errors = [
            line
            for line in lines
            if line.startswith(("E  ", "ERROR", "pytest: error", "ImportError"))
        ]
        last = (errors or lines or [""])[-1].lstrip("E ")
        return shortened("nothing was collected: " + last)

    def incomplete(self):
        """Files whose tests were to run, and did not because another one ended the session."""
        missing = [node for node, runs in self.nodes.items() if runs and node not in self.items]
        if self.ending == "deadline" or self.whole:
            return []
        return sorted({node.split("::")[0] for node in missing if node != self.begun})


def _cell(found):
    message = shortened(found.get("message") or "")
    own, ms = bool(found.get("own_assertion")), int(found.get("ms") or 0)
    return {
        "outcome": found["outcome"],
        "message": message,
        "line": found.get("line"),
        "own_assertion": own,
        "ms": ms,
    }
