"""Explores a change: `python3 explore.py plan.json`, started in the folder that holds base, head
and this one.

Reads the plan, compares base with head, tells mutants from head, and writes `result.json` beside
the plan.
"""

import os
import shutil
import signal
import sys

import jt_code
import jt_plan
import jt_routes
from jt_regress import Regressions, place
from jt_session import Session
from jt_write import Writer

MOST_CALLS = 6000


class TimeIsOver(BaseException):
    """Raised by the alarm, wherever the explorer is: nothing on the way may take it for its own."""


def main():
    """Runs the plan; a partial result is a result."""
    path = os.path.abspath(sys.argv[1])
    plan = jt_plan.read(path)
    result = jt_plan.Result()
    session = Session(plan, result)
    where = os.path.join(os.path.dirname(path), "result.json")

    def give_up(*_):
        raise TimeIsOver

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, max(1.0, plan.wall_seconds - 1))
    try:
        explore(plan, session, result)
        if plan.is_late:
            result.warning(
                "a part was not explored",
                "the machine is too busy for its time on the clock",
                "there may be fewer tests, and another run may find others",
            )
    except TimeIsOver:
        result.problem(None, "time was over before everything was explored", "both")
    except Exception as error:
        result.failure = "%s: %s" % (type(error).__name__, error)
        if os.environ.get("JITTEST_EXPLORER_DEBUG"):
            raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        session.stop()
        result.write(where, plan)
        shutil.rmtree(plan.scratch, ignore_errors=True)


def explore(plan, session, result):
    """Regressions first, with about half of the time; then mutants."""
    session.load()
    tops = {t.module.split(".")[0] for t in plan.targets}
    writer = Writer(plan.reserved, tops, session.settings)
    targets = [t for t in plan.targets if comparable(t, session)]
    targets.sort(key=lambda t: (not t.changed, t.id))
    changed = len({place(t) for t in targets if t.changed})
    routed = any(t.route for t in targets)
    calls = max(400, min(MOST_CALLS, 18000 // max(1, changed)))
    share = (0.45 if routed else 0.5) if plan.mutants else 0.9
    regressions = Regressions(session, writer)
    regressions.explore(targets, calls, lambda: plan.left(share) <= 0)
    if plan.mutants:
        import jt_mutants

        jt_mutants.Hardening(session, writer).run()
    result.candidates = chosen(result.candidates, plan)


def comparable(target, session):
    """Whether the target can be called on both sides and its code could behave differently."""
    loaded = target.module in session.head.modules and target.module in session.base.modules
    if target.route:
        return loaded and jt_routes.is_comparable(session, target)
    # A method that is new may hide one that was inherited.
    there = target.in_base or target.kind == "method"
    return there and loaded and not unchanged(session)


def unchanged(session):
    """Whether all modules of the plan compile to the same code on both sides."""
    known = getattr(session, "unchanged", None)
    if known is None:
        known = True
        for file in sorted(
            {t.file for t in session.plan.targets} | {m["file"] for m in session.plan.mutants}
        ):
            texts = []
            for root in (session.plan.base["root"], session.plan.head["root"]):
                try:
                    with open(os.path.join(root, file), encoding="utf-8") as handle:
                        texts.append(handle.read())
                except (OSError, ValueError):
                    texts.append(None)
            known = known and None not in texts and jt_code.same_code(*texts)
        session.unchanged = known
    return known


def chosen(candidates, plan):
    """Within the plan's bounds, regressions first."""
    kept, counts = [], {}
    for candidate in sorted(candidates, key=lambda c: c["purpose"] != "regression"):
        counts[candidate["target"]] = counts.get(candidate["target"], 0) + 1
        if counts[candidate["target"]] <= plan.max_per_target and len(kept) < plan.max_candidates:
            kept.append(candidate)
    return kept


if __name__ == "__main__":
    main()
