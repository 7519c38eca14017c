"""The repository's own tests: on head twice, those that the change touches on base."""

import os

SHARE = 0.35


class Own:
    """The stage; `run` holds the plan and the ledger."""

    def __init__(self, run):
        self.run = run
        self.files = []  # all that there are
        self.nodes = []  # all that were found on head
        self.trusted = {}
        self.complete = True
        self.milliseconds = {}

    def baseline(self):
        """Every node twice on head, the second time traced; the nodes that pass both times can
        kill.
        """
        files = [
            name for name in self.run.plan.get("own_tests", []) if self._is_there("head", name)
        ]
        if not files:
            return
        self.files = files
        first = self._nodes("head", files)
        changed = sorted(self.run.plan.get("changed_lines", {}))
        second = self._nodes("head", files, trace=changed or None)
        for node in first:
            passed = [found.get(node, {}).get("outcome") == "passed" for found in (first, second)]
            if all(passed):
                # The first test of a session may pay for what all of them import.
                quicker = min(first[node]["ms"], second[node]["ms"])
                self.trusted[node] = dict(first[node], ms=quicker)
                name = node.split("::")[0]
                self.milliseconds[name] = self.milliseconds.get(name, 0) + first[node]["ms"]
            elif any(passed) and node in second:
                self.run.ledger.say("the repository's own %s does not always pass on head" % node)
        self.nodes = list(first)

    def spread_oracles(self):
        """Syntax knows functions; a function with several sets of parameters is several nodes."""
        known = {oracle["node"]: oracle for oracle in self.run.ledger.own_oracles}
        for node in self.nodes:
            function = node.split("[")[0]
            if node not in known and function in known:
                self.run.ledger.own_oracles.append(dict(known[function], node=node))

    def on_base(self):
        """The tests that the change adds or touches, head's version of them, on base."""
        files = [
            name for name in self.run.plan.get("changed_tests", []) if self._is_there("head", name)
        ]
        added = {}
        for name in files:
            with open(os.path.join(self.run.sides["head"].pristine, name), "rb") as file:
                added[name] = file.read().decode("utf-8", "surrogateescape")
        if files:
            self._nodes("base", files, added=added)

    def _is_there(self, side, name):
        return os.path.isfile(os.path.join(self.run.sides[side].pristine, name))

    def _nodes(self, side, files, **request):
        """Runs files in one session, then alone those that another took down; outcome by node."""
        seconds = max(2.0, self.run.left() * SHARE)
        answer = self.run.session(side, files, seconds=seconds, **request)
        found = self._keep(side, files, answer)
        for name in answer.incomplete():
            alone = self.run.session(
                side, [name], seconds=max(2.0, self.run.left() * SHARE), **request
            )
            found.update(self._keep(side, [name], alone))
        if answer.ending == "deadline":
            self.complete = self.complete and side != "head"
            self.run.ledger.say(
                "there was no time for all of the repository's own tests on %s" % side
            )
        return found

    def _keep(self, side, files, answer):
        found = {}
        incomplete = answer.incomplete()
        for node, runs in answer.nodes.items():
            if (
                node.split("::")[0] not in incomplete
                or node in answer.items
                or node == answer.begun
            ):
                cell = answer.node(node) if runs else None
                if cell is not None:
                    found[node] = cell
        for name in files:
            if not any(node.split("::")[0] == name for node in answer.nodes):
                cell = answer.file(name)
                if cell is not None:
                    found[name] = cell
        for node, cell in found.items():
            self.run.ledger.add_own(node, side, cell)
        for trace in answer.trace:
            self.run.ledger.add_trace(None, trace)
        for node, item in answer.items.items():
            self.run.ledger.add_trace(node, item.get("trace"))
        return found
