"""One event loop for many calls of `asyncio.run` in a child, where the last one left nothing in it:
to make and close a loop takes longer than most code that runs in it.
"""

import contextvars
import functools
import sys

# What a loop may still hold when a call is over; each would reach into the next one.
LEFT_OVER = ("_scheduled", "_ready", "_asyncgens", "_default_executor", "_signal_handlers")


def share():
    """From here on in this process. Nothing changes where asyncio was not loaded, or has no
    `Runner` (before Python 3.11).
    """
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and hasattr(asyncio, "Runner"):
        asyncio.run = _Shared(asyncio).standing_in()


class _Shared:
    def __init__(self, asyncio):
        self.asyncio = asyncio
        self.original = asyncio.run
        self.runner = None

    def standing_in(self):
        @functools.wraps(self.original)
        def run(main, **options):
            running = self.asyncio._get_running_loop() is not None
            if options or running or not self.asyncio.iscoroutine(main):
                return self.original(main, **options)
            return self.run(main)

        return run

    def run(self, main):
        if self.runner is None:
            self.runner = self.asyncio.Runner()
        runner = self.runner
        loop = runner.get_loop()
        self.asyncio.set_event_loop(loop)
        try:
            # Each call has a context of its own, as `asyncio.run` gives it.
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
        # A loop of another kind is not known well enough to be used twice.
        return not any(getattr(loop, name, True) for name in LEFT_OVER)
