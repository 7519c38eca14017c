"""Cases of the repository that run what they don't name: code that is reached through a table of
handlers, a name made at run time, a framework of its own.
"""

import jt_code

MOST = 240  # cases that are looked at, the simplest
MOST_OF_ONE = 40


class Reaching:
    """What the mined cases reach on base; looked at once, when it is first asked for."""

    def __init__(self, session):
        self.session = session
        self.known = None

    def of(self, target):
        """The cases that run lines of a target as base has it, simplest first."""
        module = self.session.base_code.module(target.module) if target.in_base else None
        node = jt_code.definition(module, target.local) if module is not None else None
        body = getattr(node, "body", None)
        if not isinstance(body, list) or not target.base_file:
            return []
        own = range(body[0].lineno, (node.end_lineno or body[-1].lineno) + 1)
        found = [
            case
            for case, reached in self._looked_at()
            if any(line in own for line in reached.get(target.base_file, ()))
        ]
        return found[:MOST_OF_ONE]

    def _looked_at(self):
        if self.known is None:
            cases = list({case.key: case for case in self.session.mining.cases}.values())
            cases = sorted(cases, key=lambda case: (case.weight, case.call, case.key))[:MOST]
            outcomes = self.session.run(self.session.base, cases, lines=True) if cases else ()
            self.known = [
                (case, outcome.get("lines", {}))
                for case, outcome in zip(cases, outcomes)
                if outcome["kind"] in ("value", "raise")
            ]
        return self.known
