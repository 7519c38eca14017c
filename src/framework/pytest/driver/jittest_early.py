"""Cells of the kill matrix in copies of one session as it is before collection. In a copy the
mutant is imported as everything of the repository is; what pytest needs to start is paid once.
"""

import functools
import gc
import os
import pathlib
import random
import sys

import jittest_judge
import jittest_processes
import jittest_relay
import jittest_tree
from jittest_mutation import Mutation

MARGIN = 3  # seconds: a copy that forks its tests ends what takes too long itself


class Early:
    """The loop over the cells of a session's request."""

    def __init__(self, observer, session):
        self.observer = observer
        self.request = observer.request
        self.session = session
        self.cells = self.request["early"]
        self.loaded = {}
        self.holds = {}

    def run(self):
        """Every cell that is asked for."""
        steps = [step for cell in self.cells for step in cell["steps"]]
        self._rewrite_once({name for step in steps for name in step["files"]})
        self.loaded = {_file_of(module) for module in list(sys.modules.values())}
        self.loaded |= self.observer.loaded
        gc.collect()
        gc.freeze()
        known = jittest_processes.children()
        kept = jittest_tree.entries(self.request["tmp"])
        for cell in self.cells:
            # A configuration that loads the file itself leaves no room for a mutant of it.
            free = "source" not in cell or self._path(cell["file"]) not in self.loaded
            self._say(cell, {"kind": "cell", "served": False})
            relay = jittest_relay.of_nothing(cell["steps"][0])
            for step in cell["steps"] if free else []:
                relay = self._step(cell, step, known, kept)
                if relay is None or not relay.ended or relay.fell:
                    break
            if free and relay is not None:
                self._say(cell, dict(relay.ending(), kind="cell_end"))

    def _step(self, cell, step, known, kept):
        """One step of a cell; None where what it shows can't be believed. Of a trial nothing is
        said then, and the next step tells.
        """
        heard = []
        is_trial = step.get("trial", False)

        def say(frame):
            heard.append(frame)
            if not is_trial:
                self._say(cell, frame)

        relay = self._copy(cell, step, say)
        self._clean(known, kept)
        # A mutant that can't be imported: other tests can't tell more.
        relay.fell = relay.fell or any(frame.get("import_error") for frame in heard)
        uncollected = any(frame["kind"] in ("uncollected", "crash") for frame in heard)
        fell = not relay.ended or relay.fell or uncollected
        if fell and not self._holds(cell, step, known, kept):
            return jittest_relay.of_nothing(step) if is_trial else None
        for frame in heard if is_trial else []:
            self._say(cell, frame)
        return relay

    def _path(self, name):
        return os.path.realpath(os.path.join(self.observer.root, name))

    def _say(self, cell, frame):
        self.observer.send(dict(frame, mutant=cell["id"]))

    def _clean(self, known, kept):
        jittest_processes.end_strangers(known)
        self.observer.tree.restore()
        jittest_tree.keep_only(self.request["tmp"], kept)

    def _holds(self, cell, step, known, kept):
        """Whether what counts passes in such a copy without the mutant, too; asked once."""
        if "source" not in cell or not step["counted"]:
            return True
        key = tuple(step["files"]), tuple(step["nodes"] or ())
        if key not in self.holds:
            heard = []
            plain = {name: cell[name] for name in cell if name not in ("file", "source")}
            relay = self._copy(plain, dict(step, stop=False), heard.append)
            self._clean(known, kept)
            passed = {frame["node"] for frame in heard if frame.get("outcome") == "passed"}
            self.holds[key] = relay.ended and passed >= set(step["counted"])
        return self.holds[key]

    def _copy(self, cell, step, say):
        limit = step["limit"]
        return jittest_relay.copy(
            self.observer,
            jittest_processes.longest(limit) + MARGIN if step["forked"] else limit,
            step["counted"],
            lambda: self._in_the_copy(cell, step),
            say,
            jittest_processes.FIRST,
        )

    def _in_the_copy(self, cell, step):
        observer, session = self.observer, self.session
        observer.request.update(
            early=None,
            nodes=step["nodes"],
            forked=step["forked"],
            limit=step["limit"],
            stop=step["counted"] if step["stop"] else [],
        )
        if "source" in cell:
            observer.mutation = Mutation(self._path(cell["file"]), cell["source"])
            observer.mutation.install()
        if observer.request.get("reseed"):  # copies of one session have the same chance else
            random.seed()
        session.config.args[:] = [os.path.join(observer.root, name) for name in step["files"]]
        try:
            session.config.hook.pytest_collection(session=session)
            session.config.hook.pytest_runtestloop(session=session)
        except (session.Failed, session.Interrupted):
            pass
        except BaseException as error:  # pytest.exit, an interrupt, a hook that fails
            message = jittest_judge.text_of(error, observer.root)
            observer.send({"kind": "crash", "message": message})
        if observer.mutation is not None:
            observer.send(dict(observer.served(), kind="mutant"))

    def _rewrite_once(self, names):
        """Has pytest rewrite the assertions of test files here, and not in each copy again. Where
        this pytest does that in another way, the copies do it.
        """
        import _pytest.assertion.rewrite as rewriting

        rewrite = getattr(rewriting, "_rewrite_test", None)
        if rewrite is None:
            return
        remembered = functools.lru_cache(maxsize=None)(rewrite)
        for name in sorted(names):
            try:
                remembered(pathlib.Path(self.observer.root, name), self.session.config)
            except Exception:  # a copy meets it again, and says so
                continue
        rewriting._rewrite_test = remembered


def _file_of(module):
    file = getattr(module, "__file__", None)
    return os.path.realpath(file) if isinstance(file, str) else None
