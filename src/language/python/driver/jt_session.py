"""One exploration: both revisions' code and workers, what is known of their objects, and the noise
filter.
"""

import random

import jt_code
import jt_compare
import jt_infer
import jt_folders
import jt_manual
import jt_mining
import jt_requests
import jt_routes
import jt_sides
from jt_case import Names
from jt_pool import Pool
from jt_reach import Reach
from jt_reaching import Reaching
from jt_values import Values

STEPS = 20000
MARGIN = 100
MOST_STEPS = 1500000
MUTANTS = 2  # that are looked at at the same time
LONG_ONES = 2  # cases of one batch that may take that many
UNREPEATABLE = {"clock", "chance", "refused", "wrote", "machine", "source"}


class Session:
    """What all targets share."""

    def __init__(self, plan, result):
        self.plan = plan
        self.result = result
        self.code = jt_code.Code(plan.head["root"], plan.import_roots)
        self.base_code = jt_code.Code(plan.base["root"], plan.import_roots)
        self.inference = jt_infer.Inference(self.code, jt_infer.Inference(self.base_code))
        self.base = jt_sides.Side("base", plan.base, plan)
        self.head = jt_sides.Side("head", plan.head, plan)
        self.base_again = jt_sides.Side("base", plan.base, plan, seed="4242", zone="Asia/Tokyo")
        self.head_again = jt_sides.Side("head", plan.head, plan, seed="4242", zone="Asia/Tokyo")
        # For mutants of head, several at once, and for those of base.
        self.bares = [jt_sides.Side("head", plan.head, plan, bare=True) for _ in range(MUTANTS)]
        self.base_bare = jt_sides.Side("base", plan.base, plan, bare=True)
        self.facts = {}
        self.mining = jt_mining.Mining(plan.head["root"], None)
        self.mined_modules = set()
        self.reaching = Reaching(self)
        self.web = jt_routes.Web(self)
        self.accepted = {}  # module -> cases with steps that its code takes, in order
        self.refused = {}  # the same of such whose last step is refused on purpose
        self.alike = {}  # (module, names of parameters) -> (function, case) that was worth keeping
        self.has_mocks = False
        self.settings = {}  # (module, function) -> names of the module that it changes
        self.corpus = {}  # target id -> cases that reached something new, with the outcome on head

    def stop(self):
        """Ends all workers."""
        for side in self.sides():
            side.stop()

    def sides(self):
        """All workers."""
        again = (self.base_again, self.head_again)
        return (self.base, self.head) + again + (*self.bares, self.base_bare)

    def load(self):
        """Imports the targets' modules on both sides; returns the modules that work on each."""
        plan = self.plan
        self.web.prepare()
        heads = list(dict.fromkeys(t.module for t in plan.targets))
        bases = list(dict.fromkeys(t.module for t in plan.targets if t.in_base or self._hides(t)))
        on_head, on_base = jt_sides.load([(self.head, heads), (self.base, bases)])
        for target in plan.targets:
            for side, answers in (("head", on_head), ("base", on_base)):
                answer = answers.get(target.module)
                if answer is not None and not answer["ok"]:
                    self.result.problem(
                        target.id, "module %s %s" % (target.module, answer["why"]), side
                    )
        self.base_again.follow(self.base)
        self.head_again.follow(self.head)
        self.head_again.start_ahead()
        self.base_again.start_ahead()
        if plan.mutants:
            foreign = self.head.ask({"do": "foreign"}) or []
            for side in self.bares:
                side.preload(foreign)
        files = sorted({m["file"] for m in plan.mutants} | {t.file for t in plan.targets if t.file})
        self.head.watch_lines(files)
        self.base.watch_lines(sorted({t.base_file for t in plan.targets if t.base_file}))
        for name in heads:
            module = self.code.module(name)
            if module is not None and name not in self.mined_modules:
                self.mined_modules.add(name)
                names = Names(module, self.code)
                self.mining.documentation(module, names)
                self.mining.callers(module, names)
        shown, odd = [], []
        if self.mined_modules:
            module = self.code.module(sorted(self.mined_modules)[0])
            shown, odd = jt_manual.cases(plan.head["root"], Names(module, self.code))
        self.mining.cases += shown
        for file, error in odd + self.mining.tests(plan.test_files):
            why = "%s: %s" % (type(error).__name__, error)
            self.result.warning(file + " was not read for inputs", why, "fewer inputs are known")
        needed = [n for n in sorted(self.mining.standard()) if not self._has(n.partition(".")[0])]
        for side in self.sides() if needed else ():
            side.preload(list(dict.fromkeys([*side.ahead, *needed])))

    def _has(self, name):
        """Whether the repository has a module of that name on its own."""
        return self.code.module(name) is not None or self.base_code.module(name) is not None

    def _hides(self, target):
        """Whether a method is new in a class that was there: it may hide one that it inherited."""
        before = self.base_code.module(target.module) if target.kind == "method" else None
        return before is not None and target.local.rpartition(".")[0] in before.defs

    def describe(self, module, locals_):
        """Facts about objects of a module on head and on base: `{local: (head, base)}`."""
        names = [[module, local] for local in locals_]
        for side, index in ((self.head, 0), (self.base, 1)):
            if module in side.modules:
                answers = side.ask({"do": "describe", "names": names}) or [None] * len(names)
                for local, facts in zip(locals_, answers):
                    self.facts.setdefault((module, local), [None, None])[index] = facts
        return {local: self.facts.get((module, local), [None, None]) for local in locals_}

    def values(self, module, locals_, salt):
        """Values for a target: its constants first; deterministic by the plan's seed and `salt`."""
        rng = random.Random("%s %s" % (self.plan.seed, salt))
        pool = Pool()
        before = self.base_code.module(module.name)
        mine = [d for d in map(module.defs.get, locals_) if d is not None]
        other = [d for d in map(before.defs.get, locals_) if d is not None] if before else []
        modules = [module] + [before] * (before is not None)
        own = [
            (self.code, module, mine),
            *((self.base_code, one, other) for one in modules[1:]),
        ]
        reached = [Reach(code, one, nodes) for code, one, nodes in own]
        looked = [
            one.assigned[name]
            for (_, one, _), reach in zip(own, reached)
            for name in sorted(reach.names.get(one.name, ()))
        ]
        modules += reached[0].elsewhere(module)
        self._keep_patterns(modules)
        jt_mining.fill_pool(pool, mine + other + looked, modules, rng)
        values = Values(rng, pool, Names(module, self.code), self.inference)
        values.mocks = self._mocks
        values.settings = self.settings
        for one in filter(None, (before, module)):
            values.folders |= jt_folders.walked(one)
        if values.folders:
            values.folder = jt_folders.Folders(rng, pool, module.source)
        return values, rng, pool

    def _keep_patterns(self, modules):
        """Has the worker say which regular expressions modules made as they were loaded."""
        asked = [one for one in modules if "re." in one.source and one.name in self.head.modules]
        names = [one.name for one in asked]
        answers = self.head.ask({"do": "patterns", "modules": names}) if asked else None
        for module, patterns in zip(asked, answers or ()):
            module.patterns = tuple(patterns)

    def _mocks(self):
        """Loads what stand-ins need ahead, as it takes long."""
        if not self.has_mocks:
            self.has_mocks = True
            for side in self.sides():
                side.preload(list(dict.fromkeys(side.ahead + ["unittest.mock"])))

    def run(self, side, cases, limits=None, fresh=False, watch=False, lines=False):
        """Outcomes of cases on one side."""
        return self.run_all([side], cases, limits, fresh, watch, lines)[0]

    def run_all(self, sides, cases, limits=None, fresh=False, watch=False, lines=False):
        """Outcomes of cases on several sides at once."""
        limits = limits or [STEPS] * len(cases)
        commands = [case.command(limit, lines) for case, limit in zip(cases, limits)]
        self.result.calls += len(cases) * len(sides)
        command = {"do": "run", "cases": commands, "fresh": fresh, "watch": watch}
        if not fresh:
            command.update(jt_requests.together(cases))
        answers = jt_sides.together(sides, command)
        return [jt_sides.outcomes(answer, len(cases)) for answer in answers]

    def numbers(self, side, cases, sought):
        """The numbers that expressions, `{file: {line: [expression]}}`, have in each of some cases;
        none where they depend on time or chance.
        """
        commands = [dict(case.command(STEPS), sought=sought) for case in cases]
        self.result.calls += len(cases)
        command = {"do": "run", "cases": commands, "fresh": False, "watch": True}
        command.update(jt_requests.together(cases))
        answer = jt_sides.together([side], command)[0]
        return [
            [] if UNREPEATABLE & set(found.get("notes", ())) else found.get("numbers", [])
            for found in jt_sides.outcomes(answer, len(cases))
        ]

    def both(self, cases, fresh=False, watch=False, again=False):
        """Outcomes on base and on head; head gets as many steps as there are before it is said not
        to end.
        """
        pair = [self.base_again, self.head_again] if again else [self.base, self.head]
        before, now = self.run_all(pair, cases, fresh=fresh, watch=watch)
        long = [
            i
            for i, (b, n) in enumerate(zip(before, now))
            if n["kind"] == "long" and b["kind"] in ("value", "raise")
        ]
        for i in long[LONG_ONES:]:
            now[i] = {"kind": "skipped"}
        long = long[:LONG_ONES]
        if long:
            limits = [MOST_STEPS] * len(long)
            redone = self.run(pair[1], [cases[i] for i in long], limits, fresh=fresh)
            for i, outcome in zip(long, redone):
                now[i] = outcome
        return before, now

    def repeatable(self, first, second):
        """Whether two outcomes of the same code are the same, and nothing in them depends on time
        or chance.
        """
        notes = set(first.get("notes", ())) | set(second.get("notes", ()))
        if notes & UNREPEATABLE or first["kind"] != second["kind"]:
            return False
        if first["kind"] in ("raise", "value"):
            if first.get("type") != second.get("type"):
                return False
            if (
                first["kind"] == "value"
                and jt_compare.differ(first["value"], second["value"]) is not None
            ):
                return False
            after = second.get("after", {})
            files = first.get("files"), second.get("files")
            return files[0] == files[1] and all(
                n not in after or jt_compare.differ(v, after[n]) is None
                for n, v in first["after"].items()
            )
        return first["kind"] in ("long", "crash")


def limits(outcomes):
    """How many steps a mutant may take for each case, by what the original took."""
    return [min(max(STEPS, MARGIN * outcome["steps"]), MOST_STEPS) for outcome in outcomes]
