"""Which classes stand for one that code names: those that are made from an abstract one, or fit a
protocol.
"""

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
            self.known[name] = self._found(*self.names.find(name))
        return self.known[name]

    def _found(self, module, node):
        if not jt_code.is_class(node):
            return [], False
        is_protocol = "Protocol" in bases(node)
        own = (module.name, node.name)
        found = [name for name, places in self._around() if own in places[1:]]
        if is_protocol:
            asked = self.inference.members(module, node.name)
            found += [name for name, places in self._around() if self._fits(places[0], asked)]
        found = [name for name in dict.fromkeys(found) if self.names.find(name) != (module, node)]
        return found, is_protocol or bool(self._abstract(module, node.name))

    def _around(self):
        """`(name, lineage)` of the classes that can be made and that a case may name."""
        own, near = self.names.module, self.names.code.neighbours(self.names.module)
        places = {name: (own, own.defs[name]) for name in own.classes()}
        places.update((name, place) for name, place in near.items() if name not in places)
        for name, (owner, node) in sorted(places.items()):
            is_plain = jt_code.is_class(node) and jt_code.is_public(name)
            is_meant = is_plain and self.names.find(name) == (owner, node)
            if is_meant and "Protocol" not in bases(node) and not self._abstract(owner, name):
                lineage = self.inference.lineage(owner, node.name)
                yield name, [(other.name, local) for other, local in lineage]

    def _fits(self, place, asked):
        module = self.names.code.module(place[0])
        return bool(asked) and asked <= self.inference.members(module, place[1])

    def _abstract(self, module, local):
        """Names of methods that a class leaves to others to define."""
        left = set()
        for owner, name in reversed(list(self.inference.lineage(module, local))):
            for part in owner.defs[name].body:
                if isinstance(part, jt_code.FUNCTIONS):
                    is_left = any(mark.startswith("abstract") for mark in jt_code.marks(part))
                    left = left | {part.name} if is_left else left - {part.name}
        return left
