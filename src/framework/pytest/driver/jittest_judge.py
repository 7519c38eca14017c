"""What the phases of one test amount to."""

import os
import sys
import unittest

from _pytest import outcomes

from jittest_severity import SEVERITY
from jittest_wire import shortened

FAILURES = (AssertionError, outcomes.Failed)
SKIPS = (outcomes.Skipped, unittest.SkipTest)
ENDINGS = (SystemExit, KeyboardInterrupt, outcomes.Exit)


def text_of(error, root=None):
    """Type and text of an exception; never raises."""
    try:
        text = str(error)
    except BaseException as failure:  # the code under test may do anything in __str__
        text = "its text can't be read: %s" % type(failure).__name__
    text = text[:20000]
    if root:
        text = text.replace(root + os.sep, "")
    name = type(error).__name__
    if isinstance(error, (outcomes.Failed,) + SKIPS):
        return shortened(text)
    message = "%s: %s" % (name, text) if text else name
    if isinstance(error, Warning):
        message = "a warning that the configuration turns into an error: " + message
    return shortened(message)


class Phase:
    """One of setup, call, teardown, as it really went."""

    def __init__(self, when, error, place, report, duration, root):
        self.when = when
        self.error = error
        self.message = text_of(error, root) if error is not None else ""
        self.line, self.own = place
        self.reported = report.outcome
        self.expected_failure = hasattr(report, "wasxfail")
        self.reason = shortened(getattr(report, "wasxfail", "") or _skip_reason(report))
        self.duration = duration


def _skip_reason(report):
    longrepr = getattr(report, "longrepr", None)
    if isinstance(longrepr, str):
        return longrepr
    return longrepr[2] if isinstance(longrepr, tuple) and len(longrepr) == 3 else ""


def place_of(traceback, path):
    """(the last line inside the file at `path`, whether the exception was raised there)."""
    line, innermost = None, None
    while traceback is not None:
        frame = traceback.tb_frame
        module = str(frame.f_globals.get("__name__", ""))
        if module.split(".")[0] not in ("_pytest", "pytest", "unittest", "pluggy"):
            innermost = os.path.realpath(frame.f_code.co_filename)
            if innermost == path:
                line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line, innermost == path


def phase_of(call, report, path, root):
    """The phase that a call of pytest's is, with what was raised in it."""
    info = call.excinfo
    error = info.value if info is not None else None
    place = place_of(info.tb, path) if info is not None else (None, False)
    duration = getattr(call, "duration", None)
    return Phase(call.when, error, place, report, duration or call.stop - call.start, root)


def verdict(phases):
    """The outcome of one test: a dict with outcome, message, line, own_assertion, ms."""
    found = _result("broken", "the test did not run")
    ran = False
    for phase in phases:
        judged = _judged(phase)
        ran = ran or phase.when == "call"
        if judged is None:
            continue
        worse = SEVERITY.index(judged["outcome"]) > SEVERITY.index(found["outcome"])
        if found["message"] == "the test did not run" or worse:
            found = judged
    if found["outcome"] == "passed" and not ran:
        found = _result("broken", "its call never began")
    found["ms"] = int(1000 * sum(phase.duration for phase in phases))
    return found


def _result(outcome, message="", line=None, own=False):
    return {"outcome": outcome, "message": message, "line": line, "own_assertion": own}


def _judged(phase):
    error = phase.error
    if error is None:
        return _judged_without_error(phase)
    if isinstance(error, SKIPS):
        return _result("skipped", phase.message)
    if phase.expected_failure:
        return _result("skipped", "expected to fail: " + phase.reason)
    if isinstance(error, ENDINGS + (Warning,)):
        return _result("broken", phase.message, phase.line)
    if phase.when != "call":
        return _result("broken", "%s: %s" % (phase.when, phase.message), phase.line)
    if phase.reported != "failed":
        return _result(
            "broken",
            "a hook of the repository reports a failure as %s" % phase.reported,
            phase.line,
        )
    own = phase.own and isinstance(error, FAILURES)
    return _result("failed", phase.message, phase.line, own)


def _judged_without_error(phase):
    if phase.expected_failure:
        return _result("skipped", "expected to fail, but it passed: " + phase.reason)
    if phase.reported == "passed":
        return _result("passed") if phase.when == "call" else None
    if phase.reported == "skipped":
        return _result("skipped", phase.reason)
    if "XPASS(strict)" in phase.reason:
        return _result("skipped", "expected to fail, but it passed")
    return _result(
        "broken", "a hook of the repository reports a %s that passed as failed" % phase.when
    )


def interpreter():
    """The version of the interpreter, for notes."""
    return "%d.%d.%d" % sys.version_info[:3]
