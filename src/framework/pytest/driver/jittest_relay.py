"""What a copy of a session says, as long as none of its tests takes longer than it may."""

import contextlib
import os
import random
import select

import jittest_processes
from jittest_wire import FrameReader, Malformed, new_nonce, write_frame

FELL = ("failed", "broken")


class Relay:
    """The reading end of a copy. `watch` says how long one frame may take, `counted` are the nodes
    whose failure matters.
    """

    def __init__(self, descriptor, nonce, watch, counted):
        self.descriptor, self.watch = descriptor, watch
        self.counted = set(counted)
        self.reader = FrameReader(nonce)
        self.ended, self.late, self.fell = False, False, False
        self.status = None

    def frames(self):
        """Frames until the copy ends, or a test takes too long."""
        while not self.ended:
            left = self.watch.left()
            if not select.select([self.descriptor], [], [], left)[0]:
                self.late = left == 0
                if self.late:
                    return
                continue
            data = os.read(self.descriptor, 1 << 16)
            if not data:
                return
            try:
                found = self.reader.feed(data)
            except Malformed:
                return
            self.watch.heard()
            for frame in found:
                self.ended = self.ended or frame["kind"] == "end"
                fell = frame["kind"] == "item" and frame["outcome"] in FELL
                self.fell = self.fell or fell and frame["node"] in self.counted
                if frame["kind"] != "end":
                    yield frame

    def ending(self):
        """How the copy ended, as an answer has it."""
        if self.ended:
            return {"whole": True, "ending": "ended", "how": ""}
        ending = "timed_out" if self.late else "ended"
        return {"whole": False, "ending": ending, "how": jittest_processes.describe(self.status)}


def of_nothing(step):
    """The relay of tests that say nothing."""
    relay = Relay(None, b"", None, step["counted"])
    relay.ended = True
    return relay


def copy(observer, limit, counted, body, say, first=0.0):
    """Runs `body` in a copy of this process, whose frames go to `say`; the relay, when it ended.
    `limit` are the seconds between two frames, and at least `first` until the first one.
    """
    nonce = new_nonce()
    reading, writing = os.pipe()
    chance = random.getstate()
    child = os.fork()
    if child == 0:
        random.setstate(chance)  # which a fork makes anew; a configuration may have set it
        os.close(reading)
        try:
            os.setpgid(0, 0)
            observer.pid = os.getpid()
            observer.send = lambda frame: write_frame(writing, nonce, frame)
            body()
            if os.getpid() == observer.pid:
                observer.send({"kind": "end"})
        finally:
            os._exit(0)
    os.close(writing)
    watch = jittest_processes.Watch(child, limit, first)
    relay = Relay(reading, nonce, watch, counted)
    for frame in relay.frames():
        say(frame)
    os.close(reading)
    relay.status = jittest_processes.end(child)
    with contextlib.suppress(OSError):  # what copies print goes to one file, which has a bound
        os.ftruncate(1, 0)
        os.lseek(1, 0, os.SEEK_SET)
    return relay


def look_ahead(items):
    """What pytest finds out about each test when it first runs, here and not in each copy again."""
    for item in items:
        with contextlib.suppress(Exception):  # a copy meets it again
            item.location, item.ihook


def say_little(config, items):
    """Has copies draw no failure and print nothing of how their tests go: nobody reads it, and it
    takes longer than most tests.
    """
    for item in items:
        item.repr_failure = item._repr_failure_py = _brief
    reporter = config.pluginmanager.getplugin("terminalreporter")
    for name in ("logstart", "logreport", "logfinish"):
        hook = getattr(config.hook, "pytest_runtest_" + name)
        with contextlib.suppress(AttributeError, ValueError):  # another pluggy, another reporter
            hook._remove_plugin(reporter)


def _brief(excinfo, style=None):
    return type(excinfo.value).__name__
