"""Formats generated tests, mends them and holds them to the gate: `python3 polish.py plan.json`,
started in the folder that holds head and this one.

Reads the plan, writes the tests into head as the files that they will be, runs the repository's
formatter, linter and type checker over them (ours where it has none), and writes `result.json`
beside the plan.
"""

import concurrent.futures
import json
import os
import sys

import polish_mend
import polish_settings
from polish_checks import Checks
from polish_tools import Tools, Unusable

OURS = "/opt/jittest/polish"
FAULTS = 5  # of one test that are said in words
WORDS = 200  # characters of one of them


def main():
    """Runs the plan."""
    where = os.path.abspath(sys.argv[1])
    with open(where, encoding="utf-8") as file:
        plan = json.load(file)
    polish = Polish(plan)
    result = polish.run()
    polish.checks.tools.close()
    with open(os.path.join(os.path.dirname(where), "result.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, sort_keys=True)


class Polish:
    """All tests of one plan."""

    def __init__(self, plan):
        self.root = os.path.abspath(plan["root"])
        self.paths = {test["path"]: test["id"] for test in plan["tests"]}
        self.settings = polish_settings.read(self.root)
        self.notes = list(self.settings.notes)
        self.no_formatter = []
        tools = Tools(self.root, plan["python"], plan.get("tools", OURS), plan["seconds"])
        self.checks = Checks(tools, self.settings, plan["import_roots"], self.notes)
        for test in plan["tests"]:
            self.write(test["path"], polish_mend.without_unused_imports(test["code"]))

    def run(self):
        """Formats, mends and checks; where types are asked for that a rule knows, again."""
        self.checks.load()
        self.checks.fix(sorted(self.paths))
        unformatted = self.formatted(self.paths)
        width = self.settings.width
        self.mend(lambda path, code: polish_mend.shortened(code, width))
        faults, unchecked = self.checked()
        asked = {(f.path, f.row) for f in faults if f.code == "no-untyped-def"}
        if asked and self.mend(lambda path, code: _annotated(path, code, asked)):
            faults, unchecked = self.checked()
        return self.result(faults, unformatted, unchecked)

    def formatted(self, paths):
        """Formats files; `{path: why}` for those that can't be."""
        try:
            return self.checks.format(sorted(paths))
        except Unusable as error:
            self.no_formatter.append(str(error))
            return {}

    def mend(self, rule):
        """Puts a rule on every text, and formats what it changed; whether anything was."""
        changed = []
        for path in sorted(self.paths):
            code = self.read(path)
            mended = rule(path, code)
            if mended != code:
                self.write(path, mended)
                changed.append(path)
        if changed and not self.no_formatter:
            self.formatted(changed)
        return bool(changed)

    def checked(self):
        """What linter and type checker say, both at once, and which of them can't say anything."""
        paths, faults, unusable = sorted(self.paths), [], []
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            checks = (self.checks.lint, self.checks.types)
            for job in [pool.submit(check, paths) for check in checks]:
                try:
                    faults += job.result()
                except Unusable as error:
                    unusable.append(str(error))
        return faults, unusable

    def result(self, faults, unformatted, unchecked):
        """What is written: the texts, and what there is to say of each."""
        tests = {}
        for path, key in self.paths.items():
            own = sorted((f for f in faults if f.path == path), key=lambda f: (f.row, f.code))
            words = [str(fault)[:WORDS] for fault in own]
            if path in unformatted:
                words.insert(0, ("not formatted: " + unformatted[path])[:WORDS])
            warnings = sum(fault.is_warning for fault in own)
            tests[key] = {
                "code": self.read(path),
                "errors": len(words) - warnings,
                "warnings": warnings,
                "faults": words[:FAULTS],
            }
        unchecked = sorted(set(self.no_formatter + unchecked))
        return {"tests": tests, "unchecked": unchecked, "notes": sorted(set(self.notes))}

    def read(self, path):
        """The text of a test as it is now."""
        with open(os.path.join(self.root, path), encoding="utf-8", newline="") as file:
            return file.read()

    def write(self, path, code):
        """A test as the file that it will be."""
        where = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "w", encoding="utf-8", newline="") as file:
            file.write(code)


def _annotated(path, code, asked):
    return polish_mend.annotated(code, {row for where, row in asked if where == path})


if __name__ == "__main__":
    main()
