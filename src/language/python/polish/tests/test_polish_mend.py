"""Rules that mend a test's text without changing what it does."""

import ast
import io
import tokenize

import polish_mend


def strings(source):
    """The text literals as they are written."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.STRING]


def test_imports_that_nothing_uses_go_and_the_others_stay():
    source = (
        "import os, signal\nimport a.b\nfrom decimal import Decimal, getcontext as context\n"
        "from shop import (\n    cart,\n    till,\n)\n\nassert context() and a.b and till(os)\n"
    )
    assert polish_mend.without_unused_imports(source) == (
        "import os\nimport a.b\nfrom decimal import getcontext as context\n"
        "from shop import till\n\nassert context() and a.b and till(os)\n"
    )


def test_a_text_that_is_no_python_is_left_alone():
    source = "import os\ndef (:\n" + "x" * 200
    assert polish_mend.without_unused_imports(source) == source
    assert polish_mend.shortened(source, 100) == source
    assert polish_mend.annotated(source, {2}) == source


def test_a_docstring_that_is_too_long_is_wrapped():
    source = 'def test_it():\n    """%s."""\n    assert f()\n' % " ".join(["word"] * 30)
    mended = polish_mend.shortened(source, 79)
    lines = mended.splitlines()
    assert max(len(line) for line in lines) <= 79
    assert lines[1].startswith('    """word') and '    """' in lines
    assert " ".join(ast.parse(mended).body[0].body[0].value.value.split()) == (
        " ".join(["word"] * 30) + "."
    )


def test_a_docstring_with_escapes_is_left_alone():
    source = 'def test_it():\n    """%s\\n."""\n' % " ".join(["word"] * 30)
    assert polish_mend.shortened(source, 79) == source


def test_a_long_text_becomes_parts_with_the_same_value():
    for literal in (repr("word " * 40), repr(b"\x00word" * 40), repr("\u1234\n\\" * 40)):
        source = "assert f(%s, 'b') == {'a': %s}\n" % (literal, literal)
        mended = polish_mend.shortened(source, 100)
        assert mended != source
        assert polish_mend.same(source, mended)
        assert all(len(part) <= 100 - polish_mend.ROOM + 3 for part in strings(mended))


def test_parts_that_would_mean_something_else_are_not_made():
    for source in (
        'assert f("a" "%s")\n' % ("word " * 40),
        'assert f(f"%s")\n' % ("word " * 40),
    ):
        mended = polish_mend.shortened(source, 100)
        assert polish_mend.same(source, mended)


def test_functions_get_types_where_all_are_known():
    source = (
        "def test_it():\n    def give_up(signum, frame):\n        pass\n\n"
        "    def other(x):\n        pass\n\n    def value():\n        return 1\n"
    )
    assert polish_mend.annotated(source, {1, 2, 5, 8}) == (
        "def test_it() -> None:\n"
        "    def give_up(signum: int, frame: object) -> None:\n        pass\n\n"
        "    def other(x):\n        pass\n\n    def value():\n        return 1\n"
    )
