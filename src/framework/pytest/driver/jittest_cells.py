"""Cells of the kill matrix in copies of one session as it is after collection: a mutant is put in
place by its code, and the tests that reach it run.
"""

import gc
import os

from _pytest import outcomes

import jittest_processes
import jittest_relay
import jittest_swap
import jittest_tree


class Cells:
    """The loop over the mutants of a session's request."""

    def __init__(self, observer, session):
        self.observer = observer
        self.request = observer.request
        self.session = session
        self.items = {observer.name_of(item): item for item in session.items}
        self.live = {}
        self.alone = {}  # whether tests pass without a mutant when no others run before them
        self.killers = {}  # of tests that were tried together, the one that told a mutant last

    def run(self):
        """Every mutant that is asked for."""
        for cell in self.request["cells"]:
            path = os.path.join(self.observer.root, cell["file"])
            if path not in self.live:
                self.live[path] = jittest_swap.Live(path)
        jittest_relay.look_ahead(self.session.items)
        jittest_relay.say_little(self.session.config, self.session.items)
        gc.collect()
        gc.freeze()
        self.known = jittest_processes.children()
        self.kept = jittest_tree.entries(self.request["tmp"])
        for cell in self.request["cells"]:
            path = os.path.join(self.observer.root, cell["file"])
            pairs = self.live[path].swap(cell["source"].encode("utf-8"))
            self._say(cell, {"kind": "cell", "served": pairs is not None})
            if pairs is not None:
                ending = self._steps(cell, pairs)
                if ending is not None:
                    self._say(cell, dict(ending, kind="cell_end"))

    def _say(self, cell, frame):
        self.observer.send(dict(frame, mutant=cell["id"]))

    def _steps(self, cell, pairs):
        """Runs the tests of a mutant, as far as they are wanted; how it ended."""
        relay = None
        for step in cell["steps"]:
            items = self._items(step)
            if not all(node in self.items for node in step["counted"]):
                return None  # a file that could not be collected next to the others
            if self.request["forked"]:
                for item in items:
                    self._alone(cell, item, pairs)
            elif items:
                relay = self._step(cell, items, pairs, step)
                if relay is None:
                    return None
                if not relay.ended or relay.fell:
                    break
        return relay.ending() if relay else {"whole": True, "ending": "ended", "how": ""}

    def _step(self, cell, items, pairs, step):
        if step.get("trial"):
            return self._trial(cell, items, pairs, step)
        heard = []
        relay = self._together(items, pairs, step, heard.append)
        if (not relay.ended or relay.fell) and not self._pass_alone(items, step):
            return None  # a copy is not what the tests need: a session of its own tells
        for frame in heard:
            self._say(cell, frame)
        return relay

    def _trial(self, cell, items, pairs, step):
        """Some tests of their files, that first which told a neighbour; what they say counts only
        where they pass without the mutant, as one may need what another leaves behind.
        """
        family = tuple(map(self.observer.name_of, items))
        items = sorted(items, key=lambda item: item is not self.killers.get(family))
        heard = []
        relay = self._together(items, pairs, step, heard.append)
        if relay.ended and not relay.fell:
            return relay
        ran = sum(frame["kind"] == "item" for frame in heard) + (not relay.ended)
        if not self._pass_alone(items[:1] if ran == 1 else items, step):
            return jittest_relay.of_nothing(step)
        self.killers[family] = items[min(ran, len(items)) - 1]
        for frame in heard:
            self._say(cell, frame)
        return relay

    def _pass_alone(self, items, step):
        names = tuple(map(self.observer.name_of, items))
        if names not in self.alone:
            heard = []
            relay = self._together(items, (), dict(step, stop=False), heard.append)
            passed = {frame["node"] for frame in heard if frame.get("outcome") == "passed"}
            self.alone[names] = relay.ended and passed >= set(step["counted"]).intersection(names)
        return self.alone[names]

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

    def _together(self, items, pairs, step, say):
        """Tests in one copy, in order, as pytest runs them; the relay of what was heard."""
        names = [self.observer.name_of(item) for item in items]

        def told(frame):
            names.remove(frame["node"])
            say(frame)

        relay = jittest_relay.copy(
            self.observer,
            step["limit"],
            step["counted"],
            lambda: self._in_the_copy(items, pairs, step),
            told,
        )
        if not relay.ended and names:
            say({"kind": "begin", "node": names[0]})
        self._clean()
        return relay

    def _in_the_copy(self, items, pairs, step):
        self.request["stop"] = step["counted"] if step["stop"] else []
        self.request["announced"] = True  # the order is known out there
        jittest_swap.install(pairs)
        for item, following in zip(items, items[1:] + [None]):
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except (KeyboardInterrupt, outcomes.Exit):  # the test's doing, and said
                break
            if self.session.shouldstop or self.session.shouldfail:
                break
