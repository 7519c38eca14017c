"""What a repository says about how its tests look."""

import polish_settings
import pytest

PRE_COMMIT = "repos:\n- repo: x\n  hooks:\n  - id: %s\n"


def settings(folder, **files):
    """The settings of a repository with these files; `__` in a name is a dot."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return polish_settings.read(str(folder))


def test_a_repository_that_says_nothing_gets_black_at_100_columns_flake8_and_mypy(tmp_path):
    found = settings(tmp_path)
    assert (found.formatter, found.linter, found.width) == ("black", "flake8", 100)
    assert (found.black, found.flake8, found.types) == (None, None, None)
    assert not found.type_checked("tests/test_it.py")


@pytest.mark.parametrize(
    "name, text, formatter, linter, width",
    [
        ("pyproject__toml", "[tool.black]\nline-length = 60\n", "black", "flake8", 60),
        ("pyproject__toml", "[tool.black]\n", "black", "flake8", 88),
        ("pyproject__toml", "[tool.black]\nline-length = 'x'\n", "black", "flake8", 88),
        ("pyproject__toml", "[tool.ruff]\nline-length = 60\n", "ruff", "ruff", 60),
        ("pyproject__toml", "[tool.ruff]\n[tool.black]\nline-length = 60\n", "black", "ruff", 60),
        ("pyproject__toml", "[tool.ruff\n", "black", "flake8", 100),
        ("ruff__toml", "line-length = 120\n", "ruff", "ruff", 120),
        ("__flake8", "[flake8]\nmax-line-length = 60\n", "black", "flake8", 60),
        ("setup__cfg", "[flake8]\nmax_line_length = 60\n", "black", "flake8", 60),
        ("tox__ini", "[flake8]\nextend-ignore = E1\n", "black", "flake8", 79),
        ("tox__ini", "[tox]\n", "black", "flake8", 100),
        ("__pre-commit-config__yaml", PRE_COMMIT % "black", "black", "flake8", 88),
        ("__pre-commit-config__yaml", PRE_COMMIT % "ruff-format", "ruff", "ruff", 88),
        (
            "__pre-commit-config__yaml",
            PRE_COMMIT % "black" + "    args: [--line-length=60]\n",
            "black",
            "flake8",
            60,
        ),
    ],
)
def test_its_own_files_decide(tmp_path, name, text, formatter, linter, width):
    found = settings(tmp_path, **{name: text})
    assert (found.formatter, found.linter, found.width) == (formatter, linter, width)


@pytest.mark.parametrize(
    "more, asked",
    [
        ("", True),
        ("files = shop\n", False),
        ("files = shop, ./tests/\n", True),
        ("files = shop/*.py\n", True),
        ("packages = shop\n", False),
        ("exclude = ^tests/\n", False),
        ("exclude = ^docs/\n", True),
        ("exclude = (\n", True),
    ],
)
def test_its_type_checker_is_asked_where_it_looks_at_tests(tmp_path, more, asked):
    found = settings(tmp_path, mypy__ini="[mypy]\nstrict = True\n" + more)
    assert found.types == "mypy.ini"
    assert found.type_checked("tests/test_it.py") == asked


def test_types_are_configured_in_pyproject_too(tmp_path):
    text = "[tool.mypy]\nfiles = ['shop']\nexclude = ['a', 'b']\n"
    found = settings(tmp_path, pyproject__toml=text)
    assert found.types == "pyproject.toml"
    assert not found.type_checked("tests/test_it.py")
    assert found.type_checked("shop/cart.py") is False  # the letter a is left out
    assert found.type_checked("shop/tests.py")
