"""A mutant put in place after its file was imported, as it costs a fork and not a session: the code
of the functions in which it differs is replaced. What runs while the file is imported can't be put
in place in that way, and is refused.
"""

import gc
import os
import types

from jittest_mutation import compiled, same_code, same_constant, same_frame

FUNCTION = 0x1 | 0x2  # CO_OPTIMIZED, CO_NEWLOCALS: a body that runs when it is called


class Difference:
    """The code objects in which a mutated source differs."""

    def __init__(self):
        self.outer = []  # (before, after) of functions that exist once the file is imported
        self.inner = []  # the same for functions inside others; None for those that are gone

    def add(self, before, after):
        """Compares what stands at module level, or in a class there; False where it differs in what
        runs while the file is imported.
        """
        if same_code(before, after):
            return True
        if before.co_flags & FUNCTION == FUNCTION:
            self.outer.append((before, after))
            return before.co_freevars == after.co_freevars and self._inside(before, after)
        if not same_frame(before, after) or len(before.co_consts) != len(after.co_consts):
            return False
        return all(map(self._constant, before.co_consts, after.co_consts))

    def _constant(self, before, after):
        if isinstance(before, types.CodeType) and isinstance(after, types.CodeType):
            return self.add(before, after)
        return same_constant(before, after)

    def _inside(self, before, after):
        inner, others = codes(before), codes(after)
        alike = [code.co_name for code in inner] == [code.co_name for code in others]
        for number, code in enumerate(inner):
            other = others[number] if alike else None
            if other is None or not same_code(code, other):
                self.inner.append((code, other))
            if other is not None and not self._inside(code, other):
                return False
        return True


def codes(code):
    """The code objects directly inside another."""
    return [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]


def difference(original, mutated, path):
    """What has to be replaced; None where that is not in functions alone."""
    try:
        before, after = compiled(original, path), compiled(mutated, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = Difference()
    return found if found.add(before, after) and found.outer else None


def swaps(original, mutated, path):
    """Whether a mutant differs in functions alone."""
    return difference(original, mutated, path) is not None


class Live:
    """The functions of one file that exist in this process."""

    def __init__(self, path):
        path = os.path.realpath(path)
        with open(path, "rb") as file:
            self.source = file.read()
        self.path = path
        names = {}
        self.functions = {}
        for found in gc.get_objects():
            if type(found) is not types.FunctionType:
                continue
            name = found.__code__.co_filename
            if name not in names:
                names[name] = os.path.realpath(name) == path
            if names[name]:
                self.functions.setdefault(_place(found.__code__), []).append(found)

    def swap(self, mutated):
        """Functions with the code that makes them the mutant's; None where that can't be done."""
        wanted = difference(self.source, mutated, self.path)
        if wanted is None:
            return None
        pairs = []
        for before, after in wanted.outer + wanted.inner:
            found = self.functions.get(_place(before), [])
            outer = any(before is one for one, _ in wanted.outer)
            if not all(same_code(function.__code__, before) for function in found):
                return None
            if outer and not found:
                return None
            if found and (after is None or before.co_freevars != after.co_freevars):
                return None
            pairs += [(function, after) for function in found]
        return pairs


def _place(code):
    """What tells the functions of a file apart."""
    positions = getattr(code, "co_positions", tuple)
    return code.co_name, code.co_firstlineno, tuple(positions())


def install(pairs):
    """Puts the mutant in place, in this process alone."""
    for function, code in pairs:
        function.__code__ = code
