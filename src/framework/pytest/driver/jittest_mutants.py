"""Mutants: which can be run at all, and which tests they fall to."""

from jittest_copies import Imported, Swapped
from jittest_run import MUTANT_FLOOR
from jittest_steps import ask, groups, parted, step_of

OTHERS = 20
SHOWN = 20
LONG_FILE_MS = 3000


class Mutants:
    """The stage; `run` holds plan and ledger, `own` and `generated` what was seen on head."""

    def __init__(self, run, own, generated):
        self.run, self.own, self.generated = run, own, generated
        self.scopes = {}
        self.swaps = set()  # mutants that differ in functions alone
        self.holding = {}  # (files, nodes) -> the nodes that pass in a session of these alone

    def analyse(self):
        """Which mutants compile and differ, in which function they are; branches; oracles of the
        own tests.
        """
        plan = self.run.plan
        for mutant in self.run.mutants:
            if mutant["source"] is None:
                self.run.ledger.broken_mutants[mutant["id"]] = "it does not fit head"
        fitting = [mutant for mutant in self.run.mutants if mutant["source"] is not None]
        request = {
            "mutants": [
                {name: m[name] for name in ("id", "file", "line", "source")} for m in fitting
            ],
            "files": sorted(plan.get("changed_lines", {})),
            "tests": sorted(set(plan.get("own_tests", []) + plan.get("changed_tests", []))),
            "seconds": min(60.0, self.run.left()),
            "silence": 20.0,
        }
        answer = self.run.sides["head"].analysis(self.run.setting, request)
        kept = {
            "broken": self.run.ledger.broken_mutants,
            "equivalent": self.run.ledger.equivalent_mutants,
        }
        for frame in answer["frames"]:
            if frame["kind"] == "checked":
                self.scopes[frame["id"]] = frame["scope"]
                if frame["swaps"]:
                    self.swaps.add(frame["id"])
                if frame["found"]:
                    kept[frame["found"][0]][frame["id"]] = frame["found"][1]
            elif frame["kind"] == "branches":
                self.run.ledger.all_branches[frame["file"]] = frame["branches"]
            elif frame["kind"] == "oracles":
                self.run.ledger.own_oracles += frame["found"]
            elif frame["kind"] == "note":
                self.run.ledger.say(frame["text"])
        if not answer["whole"]:
            self.run.ledger.say("the sources could not be analysed to the end: %s" % answer["how"])

    def kill(self):
        """Each mutant that can be run against the tests that reach it: in copies of a few sessions,
        and in sessions of their own those for which that didn't work.
        """
        ledger = self.run.ledger
        done = set(ledger.broken_mutants) | set(ledger.equivalent_mutants)
        pending = [mutant for mutant in self.run.mutants if mutant["id"] not in done]
        swapped = [mutant for mutant in pending if self._can_be_swapped(mutant)]
        left = Swapped(self).kill(swapped)
        others = [m for m in pending if m["id"] in left or m not in swapped]
        left = {mutant["id"] for mutant in others}
        if self.own.complete and self.run.plan.get("copies", True):
            left = Imported(self).kill(others)
        self.run.together(self._kill_one, [m for m in others if m["id"] in left])
        ledger.not_run.sort()

    def _can_be_swapped(self, mutant):
        """Whether nothing of it runs while its file is imported, and what reaches it is known."""
        swaps = self.run.plan.get("swap", True) and mutant["id"] in self.swaps
        return swaps and self.reaching(mutant) is not None and self.own.complete

    def _kill_one(self, mutant):
        finished = self.run.left() > 1.0 and self._by_own(mutant) and self._by_generated(mutant)
        if not finished and mutant["id"] not in self.run.ledger.broken_mutants:
            self.run.ledger.not_run.append(mutant["id"])

    def reaching(self, mutant):
        """The tests that reach a mutant's function on head; None where that is not known."""
        return self.run.ledger.reaching(mutant["file"], self.scopes.get(mutant["id"]))

    def _session(self, mutant, files, **request):
        served = {"file": mutant["file"], "source": mutant["source"]}
        answer = self.run.session("head", files, mutant=served, **request)
        self._is_broken(mutant, answer)
        return answer

    def _is_broken(self, mutant, answer):
        if answer.import_error:
            self.run.ledger.broken_mutants[mutant["id"]] = answer.import_error
        return mutant["id"] in self.run.ledger.broken_mutants

    def takes(self, mutant, answer, reached):
        """Whether what copies say of a mutant that they imported can be taken: not where it can't
        be imported, nor where they never did; `reached` says whether they should have.
        """
        return not self._is_broken(mutant, answer) and self._believed(mutant, answer, reached)

    def own_files(self, mutant):
        """The repository's own test files that reach a mutant: those of the change, the others, and
        the nodes in them that reach it.
        """
        reaching = self.reaching(mutant)
        nodes = [node for node in self.own.trusted if reaching is None or node in reaching]
        files = sorted({node.split("::")[0] for node in nodes})
        changed = set(self.run.plan.get("changed_tests", []))
        of_change = [name for name in files if name in changed]
        return of_change, [name for name in files if name not in changed], nodes

    def _by_own(self, mutant):
        """The repository's own tests, the whole files that reach it, until one falls; False where
        time ran out.
        """
        of_change, others, nodes = self.own_files(mutant)
        # Of the change's own tests everyone is asked which mutants it kills.
        whole = self._by_files(mutant, of_change, nodes, stop=False)
        if whole and not self.fell_to_own(mutant):
            whole = self._by_files(mutant, others, nodes, stop=True)
        return whole

    def own_request(self, files, nodes):
        """How own test files are run on a mutant: which nodes count, how long one may take, and,
        where whole files take long, which nodes to run.
        """
        slowest = max(cell["ms"] for cell in self.own.trusted.values())
        counted = [node for node in self.own.trusted if node.split("::")[0] in files]
        long = sum(self.own.milliseconds[name] for name in files) > LONG_FILE_MS
        return counted, self.run.limit(slowest, MUTANT_FLOOR), nodes if long else None

    def _by_files(self, mutant, files, nodes, stop):
        """Own test files in one session; False where time ran out."""
        if not files or mutant["id"] in self.run.ledger.broken_mutants:
            return True
        counted, limit, only = self.own_request(files, nodes)
        request = {"limit": limit}
        if only is not None:
            request["nodes"] = only
            counted = [node for node in counted if node in set(only)]
        if not set(counted) <= self._holding(files, request):
            files, request = self.own.files, {"limit": limit}
        if stop:
            request["stop"] = counted
        answer = self._session(mutant, files, **request)
        if mutant["id"] in self.run.ledger.broken_mutants:
            return True
        if self._believed(mutant, answer, self.reaching(mutant) is not None):
            self.keep_own(mutant, answer, counted)
        return answer.ending != "deadline"

    def _holding(self, files, request):
        """The nodes that pass in a session of these alone, without a mutant: a test may need what
        one of another file, or one that isn't run, left behind. All files were run so before.
        """
        key = (tuple(files), tuple(request.get("nodes", ())))
        if key == (tuple(self.own.files), ()):
            return set(self.own.trusted)
        if key not in self.holding:
            answer = self.run.session("head", files, **request)
            self.holding[key] = {
                node for node in answer.items if answer.node(node)["outcome"] == "passed"
            }
        return self.holding[key]

    def keep_own(self, mutant, answer, nodes):
        """Writes down what the repository's own tests say of a mutant."""
        shown = 0
        for node in nodes:
            cell = self._own_cell(answer, node)
            if cell is None:
                continue
            shown += 1
            if cell["outcome"] != "passed" or shown <= SHOWN:
                self.run.ledger.add_own(node, mutant["id"], cell)

    def _believed(self, mutant, answer, reached):
        """Whether the mutant was loaded at all; outcomes of a session without it say nothing."""
        if answer.served or answer.begun or not answer.whole:
            return True
        if reached and set(answer.items) == {node for node, runs in answer.nodes.items() if runs}:
            text = "the file of %s was not loaded by the tests that reach it"
            self.run.ledger.doubt(text % mutant["id"])
        return False

    def _own_cell(self, answer, node):
        ran = node in answer.items or node == answer.begun
        uncollected = any(node.startswith(name + "::") for name in answer.errors)
        if not ran and not uncollected:
            return None
        if uncollected:
            cell = answer.file(node.split("::")[0])
            is_broken = cell["outcome"] == "broken"
            return dict(cell, outcome="failed", own_assertion=False) if is_broken else cell
        cell = answer.node(node)
        if cell is not None and cell["outcome"] == "broken" and node in answer.items:
            cell = dict(cell, outcome="failed", own_assertion=False)
        return cell

    def _by_generated(self, mutant):
        """The generated tests that are meant for it, then others that reach it; False where time
        ran out.
        """
        if not self.own.complete and not self.fell_to_own(mutant):
            return False  # what the repository's own tests kill is not known
        for group in groups(self.tests_for(mutant)):
            if mutant["id"] in self.run.ledger.broken_mutants:
                return True
            if not self._group(mutant, group):
                return False
        return True

    def tests_for(self, mutant):
        """The generated tests to run: those meant for it, and, where it lives, others that reach
        it.
        """
        reaching = self.reaching(mutant)
        passing = [test for test in self.run.tests if self.generated.passes(test)]
        meant = [test for test in passing if mutant["id"] in test.get("mutants", [])]
        if reaching is None or self.fell_to_own(mutant):
            return meant
        others = [test for test in passing if test not in meant and test["id"] in reaching]
        return meant + others[:OTHERS]

    def fell_to_own(self, mutant):
        """Whether one of the repository's own tests fails on it."""
        own = [cell for cell in self.run.ledger.own_cells if cell["revision"] == mutant["id"]]
        return any(cell["outcome"] == "failed" for cell in own)

    def _group(self, mutant, group):
        added = {test["path"]: test["code"] for test in group}
        limits = self.limits(group)
        answer = self._session(mutant, sorted(added), added=added, limits=limits, forked=True)
        if mutant["id"] in self.run.ledger.broken_mutants:
            return True
        reaching = self.reaching(mutant) or set()
        if not self._believed(mutant, answer, any(test["id"] in reaching for test in group)):
            return True
        complete = True
        for test in group:
            cell = answer.file(test["path"])
            if cell is None:
                complete = False
                continue
            self.run.ledger.add_cell(test["id"], mutant["id"], 0, cell, self.run.setting)
            if cell["outcome"] == "failed" and mutant["id"] in test.get("mutants", []):
                self._confirm_alone(mutant, test, limits[test["path"]])
        return complete

    def limits(self, tests):
        """How long each generated test may take on a mutant, by its path."""
        return {
            test["path"]: self.run.limit(self.generated.needed(test, 0), MUTANT_FLOOR)
            for test in tests
        }

    def killed(self, test, mutants):
        """The mutants that a test is meant for and fails on, in all of its runs."""
        runs = {m["id"]: self.run.ledger.outcomes(test["id"], m["id"]) for m in mutants}
        return [
            mutant
            for mutant in mutants
            if mutant["id"] in test.get("mutants", [])
            and runs[mutant["id"]]
            and all(cell["outcome"] == "failed" for cell in runs[mutant["id"]])
        ]

    def confirm(self, pairs):
        """Kills `(test, mutant)` once more, each by the test alone and without a fork after
        collection; by the id of a test, whether all of its are kills again.
        """
        agreed = {}
        for part in parted(self.run, self._confirm_part, pairs):
            for test, fell in part:
                agreed[test] = agreed.get(test, True) and fell
        return agreed

    def _confirm_part(self, pairs):
        tests = {test["id"]: test for test, _ in pairs}
        found = []
        for group in groups(list(tests.values())):
            names = {test["id"] for test in group}
            found += self._confirm_group([pair for pair in pairs if pair[0]["id"] in names], group)
        return found

    def _confirm_group(self, pairs, group):
        limits = self.limits(group)
        cells = {}
        for test, mutant in pairs:
            name = "%s %s" % (mutant["id"], test["id"])
            steps = [step_of([test["path"]], limits[test["path"]])]
            cells[name] = {name: mutant[name] for name in ("file", "source")}
            cells[name].update(id=name, steps=steps)
        added = {test["path"]: test["code"] for test in group}
        limit = max(limits.values())
        answers = ask(
            self.run, "head", "early", list(cells.values()), sorted(added), added=added, limit=limit
        )
        return [
            (test["id"], self._confirmed(test, mutant, limits, answers.get(name)))
            for (test, mutant), name in zip(pairs, cells)
        ]

    def _confirmed(self, test, mutant, limits, answer):
        if answer is None:
            return self._confirm_alone(mutant, test, limits[test["path"]])
        cell = answer.file(test["path"]) if self.takes(mutant, answer, False) else None
        return self._keep_second(mutant, test, cell)

    def _confirm_alone(self, mutant, test, limit):
        """The same in a session of its own."""
        added = {test["path"]: test["code"]}
        answer = self._session(mutant, [test["path"]], added=added, limit=limit)
        return self._keep_second(mutant, test, answer.file(test["path"]))

    def _keep_second(self, mutant, test, cell):
        if cell is not None:
            self.run.ledger.add_cell(test["id"], mutant["id"], 1, cell, self.run.setting)
        return cell is not None and cell["outcome"] == "failed"
