"""What a module keeps between calls, and what a `with` block leaves of it."""

import jt_state
from exploring import explore, passes

LANGUAGES = '''
from contextlib import contextmanager

_chosen = ["en"]


def language():
    return _chosen[-1]


class speaking:
    """Another language within a block."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        _chosen.append(self.name)
        return self

    def __exit__(self, kind, error, trace):
        _chosen.pop()
        return False
'''
GENERATOR = (
    LANGUAGES.partition("class speaking")[0]
    + '''
@contextmanager
def speaking(name):
    """Another language within a block."""
    _chosen.append(name)
    yield name
    _chosen.pop()
'''
)
OPTIONS = '''
options = {"depth": 3, "color": True}


class Changed:
    """Other options within a block."""

    def __init__(self, **names):
        self._names = names

    def __enter__(self):
        self._old = dict(options)
        options.update(self._names)

    def __exit__(self, kind, error, trace):
        options.clear()
        options.update(self._old)
'''
ROLLBACK = '''
from contextlib import contextmanager


class Shelf:
    def __init__(self):
        self._books = []

    def put(self, book):
        self._books.append(book)

    def books(self):
        return list(self._books)

    @contextmanager
    def together(self):
        """All that is put within the block, or nothing of it."""
        before = list(self._books)
        try:
            yield self
        except Exception:
            self._books = before
            raise
'''


def found(tmp_path, base, head):
    result = explore(tmp_path, base, head, seconds=10)
    assert result["failure"] is None and result["candidates"], result["problems"]
    for candidate in result["candidates"]:
        assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)
    return result["candidates"][0]["code"]


def test_what_a_block_that_fails_leaves_behind_is_looked_at(tmp_path):
    code = found(tmp_path, LANGUAGES, GENERATOR)
    assert "raise " in code and "language()" in code


def test_a_block_changes_what_the_module_keeps_by_its_names(tmp_path):
    head = OPTIONS.replace("dict(options)", 'dict(options, color="no")')
    assert "options" in found(tmp_path, OPTIONS, head)


def test_an_object_is_looked_at_after_a_block_of_its_own(tmp_path):
    code = found(tmp_path, ROLLBACK, ROLLBACK.replace("except Exception", "except KeyError"))
    assert "ValueError" in code and "books()" in code


def test_a_block_ends_with_an_exception_or_without_one():
    text = jt_state.block(["a(1)", "b()"], ["x = 1"], 'ValueError("a")')
    assert text == 'with suppress(ValueError), a(1), b():\n    x = 1\n    raise ValueError("a")'
    assert jt_state.block(["a()"], [], "") == "with a():\n    pass"
