"""The repository's own tests: on head twice, those that the change touches on base."""

import os

SHARE = 0.35


class Own:
    """The stage; `run` holds the plan and the ledger."""

    def __init__(self, run):
        self.run = run
        self.trusted = {}
        self.complete = True
        self.ordered = set()  # files whose tests pass in their own order alone
        self.milliseconds = {}

    def baseline(self):
        """Every node twice on head, the second time traced and the other way round; the nodes that
        pass both times can kill. Files in which that order matters are run whole.
        """
        files = [
            name for name in self.run.plan.get("own_tests", []) if self._is_there("head", name)
        ]
        if not files:
            return
        first = self._noted("head", self._nodes("head", files))
        changed = sorted(self.run.plan.get("changed_lines", {}))
        answers = self._nodes("head", files, trace=changed or None, reverse=True)
        turned = self._found(answers)
        self.ordered = {
            node.split("::")[0]
            for node, cell in first.items()
            if cell["outcome"] == "passed" and turned.get(node, {}).get("outcome") != "passed"
        }
        if self.ordered:
            answers = self._nodes("head", files, trace=changed or None)
        second = self._noted("head", answers)
        for node in first:
            passed = [found.get(node, {}).get("outcome") == "passed" for found in (first, second)]
            if all(passed):
                self.trusted[node] = first[node]
                name = node.split("::")[0]
                self.milliseconds[name] = self.milliseconds.get(name, 0) + first[node]["ms"]
            elif any(passed) and node in second:
                self.run.ledger.say("the repository's own %s does not always pass on head" % node)
        self._spread_oracles(first)

    def _spread_oracles(self, nodes):
        """Syntax knows functions; a function with several sets of parameters is several nodes."""
        known = {oracle["node"]: oracle for oracle in self.run.ledger.own_oracles}
        for node in nodes:
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
            self._noted("base", self._nodes("base", files, added=added))

    def _is_there(self, side, name):
        return os.path.isfile(os.path.join(self.run.sides[side].pristine, name))

    def _nodes(self, side, files, **request):
        """Runs files in one session, then alone those that another took down; `(files, answer)` of
        each session.
        """
        seconds = max(2.0, self.run.left() * SHARE)
        answers = [(files, self.run.session(side, files, seconds=seconds, **request))]
        for name in answers[0][1].incomplete():
            seconds = max(2.0, self.run.left() * SHARE)
            answers.append(([name], self.run.session(side, [name], seconds=seconds, **request)))
        if answers[0][1].ending == "deadline":
            self.complete = self.complete and side != "head"
            self.run.ledger.say(
                "there was no time for all of the repository's own tests on %s" % side
            )
        return answers

    def _found(self, answers):
        """Outcomes by node; what ran alone counts."""
        found = {}
        for files, answer in answers:
            found.update(self._of_session(files, answer))
        return found

    @staticmethod
    def _of_session(files, answer):
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
        return found

    def _noted(self, side, answers):
        """Outcomes by node, written down with what the tests reached."""
        for files, answer in answers:
            for node, cell in self._of_session(files, answer).items():
                self.run.ledger.add_own(node, side, cell)
            for trace in answer.trace:
                self.run.ledger.add_trace(None, trace)
            for node, item in answer.items.items():
                self.run.ledger.add_trace(node, item.get("trace"))
        return self._found(answers)
