"""Which classes stand for one that code names: those that are made from an abstract one, or fit a
protocol.
"""

import ast

import jt_code
from jt_constructors import bases


class Kin:
    """Classes that a case may use in place of others."""

    def __init__(self, names, inference):
        self.names = names
        self.inference = inference
        self.known = {}  # class name -> (names of classes in its place, whether it is none itself)

    def of(self, name):
        """`(names of classes that stand for one, whether it can be no object itself)`."""
        if name not in self.known:
            module, node = self.names.find(name)
            is_protocol = "Protocol" in bases(node)
            is_abstract = is_protocol or bool(self._abstract(module, node.name))
            own = (module.name, node.name)
            found = [n for n, place in self._around() if own in place[1:]]
            if is_protocol:
                asked = self.inference.members(module, node.name)
                found += [n for n, place in self._around() if self._fits(place, asked)]
            found = [n for n in dict.fromkeys(found) if n != name]
            self.known[name] = (found, is_abstract)
        return self.known[name]

    def _around(self):
        """`(name, lineage)` of the classes that can be made and that a case may name."""
        own, near = self.names.module, self.names.code.neighbours(self.names.module)
        places = {name: (own, own.defs[name]) for name in own.classes()}
        places.update((name, place) for name, place in near.items() if name not in places)
        for name, (owner, node) in sorted(places.items()):
            is_plain = isinstance(node, ast.ClassDef) and jt_code.is_public(name)
            if is_plain and "Protocol" not in bases(node) and not self._abstract(owner, node.name):
                lineage = self.inference.lineage(owner, node.name)
                yield name, [(other.name, local) for other, local in lineage]

    def _fits(self, place, asked):
        module = self.names.code.module(place[0][0])
        return bool(asked) and asked <= self.inference.members(module, place[0][1])

    def _abstract(self, module, local):
        """Names of methods that a class leaves to others to define."""
        left = set()
        for owner, name in reversed(list(self.inference.lineage(module, local))):
            for part in owner.defs[name].body:
                if isinstance(part, jt_code.FUNCTIONS):
                    is_left = any(mark.startswith("abstract") for mark in jt_code.marks(part))
                    left = left | {part.name} if is_left or _refuses(part) else left - {part.name}
        return left


def _refuses(node):
    """Whether all that a method does is to say that it is not implemented."""
    body = [part for part in node.body if not _is_text(part)]
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    raised = getattr(raised, "func", raised)
    return getattr(raised, "id", "") == "NotImplementedError"


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)
