"""One mutated source in place of a file, for this process alone: never on disk or from a cache."""

import functools
import os
import types
from importlib.machinery import SourceFileLoader

from jittest_wire import shortened


class Mutation:
    """Serves `source` wherever the file at `path` is imported; says whether that happened, and how
    it went.
    """

    def __init__(self, path, source):
        self.path = os.path.realpath(path)
        self.source = source.encode("utf-8")
        self.served = False
        self.import_error = None
        self._known = {}

    def covers(self, path):
        """Whether `path` is the mutated file."""
        if path not in self._known:
            self._known[path] = os.path.realpath(path) == self.path
        return self._known[path]

    def install(self):
        """From here on, every import of the file gets the mutant. To be called before anything
        imports it.
        """
        mutation = self
        get_code, get_data = SourceFileLoader.get_code, SourceFileLoader.get_data
        exec_module = SourceFileLoader.exec_module

        def mutated_get_code(loader, fullname):
            path = loader.get_filename(fullname)
            if not mutation.covers(path):
                return get_code(loader, fullname)
            mutation.served = True
            return loader.source_to_code(mutation.source, path)

        def mutated_get_data(loader, path):
            return mutation.source if mutation.covers(path) else get_data(loader, path)

        def watched_exec_module(loader, module):
            if not mutation.covers(loader.path):
                return exec_module(loader, module)
            try:
                return exec_module(loader, module)
            except BaseException as error:
                mutation.import_error = shortened("%s: %s" % (type(error).__name__, error))
                raise

        SourceFileLoader.get_code = mutated_get_code
        SourceFileLoader.get_data = mutated_get_data
        SourceFileLoader.exec_module = watched_exec_module


def record(loaded):
    """From here on, adds the real path of each file that is imported to a set."""
    exec_module = SourceFileLoader.exec_module

    def recording_exec_module(loader, module):
        loaded.add(os.path.realpath(loader.path))
        return exec_module(loader, module)

    SourceFileLoader.exec_module = recording_exec_module


def same_code(one, other):
    """Whether two code objects do the same, wherever their lines stand."""
    return (
        same_frame(one, other)
        and len(one.co_consts) == len(other.co_consts)
        and all(map(same_constant, one.co_consts, other.co_consts))
    )


def same_frame(one, other):
    """Whether two code objects are the same but for their constants."""
    for name in (
        "co_code",
        "co_names",
        "co_varnames",
        "co_freevars",
        "co_cellvars",
        "co_flags",
        "co_argcount",
        "co_kwonlyargcount",
        "co_name",
    ):
        if getattr(one, name) != getattr(other, name):
            return False
    if getattr(one, "co_posonlyargcount", 0) != getattr(other, "co_posonlyargcount", 0):
        return False
    return getattr(one, "co_exceptiontable", b"") == getattr(other, "co_exceptiontable", b"")


def same_constant(one, other):
    """Whether two constants of code objects are the same, in type too."""
    if isinstance(one, types.CodeType) and isinstance(other, types.CodeType):
        return same_code(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, (tuple, frozenset)):
        pair = (
            [one, other]
            if isinstance(one, tuple)
            else [sorted(one, key=repr), sorted(other, key=repr)]
        )
        return len(one) == len(other) and all(map(same_constant, *pair))
    return repr(one) == repr(other)


@functools.lru_cache(maxsize=8)
def compiled(source, path):
    """The code of a source: those of one mutant and of its original are asked for several times."""
    return compile(source, path, "exec", dont_inherit=True)


def check(original, mutated, path):
    """None for a mutant that can be run, else ("broken" | "equivalent", why)."""
    try:
        after = compiled(mutated, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return "broken", shortened("%s: %s" % (type(error).__name__, error))
    try:
        before = compiled(original, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ("equivalent", "same code after compilation") if same_code(before, after) else None
