"""The generated tests on base and head: a first look, a clean run, reruns under other settings,
what they reach.
"""

import os
import secrets

from jittest_sides import setting_of
from jittest_steps import ask, groups, step_of

FAILING = "def test_%s():\n    assert 1 == 2\n"
PASSING = "def test_%s():\n    assert 1 == 1\n"
CLEAN_SHARE = 0.4


def _is_asked(test, side):
    """Whether a test has to be sure on a side before it is rerun."""
    return side == "head" or not test.get("mutants") and test.get("in_base", True)


class Generated:
    """The stage; `run` holds the plan and the ledger."""

    def __init__(self, run):
        self.run = run
        self.quickest = {}

    def of(self, side):
        """The tests that can run on a side at all."""
        return [test for test in self.run.tests if side == "head" or test.get("in_base", True)]

    def first_look(self):
        """Every test once on base and once on head, with controls and a look at where modules come
        from.
        """
        self.run.together(lambda side: self._round(side, 0, self.of(side)), ("base", "head"))

    def rerun(self):
        """Tests again under other hash seeds, time zones, orders, languages and temporary folders:
        those that may prove something, on the side where it has to be sure. Beside them, what the
        tests that pass on head reach there.
        """
        caught = [t["id"] for t in self.promising() if t["purpose"] == "regression"]
        wanted = {
            side: [t for t in self.of(side) if self._undecided(t, side, caught)]
            for side in ("base", "head")
        }
        passing = [test for test in self.of("head") if self.passes(test)]
        work = [lambda: self._trace(passing)]
        for number in range(1, self.run.reruns if any(wanted.values()) else 1):
            work.append(lambda number=number: self._rerun_under(number, wanted))
        self.run.together(lambda job: job(), work)

    def _rerun_under(self, number, wanted):
        """All reruns under one setting."""
        again = self._again if self.run.plan.get("repeats", 1) > 1 else self._round
        for side, tests in wanted.items():
            if tests:
                again(side, number, tests)
        self.run.done_with(setting_of(number))

    def _again(self, side, number, tests):
        """Many runs under one setting, each in a copy that collects by itself."""
        setting, repeats = setting_of(number), range(self.run.plan["repeats"])
        for group in groups(tests):
            added = {test["path"]: test["code"] for test in group}
            limits = self._limits(group)
            step = step_of(sorted(added), max(limits.values()), forked=True)
            cells = [{"id": "run %d" % repeat, "steps": [step]} for repeat in repeats]
            request = {"setting": setting, "added": added, "limits": limits, "reseed": True}
            answers = ask(self.run, side, "early", cells, sorted(added), **request)
            for place, answer in enumerate(answers.values(), (number - 1) * len(repeats) + 1):
                for test in group if answer is not None else []:
                    self._keep(side, place, test, answer.file(test["path"]), setting)

    def _undecided(self, test, side, caught):
        """Whether more runs can tell more: what fell on head proves something only where base has
        it pass, and how base takes a test for a mutant matters once.
        """
        if test["id"] in caught:
            return True
        return side == "head" and test["purpose"] == "hardening" and self.passes(test)

    def _limits(self, tests):
        return {test["path"]: self.run.limit(self.needed(test, 1e9)) for test in tests}

    def needed(self, test, unknown):
        """The milliseconds that a test takes where nothing else keeps it waiting, on the side where
        it takes longer.
        """
        return max(self.quickest.get(test["id"], {}).values(), default=unknown)

    def _round(self, side, number, tests):
        setting = setting_of(number)
        if not tests and number == 0:
            self._only_controls(side, setting)
        for group in groups(tests):
            answer = self._grouped(side, setting, group, os.path.dirname(group[0]["path"]))
            alone = set(answer.incomplete())
            for test in group:
                if test["path"] in alone:
                    answer_alone = self._session(side, setting, [test], {})
                    self._keep(side, number, test, answer_alone.file(test["path"]), setting)
                else:
                    self._keep(side, number, test, answer.file(test["path"]), setting)

    def _keep(self, side, number, test, cell, setting):
        if cell is None:
            self.run.ledger.say("there was no time for every run of the generated tests")
            return
        if cell["outcome"] in ("passed", "failed"):
            quickest = self.quickest.setdefault(test["id"], {})
            quickest[side] = min(cell["ms"], quickest.get(side, cell["ms"]))
        self.run.ledger.add_cell(test["id"], side, number, cell, setting)

    def _session(self, side, setting, tests, controls, **request):
        added = dict({test["path"]: test["code"] for test in tests}, **controls)
        limits = dict(self._limits(tests), **{path: self.run.limit(0) for path in controls})
        request.update(setting=setting, added=added, limits=limits, forked=True)
        return self.run.session(side, sorted(added), **request)

    def _only_controls(self, side, setting):
        """Where there is no generated test, controls beside the repository's own."""
        own = self.run.plan.get("own_tests" if side == "head" else "changed_tests", [])
        if own:
            self._grouped(side, setting, [], os.path.dirname(own[0]))

    def _grouped(self, side, setting, group, folder):
        names = [secrets.token_hex(4) for _ in range(2)]
        places = [os.path.join(folder, "test_jittest_%s.py" % name) for name in names]
        controls = {places[0]: FAILING % names[0], places[1]: PASSING % names[1]}
        probe = [m["module"] for m in self.run.plan.get("modules", []) if self._file_of(m, side)]
        probe_at = os.path.basename(places[1])
        answer = self._session(side, setting, group, controls, probe=probe, probe_at=probe_at)
        if answer.ending != "deadline":
            self._check_controls(side, answer, places)
            self._check_modules(side, answer)
        if answer.changed:
            self.run.ledger.say(
                "tests leave files behind (%s); they were removed" % ", ".join(answer.changed[:3])
            )
        return answer

    def _check_controls(self, side, answer, places):
        for path, kind, expected in zip(places, ("failing", "passing"), ("failed", "passed")):
            cell = answer.file(path)
            if cell is None or path in answer.incomplete():
                continue
            honest = cell["outcome"] == expected and (expected == "passed" or cell["own_assertion"])
            if not honest:
                text = "a %s control test was reported as %s on %s" % (kind, cell["outcome"], side)
                self.run.ledger.doubt(
                    "%s: %s" % (text, cell["message"]) if cell["message"] else text
                )

    def _file_of(self, module, side):
        return module["file"] if side == "head" else module.get("base_file")

    def _check_modules(self, side, answer):
        for name, path, error in answer.modules:
            module = next(m for m in self.run.plan["modules"] if m["module"] == name)
            if error is not None:
                self.run.ledger.say(
                    "module %s could not be imported on %s: %s" % (name, side, error)
                )
                continue
            if not path or self.run.sides[side].holds(path) != self._file_of(module, side):
                self.run.ledger.doubt(
                    "module %s was loaded from %s, not from %s" % (name, path, side)
                )

    def clean(self):
        """The tests that look like a proof once more, each alone in a session of its own and
        without a fork after collection; what that shows replaces the first look.
        """
        until = self.run.left() * (1 - CLEAN_SHARE)
        work = [
            (side, group)
            for side in ("base", "head")
            for group in groups([t for t in self.promising() if _is_asked(t, side)])
        ]
        self.run.together(lambda pair: self._clean(*pair, until), work)

    def promising(self):
        """Tests that pass on base and fail on head, then those that pass on head and are meant for
        a mutant.
        """
        first = {}
        for cell in self.run.ledger.cells:
            if cell["run"] == 0:
                first[cell["test"], cell["revision"]] = cell["outcome"]
        caught, meant = [], []
        for test in self.run.tests:
            sides = [first.get((test["id"], side)) for side in ("base", "head")]
            if sides == ["passed", "failed"]:
                caught.append(test)
            elif sides[1] == "passed" and test.get("mutants"):
                meant.append(test)
        return caught + meant

    def _clean(self, side, group, until):
        limits = self._limits(group)
        cells = [{"id": t["id"], "steps": [step_of([t["path"]], limits[t["path"]])]} for t in group]
        added = {test["path"]: test["code"] for test in group}
        seconds = max(0.0, self.run.left() - until)
        request = {"added": added, "limit": max(limits.values()), "seconds": seconds}
        answers = ask(self.run, side, "early", cells, sorted(added), **request)
        for test in group:
            answer = answers[test["id"]]
            if answer is None and self.run.left() > until:
                alone = {test["path"]: test["code"]}
                limit = limits[test["path"]]
                answer = self.run.session(side, [test["path"]], added=alone, limit=limit)
            cell = answer.file(test["path"]) if answer is not None else None
            if cell is not None:
                self._replace(test, side, cell)
            else:
                self.run.ledger.say("there was no time to run every promising test alone")

    def _replace(self, test, side, cell):
        for old in self.run.ledger.outcomes(test["id"], side):
            if old["run"] == 0:
                if old["outcome"] != cell["outcome"]:
                    text = "%s is %s alone and %s next to others on %s"
                    self.run.ledger.say(text % (test["id"], cell["outcome"], old["outcome"], side))
                old.update(cell)

    def _trace(self, passing):
        """What tests reach on head."""
        files = sorted(self.run.plan.get("changed_lines", {}))
        for group in groups(passing) if files else []:
            answer = self._session("head", self.run.setting, group, {}, trace=files)
            for trace in answer.trace:
                self.run.ledger.add_trace(None, trace)
            for node, item in answer.items.items():
                test = self.run.by_path.get(node.split("::")[0])
                if test is not None:
                    self.run.ledger.add_trace(test["id"], item.get("trace"))

    def passes(self, test):
        runs = self.run.ledger.outcomes(test["id"], "head")
        return bool(runs) and all(cell["outcome"] == "passed" for cell in runs)
