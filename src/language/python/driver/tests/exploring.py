"""Runs the explorer on two versions of a module, as the pipeline does."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

DRIVER = Path(__file__).resolve().parent.parent


def definitions(source):
    """`{local name: (kind, dump)}` of functions, classes and methods."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[node.name] = ("function", ast.dump(node))
        elif isinstance(node, ast.ClassDef):
            found[node.name] = ("class", ast.dump(node))
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    found[node.name + "." + inner.name] = ("method", ast.dump(inner))
    return found


def targets(base, head, module, file):
    """What a plan names for a change of one file."""
    before, now = definitions(base), definitions(head)
    names = [n for n, (_, dump) in now.items() if before.get(n, ("", ""))[1] != dump]
    names = [n for n in names if not any(other.startswith(n + ".") for other in names)]
    return [
        {
            "id": "T%03d" % (i + 1),
            "kind": now[name][0],
            "module": module,
            "local_name": name,
            "file": file,
            "base_file": file if name in before else None,
            "in_base": name in before,
            "changed": True,
        }
        for i, name in enumerate(names)
    ]


def of_routes(routes):
    """What a plan names for routes of `shop.py`: `{handler: (method, path)}`."""
    made = {"module": "shop", "file": "shop.py", "kind": "function", "changed": True}
    return [
        dict(made, id="T%03d" % i, local_name=name, route={"method": method, "path": path})
        for i, (name, (method, path)) in enumerate(sorted(routes.items()))
    ]


def explore(
    folder,
    base,
    head,
    mutants=(),
    tests=None,
    seconds=40,
    extra=None,
    base_mutants=(),
    routes=None,
):
    """The result of exploring `shop.py` in two versions; its routes alone, where some are named."""
    files = dict(extra or {}, **(tests or {}))
    for side, text in (("base", base), ("head", head)):
        for name, content in dict(files, **{"shop.py": text}).items():
            path = folder / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    jittest = folder / "jittest"
    jittest.mkdir(parents=True)
    for file in DRIVER.glob("*.py"):
        shutil.copy(file, jittest)
    side = {"python": sys.executable}
    plan = {
        "seconds": seconds,
        "wall_seconds": 900,  # tests don't depend on speed
        "base": dict(side, root="base"),
        "head": dict(side, root="head"),
        "import_roots": ["."],
        "targets": of_routes(routes) if routes else targets(base, head, "shop", "shop.py"),
        "mutants": list(mutants),
        "base_mutants": list(base_mutants),
        "test_files": sorted(tests or ()),
    }
    (jittest / "plan.json").write_text(json.dumps(plan))
    subprocess.run(
        [sys.executable, "jittest/explore.py", "jittest/plan.json"],
        cwd=folder,
        env={"PYTHONHASHSEED": "0", **os.environ},
        check=True,
    )
    return json.loads((jittest / "result.json").read_text())


def passes(folder, side, candidate):
    """Whether a candidate passes under pytest in one tree."""
    path = folder / side / "test_candidate.py"
    path.write_text(candidate["code"])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path.name]
    return (
        subprocess.run(
            command, cwd=folder / side, stdout=subprocess.DEVNULL, check=False
        ).returncode
        == 0
    )
