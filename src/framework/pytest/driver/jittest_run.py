"""What all stages share: the plan, both sides, the ledger, the time that is left, the slots."""

import concurrent.futures
import os
import queue
import time

from jittest_ledger import Ledger
from jittest_outcomes import Answer
from jittest_processes import longest
from jittest_sides import Side, Zygotes, setting_of

FLOOR = 5.0
# A generated test that says what doesn't end has half a second itself, and a loop over all dates
# until they overflow takes a fifth of a second, or one to two where it makes each step anew. What
# decides is 0.9 of this, between them.
MUTANT_FLOOR = 0.8
FACTOR = 10


class Run:
    """One run of the matrix."""

    def __init__(self, plan, folder, scratch):
        self.plan = plan
        self.ledger = Ledger()
        self.deadline = time.monotonic() + max(
            1.0, plan["seconds"] - max(1.0, plan["seconds"] * 0.02)
        )
        roots = plan.get("import_roots") or ["."]
        self.zygotes, self.sides = {}, {}
        for name in ("base", "head"):
            side = plan[name]
            place = os.path.join(folder, side["root"])
            self.sides[name] = Side(
                name, place, self._zygotes(side["python"], scratch), roots, scratch
            )
        self.tests = plan.get("tests", [])
        self.mutants = plan.get("mutants", [])
        self.by_path = {test["path"]: test for test in self.tests}
        self.reruns = max(1, int(plan.get("reruns", 5)))
        self.test_timeout = float(plan.get("test_timeout", 30))
        self.setting = setting_of(0)
        self.parallel = max(1, min(int(plan.get("parallel") or 2), os.cpu_count() or 1))
        self.slots = queue.Queue()
        for number in range(self.parallel):
            self.slots.put("slot-%d" % number)
        self.scopes = {}

    def _zygotes(self, python, scratch):
        """Those of an interpreter, in a folder that says nothing about who uses them."""
        if python not in self.zygotes:
            place = os.path.join(scratch, "python-%d" % len(self.zygotes))
            self.zygotes[python] = Zygotes(python, place)
        return self.zygotes[python]

    def left(self):
        """Seconds until the deadline."""
        return max(0.0, self.deadline - time.monotonic())

    def limit(self, milliseconds, floor=FLOOR):
        """A time limit from what a test needed before."""
        return min(self.test_timeout, max(floor, FACTOR * milliseconds / 1000))

    def session(self, side, files, setting=None, added=None, seconds=None, **request):
        """One pytest session on a side; its answer, sorted. Past the deadline it is not started."""
        setting = setting or self.setting
        limit = request.setdefault("limit", self.test_timeout)
        request.setdefault("forked", False)
        slowest = max([limit] + list(request.get("limits", {}).values()))
        # Such a session ends what takes too long itself.
        watched = request["forked"] or request.get("cells") or request.get("early")
        request.setdefault("silence", longest(slowest) + 5 if watched else slowest)
        request["seconds"] = min(self.left(), seconds or self.left())
        request["reverse"] = setting["order"] == "reverse"
        request["ahead"] = setting["ahead"]
        request["files"] = files
        if request["seconds"] <= 0.2:
            late = {
                "frames": [],
                "ending": "deadline",
                "whole": False,
                "how": "no time was left",
                "output": "",
            }
            return Answer(late)
        self.ledger.add_session()
        slot = self.slots.get()
        try:
            answer = self.sides[side].session(setting, slot, request, added or {})
        finally:
            self.slots.put(slot)
        for name in answer["lost"]:
            self.ledger.doubt("a test changed %s of %s, which can't be put back" % (name, side))
        if self.sides[side].options == "bare":
            why = "pytest did not take the options that the repository configures (addopts)"
            self.ledger.say("%s: %s; the tests were run without them" % (side, why))
        found = Answer(answer, "it did not end within %.1f s" % limit)
        for note in found.notes:
            self.ledger.say(note)
        return found

    def together(self, work, arguments):
        """Calls `work` with each of `arguments`, as many at once as there are slots; the results in
        order.
        """
        arguments = list(arguments)
        if len(arguments) < 2 or self.parallel < 2:
            return [work(argument) for argument in arguments]
        with concurrent.futures.ThreadPoolExecutor(self.parallel) as pool:
            return list(pool.map(work, arguments))

    def done_with(self, setting):
        """Ends the zygotes of a setting that is not needed again."""
        for zygotes in self.zygotes.values():
            zygotes.end(setting)

    def close(self):
        """Ends all zygotes."""
        for zygotes in self.zygotes.values():
            zygotes.close()
