"""The plugin that watches a pytest session from inside and says what really happened."""

import functools
import importlib
import os
import select
import sys
import time

import pytest

import jittest_judge
import jittest_processes
import jittest_relay
import jittest_swap
import jittest_tree
from jittest_cells import Cells
from jittest_early import Early
from jittest_wire import FrameReader, Malformed, new_nonce, write_frame

PATHS = 4096


def path_of(node):
    """The real path of what a node was collected from."""
    return _real_path(str(getattr(node, "path", None) or getattr(node, "fspath", "")))


@functools.lru_cache(maxsize=PATHS)
def _real_path(path):
    return os.path.realpath(path)


class Observer:
    """Reports what is collected and how each test goes, each test in a fork of its own where
    `forked` is set.
    """

    def __init__(self, request, send, tree, tracer, mutation):
        self.request = request
        self.send = send
        self.tree = tree
        self.tracer = tracer
        self.mutation = mutation
        self.root = os.path.realpath(request["root"])
        self.phases = []
        self.collected = {}
        self.names = {}
        self.loaded = set()  # files that were imported, where that matters
        self.pid = os.getpid()

    def name_of(self, item):
        """`tests/test_cart.py::TestCart::test_total`, relative to the repository."""
        rest = item.nodeid.split("::", 1)
        return "::".join([self._relative(item)] + rest[1:])

    # What is collected.

    def pytest_exception_interact(self, node, call, report):
        """A file that can't be collected: with what was raised, before it is made into a text."""
        if report.when != "collect" or os.getpid() != self.pid:
            return
        error = call.excinfo.value
        cause = getattr(error, "__cause__", None) or error
        message = jittest_judge.text_of(cause, self.root)
        self.send(
            {
                "kind": "uncollected",
                "path": self._relative(node),
                "outcome": "broken",
                "message": message,
            }
        )

    def pytest_collectreport(self, report):
        """A file that skips itself while it is imported."""
        if report.outcome == "skipped":
            longrepr = report.longrepr
            message = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
            path = report.nodeid.split("::")[0]
            self.send(
                {
                    "kind": "uncollected",
                    "node": path,
                    "outcome": "skipped",
                    "message": message[:500],
                }
            )

    def _relative(self, node):
        path = path_of(node)
        if path not in self.names:
            self.names[path] = os.path.relpath(path, self.root)
        return self.names[path]

    def pytest_itemcollected(self, item):
        """Remembers each test, also those that are deselected later."""
        self.collected[self.name_of(item)] = False

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection_modifyitems(self, items):
        """After all others: the order and the tests that were asked for."""
        yield
        wanted = self.request.get("nodes")
        if wanted is not None:
            wanted = set(wanted)
            items[:] = [item for item in items if self.name_of(item) in wanted]
        if self.request.get("reverse"):
            items.reverse()

    def pytest_collection_finish(self, session):
        """Says which tests there are, and which of them will run."""
        for item in session.items:
            self.collected[self.name_of(item)] = True
        self.send(
            {
                "kind": "collected",
                "nodes": self.collected,
                "trace": self.tracer and self.tracer.taken(),
            }
        )

    # How it goes.

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        """What was raised, next to what the other hooks make of it."""
        before = call.excinfo
        result = yield
        report = result.get_result()
        if call.excinfo is None:
            call.excinfo = before
        self.phases.append(jittest_judge.phase_of(call, report, path_of(item), self.root))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """One test of a session in which all tests share the process."""
        if self.request["forked"]:
            yield
            return
        self.phases = []
        if not self.request.get("announced"):
            self.send({"kind": "begin", "node": self.name_of(item)})
        outcome = yield
        if os.getpid() != self.pid:
            os._exit(0)  # a copy of us that the test forked and that came back
        if outcome.excinfo is not None:
            error = outcome.excinfo[1]
            found = {
                "outcome": "broken",
                "message": jittest_judge.text_of(error, self.root),
                "line": None,
            }
        else:
            found = jittest_judge.verdict(self.phases)
        self.send(dict(found, **self._about(item)))
        fallen = found["outcome"] not in ("passed", "skipped")
        if fallen and self.name_of(item) in self.request.get("stop", []):
            # As `shouldstop` does, but pytest draws no traceback of an interrupt.
            item.session.shouldfail = "the first failure ends it"

    def _about(self, item):
        about = {
            "kind": "item",
            "node": self.name_of(item),
            "trace": self.tracer and self.tracer.taken(),
        }
        return dict(about, **self.served()) if self.mutation is not None else about

    def served(self):
        """Whether the mutant was imported, and what its import raised."""
        return {"served": self.mutation.served, "import_error": self.mutation.import_error}

    # Each test in a fork.

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        """Copies of the session that collect by themselves, where those are asked for."""
        if not self.request.get("early"):
            return None
        session.items = []
        Early(self, session).run()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Runs each test in a copy of the process as it is after collection; mutants likewise."""
        if self.request.get("early"):
            return True
        if not self.request["forked"] and not self.request.get("cells"):
            return None
        if session.config.option.collectonly:
            return True
        if self.request.get("cells"):
            Cells(self, session).run()
            return True
        known = jittest_processes.children()
        kept = jittest_tree.entries(self.request["tmp"])
        jittest_relay.look_ahead(session.items)
        for item in session.items:
            node = self.name_of(item)
            self.send({"kind": "begin", "node": node})
            found = self.in_a_fork(item)
            jittest_processes.end_strangers(known)
            changed = self.tree.restore() if self.tree is not None else []
            jittest_tree.keep_only(self.request["tmp"], kept)
            self.send(dict(found, kind="item", node=node, changed=changed[:5]))
        return True

    def in_a_fork(self, item, swapped=()):
        """One test in a copy of the process, with the code of functions swapped in it."""
        nonce = new_nonce()
        reading, writing = os.pipe()
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                jittest_swap.install(swapped)
                self._run_alone(item, writing, nonce)
            finally:
                os._exit(0)
        os.close(writing)
        limits = self.request.get("limits", {})
        limit = limits.get(self.name_of(item).split("::")[0], self.request["limit"])
        found = _read_one(reading, nonce, jittest_processes.Watch(child, limit))
        os.close(reading)
        if found is None or found == "late":
            status = jittest_processes.end(child) if found == "late" else _wait(child)
            why = "it did not end within %.1f s" % limit
            if found is None:
                why = "%s before the end of the test" % jittest_processes.describe(status)
            outcome = "timed_out" if found == "late" else "broken"
            found = {"outcome": outcome, "message": why, "line": None, "own_assertion": False}
            found["ms"] = int(1000 * (time.monotonic() - began))
            return found
        jittest_processes.end(child)
        return found

    def _run_alone(self, item, writing, nonce):
        os.setpgid(0, 0)
        self.pid = os.getpid()
        self.phases = []
        if self.tracer is not None:
            self.tracer.reset()
        error = None
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        except BaseException as raised:  # pytest.exit, an interrupt: the test's doing
            error = raised
        if os.getpid() != self.pid:
            os._exit(0)
        found = jittest_judge.verdict(self.phases)
        if error is not None:
            found.update(outcome="broken", message=jittest_judge.text_of(error, self.root))
        found.update(self._about(item))
        if item.nodeid.split("::")[0].endswith(self.request.get("probe_at") or "\0"):
            found["modules"] = [_loaded_from(module) for module in self.request["probe"]]
        write_frame(writing, nonce, found)


def _wait(child):
    try:
        return os.waitpid(child, 0)[1]
    except OSError:
        return None


def _read_one(descriptor, nonce, watch):
    """The one frame of a forked test; None where there is none, "late" where the time is over."""
    reader = FrameReader(nonce)
    while True:
        left = watch.left()
        if not select.select([descriptor], [], [], left)[0]:
            if left == 0:
                return "late"
            continue
        data = os.read(descriptor, 1 << 16)
        if not data:
            return None
        try:
            frames = reader.feed(data)
        except Malformed:
            return {
                "outcome": "broken",
                "message": "the test writes to our descriptor",
                "line": None,
                "ms": 0,
            }
        if frames:
            return frames[0]


def _loaded_from(module):
    """(module, the real path that it is loaded from or None, what was raised)."""
    try:
        found = sys.modules.get(module) or importlib.import_module(module)
        path = getattr(found, "__file__", None)
        return [module, os.path.realpath(path) if path else None, None]
    except BaseException as error:  # the repository's own import may do anything
        return [module, None, jittest_judge.text_of(error)]
