"""Clocks that go on with each look at them.

How often code looks is nobody's business: a difference that is gone where time stands still within
a statement comes of that alone.
"""

import re

TICKING = re.compile(
    r"(?:iter\(range\((?P<first>-?\d+)(?P<end>, -?\d+)?(?:, (?P<step>-?\d+))?\)\)"
    r"|map\(lambda tick: tick \* (?P<part>[\d.]+), range\([-\d, ]+\)\))\.__next__"
)
# How far time goes from one statement to the next, in steps of the clock.
PACES = (1, 2, 3)


def ticks(case):
    """Whether a case has such a clock."""
    return any(map(TICKING.search, case.setup + (case.call,)))


def still(case, pace):
    """The case with clocks that go on from statement to statement only."""

    def clock(found):
        return "(lambda: %s + jt_now[0] * %s)" % _course(found)

    setup = ["jt_now = [0]"]
    for text in case.setup:
        setup += [TICKING.sub(clock, text), "jt_now[0] += %d" % pace]
    return case.changed(setup, TICKING.sub(clock, case.call))


def looks(case):
    """A case that gives how often this one has looked at its clocks after each statement; None
    where that can't be had.
    """
    if case.call.startswith(("lambda", "await")):
        return None

    def clock(found):
        course = _course(found)
        return "(lambda: jt_looks.append(0) or %s + (len(jt_looks) - 1) * %s)" % course

    setup = ["jt_looks, jt_counts = [], []"]
    for text in case.setup + (case.call,):
        setup += [TICKING.sub(clock, text), "jt_counts.append(len(jt_looks))"]
    return case.changed(setup, "jt_counts")


def _course(found):
    """When a clock begins, and how far it goes with each look."""
    return found["first"] if found["end"] else "0", found["step"] or found["part"] or "1"
