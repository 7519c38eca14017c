"""Lines, branches and functions that are reached, without the coverage package."""

import dis
import os
import sys
import threading
import types

RESUMABLE = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
RETURNS = {"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE"}
JUMPS = {"JUMP_FORWARD", "JUMP_ABSOLUTE", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "JUMP"}


class Tracer:
    """Collects for the given files (real path -> name) what is executed in this process."""

    def __init__(self, files):
        self.files = files
        self._names = {}
        self.reset()

    def reset(self):
        """Forgets what was reached so far."""
        self.lines, self.arcs, self.functions = {}, {}, {}

    def start(self):
        """Traces this thread, and those that start from now on."""
        threading.settrace(self._call)
        sys.settrace(self._call)

    def stop(self):
        """Ends tracing."""
        sys.settrace(None)
        threading.settrace(None)

    def taken(self):
        """What was reached since the last call, as JSON can carry it."""
        found = {
            "lines": {name: sorted(lines) for name, lines in self.lines.items()},
            "arcs": {name: sorted(arcs) for name, arcs in self.arcs.items()},
            "functions": {name: sorted(firsts) for name, firsts in self.functions.items()},
        }
        self.reset()
        return found

    def _name(self, filename):
        if filename not in self._names:
            self._names[filename] = self.files.get(os.path.realpath(filename))
        return self._names[filename]

    def _call(self, frame, event, _argument):
        code = frame.f_code
        name = self._name(code.co_filename)
        if name is None or event != "call":
            return None
        first = code.co_firstlineno
        if code.co_name != "<module>":  # which begins in the first line too
            self.functions.setdefault(name, set()).add(first)
        return self._local(frame, name, first)

    def _local(self, frame, name, first):
        lines = self.lines.setdefault(name, set())
        arcs = self.arcs.setdefault(name, set())
        resumed = frame.f_code.co_flags & RESUMABLE and frame.f_lineno != first
        last = frame.f_lineno if resumed else -first
        raising = False

        def trace(frame, event, _argument):
            nonlocal last, raising
            if event == "line":
                lines.add(frame.f_lineno)
                arcs.add((last, frame.f_lineno))
                last, raising = frame.f_lineno, False
            elif event == "exception":
                raising = True
            elif event == "return" and not raising:
                arcs.add((last, -first))
            return trace

        return trace


def branches(source, path):
    """The branches of a source: [from line, to line], where a line can go on to more than one.
    A negative line means that it leaves the function which starts there.
    """
    found = set()
    pending = [compile(source, path, "exec", dont_inherit=True)]
    while pending:
        code = pending.pop()
        pending.extend(
            constant for constant in code.co_consts if isinstance(constant, types.CodeType)
        )
        if code.co_name not in ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"):
            found.update(_branches_of(code))
    return sorted(found)


def _branches_of(code):
    steps = [
        step for step in dis.get_instructions(code) if step.opname not in ("CACHE", "EXTENDED_ARG")
    ]
    places = {step.offset: index for index, step in enumerate(steps)}
    starts = sorted((offset, line) for offset, line in dis.findlinestarts(code))
    lines, at = [], 0
    for step in steps:
        while at + 1 < len(starts) and starts[at + 1][0] <= step.offset:
            at += 1
        lines.append(starts[at][1] if starts and starts[at][0] <= step.offset else None)
    targets = {}
    for index, step in enumerate(steps):
        if lines[index] and _chooses(step) and not _is_machinery(steps, index):
            ways = (index + 1, _landing(step, steps, places))
            if not any(_ends_an_assertion(steps, way) for way in ways):
                reached = set()
                for way in ways:
                    reached |= _walk(way, lines[index], steps, lines, places, code.co_firstlineno)
                targets.setdefault(lines[index], set()).update(reached)
    return {(line, to) for line, ends in targets.items() if len(ends) > 1 for to in ends}


def _chooses(step):
    name = step.opname
    return name.startswith(("POP_JUMP", "JUMP_IF", "FOR_ITER"))


def _landing(step, steps, places):
    target = step.argval
    while target not in places and target < steps[-1].offset:
        target += 2
    return places.get(target, len(steps))


def _is_machinery(steps, index):
    """Jumps of `with` and of `await`, which nobody wrote."""
    before = [step.opname for step in steps[max(0, index - 2) : index]]
    return any(name in ("WITH_EXCEPT_START", "SEND", "END_ASYNC_FOR") for name in before)


def _ends_an_assertion(steps, index):
    if index >= len(steps):
        return False
    step = steps[index]
    return step.opname == "LOAD_ASSERTION_ERROR" or (
        step.opname in ("LOAD_GLOBAL", "LOAD_COMMON_CONSTANT")
        and "AssertionError" in str(step.argrepr)
    )


def _walk(index, line, steps, lines, places, first):
    """The lines that come next, from an instruction on: the first that is not `line` itself."""
    ends, pending, seen = set(), [index], set()
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        if at >= len(steps):
            ends.add(-first)
        elif lines[at] is not None and lines[at] != line:
            ends.add(lines[at])
        elif steps[at].opname in RETURNS:
            ends.add(-first)
        elif steps[at].opname in JUMPS:
            pending.append(_landing(steps[at], steps, places))
        elif _chooses(steps[at]):
            pending.extend((at + 1, _landing(steps[at], steps, places)))
        else:
            pending.append(at + 1)
    return ends
