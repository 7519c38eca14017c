"""From findings to regression tests: confirm without noise, shrink, write, look once more."""

import collections

import jt_code
import jt_compare
import jt_family
import jt_handles
import jt_sides
from jt_case import Case
from jt_fit import Fitness
from jt_mutate import smaller
from jt_risks import Risks
from jt_routes import search_of
from jt_search import Finding
from jt_words import differing
from jt_write import Unwritable, patient

PER_TARGET = 3
HISTORIES = 8
ROUNDS = 30
APART_ROUNDS, APART = 10, 24  # rounds and inputs of each, where every input has a process
LEAST_CALLS = 300
UNFIT = 3  # times that a search goes on where nothing that it found can be written as a test
IN_STEPS = 2  # times as many calls where several methods of a class changed: it takes sequences
REQUESTS = 240  # to one route: each costs as much as many calls
FIRST_ROUND = 0.3  # of all work, at the most, for the few calls that every target gets first
SHARES = (0.08, 1.0)  # of a target's calls, in the first round and in all


class Regressions:
    """The first half of the work: base against head."""

    def __init__(self, session, writer):
        self.session = session
        self.writer = writer
        self.shown = set()
        self.histories = HISTORIES
        self.risks = Risks(session)
        self.fitness = Fitness(session)

    def explore(self, targets, calls, deadline):
        """Explores targets in order; findings become candidates.

        Every target gets a few calls before any gets many, so that what is easy to see is seen also
        where there is not enough time for everything.
        """
        alike = collections.Counter(place(target) for target in targets if target.changed)
        for share in SHARES:
            for target in targets:
                if deadline():
                    self._not_looked_at(targets)
                    return
                own = alike[place(target)]
                budget = calls * min(own, IN_STEPS) // own if target.changed else calls // 8
                budget = max(LEAST_CALLS, budget)
                if target.route:
                    budget = min(budget, REQUESTS)
                is_first = share == SHARES[0]
                over = self._turn(len(targets), deadline) if is_first else deadline
                self._explore(target, int(budget * share), over)
                if is_first and target.changed and not over():
                    self._lead(target)

        self._not_looked_at(targets)

    def _turn(self, count, deadline):
        """Whether one of so many targets has had its turn of the first round."""
        work = self.session.plan.work
        until = work.seconds + self.session.plan.seconds * FIRST_ROUND / count
        return lambda: deadline() or work.seconds > until

    def _lead(self, target):
        """What base must not become shows which inputs matter, where nothing was found yet. A
        request costs too much for it.
        """
        search = self.session.corpus[target.id]
        if target.route is None and not search.sure and search.kept:
            self.risks.lead(target, search)

    def _not_looked_at(self, targets):
        """Says which targets were not called at all."""
        for target in targets:
            search = self.session.corpus.get(target.id)
            if search is None:
                what = "time was over before it was looked at"
            elif not search.tried and target.in_base:
                what = "no way to call it was found"
            else:
                continue
            self.session.result.problem(target.id, what, "both")

    def _explore(self, target, calls, deadline):
        search = self.session.corpus.get(target.id)
        if search is None:
            search = search_of(self.session, target, compare=True)
            self.session.corpus[target.id] = search
            self.session.result.explored += search.is_able()
        for _ in range(UNFIT):
            search.run(calls, deadline, self.confirmed)
            if not self._report(search) or search.sure:
                break

    def _report(self, search):
        """Writes tests of what is sure; tells whether some of it was not fit for a test."""
        unfit = False
        for finding in sorted(unique(search.sure.values()), key=Finding.order):
            if search.made >= min(PER_TARGET, self.session.plan.max_per_target):
                break
            key = (finding.case.key, finding.what)
            if key not in search.reported:
                search.reported.add(key)
                shrunk = self.shrunk(finding, search)
                is_known = shrunk is not None and self._is_shown(shrunk)
                if not is_known and shrunk is not None and self._candidate(shrunk, search):
                    search.made += 1
                elif not is_known:  # another finding of its kind may be fit
                    search.forget(finding)
                    unfit = True
        return unfit

    def confirmed(self, finding, search):
        """The finding, seen again in fresh processes with another hash seed, zone and folder.

        None if it is noise. Where it only shows after earlier calls, the call that matters
        becomes its setup.
        """
        sure = self._again(finding.case, search)
        is_fit = (
            sure is None
            and not self.fitness.is_lacking(finding.case, finding.before, finding.now)
            and not self.fitness.is_of_looks(finding.case, search.documented)
        )
        if is_fit and finding.history and self.histories > 0:
            self.histories -= 1
            sure = self._after_another(finding, search)
        return sure

    def _after_another(self, finding, search):
        cases = [after(earlier, finding.case) for earlier in finding.history] + [
            after(finding.case, finding.case)
        ]
        before, now = self.session.both(cases, fresh=True)
        for case, b, n in sorted(zip(cases, before, now), key=lambda e: e[0].weight):
            if jt_compare.difference(b, n, search.documented) is not None:
                sure = self._again(case, search)
                if sure is not None:
                    return sure
        return None

    def _again(self, case, search):
        session = self.session
        before, now = session.both([case], fresh=True, watch=True)
        found = jt_compare.difference(before[0], now[0], search.documented)
        if found is None:
            return None
        before2, now2 = session.both([case], fresh=True, watch=True, again=True)
        for first, second in ((before[0], before2[0]), (now[0], now2[0])):
            if not session.repeatable(first, second):
                return None
        again = jt_compare.difference(before2[0], now2[0], search.documented)
        if again is None or found[0] != again[0]:
            return None
        if self.fitness.is_lacking(case, before[0], now[0]):
            return None
        if self.fitness.is_of_looks(case, search.documented):
            return None
        return Finding(case, before[0], now[0], found)

    def shrunk(self, finding, search):
        """The smallest finding that shows the same difference; None where that one shows that the
        input was never fit.
        """
        for apart in (False, True):
            best = finding
            for _ in range(APART_ROUNDS if apart else ROUNDS):
                step = self._smaller(best, search, apart)
                if step is None:
                    break
                best = step
            if best is finding:
                return finding
            if self.fitness.is_lacking(best.case, best.before, best.now):
                return None
            sure = self._again(self._renamed(best.case), search)
            if sure is not None:
                return sure
            # It showed for what the inputs beside it left behind: each has a process, then.
        return finding

    @staticmethod
    def _renamed(case):
        if case.origin == "request":
            return case
        return jt_family.renumbered(jt_handles.renamed(case))

    def _smaller(self, best, search, apart=False):
        """A finding that is one step simpler and shows the same, or None."""
        options = smaller(best.case)[: APART if apart else 60]
        # Requests cost more than calls: no more are made than needed.
        few = 8 if best.case.origin == "request" or apart else 60
        for start in range(0, len(options), few):
            part = options[start : start + few]
            before, now = self.session.both(part, fresh=apart)
            for case, b, n in zip(part, before, now):
                found = jt_compare.difference(b, n, search.documented)
                if found is None or b["kind"] != best.before["kind"]:
                    continue
                smaller_one = Finding(case, b, n, found)
                if smaller_one.cluster == best.cluster:
                    return smaller_one
        return None

    def _is_shown(self, finding):
        return (finding.case.key, finding.what) in self.shown

    def _candidate(self, finding, search):
        target = search.target
        local = called(finding.case, search)
        key = (finding.case.key, finding.what)
        found = (finding.what, finding.path)
        try:
            name, code = self.writer.test(
                finding.case, finding.before, found, target, local, finding.now
            )
        except (Unwritable, SyntaxError, KeyError, IndexError, StopIteration):
            return False
        if not self._holds(code, finding):
            return False
        self.shown.add(key)
        now = finding.now
        sentences = differing(finding.case, finding.before, now, found)
        self.session.result.candidates.append(
            {
                "target": target.id,
                "purpose": "regression",
                "mutants": [],
                "name": name,
                "code": code,
                "before": sentences[0],
                "now": sentences[1],
                "on_mutants": {},
                "unplanned_exception": unplanned(now),
                "endless": finding.what == "endless",
                "differing": search.differing,
                "tried": search.tried,
                "size": finding.case.weight,
            }
        )
        return True

    def _holds(self, code, finding):
        session = self.session
        if finding.what == "endless":
            answer = session.base.ask({"do": "tests", "tests": [code]})
            late = session.head.ask({"do": "tests", "tests": [patient(code)]})
            return (answer or [])[:1] == ["passed"] and (late or [])[:1] != ["passed"]
        command = {"do": "tests", "tests": [code]}
        sides = [session.base, session.head, session.base_again, session.head_again]
        answers = [answer[0] if answer else "" for answer in jt_sides.together(sides, command)]
        passed = answers[0] == answers[2] == "passed"
        return passed and all(answers[i].startswith("failed") for i in (1, 3))


def place(target):
    """What targets share whose exploration makes the same calls: methods of one class do."""
    owner = target.local.rpartition(".")[0]
    return target.module, owner or target.local


def unplanned(outcome):
    """Whether it is an exception that nobody raised by name, or a failure of the server."""
    if outcome["kind"] == "raise":
        return bool(outcome.get("request")) or not outcome["planned"]
    value = outcome["value"] if outcome["kind"] == "value" else [""]
    return value[0] == "resp" and value[1] >= 500


def after(earlier, case):
    """The case with the call of another one before it."""
    if earlier.call.startswith(("lambda", "await")):
        return case
    setup = earlier.setup + (earlier.call,) + case.setup
    imports = sorted(set(earlier.imports) | set(case.imports))
    return Case(imports, setup, case.call, max(earlier.rank, case.rank), case.origin)


def unique(findings):
    """Findings without those that are listed twice."""
    return list({f.case.key + (f.what,): f for f in findings}.values())


def called(case, search):
    """The dotted path of what the case calls last: the maker whose name occurs, else the
    target's.
    """
    if case.origin == "request":
        return search.makers[0].local
    tree = jt_code.ast.parse(case.call)
    names = jt_code.names_in(tree)
    for maker in search.makers:
        if maker.local.split(".")[-1] in names:
            return maker.local
    return search.target.local
