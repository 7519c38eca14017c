"""Searches one target for inputs on which base and head differ, and keeps the inputs that lead
somewhere.
"""

import ast
import collections
import itertools

import jt_bounds
import jt_code
import jt_compare
import jt_files
import jt_handles
import jt_learn
import jt_text
from jt_calls import TAILS, Calls
from jt_case import LEARNED, MINED, enters_once
from jt_mutate import Mutator
from jt_values import MORE_STRUCTURED, literal

BATCH = 48
ENOUGH = 16
CHECK_EVERY = 8
TRIES = 8
SET = 0.35  # of the batches where functions change what modules keep begin cases with these
ASKED = 6  # cases that asked for one file and are followed by some with it
OF_SHOWN = 0.25  # of the cases that are changed, where the repository shows any that work
OF_SELDOM = 0.35  # of the cases that are changed gave a value that hardly any other case did
SELDOM, FEW, MOST_SELDOM = 30, 6, 40  # where one value is so much more common, among few
PLAIN, LONGEST_VALUE, MOST_VALUES = ("b", "n", "i", "s"), 40, 50
HANDED_OVER, MOST_ALIKE = 0.08, 80  # of the cases are those of functions that take the same
REFUSED = 0.12  # of the cases that are gone on with, where there are some that the code refused
MOST_STATES = 60
MOST_AGAIN = 12  # calls that are made again with what they gave back
LONG = 40  # characters of an answer that are no input any more
NOTHING = "[]"  # the call of a case whose steps are all that it does
WATCHED = 3  # looks at an object that a call gave back
MOST_KEPT = 400
BOUNDED = 8  # of the first cases, and of the last ones, show what is computed
# Tries without news after which luck is not tried further (and half of all before them): of calls
# that don't depend on each other, and of sequences of calls.
STALE, STALE_SEQUENCES = 1400, 5000
# So many tries tell whether code takes little of what it is given: it reads a certain form.
MANY, RARE = 96, 0.2


_MAKING = (".__init__", ".__new__", ".__post_init__", ".__init_subclass__")


class Finding:
    """A case on which the two revisions differ."""

    def __init__(self, case, before, now, found, history=()):
        self.case = case
        self.history = history  # cases that ran before it in the same process
        self.before = before
        self.now = now
        self.what, self.path = found

    @property
    def cluster(self):
        """Findings of one cluster show the same difference."""
        sort = self.now.get("type", "") if self.now["kind"] == "raise" else self.now["kind"]
        if sort == "value" and self.now["value"][0] == "resp" and self.path:
            return (self.what, sort, self.path[0], self.before["value"][1], self.now["value"][1])
        return (self.what, sort)

    def order(self):
        """The most believable and smallest first."""
        return (
            self.case.rank > 2,
            self.what in ("after", "out", "file"),
            self.case.weight,
            self.case.rank,
            self.case.call,
            self.case.key,
        )


class Search:
    """The exploration of one target."""

    enough = ENOUGH
    most = BATCH  # cases of one batch

    def __init__(self, session, target, compare):
        self.session = session
        self.target = target
        self.compare = compare  # whether base is looked at too
        self.module = session.code.module(target.module)
        self.findings = []
        self.kept = []  # (case, outcome on head)
        self.shown = []  # of them, what the repository shows or what came of that, where it works
        self.seen = set()
        self.values_seen = collections.Counter()  # short values that the target gave back
        self.seldom = []  # cases that gave one that hardly any other case did
        self.tried = 0
        self.accepted = 0  # how much of it gave something back
        self.differing = 0
        self.documented = set(session.mining.raised)
        self.makers = self._makers()
        self.follow = []
        self.states = set()  # (class, attribute, value) of what objects were seen to be
        self.again = set()  # keys of calls that are made with what they gave back
        self.asked = {}  # file name -> how many cases were followed by some with that file
        self.missed = set()  # what inputs lacked
        self.confirm = None
        self.sure = {}
        self.checked = set()
        self.next_check = 1
        self.planned = None  # the cases that need no luck, those that weren't run yet
        self.learned = False
        self.reaching = None  # the cases of the repository that run the target
        self.reported = set()  # the findings that were written, or could not be
        self.made = 0
        self.news = 0  # how much was tried when something new was seen last

    # -- what is called
    # ---------------------------------------------------------------------------------------

    def _makers(self):
        if self.module is None:
            return []
        locals_ = self.entries()
        facts = self.session.describe(self.target.module, locals_)
        nodes = [
            n
            for n in (
                jt_code.definition(self.module, name) for name in [self.target.local] + locals_
            )
            if n
        ]
        salt = self.target.module + "." + self.target.local
        self.values, self.rng, self.pool = self.session.values(
            self.module, [self.target.local] + locals_, salt
        )
        self.values.shared = self.session.base_code if self.compare else None
        self.mutator = Mutator(self.rng, self.pool, self.values)
        for node in nodes:
            text = ast.get_docstring(node) if not isinstance(node, ast.Module) else None
            for word in (text or "").replace(":", " ").replace("`", " ").split():
                if word.endswith(("Error", "Exception")):
                    self.documented.add(word.split(".")[-1])
        makers = []
        for local in locals_:
            head, base = facts[local]
            if (
                head is None
                or head["kind"] in ("value", "unknown")
                or self.compare
                and base is None
            ):
                continue
            other = base["params"] if self.compare and base else None
            maker = Calls(self.module, local, head, self.values, self.rng, other)
            maker.stateful = self._has_state()
            makers.append(maker)
        return makers

    def _has_state(self):
        """Whether the module keeps something between calls that a function could change."""
        kept = (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.DictComp)
        return any(isinstance(value, kept) for value in self.module.assigned.values())

    def entries(self):
        """Dotted paths of what is called for this target: itself and public callers, or a class's
        methods.
        """
        local, module = self.target.local, self.module
        node = jt_code.definition(module, local)
        callers = jt_code.public_callers(module, local)
        generic = jt_code.generic_of(node)
        if generic is not None:
            callers.insert(0, local.rpartition(".")[0] + "." * ("." in local) + generic)
        inner = ()
        if jt_code.is_class(node):
            inner = [local] + self._methods(local)
        elif local.endswith((".__init__", ".__new__", ".__post_init__")):
            inner = [local.rpartition(".")[0]] + self._methods(local.rpartition(".")[0])[:12]
        elif is_callable(module, local) or node is None or not callers and not self.compare:
            inner = [local]
        self.own = len(inner)
        made = [c.rpartition(".")[0] for c in callers if c.endswith(_MAKING)]
        callers = [c.rpartition(".")[0] if c.endswith(_MAKING) else c for c in callers]
        # What an object is made with shows in what its methods do.
        callers += [name for owner in made for name in self._methods(owner)]
        return (
            list(inner)
            + [c for c in dict.fromkeys(callers) if c not in inner][: 8 if not inner else 4]
        )

    def _methods(self, class_name):
        found = [
            n for n in self.module.defs if n.startswith(class_name + ".") and jt_code.is_public(n)
        ]
        found = [n for n in found if isinstance(self.module.defs[n], jt_code.FUNCTIONS)]
        return [
            n
            for n in found
            if n.count(".") == class_name.count(".") + 1 and not n.endswith(_MAKING)
        ]

    # -- the search
    # -------------------------------------------------------------------------------------------

    def run(self, calls, deadline, confirm=None):
        """Explores until enough is found, `calls` were made in all, or `deadline()` says so.

        Goes on where it ended the last time.

        `confirm(finding)` gives back a finding that holds in fresh processes, or None.
        """
        self.confirm = confirm
        if not self.is_able():
            return
        if self.planned is None:
            self._known_constructors()
            self.planned = itertools.chain(self._mined(), self._systematic())
        while not self._over(calls, deadline):
            batch = self._planned_batch()
            if not batch:
                self._learn_once()
                batch = [] if self._stale() else self._random_batch()
            if not batch:
                break
            self._batch(batch)
        self._check(last=True)

    def is_able(self):
        """Whether there is anything to call."""
        return bool(self.makers or self._reaching())

    def _stale(self):
        """Whether luck has shown nothing new for long."""
        sequences = "." in self.target.local or self._has_state()
        patience = STALE_SEQUENCES if sequences else STALE
        return self.tried - self.news > patience + self.news // 2

    def _over(self, calls, deadline):
        self._check()
        enough = bool(self.sure) and len(self.findings) >= self.enough
        return self.tried >= calls or deadline() or enough

    def _planned_batch(self):
        """The next cases that need no luck."""
        batch = []
        for case in self.planned:
            if case is None or case.key in self.seen or not self._is_plausible(case):
                continue
            self.seen.add(case.key)
            batch.append(case)
            if len(batch) == self.most:
                break
        return batch

    def _check(self, last=False):
        """Confirms the most believable finding of each kind of difference that isn't sure yet."""
        if self.confirm is None or not last and len(self.findings) < self.next_check:
            return
        self.next_check = len(self.findings) + CHECK_EVERY
        clusters = {}
        for finding in self.findings:
            clusters.setdefault(finding.cluster, []).append(finding)
        for cluster, members in sorted(clusters.items()):
            tries = TRIES if last else 2
            for finding in sorted(members, key=Finding.order):
                if cluster in self.sure or tries == 0:
                    break
                if finding.case.key in self.checked:
                    continue
                tries -= 1
                self.checked.add(finding.case.key)
                sure = self.confirm(finding, self)
                if sure is not None:
                    self.sure[sure.cluster] = sure
                    self.sure.setdefault(cluster, sure)
                else:
                    self.findings.remove(finding)

    def forget(self, finding):
        """Takes back that a finding is sure."""
        self.sure = {cluster: sure for cluster, sure in self.sure.items() if sure is not finding}
        self.findings = [found for found in self.findings if found.case.key != finding.case.key]

    def _mined(self):
        words = {
            local.split(".")[-1] for local in [self.target.local] + [m.local for m in self.makers]
        }
        words = {w for w in words if not w.startswith("__")} or {self.target.local.split(".")[0]}
        cases = self.session.mining.of(words) if self.makers else []
        cases = {c.key: c for c in cases + self._reaching() if not _looks_private(c.call)}
        return list(cases.values())[:300]

    def _reaching(self):
        """Cases of the repository that run the target and may not name it."""
        if self.reaching is None:
            is_asked = self.compare and self.target.changed and not self.target.route
            is_asked = is_asked and self.module is not None
            self.reaching = self.session.reaching.of(self.target) if is_asked else []
        return self.reaching

    def _known_constructors(self):
        """Constructor calls of the tests become receivers."""
        for name in self.module.classes():
            for case in self.session.mining.of({name}):
                for text in case.setup + (case.call,):
                    tree = ast.parse(text)
                    for node in ast.walk(tree):
                        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                            self._keep_constructor(name, text, node)

    def _keep_constructor(self, name, text, node):
        plain = all(
            not isinstance(n, ast.Name) or self.values.names.statement(n.id) for n in ast.walk(node)
        )
        source = ast.get_source_segment(text, node)
        known = self.values.ctors.setdefault(name, [])
        if (
            plain
            and source
            and "\n" not in source
            and len(source) < 160
            and source not in known
            and len(known) < 12
        ):
            known.append(source)

    def _systematic(self):
        share = max(60, 600 // max(1, len(self.makers)))
        for maker in self.makers:
            for i, case in enumerate(maker.simple()):
                if i >= share:
                    break
                yield case

    def _learn_once(self):
        if not self.learned:
            self.learned = True
            self._learn()
            self._meet_bounds()

    def _learn(self):
        """Where what was inferred never works, finds out by trying which kinds the code takes."""
        for maker in self.makers:
            good = sum(1 for case, _ in self.kept if case.origin == "shape" and _calls(case, maker))
            unsure = any(not maker.shape(p).kinds() for p in maker.params if not p["optional"])
            if good and not unsure:
                continue
            probes = list(maker.probes(every=not good))
            cases = [case for _, case in probes]
            if not cases:
                continue
            outcomes = self._batch(cases, kinds=True)
            scored = [
                (o.get("new", 0), kinds)
                for (kinds, _), o in zip(probes, outcomes)
                if o["kind"] == "value" and (o["steps"] > 1 or not good)
            ]
            if scored:
                best = max(score for score, _ in scored)
                maker.learn(next(kinds for score, kinds in scored if score == best))

    def _meet_bounds(self):
        """Some of the cases so far are followed by ones with the numbers that the code computed and
        compared in them.
        """
        kept = [case for case, _ in self.kept if case.origin != "request"]
        kept = kept[:BOUNDED] + kept[BOUNDED:][-BOUNDED:]
        session, target, found = self.session, self.target, []
        before = session.base_code.module(target.module) if self.compare else None
        sides = ((session.base, target.base_file, before), (session.head, target.file, self.module))
        for side, file, module in sides if self.compare and kept else ():
            sought = jt_bounds.sought(module) if file else None
            answers = session.numbers(side, kept, {file: sought}) if sought else ()
            for case, numbers in zip(kept, answers):
                unknown = [n for n in numbers if n not in self.pool.ints]
                found += jt_bounds.met(case, unknown)
                for value in unknown:
                    self.pool.add(int(value))
        new = {case.key: case for case in found if self._is_meant(case)}
        self.follow += list(new.values())[:: len(new) // jt_bounds.MOST_CASES + 1]

    def _is_meant(self, case):
        return case.key not in self.seen and all(maker.means(case) for maker in self.makers)

    def _random_batch(self):
        batch = list(self.follow[: self.most])
        self.follow = self.follow[self.most :]
        able = [m for m in self.makers if m.settings is not None and m.settings.changers]
        is_set = bool(able) and self.rng.random() < SET
        for case in batch:
            self.seen.add(case.key)
        misses = 0
        while len(batch) < self.most and misses < 300:
            roll, case = self.rng.random(), None
            if self.makers and self.rng.random() < HANDED_OVER:
                case = self._handed_over()
            if case is None and self.kept and roll < 0.5:
                case = self.neighbour(self._worth_changing())
            elif case is None and roll < 0.75 and self.makers:
                case = self._extended()
            if case is None and roll >= 0.5 and self.makers:
                case = self._maker().random()
            if is_set and case is not None and self.rng.random() < 0.6:
                case = self.rng.choice(able).settings.after(case) or case
            if case is None or case.key in self.seen or not self._is_plausible(case):
                misses += 1
                continue
            self.seen.add(case.key)
            batch.append(case)
        # What is bound anew stays so for all later cases of a batch.
        return sorted(batch, key=lambda case: any(m.settings.is_in(case) for m in able))

    def _share(self, case):
        """Leaves a case to other functions of the module that take the same."""
        for maker in self.makers:
            if maker.takes and case.call.startswith(maker.local + "("):
                found = self.session.alike.setdefault((self.target.module, maker.takes), [])
                found.append((maker.local, case))
                del found[:-MOST_ALIKE]

    def _handed_over(self):
        """What was worth keeping of another function of the module that takes the same; None where
        there is none.
        """
        maker = self._maker()
        found = self.session.alike.get((self.target.module, maker.takes), ()) if maker.takes else ()
        found = [(local, case) for local, case in found if local != maker.local]
        if not found:
            return None
        local, case = self.rng.choice(found)
        return maker.names.case(case.setup, maker.local + case.call[len(local) :])

    def _extended(self):
        """A case that the code takes, of this target or of another one of the module, and one call
        more; None where there is none that fits.
        """
        shared = self.session.accepted.get(self.target.module, [])[-60:]
        refused = self.session.refused.get(self.target.module, [])[-60:]
        if refused and self.rng.random() < REFUSED:
            return self._maker().extended(self.rng.choice(refused))
        if shared and (not self.kept or self.rng.random() < 0.6):
            return self._maker().extended(self.rng.choice(shared))
        return self._maker().extended(self._worth_changing()) if self.kept else None

    def _worth_changing(self):
        """A case that was kept: more often one that the code accepts than one that it refuses, as
        most neighbours of the latter are refused too, and often one that the repository shows, or
        one that came of it: what is made for the purpose fits together.
        """
        if self.shown and self.rng.random() < OF_SHOWN:
            return self.rng.choice(self.shown)
        if self.seldom and self.rng.random() < OF_SELDOM:
            return self.rng.choice(self.seldom[-MOST_SELDOM:])
        recent = self.kept[-60:] if self.rng.random() < 0.5 else self.kept
        accepted = [case for case, outcome in recent if outcome["kind"] == "value"]
        if accepted and self.rng.random() < 0.7:
            return self.rng.choice(accepted)
        return self.rng.choice(recent)[0]

    def neighbour(self, case):
        """A neighbour of a case; None where there is none, or an argument of it can't be meant."""
        found = self.mutator.neighbour(case)
        return found if found is not None and self._is_plausible(found) else None

    def _is_plausible(self, case):
        """Whether no argument is one that can't be meant; what the repository itself gives is."""
        return case.rank == MINED or all(maker.means(case) for maker in self.makers)

    def _maker(self):
        """The target's own makers twice as often as its callers'."""
        own = self.makers[: self.own]
        if own and self.rng.random() < 0.65:
            return self.rng.choice(own)
        return self.rng.choice(self.makers)

    def _batch(self, cases, kinds=False):
        session = self.session
        if self.compare:
            before, now = session.both(cases)
        else:
            now = session.run(session.head, cases)
            before = now
        self.tried += len(cases)
        self.accepted += sum(outcome["kind"] == "value" for outcome in now)
        self._adapt()
        for i, (case, b, n) in enumerate(zip(cases, before, now)):
            self._filled(case, b)
            self._told(case, b)
            self._built(case, b)
            self._mended(case, b)
            new = b.get("new", 0) + (n.get("new", 0) if self.compare else 0)
            new = self._new_states(b) or new
            self._count(case, b)
            if new:
                self.news = self.tried
            worth = jt_compare.valid(b if self.compare else n, self.documented)
            if worth and (new or len(self.kept) < 40) and len(self.kept) < MOST_KEPT:
                self.kept.append((case, n))
                if case.origin not in ("shape", "request") and b["kind"] == "value":
                    self.shown.append(case)
                self._share(case)
                self._follow_up(case, b)
                taken = _taken(case, b, n)
                if taken is not None:
                    kind = self.session.accepted if taken is case else self.session.refused
                    kind.setdefault(self.target.module, []).append(taken)
            if not self.compare:
                continue
            self._answered(case, b)
            self._asked_again(case, b)
            found = (
                jt_compare.difference(b, n, self.documented) if _says_anything(case, b) else None
            )
            if found is not None and found[0] != "crash" and (case.rank < LEARNED or not kinds):
                self.differing += 1
                self.news = self.tried
                self.findings.append(Finding(case, b, n, found, tuple(cases[:i])))
        return before

    def _count(self, case, outcome):
        """Remembers a case that gives a short value which hardly any other case gave: True, where
        nearly all give False.
        """
        value = outcome.get("value") if outcome["kind"] == "value" else None
        if value is None or value[0] not in PLAIN or len(repr(value)) > LONGEST_VALUE:
            return
        if len(self.values_seen) < MOST_VALUES or repr(value) in self.values_seen:
            self.values_seen[repr(value)] += 1
        common = self.values_seen.most_common(1)[0][1]
        if 0 < self.values_seen[repr(value)] * SELDOM < common and len(self.values_seen) < FEW:
            self.seldom.append(case)
            if len(self.seldom) <= MOST_SELDOM:
                self.news = self.tried

    def _new_states(self, outcome):
        """How many states that the code knows by name are reached for the first time: a flag, a
        member of an enumeration, one of its constants.
        """
        found = set()
        for node in outcome.get("after", {}).values() if len(self.states) < MOST_STATES else ():
            if node[0] == "o":
                found |= {(node[2], *state) for state in jt_compare.states(node, self.pool.strings)}
        found -= self.states
        self.states |= found
        return len(found)

    def _adapt(self):
        """Where little is accepted, more texts look like a small language."""
        if self.tried >= MANY and self.accepted < self.tried * RARE:
            self.values.structured = MORE_STRUCTURED

    def _answered(self, case, outcome):
        """Remembers which methods are taken as steps, and which give something back: the others
        are no observers.
        """
        if not case.setup:
            return
        is_taken = outcome["kind"] == "value"
        for line in case.setup:
            counts = self.values.steps.setdefault(line.partition("(")[0].rpartition(".")[2], [0, 0])
            counts[0] += is_taken
            counts[1] += 1
        if not is_taken:
            return
        name = case.call.partition("(")[0].rpartition(".")[2]
        is_text = outcome["value"][0] == "s" and len(outcome["value"][1]) >= jt_handles.SHORTEST
        if is_text and not name.startswith("__"):
            self.values.texts_given.add(name)
        counts = self.values.answers.setdefault(name, [0, 0])
        counts[outcome["value"] != ["n", "None"]] += 1

    def _told(self, case, outcome):
        """Remembers a key or an attribute that an input lacked, and a kind that it should be of."""
        pairs = jt_learn.mismatched(outcome) if case.origin != "request" else ()
        for maker in self.makers if pairs else ():
            if maker.retype(case, pairs):
                self.news = self.tried
        missed = jt_learn.missed(outcome, self.pool.strings, self.module.source)
        if missed is None or missed in self.missed:
            return
        self.missed.add(missed)
        self.news = self.tried
        for maker in self.makers:
            jt_learn.give(maker.shapes.values(), *missed)

    def _built(self, case, outcome):
        """Remembers which constructor calls give an object."""
        if case.origin == "request" or outcome["kind"] not in ("value", "raise"):
            return
        if not case.setup:
            self.values.note(case.call, outcome["kind"] == "value")
            return
        line, bound = len(case.imports) + len(case.preamble), set()
        for step in case.setup:
            line += step.count("\n") + 1
            failed = outcome.get("at", line + 1) <= line
            text = step.partition(" = ")[2]
            if text and not bound & jt_text.names(text)[0]:
                self.values.note(text, not failed)
            bound |= jt_text.names(step)[1]
            if failed:
                return

    def _mended(self, case, outcome):
        """A case that ended in a step before its call is followed by the same one without that
        step: what can be done is found faster than by luck alone (Pacheco and others,
        "Feedback-directed Random Test Generation", 2007).
        """
        if outcome["kind"] != "raise" or not outcome.get("at") or len(self.follow) >= 120:
            return
        mended = case.without(outcome["at"]) if case.origin != "request" else None
        if mended is None or not enters_once(mended) or self._lost(case, mended):
            return
        if mended.key not in self.seen:
            self.seen.add(mended.key)
            self.follow.append(mended)

    def _lost(self, case, mended):
        """Whether a case without a step is none of the target any more: its last step was the call
        of which the case shows what it left.
        """
        names = [maker.local.split(".")[-1] + "(" for maker in self.makers]
        is_last = mended.setup == case.setup[:-1]
        return is_last and any(name in case.setup[-1] for name in names)

    def _filled(self, case, outcome):
        """A case that asked for a file which was not there is followed by some with that file."""
        if (
            not self.makers
            or not outcome.get("missing")
            or case.origin == "request"
            or jt_files.is_given(case)
        ):
            return
        name = outcome["missing"][0]
        asked = self.asked.setdefault(name, 0)
        if asked < ASKED:
            self.asked[name] += 1
            self.follow += jt_files.filled(
                case, name, self.rng, self.pool, self.makers, self.module.source
            )

    def _follow_up(self, case, outcome):
        """A call that gives back a function is followed by calls of that function, one that gives
        back an object by a look at it.
        """
        if outcome["kind"] != "value" or "\n" in case.call or case.origin == "request":
            return
        makers = [maker for maker in self.makers if _calls(case, maker)]
        room = len(self.follow) < 120
        if outcome["value"][:2] == ["ref", "callable"]:
            for maker in makers:
                maker.gives_functions = True
            self.follow += [case.changed(call=case.call + tail) for tail in TAILS if room]
        elif outcome["value"][0] == "o":
            self._watched(case, outcome["value"][2], makers, room)

    def _asked_again(self, case, outcome):
        """A call that gave back what it looks up in a collection is made once more with that in the
        collection; so is what comes of it.
        """
        kind, answer = (outcome["value"] + [""])[:2] if outcome["kind"] == "value" else ("", "")
        goes_on = case.key in self.again or len(self.again) < MOST_AGAIN
        is_plain = not case.setup and case.origin != "request" and "\n" not in case.call
        if kind not in ("s", "i") or not goes_on or len(answer) > LONG or not is_plain:
            return
        answer = literal(answer) if kind == "s" else answer
        for maker in self.makers if self.compare else ():
            other = maker.given_back(case, answer)
            if other is not None and other.key not in self.again:
                self.again.add(other.key)
                self.follow.append(other)

    def _watched(self, case, class_name, makers, room):
        made = [m for m in makers if class_name != m.owner and m.local != class_name]
        if not made or not made[0].objects.methods(class_name):
            return
        for maker in made:
            maker.gives_objects = class_name
        for _ in range(WATCHED if room else 0):
            setup, call = made[0].watched(case.setup, case.call, class_name)
            if call != case.call:
                self.follow.append(made[0].names.case(setup, call, case.rank))


def _says_anything(case, before):
    """Whether an outcome says anything: that two hashes differ is luck."""
    return not (case.call.startswith("hash(") and before.get("value") == ["b", "False"])


def is_callable(module, local):
    """Whether users can call what a dotted path of a module names."""
    return jt_code.is_public(local) or jt_code.is_inherited(module, local)


def _calls(case, maker):
    """Whether a case seems to call what a maker makes cases for."""
    name = maker.local.split(".")[-1]
    return name == "__call__" or name in case.call


def _taken(case, before, now):
    """A case to go on with on the same object: one that the code takes, or one that it refuses on
    purpose, whose object must be of use after that; None for another one.
    """
    if not case.setup or before["kind"] != now["kind"]:
        return None
    if before["kind"] == "value":
        return case
    is_meant = before["planned"] and before.get("stage") == "call"
    name = before["type"] if is_meant and before["type"] == now["type"] else ""
    if not name.isidentifier() or "\n" in case.call:
        return None
    refused = "with suppress(%s):\n    %s" % (name, case.call)
    return case.changed(setup=(*case.setup, refused), call=NOTHING)


def _looks_private(text):
    tree = ast.parse(text)
    return any(
        isinstance(n, ast.Attribute) and n.attr.startswith("_") and not n.attr.startswith("__")
        for n in ast.walk(tree)
    )
