"""Folders that code walks through."""

import jt_code
import jt_folders
import pytest
from exploring import explore, passes

NOTES = '''
from pathlib import Path

IGNORED = ("drafts",)


def notes(folder):
    """The names of all notes, those of ignored folders left out."""
    found = []
    for path in sorted(Path(folder).rglob("*.note")):
        inner = path.relative_to(folder)
        if not any(part in IGNORED for part in inner.parts[:-1]):
            found.append(inner.as_posix())
    return found
'''
SIZES = """
import os


class Disk:
    def __init__(self, place):
        self._place = place

    def size(self):
        return self._below(self._place)

    def _below(self, folder):
        total = 0
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                total += self._below(path)
            elif not name.startswith("."):
                total += os.path.getsize(path)
        return total
"""
LISTED = """
import os


def names(folder):
    return [name for name in os.listdir(folder) if name.endswith(".txt")]
"""


@pytest.mark.parametrize(
    "base, old, new",
    [
        (NOTES, "in inner.parts[:-1]", "in inner.parts[:1]"),
        (NOTES, "rglob", "glob"),
        (SIZES, 'elif not name.startswith("."):', "else:"),
        (SIZES, "total += self._below(path)", "total += 0"),
        (LISTED, 'name.endswith(".txt")', '"txt" in name'),
    ],
)
def test_a_folder_has_what_the_code_asks_for(tmp_path, base, old, new):
    if base is LISTED:
        base = LISTED.replace("[name", "sorted([name").replace('")]', '")])')
    result = explore(tmp_path, base, base.replace(old, new), seconds=6)
    assert result["failure"] is None and result["candidates"], result["problems"]
    for candidate in result["candidates"]:
        assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)


def test_the_order_in_which_a_disk_lists_files_is_no_behaviour(tmp_path):
    head = LISTED.replace("os.listdir(folder)", "sorted(os.listdir(folder))")
    assert not explore(tmp_path, LISTED, head, seconds=5)["candidates"]


def test_parameters_that_are_walked_through_are_known_also_where_they_are_handed_on(tmp_path):
    for source, names in (
        (NOTES, {"folder"}),
        (SIZES, {"folder", "place"}),
        ("def f(a, b):\n    return a.glob(b)\n", {"a"}),
        ("import os\n\ndef f(a):\n    for x in os.walk(os.path.abspath(a)):\n        print(x)\n",
         {"a"}),
        ("def f(a):\n    return open(a).read()\n", set()),
    ):  # fmt: skip
        (tmp_path / "shop.py").write_text(source)
        assert jt_folders.walked(jt_code.Code(str(tmp_path), ["."]).module("shop")) == names
