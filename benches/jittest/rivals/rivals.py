"""The kill matrix beside a fresh pytest for each cell and each mutant, mutmut and cosmic-ray.

Usage: rivals.py SUITE DRIVER SCRATCH. SUITE is a project with a pytest suite, DRIVER the folder of
the matrix's driver, SCRATCH a folder of ours. The mutants are those of mutmut (made by its own
code), and for cosmic-ray a sample of its own. What a tool is given, the matrix is given too; where
it is held against mutmut, the time that the mutants take to make counts for both. Each figure is of
whole processes, with as many at a time as there are cores; cosmic-ray has one at a time, and so has
the matrix where it is held against it. A cell is one test on one mutant; only those that the matrix
reports are counted. A suite of very quick tests is what suits the matrix best. Writes JSON lines.
"""

import concurrent.futures
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time

SAMPLE = 24  # mutants, and cells, that a process each is started for
FELL = ("failed", "broken", "timed_out")
CORES = max(1, os.cpu_count() or 1)
COSMIC = """[cosmic-ray]
module-path = "ledger"
timeout = 30.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider"

[cosmic-ray.distributor]
name = "local"
"""


class Bench:
    """Copies of the suite, and what is run in them."""

    def __init__(self, suite, driver, scratch):
        self.suite, self.driver, self.scratch = suite, driver, scratch
        self.copies = itertools.count()
        package = os.path.join(suite, "ledger")
        names = (name for name in sorted(os.listdir(package)) if name.endswith(".py"))
        self.files = ["ledger/" + name for name in names]
        tests = sorted(os.listdir(os.path.join(suite, "tests")))
        self.tests = ["tests/" + name for name in tests if name.startswith("test_")]

    def copy(self):
        """A new copy of the suite."""
        place = os.path.join(self.scratch, "copy-%d" % next(self.copies))
        shutil.copytree(self.suite, place)
        return place

    def text(self, name):
        """A source file of the suite."""
        with open(os.path.join(self.suite, name), encoding="utf-8") as file:
            return file.read()

    def fresh(self, mutants):
        """A fresh pytest for each mutant; seconds, and which of them were killed."""
        return self._fresh(list(mutants), [["-x"]] * len(mutants))

    def fresh_cells(self, mutants, cells):
        """A fresh pytest for each cell, a mutant's number and a test; seconds, and which failed."""
        return self._fresh([mutants[mutant] for mutant, _ in cells], [[test] for _, test in cells])

    def _fresh(self, mutants, arguments):
        runs = list(enumerate(zip(mutants, arguments)))
        places = [self.copy() for _ in range(CORES)]
        parts = [runs[number::CORES] for number in range(CORES)]
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
            found = list(pool.map(self._fresh_part, places, parts))
        seconds = time.monotonic() - began
        return seconds, {number for part in found for number in part}

    def _fresh_part(self, place, runs):
        fell = set()
        for number, ((name, source), arguments) in runs:
            path = os.path.join(place, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(source)
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"] + arguments
            try:
                status = quiet(command, place, timeout=60).returncode
            except subprocess.TimeoutExpired:
                status = 1  # a mutant that doesn't end
            if status not in (0, 1, 2):  # passed, failed, could not be collected
                raise SystemExit("pytest could not run %s" % (arguments,))
            if status != 0:
                fell.add(number)
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.text(name))
        return fell

    def matrix(self, mutants, parallel=CORES):
        """The kill matrix on the mutants; seconds, which of them were killed, and its cells: a
        mutant's number and a test, and whether it failed.
        """
        place = os.path.join(self.scratch, "matrix-%d" % next(self.copies))
        shutil.copytree(self.suite, os.path.join(place, "head"))
        shutil.copytree(self.suite, os.path.join(place, "base"))
        shutil.copytree(self.driver, os.path.join(place, "jittest"))
        plan = os.path.join(place, "jittest", "plan.json")
        with open(plan, "w", encoding="utf-8") as file:
            json.dump(self._plan(mutants, parallel), file)
        began = time.monotonic()
        done = quiet([sys.executable, "jittest/matrix.py", plan], place, timeout=900)
        seconds = time.monotonic() - began
        if done.returncode != 0:
            raise SystemExit("the matrix failed: %s" % done.stdout[-1000:])
        with open(os.path.join(place, "jittest", "result.json"), encoding="utf-8") as file:
            result = json.load(file)
        if result["distrust"] or result["not_run"]:
            raise SystemExit("the matrix can't be believed: %s" % result["distrust"])
        numbers = {"M%d" % number: number for number in range(len(mutants))}
        cells = {
            (numbers[cell["revision"]], cell["node"]): cell["outcome"] in FELL
            for cell in result["own_cells"]
            if cell["revision"] in numbers
        }
        killed = {mutant for (mutant, _), fell in cells.items() if fell}
        return seconds, killed | {numbers[name] for name in result["broken_mutants"]}, cells

    def _plan(self, mutants, parallel):
        lines = {name: len(self.text(name).splitlines()) for name in self.files}
        modules = {name: name[:-3].replace("/", ".") for name in self.files}
        return {
            "base": {"root": "base", "python": sys.executable},
            "head": {"root": "head", "python": sys.executable},
            "import_roots": ["."],
            "modules": [
                {"module": module, "file": name, "base_file": name}
                for name, module in modules.items()
                if not name.endswith("__init__.py")
            ],
            "tests": [],
            "own_tests": self.tests,
            "changed_tests": [],
            "changed_lines": {name: list(range(1, count + 1)) for name, count in lines.items()},
            "contents": {},
            "mutants": [
                {
                    "id": "M%d" % number,
                    "file": name,
                    "line": first_difference(self.text(name), source),
                    "module": modules[name],
                    "source": source,
                }
                for number, (name, source) in enumerate(mutants)
            ],
            "reruns": 1,
            "seconds": 800.0,
            "test_timeout": 30.0,
            "parallel": parallel,
        }

    def mutmut(self):
        """mutmut's mutants as `(file, source)`, the seconds that making them takes, its seconds,
        its own count, and how many of them it killed (or ended, as they took too long).
        """
        from mutmut.mutation.file_mutation import create_mutations, deep_replace

        mutants, began = [], time.monotonic()
        for name in self.files:
            module, mutations, _, _ = create_mutations(name, self.text(name))
            for mutation in mutations:
                changed = deep_replace(module, mutation.original_node, mutation.mutated_node)
                mutants.append((name, changed.code))
        making = time.monotonic() - began
        place = self.copy()
        began = time.monotonic()
        done = quiet(["mutmut", "run", "--max-children", str(CORES)], place, timeout=900)
        seconds = time.monotonic() - began
        said = re.findall(r"(\d+)/(\d+)\s+🎉 (\d+).*?⏰ (\d+)", done.stdout)
        if not said or int(said[-1][0]) != int(said[-1][1]):
            raise SystemExit("mutmut failed: %s" % done.stdout[-1000:])
        _, count, killed, late = map(int, said[-1])
        return mutants, making, seconds, count, killed + late

    def cosmic_ray(self):
        """A sample of cosmic-ray's mutants as `(file, source)`, its seconds, and how many of them
        it killed.
        """
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.plugins import get_operator

        place = self.copy()
        with open(os.path.join(place, "cosmic.toml"), "w", encoding="utf-8") as file:
            file.write(COSMIC.format(python=sys.executable))
        session = os.path.join(place, "session.sqlite")
        checked(["cosmic-ray", "init", "cosmic.toml", session], place)
        mutants = []
        with sqlite3.connect(session) as store:
            rows = store.execute(
                "SELECT job_id, module_path, operator_name, operator_args, occurrence"
                " FROM mutation_specs ORDER BY module_path, start_pos_row, start_pos_col,"
                " operator_name, occurrence"
            ).fetchall()
            kept = rows[:: max(1, len(rows) // SAMPLE)][:SAMPLE]
            jobs = {row[0] for row in kept}
            for table in ("mutation_specs", "work_items"):
                for row in rows:
                    if row[0] not in jobs:
                        store.execute("DELETE FROM %s WHERE job_id = ?" % table, (row[0],))
        for _, path, operator, arguments, occurrence in kept:
            while isinstance(arguments, str):  # JSON, in a column of JSON
                arguments = json.loads(arguments or "{}")
            made = get_operator(operator)(**(arguments or {}))
            mutants.append((path, mutate_code(self.text(path), made, occurrence)))
        began = time.monotonic()
        checked(["cosmic-ray", "exec", "cosmic.toml", session], place)
        seconds = time.monotonic() - began
        with sqlite3.connect(session) as store:
            outcomes = [row[0] for row in store.execute("SELECT test_outcome FROM work_results")]
        return mutants, seconds, sum("KILLED" in str(outcome).upper() for outcome in outcomes)


def quiet(command, place, timeout):
    """A finished process; its tools are those beside this interpreter."""
    tools = os.path.dirname(os.path.abspath(sys.executable))
    env = dict(os.environ, PATH=tools + os.pathsep + os.environ["PATH"])
    env["PYTHONDONTWRITEBYTECODE"] = (
        "1"  # two mutants of one second may have the size of each other
    )
    return subprocess.run(
        command,
        cwd=place,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        timeout=timeout,
    )


def checked(command, place):
    """A process that has to end well."""
    done = quiet(command, place, timeout=900)
    if done.returncode != 0:
        raise SystemExit("%s failed: %s" % (command[0], done.stdout[-1000:]))


def first_difference(text, other):
    """The first line in which two texts differ, from 1."""
    pairs = zip(text.splitlines(), other.splitlines())
    return next((n for n, (one, two) in enumerate(pairs, 1) if one != two), 1)


def every(count):
    """The numbers of a sample of so many, spread over them all."""
    size = min(SAMPLE, count)
    return [count * number // size for number in range(size)]


def say(**row):
    """A line of the result."""
    print(json.dumps(row), flush=True)


def main(suite, driver, scratch):
    """All rounds."""
    bench = Bench(suite, driver, scratch)
    os.chdir(suite)  # mutmut reads its settings where it stands
    mutants, making, seconds, count, killed = bench.mutmut()
    say(tool="mutmut", mutants=count, seconds=seconds, killed=killed)
    seconds, ours, cells = bench.matrix(mutants)
    say(tool="matrix", mutants=len(mutants), seconds=seconds, making=making, killed=len(ours))
    sample = every(len(mutants))
    seconds_fresh, fresh = bench.fresh([mutants[number] for number in sample])
    agree = sum((number in ours) == (place in fresh) for place, number in enumerate(sample))
    say(tool="pytest", mutants=len(sample), seconds=seconds_fresh, killed=len(fresh), agree=agree)
    say(tool="matrix cells", mutants=len(cells), seconds=seconds, killed=sum(cells.values()))
    sample = [list(cells)[number] for number in every(len(cells))]
    seconds_fresh, fresh = bench.fresh_cells(mutants, sample)
    agree = sum(cells[cell] == (place in fresh) for place, cell in enumerate(sample))
    say(
        tool="pytest cells",
        mutants=len(sample),
        seconds=seconds_fresh,
        killed=len(fresh),
        agree=agree,
    )
    mutants, seconds, killed = bench.cosmic_ray()
    say(tool="cosmic-ray", mutants=len(mutants), seconds=seconds, killed=killed)
    seconds, ours, _ = bench.matrix(mutants, parallel=1)
    say(tool="matrix on them", mutants=len(mutants), seconds=seconds, killed=len(ours))


if __name__ == "__main__":
    main(*[os.path.abspath(argument) for argument in sys.argv[1:]])
