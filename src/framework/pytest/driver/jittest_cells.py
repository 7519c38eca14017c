"""Cells of the kill matrix in copies of one session as it is after collection: a mutant is put in
place by its code, and the tests that reach it run.
"""

import gc
import os
import select
import time

import jittest_processes
import jittest_swap
import jittest_tree
from jittest_wire import FrameReader, Malformed, new_nonce, write_frame

FELL = ("failed", "broken")


class Cells:
    """The loop over the mutants of a session's request."""

    def __init__(self, observer, session):
        self.observer = observer
        self.request = observer.request
        self.session = session
        self.items = {observer.name_of(item): item for item in session.items}
        self.live = {}

    def run(self):
        """Every mutant that is asked for."""
        for cell in self.request["cells"]:
            path = os.path.join(self.observer.root, cell["file"])
            if path not in self.live:
                self.live[path] = jittest_swap.Live(path)
        gc.collect()
        gc.freeze()
        self.known = jittest_processes.children()
        self.kept = jittest_tree.entries(self.request["tmp"])
        for cell in self.request["cells"]:
            path = os.path.join(self.observer.root, cell["file"])
            pairs = self.live[path].swap(cell["source"].encode("utf-8"))
            self._say(cell, {"kind": "cell", "served": pairs is not None})
            if pairs is not None:
                self._say(cell, dict(self._steps(cell, pairs), kind="cell_end"))

    def _say(self, cell, frame):
        self.observer.send(dict(frame, mutant=cell["id"]))

    def _steps(self, cell, pairs):
        """Runs the tests of a mutant, as far as they are wanted; how it ended."""
        for step in cell["steps"]:
            items = self._items(step)
            if self.request["forked"]:
                for item in items:
                    self._alone(cell, item, pairs)
            elif items:
                relay, status = self._together(cell, items, pairs, step)
                if not relay.ended:
                    ending = "timed_out" if relay.late else "ended"
                    how = jittest_processes.describe(status)
                    return {"whole": False, "ending": ending, "how": how}
                if relay.fell:
                    break
        return {"whole": True, "ending": "ended", "how": ""}

    def _items(self, step):
        files, nodes = set(step["files"]), step.get("nodes")
        nodes = None if nodes is None else set(nodes)
        return [
            item
            for node, item in self.items.items()
            if node.split("::")[0] in files and (nodes is None or node in nodes)
        ]

    def _clean(self):
        jittest_processes.end_strangers(self.known)
        changed = self.observer.tree.restore()
        jittest_tree.keep_only(self.request["tmp"], self.kept)
        return changed

    def _alone(self, cell, item, pairs):
        node = self.observer.name_of(item)
        self._say(cell, {"kind": "begin", "node": node})
        found = self.observer.in_a_fork(item, pairs)
        changed = self._clean()
        self._say(cell, dict(found, kind="item", node=node, changed=changed[:5]))

    def _together(self, cell, items, pairs, step):
        """Tests in one copy, in order, as pytest runs them: what was heard, and its status."""
        nonce = new_nonce()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                self._in_the_copy(items, pairs, step, writing, nonce)
            finally:
                os._exit(0)
        os.close(writing)
        relay = Relay(reading, nonce, step)
        for frame in relay.frames():
            self._say(cell, frame)
        os.close(reading)
        status = jittest_processes.end(child)
        self._clean()
        return relay, status

    def _in_the_copy(self, items, pairs, step, writing, nonce):
        os.setpgid(0, 0)
        observer = self.observer
        observer.pid = os.getpid()
        observer.send = lambda frame: write_frame(writing, nonce, frame)
        self.request["stop"] = step["counted"] if step["stop"] else []
        jittest_swap.install(pairs)
        for item, following in zip(items, items[1:] + [None]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.session.shouldstop or self.session.shouldfail:
                break
        if os.getpid() == observer.pid:
            observer.send({"kind": "end"})


class Relay:
    """What a copy that runs several tests says, as long as no test takes longer than it may."""

    def __init__(self, descriptor, nonce, step):
        self.descriptor, self.limit = descriptor, step["limit"]
        self.counted = set(step["counted"])
        self.reader = FrameReader(nonce)
        self.ended, self.late, self.fell = False, False, False

    def frames(self):
        """Frames until the copy ends, or a test takes too long."""
        until = time.monotonic() + self.limit
        while not self.ended:
            ready = select.select([self.descriptor], [], [], max(0, until - time.monotonic()))[0]
            data = os.read(self.descriptor, 1 << 16) if ready else b""
            if not data:
                self.late = not ready
                return
            try:
                found = self.reader.feed(data)
            except Malformed:
                return
            until = time.monotonic() + self.limit
            for frame in found:
                self.ended = self.ended or frame["kind"] == "end"
                fell = frame["kind"] == "item" and frame["outcome"] in FELL
                self.fell = self.fell or fell and frame["node"] in self.counted
                if frame["kind"] in ("begin", "item"):
                    yield frame
