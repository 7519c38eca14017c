"""What modules keep by names that functions bind anew or fill: settings, registries. A call that
looks at them is also made after calls of these functions.
"""

import ast

import jt_code
import jt_text
from jt_case import Case
from jt_reach import Reach
from jt_shape import Shape
from jt_together import changes, positional

MOST_STEPS = (1, 1, 1, 2, 2, 3)
LONGEST = 8  # steps of a case that gets some before it


class Settings:
    """The functions that change what modules keep and a piece of code looks at."""

    def __init__(self, values, module, local):
        self.values = values
        self.code = values.names.code
        self.local = local
        self.changers = []  # (module, function)
        self.looked = Reach(self.code, module, [jt_code.definition(module, local)]).names
        for name in sorted(self.looked):
            self._find(self.code.module(name), name == module.name)

    def _find(self, module, is_own):
        before = self.values.shared.module(module.name) if self.values.shared else module
        for local, node in module.defs.items():
            is_plain = isinstance(node, ast.FunctionDef) and not node.decorator_list
            is_there = before is not None and local in before.defs
            if not is_plain or not is_there or "." in local or local.startswith("_"):
                continue
            if is_own and local == self.local:
                continue
            given = {arg.arg for arg in ast.walk(node) if isinstance(arg, ast.arg)}
            bound = rebound(node) & self.looked[module.name]
            names = self.looked[module.name] - given
            filled = {name for name in names if changes(node, name)} - bound
            if bound | filled:
                self._keep(module, before, node, bound, filled)

    def _keep(self, module, before, node, bound, filled):
        known = self.values.names.known.setdefault(node.name, (module, node))
        if known == self.values.names.find(node.name) == (module, node):
            self.changers.append((module, node))
            both = set(module.assigned) & set(before.assigned)
            kept = [(name, name in filled) for name in sorted((bound | filled) & both)]
            self.values.settings[module.name, node.name] = kept

    def is_in(self, case):
        """Whether a case calls one of the functions."""
        names = {node.name for _, node in self.changers}
        return any(names & jt_text.names(text)[0] for text in (*case.setup, case.call))

    def after(self, case):
        """The case after calls of some of the functions; None where it has some already."""
        if len(case.setup) > LONGEST or self.is_in(case) or case.origin == "request":
            return None
        rng, names = self.values.rng, self.values.names
        steps = [self._step(*rng.choice(self.changers)) for _ in range(rng.choice(MOST_STEPS))]
        imports = sorted({*case.imports, *names.imports(steps)})
        return Case(imports, (*steps, *case.setup), case.call, case.rank, case.origin)

    def _step(self, module, node):
        shapes = self.values.inference.params(module, node.name)
        parts = positional(self.values, module, node)
        for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults):
            if default is None or self.values.rng.random() < 0.5:
                value = self.values.random(shapes.get(arg.arg) or Shape(), 1, name=arg.arg)
                parts.append("%s=%s" % (arg.arg, value))
        return "%s(%s)" % (node.name, ", ".join(parts))


def rebound(node):
    """Names of its module that a function binds anew."""
    names = [name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names]
    stored = {part.id for part in ast.walk(node) if _is_stored(part)}
    return set(names) & stored


def _is_stored(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
