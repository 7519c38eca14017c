"""Mutants in copies of a few sessions on head: swapped in where their difference allows it,
imported in copies that were made before collection otherwise.
"""

from jittest_steps import ask, groups, parted, step_of


class Copies:
    """A part of the stage `mutants`."""

    how = "cells"
    family = None

    def __init__(self, mutants):
        self.mutants = mutants
        self.run = mutants.run

    def kill(self, mutants):
        """Runs the tests that reach each of them; the ids of those for which that didn't work."""
        left = parted(self.run, self._part, mutants, self.family)
        return set().union(*left)

    def _part(self, mutants):
        left = self._by_own(mutants)
        done = left | set(self.run.ledger.broken_mutants)
        return left | self._by_generated([m for m in mutants if m["id"] not in done])

    def _session(self, mutants, steps, files, reached, **request):
        """An answer for each mutant that has steps; `reached` says whether its file is loaded."""
        cells = [
            {"id": m["id"], "file": m["file"], "source": m["source"], "steps": steps[m["id"]]}
            for m in mutants
            if steps.get(m["id"])
        ]
        answers = ask(self.run, "head", self.how, cells, files, **request)
        return {
            mutant["id"]: answers[mutant["id"]]
            for mutant in mutants
            if mutant["id"] in answers and self.believes(mutant, answers[mutant["id"]], reached)
        }

    def believes(self, mutant, answer, reached):
        """Whether an answer says something about its mutant."""
        return True

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
                    step = step_of(names, limit, nodes=only, counted=known, stop=stop)
                    if stop and only is None:
                        steps[mutant["id"]] += self.trial(mutant, step, nodes)
                    steps[mutant["id"]].append(step)
                    counted[mutant["id"]] += known
                    files.update(names)
                    slowest = max(slowest, limit)
        if not files:
            return set()
        answers = self._session(
            mutants,
            steps,
            sorted(files),
            lambda mutant: self.mutants.reaching(mutant) is not None,
            limit=slowest,
        )
        for mutant in mutants:
            if answers.get(mutant["id"]) is not None:
                self.mutants.keep_own(mutant, answers[mutant["id"]], counted[mutant["id"]])
        return {name for name, answer in answers.items() if answer is None}

    def trial(self, mutant, step, nodes):
        """Before a step of whole files, only the tests that reach the mutant. Most mutants fall to
        them, and where none does the whole files tell, as what a test shows may come from one that
        ran before it.
        """
        wanted = self.likely(mutant, nodes)
        nodes = [node for node in step["counted"] if node in wanted]
        if not nodes or len(nodes) == len(step["counted"]):
            return []
        files = sorted({node.split("::")[0] for node in nodes})
        return [dict(step, files=files, nodes=nodes, counted=nodes, trial=True)]

    def likely(self, mutant, nodes):
        """Of the tests that may reach a mutant, those that most probably do."""
        return set(nodes)

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
        limits = self.mutants.limits(group)
        for mutant in mutants:
            paths = [test["path"] for test in group if test in tests[mutant["id"]]]
            steps[mutant["id"]] = [step_of(paths, max(limits.values()), forked=True)]
            if not paths:
                del steps[mutant["id"]]
        added = {test["path"]: test["code"] for test in group}
        names = {test["id"] for test in group}
        answers = self._session(
            mutants,
            steps,
            sorted(added),
            lambda mutant: bool(names & (self.mutants.reaching(mutant) or set())),
            added=added,
            limits=limits,
            forked=self.how == "cells",
        )
        for mutant in mutants:
            answer = answers.get(mutant["id"])
            for test in group if answer is not None else []:
                cell = answer.file(test["path"]) if test in tests[mutant["id"]] else None
                if cell is not None:
                    self.run.ledger.add_cell(test["id"], mutant["id"], 0, cell, self.run.setting)
        return {name for name, answer in answers.items() if answer is None}


class Swapped(Copies):
    """Mutants that differ in functions alone."""

    def kill(self, mutants):
        """As all copies do; of each test the first kill that it is meant for is confirmed with the
        mutant imported, and all of them where that doesn't agree.
        """
        left = super().kill(mutants)
        killed = {test["id"]: self.mutants.killed(test, mutants) for test in self.run.tests}
        agreed = self.mutants.confirm(
            [(test, killed[test["id"]][0]) for test in self.run.tests if killed[test["id"]]]
        )
        doubtful = [test for test in self.run.tests if not agreed.get(test["id"], True)]
        self.mutants.confirm([(t, m) for t in doubtful for m in killed[t["id"]][1:]])
        return left

    def family(self, mutant):
        """Those of one function: the same tests reach them."""
        return mutant["file"], self.mutants.scopes.get(mutant["id"])


class Imported(Copies):
    """Mutants of what runs while their file is imported."""

    how = "early"

    def kill(self, mutants):
        """As all copies do; every kill that a test is meant for is confirmed."""
        left = super().kill(mutants)
        pairs = [(t, m) for t in self.run.tests for m in self.mutants.killed(t, mutants)]
        self.mutants.confirm(pairs)
        return left

    def likely(self, mutant, nodes):
        """Where it is not known which tests reach it: those that reach a function of its file."""
        if self.mutants.reaching(mutant) is not None:
            return set(nodes)
        return self.run.ledger.near(mutant["file"])

    def believes(self, mutant, answer, reached):
        """A mutant that can't be imported is broken; tests that never loaded it say nothing."""
        return answer is None or self.mutants.takes(mutant, answer, reached(mutant))
