"""Mutants whose difference can be swapped in: many of them in copies of one session on head."""

from jittest_generated import groups


class Swapped:
    """A part of the stage `mutants`."""

    def __init__(self, mutants):
        self.mutants = mutants
        self.run = mutants.run

    def kill(self, mutants):
        """Runs the tests that reach each of them; the ids of those for which that didn't work."""
        parts = [mutants[number :: self.run.parallel] for number in range(self.run.parallel)]
        left = self.run.together(self._part, [part for part in parts if part])
        self._confirm(mutants)
        return set().union(*left)

    def _part(self, mutants):
        left = self._by_own(mutants)
        return left | self._by_generated([m for m in mutants if m["id"] not in left])

    def _session(self, mutants, steps, files, **request):
        """One session with a cell for each mutant that has steps; an answer for each, None where
        its end was not reached.
        """
        cells = [
            {"id": m["id"], "file": m["file"], "source": m["source"], "steps": steps[m["id"]]}
            for m in mutants
            if steps.get(m["id"])
        ]
        answers = {cell["id"]: None for cell in cells}
        while cells:
            answer = self.run.session("head", files, cells=cells, **request)
            answers.update((name, answer.cell(name)) for name in answer.cells)
            if answer.ending == "deadline" or not answer.cells:
                break
            # Where a mutant took the session down, the others go on in another one.
            cells = [cell for cell in cells if cell["id"] not in answer.cells]
        return answers

    def _by_own(self, mutants):
        """The repository's own tests; the ids of mutants for which that didn't work."""
        steps, counted, files, slowest = {}, {}, set(), 0.0
        for mutant in mutants:
            steps[mutant["id"]] = []
            counted[mutant["id"]] = []
            of_change, others, nodes = self.mutants.own_files(mutant)
            for names, stop in ((of_change, False), (others, True)):
                if names:
                    known, limit, only = self.mutants.own_request(names, nodes)
                    step = {"files": names, "nodes": only, "counted": known, "stop": stop}
                    steps[mutant["id"]].append(dict(step, limit=limit))
                    counted[mutant["id"]] += known
                    files.update(names)
                    slowest = max(slowest, limit)
        if not files:
            return set()
        answers = self._session(mutants, steps, sorted(files), limit=slowest)
        for mutant in mutants:
            if answers.get(mutant["id"]) is not None:
                self.mutants.keep_own(mutant, answers[mutant["id"]], counted[mutant["id"]])
        return {name for name, answer in answers.items() if answer is None}

    def _by_generated(self, mutants):
        """The generated tests, each in a copy of its own; the ids of mutants for which that didn't
        work.
        """
        tests = {mutant["id"]: self.mutants.tests_for(mutant) for mutant in mutants}
        wanted = {test["id"] for found in tests.values() for test in found}
        left = set()
        for group in groups([test for test in self.run.tests if test["id"] in wanted]):
            left |= self._group([m for m in mutants if m["id"] not in left], group, tests)
        return left

    def _group(self, mutants, group, tests):
        steps = {}
        for mutant in mutants:
            paths = [test["path"] for test in group if test in tests[mutant["id"]]]
            steps[mutant["id"]] = [{"files": paths, "nodes": None}] if paths else []
        added = {test["path"]: test["code"] for test in group}
        limits = self.mutants.limits(group)
        answers = self._session(
            mutants, steps, sorted(added), added=added, limits=limits, forked=True
        )
        for mutant in mutants:
            answer = answers.get(mutant["id"])
            for test in group if answer is not None else []:
                cell = answer.file(test["path"]) if test in tests[mutant["id"]] else None
                if cell is not None:
                    self.run.ledger.add_cell(test["id"], mutant["id"], 0, cell, self.run.setting)
        return {name for name, answer in answers.items() if answer is None}

    def _confirm(self, mutants):
        """Of each test the first kill that it is meant for once more, with the mutant imported; all
        of them where that doesn't agree.
        """
        self.run.together(lambda test: self._agreed(test, mutants), self.run.tests)

    def _agreed(self, test, mutants):
        limit = self.mutants.limits([test])[test["path"]]
        agreed = True
        for number, mutant in enumerate(self._killed(test, mutants)):
            if number and agreed:
                break
            agreed = self.mutants.confirm(mutant, test, limit) and agreed

    def _killed(self, test, mutants):
        meant = [mutant for mutant in mutants if mutant["id"] in test.get("mutants", [])]
        for mutant in meant:
            runs = self.run.ledger.outcomes(test["id"], mutant["id"])
            if runs and all(cell["outcome"] == "failed" for cell in runs):
                yield mutant
