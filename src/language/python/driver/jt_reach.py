"""What a piece of code reaches in the repository: functions and classes that it calls, and names of
modules that it looks at, through some levels of calls.
"""

import ast
import copy

import jt_code

DEEPEST = 2  # definitions that others reach
MOST = 60


class Reach:
    """Follows names, also through modules (`units.convert`), from some definitions of a module."""

    def __init__(self, code, module, nodes):
        self.code = code
        self.found = {}  # (module name, local) -> (module, definition), the first ones left out
        self.names = {}  # module name -> names that it binds and that are looked at
        self.seen = set()
        for node in nodes:
            self._look(module, node, 0)

    def _look(self, module, node, depth):
        if node is None or depth > DEEPEST or id(node) in self.seen:
            return
        self.seen.add(id(node))
        for part in ast.walk(node):
            if isinstance(part, (ast.Name, ast.Attribute)) and isinstance(part.ctx, ast.Load):
                self._take(*self.code.place(module, part), depth)

    def _take(self, module, name, depth):
        if module is None:
            return
        if name in module.assigned:
            self.names.setdefault(module.name, set()).add(name)
        elif name in module.defs and len(self.found) < MOST:
            self.found[module.name, name] = (module, module.defs[name])
            self._look(module, module.defs[name], depth + 1)

    def elsewhere(self, module):
        """What is reached in other modules: each of them with nothing but that in it."""
        parts = {}
        for (name, local), (_, node) in self.found.items():
            parts.setdefault(name, {})[local] = node
        names = dict.fromkeys([*parts, *sorted(self.names)])
        return [
            _part(self.code.module(name), parts.get(name, {}), self.names.get(name, ()))
            for name in names
            if name != module.name
        ]


def _part(module, nodes, names):
    """A module with some of its definitions and some of what it binds to names only."""
    part = copy.copy(module)
    part.key = (module.name, tuple(sorted(nodes)), tuple(sorted(names)))
    part.tree = ast.Module(list(nodes.values()), [])
    for name in sorted(names):
        bound = ast.Assign([ast.Name(name, ast.Store())], module.assigned[name])
        part.tree.body.append(ast.copy_location(bound, module.assigned[name]))
    used = jt_code.names_in(part.tree)
    part.imported = {n: source for n, source in module.imported.items() if n in used}
    inner = tuple(name + "." for name in nodes)
    part.defs = {n: d for n, d in module.defs.items() if n in nodes or n.startswith(inner)}
    return part
