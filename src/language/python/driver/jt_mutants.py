"""Tells mutants from head: which are equivalent, and which small inputs kill the others."""

import ast
import itertools
import os

import jt_code
import jt_compare
import jt_requests
import jt_sides
from jt_regress import called
from jt_routes import search_of
from jt_session import limits
from jt_mutate import smaller
from jt_words import did
from jt_write import Unwritable, patient

MOST_CASES = 160
FIRST_CASES = 40
KILLS_ENOUGH = 4
SAMPLE = 3  # mutants that a test is tried on; the kill matrix tries all
MOST_REQUESTS = 48
FIRST_REQUESTS = 8
ROUNDS = 4
SHRINK_ROUNDS = 12
REQUEST_ROUNDS = 3
WRITING = 0.2  # of the budget, where cases are requests
TOGETHER = 6
OTHER = ("value", [])


class Hardening:
    """The second half of the work: mutants of head."""

    def __init__(self, session, writer):
        self.session = session
        self.plan = session.plan
        self.result = session.result
        self.writer = writer
        self.mutants = {}
        self.reaching = {}  # (file, line) -> cases
        self.imported = set()  # modules with mutants of what they do when they are imported
        self.foreign = set()
        self.pool = {}  # case key -> (case, outcome on head, search)
        # Seconds of work that are left for the tests themselves.
        self.reserve = max(3, self.plan.seconds * WRITING * _has_requests(self.plan))
        self.kills = {}  # mutant id -> {case key: (case, head outcome, mutant outcome, found)}

    def run(self):
        """Classifies all mutants; adds hardening candidates."""
        self._sort_out()
        for side in self.session.bares if self.mutants else ():
            side.start_ahead()
        self._corpus()
        for number in range(ROUNDS):
            if self._done():
                break
            if number:
                self._more()
            self._attack(number)
        self._cover()
        self._leftover()

    def _done(self):
        return self.plan.left() < self.reserve or all(
            m["id"] in self.kills for m in self.mutants.values()
        )

    # -- which mutants are worth it
    # ---------------------------------------------------------------------------

    def _sort_out(self):
        originals = {}
        for mutant in self.plan.mutants:
            file = mutant["file"]
            if file not in originals:
                with open(os.path.join(self.plan.head["root"], file), encoding="utf-8") as handle:
                    originals[file] = handle.read()
            try:
                same = jt_code.same_code(originals[file], mutant["source"])
            except (SyntaxError, ValueError) as error:
                self._status(mutant, "broken", "does not compile: %s" % error)
                continue
            if same:
                self._status(mutant, "equivalent", "same code after compilation")
            elif mutant["module"] not in self.session.head.modules:
                self._status(mutant, "broken", "its module can't be imported")
            else:
                self.mutants[mutant["id"]] = mutant
        self._find_imported(originals)

    def _find_imported(self, originals):
        """Which modules hold mutants of what their import does, and which of these no target has:
        of them, others' targets tell.
        """
        for file in sorted({m["file"] for m in self.mutants.values()}):
            called = jt_code.lines_of_calls(ast.parse(originals[file]))
            mine = [m for m in self.mutants.values() if m["file"] == file]
            self.imported.update(m["module"] for m in mine if m["line"] not in called)
        self.foreign = self.imported - {target.module for target in self.plan.targets}

    def _is_told_by(self, mutant, target):
        """Whether a case of a target may tell a mutant whose line it isn't seen to reach."""
        return mutant["module"] in self.foreign or mutant["module"] == target.module

    def _status(self, mutant, status, why):
        self.result.mutants[mutant["id"]] = {"status": status, "why": why}

    def _corpus(self):
        """Cases of all targets, with the lines that they reach on head."""
        modules = {m["module"] for m in self.mutants.values()}
        share = max(200, 2400 // max(1, len(self.plan.targets)))
        for target in self.plan.targets:
            is_wanted = target.module in modules or self.foreign
            if not is_wanted or target.module not in self.session.head.modules:
                continue
            search = self.session.corpus.get(target.id)
            if search is None:
                search = search_of(self.session, target, compare=False)
                self.session.corpus[target.id] = search
                search.run(share, lambda: self.plan.left(_exploring(self.plan)) <= 0)
                self.result.explored += bool(search.tried)
            self._measure([case for case, _ in search.kept], search)

    def _measure(self, cases, search):
        """Runs cases on head for the lines that they reach; keeps those that reach a mutant, or a
        module with a mutant of what its import does: a constant, a table.
        """
        wanted = {(m["file"], m["line"]) for m in self.mutants.values()}
        cases = [c for c in cases if c.key not in self.pool]
        for start in range(0, len(cases), 60):
            if self.plan.left() < 3:
                return
            part = cases[start : start + 60]
            for case, outcome in zip(part, self.session.run(self.session.head, part, lines=True)):
                lines = outcome.pop("lines", {})
                for file, found in lines.items():
                    self.result.lines.setdefault(file, set()).update(found)
                if not jt_compare.valid(outcome, search.documented):
                    continue
                hits = [
                    (file, line)
                    for file, found in lines.items()
                    for line in found
                    if (file, line) in wanted
                ]
                if hits or self.foreign or search.target.module in self.imported:
                    self.pool[case.key] = (case, outcome, search)
                for hit in hits:
                    self.reaching.setdefault(hit, []).append(case.key)

    def _more(self):
        """New cases for mutants that live: neighbours of what reaches them, and random ones."""
        living = [m for m in self.mutants.values() if m["id"] not in self.kills]
        searches = {}
        for mutant in living:
            for key in self.reaching.get(self._place(mutant), ())[:40]:
                case, _, search = self.pool[key]
                searches.setdefault(search.target.id, (search, []))[1].append(case)
        if not searches:
            searches = {t: (s, []) for t, s in self.session.corpus.items() if s.makers}
        for search, cases in searches.values():
            fresh = []
            seeds = sorted(
                {c.key: c for c in cases}.values(), key=lambda c: (c.weight, c.call, c.key)
            )
            for i in range(240):
                if seeds and (i % 3 or not search.makers):
                    case = search.neighbour(search.rng.choice(seeds))
                else:
                    case = search.rng.choice(search.makers).random()
                if case is not None and case.key not in search.seen:
                    search.seen.add(case.key)
                    fresh.append(case)
            self._measure(fresh, search)

    # -- running mutants
    # --------------------------------------------------------------------------------------

    @staticmethod
    def _place(mutant):
        return (mutant["file"], mutant["line"])

    def _attack(self, number):
        # What waits once waits again.
        waiting = [
            mutant
            for mutant in self.mutants.values()
            if mutant["id"] not in self.kills and not mutant.get("slow")
        ]
        count = len(self.session.bares)
        for start in range(0, len(waiting), count):
            if self.plan.left() < self.reserve:
                return
            work = [(m, self._cases_for(m)) for m in waiting[start : start + count]]
            work = [(mutant, keys) for mutant, keys in work if keys]
            for mutant, found in self._first_killing(work, is_first=number == 0):
                if found is None:
                    del self.mutants[mutant["id"]]
                elif found:
                    self.kills[mutant["id"]] = found

    def _first_killing(self, work, is_first):
        """Cases that kill a mutant, for pairs of mutants and keys of cases: some where it falls
        easily, of all of them where it doesn't; pairs of a mutant and what was found. Of requests,
        which take long, the first time some for each mutant.
        """
        kills = {mutant["id"]: {} for mutant, _ in work}
        requests = any(self.pool[key][0].origin == "request" for _, keys in work for key in keys)
        first = FIRST_REQUESTS if requests else FIRST_CASES
        parts = [slice(first), slice(first, None)]
        for part in parts[:1] if requests and is_first else parts:
            tried = []
            for mutant, keys in work:
                found = kills[mutant["id"]]
                if found is not None and keys[part] and len(found) < KILLS_ENOUGH:
                    mutant.setdefault("tried", set()).update(keys[part])
                    tried.append((mutant, [self.pool[key] for key in keys[part]]))
            for (mutant, _), found in zip(tried, self._killing(tried)):
                if found is None:
                    kills[mutant["id"]] = None
                else:
                    kills[mutant["id"]].update(found)
        return [(mutant, kills[mutant["id"]]) for mutant, _ in work]

    def _cases_for(self, mutant):
        """Untried cases that reach the mutant's line, small ones first; all of its file where no
        line is reached.
        """
        keys = self.reaching.get(self._place(mutant))
        if keys is None:
            keys = [
                k
                for k, (_, _, search) in self.pool.items()
                if self._is_told_by(mutant, search.target)
            ]
        tried = mutant.get("tried", set())
        keys = [k for k in dict.fromkeys(keys) if k not in tried]
        keys.sort(key=lambda k: (self.pool[k][0].rank > 2, self.pool[k][0].weight, k))
        requests = any(self.pool[k][0].origin == "request" for k in keys)
        half = (MOST_REQUESTS if requests else MOST_CASES) // 2
        small, rest = keys[:half], keys[half:]
        step = max(1, len(rest) // half)
        large = rest[::step][:half]
        return _mixed(small, large) if requests else small + large

    def _command(self, mutant, cases, heads):
        return {
            **jt_requests.together(cases),
            "do": "mutant",
            "file": mutant["file"],
            "source": mutant["source"],
            "modules": [mutant["module"]],
            "cases": [c.command(limit) for c, limit in zip(cases, limits(heads))],
        }

    def _killing(self, work):
        """For pairs of a mutant and entries of `(case, head outcome, search)`, several at the same
        time: the cases that tell the mutant from head; None if it is broken.
        """
        found, sides = [], self.session.bares
        for start in range(0, len(work), len(sides)):
            part = list(zip(sides, work[start : start + len(sides)]))
            for side, (mutant, entries) in part:
                cases, heads = [e[0] for e in entries], [e[1] for e in entries]
                side.send(self._command(mutant, cases, heads))
            for side, (mutant, entries) in part:
                found.append(self._told_apart(mutant, entries, side.receive(120)))
        return found

    def _told_apart(self, mutant, entries, answer):
        self.result.calls += len(entries)
        if isinstance(answer, dict):
            self._status(mutant, "broken", answer.get("why", ""))
            return None
        found = {}
        mutant["slow"] = any(outcome["kind"] == "slow" for outcome in answer or ())
        for (case, head, search), outcome in zip(entries, jt_sides.outcomes(answer, len(entries))):
            how = jt_compare.difference(head, outcome, search.documented)
            if how is not None and how[0] not in ("crash",):
                found[case.key] = (case, head, outcome, how, search)
        return found

    # -- the fewest tests
    # -------------------------------------------------------------------------------------

    def _cover(self):
        """Greedy: the case that kills most of the mutants that are still alive, small ones
        first.
        """
        alive = dict.fromkeys(self.kills)
        given_up = set()
        while (
            alive
            and len(self.result.candidates) < self.plan.max_candidates
            and self.plan.left() > 2
        ):
            counts = {}
            for mutant in alive:
                for key, entry in self.kills[mutant].items():
                    if key not in given_up:
                        counts.setdefault(key, (entry[0], []))[1].append(mutant)
            if not counts:
                break
            best = min(
                counts.values(),
                key=lambda e: (
                    -len(e[1]) / (1 + e[0].weight / 25.0),
                    e[0].weight,
                    e[0].call,
                    e[0].key,
                ),
            )
            case, mutants = best
            killed = self._candidate(case, self._alike(case, sorted(mutants)))
            given_up.add(case.key)
            for mutant in killed:
                alive.pop(mutant, None)

    def _alike(self, case, mutants):
        """Those of the mutants that one test can show: the ones that end, where there are any."""
        ending = [m for m in mutants if self.kills[m][case.key][3][0] != "endless"]
        return ending or mutants

    def _candidate(self, case, mutants):
        """Writes the test of a case; the mutants that it really kills."""
        _, head, _, _, search = self.kills[mutants[0]][case.key]
        seen = {mutant: self.kills[mutant][case.key][2:4] for mutant in mutants}
        case, head, seen = self._shrunk(case, head, seen, search)
        outcome, how = seen[mutants[0]]
        sides = [self.session.head, self.session.head_again]
        (first,), (second,) = self.session.run_all(sides, [case], fresh=True, watch=True)
        if not self.session.repeatable(first, second):
            return []
        found = how if how[0] in ("after", "out", "endless", "file") else (how[0], how[1])
        local = called(case, search)
        try:
            name, code = self.writer.test(case, first, found, search.target, local, outcome)
        except (Unwritable, SyntaxError, KeyError, IndexError, StopIteration):
            return []
        killed = self._verified(code, mutants, how)
        if killed:
            told = {mutant: did(case, *seen[mutant]) for mutant in killed}
            self._add(search, case, name, code, killed, told)
        return killed

    def _add(self, search, case, name, code, killed, on_mutants):
        self.result.candidates.append(
            {
                "target": search.target.id,
                "purpose": "hardening",
                "mutants": killed,
                "name": name,
                "code": code,
                "before": None,
                "now": None,
                "on_mutants": on_mutants,
                "unplanned_exception": False,
                "differing": 0,
                "tried": search.tried,
                "size": case.weight,
            }
        )

    def _verified(self, code, mutants, how):
        session = self.session
        for side in (session.head, session.head_again):
            answer = side.ask({"do": "tests", "tests": [code]})
            if not answer or answer[0] != "passed":
                return []
        if how[0] == "endless":
            return [
                name for name in mutants[:1] if self._on_mutant(patient(code), name) != "passed"
            ]
        sample = [name for name in mutants[:SAMPLE] if self._falls(code, name)]
        if len(sample) == len(mutants[:SAMPLE]):
            return mutants
        return sample + [name for name in mutants[SAMPLE:] if self._falls(code, name)]

    def _falls(self, code, name):
        """Whether a test fails on a mutant."""
        return self._on_mutant(code, name).startswith("failed")

    def _on_mutant(self, code, name):
        """How a test ends on a mutant; nothing where its process does."""
        mutant = self.mutants[name]
        command = {
            "do": "tests",
            "tests": [code],
            "file": mutant["file"],
            "source": mutant["source"],
        }
        answer = self.session.bares[0].ask(command)
        return answer[0] if answer else ""

    def _shrunk(self, case, head, seen, search):
        """The smallest case that still kills the same mutants, its outcome on head, and what was
        seen on each of them.
        """
        best = (case, head, seen)
        watched = [self.mutants[m] for m in seen]
        if len(watched) > TOGETHER:
            return best
        rounds = REQUEST_ROUNDS if case.origin == "request" else SHRINK_ROUNDS
        for _ in range(rounds if case.weight > 4 else 0):
            if self.plan.left() < 4:
                break
            options = smaller(best[0])[: 12 if best[0].origin == "request" else 40]
            heads = self.session.run(self.session.head, options) if options else []
            entries = [
                (c, h, search)
                for c, h in zip(options, heads)
                if jt_compare.valid(h, search.documented) and h["kind"] == best[1]["kind"]
            ]
            step = self._all_killed(entries, watched) if entries else None
            if step is None:
                break
            best = step
        return best

    def _all_killed(self, entries, mutants):
        """The smallest of some entries that kills all of some mutants, its outcome on head, and
        what was seen on each of them; None where none does.
        """
        seen = {case.key: {} for case, _, _ in entries}
        count = len(self.session.bares)
        for start in range(0, len(mutants), count):
            part = mutants[start : start + count]
            for mutant, found in zip(part, self._killing([(m, entries) for m in part])):
                killing = [key for key in seen if key in (found or {})]
                seen = {key: {**seen[key], mutant["id"]: found[key][2:4]} for key in killing}
            if not seen:
                return None
            entries = [e for e in entries if e[0].key in seen]
        case, head, _ = min(
            entries, key=lambda e: (e[0].weight, len(e[0].call), e[0].call, e[0].key)
        )
        return case, head, seen[case.key]

    def _leftover(self):
        shown = {m for c in self.result.candidates for m in c["mutants"]}
        for name, mutant in self.mutants.items():
            if name in shown or name in self.result.mutants:
                continue
            if not self.reaching.get(self._place(mutant)) and not mutant.get("tried"):
                self._status(mutant, "unreached", "no input that was tried reaches its line")
            elif name in self.kills:
                self._status(
                    mutant,
                    "undistinguished",
                    "no repeatable test could be written for what differs",
                )
            else:
                count = len(mutant.get("tried", ()))
                self._status(
                    mutant,
                    "undistinguished",
                    "the same outcome as the original on %d inputs" % count,
                )


def _exploring(plan):
    """The share of the budget until which cases are looked for. One that is a request costs as much
    as many calls, also on a mutant.
    """
    return 0.42 if _has_requests(plan) else 0.7


def _has_requests(plan):
    return any(target.route for target in plan.targets)


def _mixed(small, large):
    """Both, in turns, as few of them may be tried."""
    return [key for pair in itertools.zip_longest(small, large) for key in pair if key is not None]
