"""Mutants of base, near what the change risks: the inputs on which they show lead the search, as
head may have made the same mistake, or one beside it.
"""

import jt_compare
import jt_requests
import jt_sides
from jt_session import limits

MOST_MUTANTS = 8  # of one target
CASES = 20
FRESH = 30
NEIGHBOURS = 4
LEADING = 6


class Risks:
    """Between the first look at all targets and the long one."""

    def __init__(self, session):
        self.session = session
        self.ready = False

    def lead(self, target, search):
        """Puts the neighbours of what tells base from its mutants in front of what comes next."""
        found = [m for m in self.session.plan.base_mutants if _concerns(m, target)]
        for mutant in found[:MOST_MUTANTS]:
            self._one(mutant, search)

    def _one(self, mutant, search):
        known = sorted((case for case, _ in search.kept), key=lambda c: (c.weight, c.call, c.key))
        telling = self._telling(mutant, known[:CASES], search)
        led = []
        if telling == []:
            telling = self._telling(mutant, self._fresh(known, search), search)
            led = telling or []
        for case in (telling or [])[:LEADING]:
            led = led + [search.neighbour(case) for _ in range(NEIGHBOURS)]
        led = [case for case in led if case is not None and case.key not in search.seen]
        search.follow += led
        self.session.result.led += len(led)

    def _fresh(self, known, search):
        """New cases, for a mutant that no case has told apart so far."""
        if not known:
            return []
        found = [search.neighbour(search.rng.choice(known)) for _ in range(FRESH)]
        return list({c.key: c for c in found if c is not None}.values())

    def _telling(self, mutant, cases, search):
        """The cases whose outcome on base is another one on the mutant; None for one that can't be
        imported.
        """
        if not cases:
            return []
        self._preload()
        outcomes = self.session.run(self.session.base, cases)
        # What neither ends nor fails on base itself tells nothing.
        told = [
            (case, outcome)
            for case, outcome in zip(cases, outcomes)
            if jt_compare.valid(outcome, search.documented)
        ]
        if not told:
            return []
        cases, before = map(list, zip(*told))
        command = {
            **jt_requests.together(cases),
            "do": "mutant",
            "file": mutant["file"],
            "source": mutant["source"],
            "modules": [mutant["module"]],
            "cases": [c.command(limit) for c, limit in zip(cases, limits(before))],
        }
        answer = self.session.base_bare.ask(command, 120)
        self.session.result.calls += len(cases)
        if isinstance(answer, dict):
            return None
        outcomes = jt_sides.outcomes(answer, len(cases))
        return [
            case
            for case, one, other in zip(cases, before, outcomes)
            if jt_compare.difference(one, other, search.documented) is not None
        ]

    def _preload(self):
        if not self.ready:
            self.ready = True
            foreign = self.session.base.ask({"do": "foreign"}) or []
            self.session.base_bare.preload(foreign)


def _concerns(mutant, target):
    """Whether a mutant of base lies in a target as base has it."""
    if mutant["file"] != target.base_file:
        return False
    name = mutant["symbol"]
    return name == target.local or name.endswith("." + target.local)
