"""A matrix over small repositories that are written out for each test."""

import json
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

DRIVER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYTHON = os.environ.get("JITTEST_TEST_PYTHON", sys.executable)
sys.path.insert(0, DRIVER)


def write(root, files):
    """Writes texts below a folder."""
    for name, text in files.items():
        path = os.path.join(str(root), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text).lstrip("\n"))


class Matrix:
    """Base and head of one repository; `run` gives the driver's result."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.files, self.changes, self.base_only = {}, {}, {}

    def repository(self, files, changes=None):
        """What base has, and what head changes."""
        self.files, self.changes = files, changes or {}
        for side in ("base", "head"):
            write(os.path.join(self.folder, side), self.files)
        write(os.path.join(self.folder, "head"), self.changes)
        return self

    def test(self, code, path="tests/test_jittest_cart_total.py", name="G001", **more):
        """A generated test of the plan."""
        found = {"id": name, "path": path, "code": textwrap.dedent(code).lstrip("\n")}
        found.update(in_base=True, purpose="regression", mutants=[])
        return dict(found, **more)

    def mutant(self, file, before, after, name="M001"):
        """One replacement in head as a mutant."""
        with open(os.path.join(self.folder, "head", file), encoding="utf-8") as source:
            text = source.read()
        assert text.count(before) == 1
        line = text[: text.index(before)].count("\n") + 1
        module = file[:-3].replace("/", ".")
        source = text.replace(before, after)
        return {"id": name, "file": file, "module": module, "line": line, "source": source}

    def python(self, *command):
        """What the interpreter says that runs a script of this folder."""
        return subprocess.check_output([PYTHON, *command], cwd=self.folder, universal_newlines=True)

    def run(self, **plan):
        """Runs the driver; its result."""
        shutil.rmtree(os.path.join(self.folder, "jittest"), ignore_errors=True)
        os.mkdir(os.path.join(self.folder, "jittest"))
        for name in os.listdir(DRIVER):
            if name.endswith(".py"):
                shutil.copy(os.path.join(DRIVER, name), os.path.join(self.folder, "jittest"))
        whole = {
            "base": {"root": "base", "python": PYTHON},
            "head": {"root": "head", "python": PYTHON},
            "import_roots": ["."],
            "tests": [],
            "own_tests": [],
            "changed_tests": [],
            "mutants": [],
            "modules": [],
            "changed_lines": {},
            "reruns": 5,
            "test_timeout": 10,
            "seconds": 120,
        }
        whole.update(plan)
        with open(os.path.join(self.folder, "jittest", "plan.json"), "w", encoding="utf-8") as file:
            json.dump(whole, file)
        done = subprocess.run(
            [sys.executable, "jittest/matrix.py", "jittest/plan.json"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout.decode()
        with open(os.path.join(self.folder, "jittest", "result.json"), encoding="utf-8") as file:
            return json.load(file)


def outcomes(result, test, revision):
    """The outcomes of a generated test on a revision, in order of its runs."""
    rows = [
        cell for cell in result["cells"] if cell["test"] == test and cell["revision"] == revision
    ]
    return [cell["outcome"] for cell in sorted(rows, key=lambda cell: cell["run"])]


@pytest.fixture
def matrix(tmp_path):
    """A matrix in a folder of its own."""
    return Matrix(tmp_path)
