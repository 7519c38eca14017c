"""One event loop for many calls of `asyncio.run` in a child, where the last one left nothing in it:
to make and close a loop takes longer than most code that runs in it.
"""

import contextvars
import functools
import os
import sys
import threading

# What a loop counts and remembers of its own; all else in it must be as it was when it was made.
OWN = ("_timer_cancelled_count", "_clock_resolution", "_old_agen_hooks")


def share():
    """From here on in this process; what is given back is to be called before each case, as only
    its first call of `asyncio.run` gets the loop. Nothing changes where asyncio was not loaded, or
    has no `Runner` (before Python 3.11).
    """
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or not hasattr(asyncio, "Runner"):
        return nothing
    shared = _Shared(asyncio)
    asyncio.run = shared.standing_in()
    return shared.next_case


def nothing():
    """What a case needs where no loop is shared."""


class _Shared:
    def __init__(self, asyncio):
        self.asyncio = asyncio
        self.original = asyncio.run
        self.runner, self.state, self.maker = None, None, None
        self.used = False
        self.forsaken = []  # of the process that forked this one: to close them would reach into it

    def next_case(self):
        """Another case: it may have the loop."""
        self.used = False

    def standing_in(self):
        @functools.wraps(self.original)
        def run(main, **options):
            running = self.asyncio._get_running_loop() is not None
            here = threading.current_thread() is threading.main_thread()
            plain = options or running or self.used or not here
            if plain or not self.asyncio.iscoroutine(main):
                return self.original(main, **options)
            self.used = True
            return self.run(main)

        return run

    def run(self, main):
        maker = os.getpid(), self.asyncio.get_event_loop_policy()
        if self.runner is not None and self.maker != maker:
            self.forsaken.append(self.runner)
            self.runner = None
        if self.runner is None:
            self.runner, self.maker = self.asyncio.Runner(), maker
            self.state = _state(self.runner.get_loop())
        runner = self.runner
        loop = runner.get_loop()
        self.asyncio.set_event_loop(loop)
        try:
            return runner.run(main, context=contextvars.copy_context())
        finally:
            if self._is_clean(loop):
                self.asyncio.set_event_loop(None)
            else:
                self.runner = None
                runner.close()

    def _is_clean(self, loop):
        if loop.is_closed() or self.asyncio.all_tasks(loop):
            return False
        return self.state is not None and _state(loop) == self.state


def _state(loop):
    """All that a loop holds; None of one of another kind, which is not used twice."""
    selector = getattr(loop, "_selector", None)
    if not hasattr(loop, "_ready") or not hasattr(selector, "get_map"):
        return None
    held = {n: v for n, v in vars(loop).items() if n not in OWN}
    for name, value in held.items():
        if hasattr(value, "__len__"):
            held[name] = len(value)
    return dict(held, selector=sorted(selector.get_map()))
