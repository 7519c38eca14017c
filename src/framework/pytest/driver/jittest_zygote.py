"""A process with pytest imported, and nothing of the repository: forks a child for each piece of
work.
"""

import gc
import importlib
import inspect
import os
import select
import signal
import sys
import time

FRAMES = 50000
OUTPUT_TAIL = 2000
GRACE = 1.0


def main():
    """Takes work from the descriptor that the controller gave, until it is closed."""
    descriptor = int(sys.argv[1])
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]
    sys.path.append(folder)
    nonce = bytes.fromhex(sys.stdin.readline().strip())
    import jittest_judge
    import jittest_processes
    import jittest_wire

    loaded = preload()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    adopted = jittest_processes.adopt_orphans()
    hello = {
        "kind": "hello",
        "loaded": loaded,
        "adopted": adopted,
        "python": jittest_judge.interpreter(),
    }
    jittest_wire.write_frame(descriptor, nonce, hello)
    gc.collect()
    gc.freeze()
    Zygote(descriptor, nonce).serve()


def preload():
    """Imports pytest, its own plugins and our modules; the names of all modules that this loads."""
    import _pytest.config
    import pytest  # noqa: F401

    for name in _pytest.config.default_plugins:
        try:
            importlib.import_module("_pytest." + name)
        except ImportError:
            continue
    sys.dont_write_bytecode = False  # our own modules are compiled once for all zygotes
    for name in ("analysis", "clock", "mutation", "observer", "session", "trace", "tree"):
        importlib.import_module("jittest_" + name)
    sys.dont_write_bytecode = True
    # Looks at the file of every module and remembers it: else each child does at its first failure.
    inspect.getmodule(preload.__code__)
    return sorted(sys.modules)


class Running:
    """One child at work."""

    def __init__(self, request, pid, descriptor, reader, watch):
        self.request = request
        self.pid = pid
        self.descriptor = descriptor
        self.reader = reader
        self.frames = []
        self.last = time.monotonic()
        self.deadline = self.last + request["seconds"]
        self.ended = False
        self.watch = watch

    def heard(self):
        """It has said something."""
        self.last = time.monotonic()
        self.watch.heard()

    def left(self):
        """Seconds after which to look again; none where it is to be ended by us."""
        now = time.monotonic()
        quiet = self.last + GRACE - now if self.ended else self.watch.left()
        return max(0.0, min(quiet, self.deadline - now))


class Zygote:
    """Forks, watches, ends."""

    def __init__(self, control, nonce):
        import jittest_processes
        import jittest_wire

        self.processes, self.wire = jittest_processes, jittest_wire
        self.control, self.nonce = control, nonce
        self.commands = jittest_wire.FrameReader(nonce)
        self.running = []

    def serve(self):
        """Until the controller closes its end."""
        while True:
            wait = None
            if self.running:
                wait = min(work.left() for work in self.running)
            ready = select.select(
                [self.control] + [work.descriptor for work in self.running], [], [], wait
            )[0]
            if self.control in ready and not self._take():
                break
            for work in list(self.running):
                if work.descriptor in ready:
                    self._read(work)
                elif work.left() == 0:
                    self._finish(
                        work, "timed_out" if time.monotonic() < work.deadline else "deadline"
                    )
        for work in self.running:
            self.processes.end(work.pid)
        self.processes.end_strangers([])

    def _take(self):
        data = os.read(self.control, 1 << 16)
        for request in self.commands.feed(data) if data else []:
            self._start(request)
        return bool(data)

    def _start(self, request):
        nonce = self.wire.new_nonce()
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.close(self.control)
            for work in self.running:
                os.close(work.descriptor)
            module = "jittest_session" if request["kind"] == "session" else "jittest_analysis"
            try:
                importlib.import_module(module).run(request, writing, nonce)
            finally:
                os._exit(71)
        os.close(writing)
        watch = self.processes.Watch(pid, request["silence"], self.processes.FIRST)
        reader = self.wire.FrameReader(nonce)
        self.running.append(Running(request, pid, reading, reader, watch))

    def _read(self, work):
        data = os.read(work.descriptor, 1 << 18)
        work.heard()
        if not data:
            return self._finish(work, "ended")
        try:
            frames = work.reader.feed(data)
        except self.wire.Malformed:
            return self._finish(work, "forged")
        work.frames += frames
        work.ended = work.ended or any(frame.get("kind") == "end" for frame in frames)
        if len(work.frames) > FRAMES:
            self._finish(work, "forged")
        elif work.ended:
            self._finish(work, "ended")

    def _finish(self, work, ending):
        self.running.remove(work)
        if ending == "ended" and not work.ended:
            status = self._status_soon(work.pid)
        else:
            status = self.processes.end(work.pid)
        self.processes.end(work.pid)
        self.processes.end_strangers([other.pid for other in self.running])
        os.close(work.descriptor)
        answer = {
            "kind": "answer",
            "id": work.request["id"],
            "frames": work.frames,
            "ending": ending,
        }
        answer.update(
            whole=work.ended,
            how=self.processes.describe(status),
            output=_tail(work.request["output"]),
        )
        self.wire.write_frame(self.control, self.nonce, answer)

    def _status_soon(self, pid):
        """The exit status of a child that closed its pipe; one that lives on is ended."""
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            try:
                done, status = os.waitpid(pid, os.WNOHANG)
            except OSError:
                return None
            if done:
                return status
            time.sleep(0.002)
        return self.processes.end(pid)


def _tail(path):
    try:
        with open(path, "rb") as output:
            output.seek(0, os.SEEK_END)
            output.seek(max(0, output.tell() - OUTPUT_TAIL))
            text = output.read().decode("utf-8", "replace")
        os.unlink(path)
        return text
    except OSError:
        return ""


if __name__ == "__main__":
    main()
