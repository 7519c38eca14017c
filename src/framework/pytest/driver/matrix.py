"""The kill matrix: each test against base, head and every mutant, in one process tree.

Usage: python3 jittest/matrix.py jittest/plan.json, in the folder that holds base/, head/ and
jittest/. Writes jittest/result.json.

This controller never imports anything of the repository. A zygote for each interpreter and setting
(jittest_zygote) forks a session for each piece of work (jittest_session), and in that session each
generated test runs in a fork of its own (jittest_observer).
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile

from jittest_generated import Generated
from jittest_mutants import Mutants
from jittest_own import Own
from jittest_processes import adopt_orphans, end_strangers
from jittest_run import Run
from jittest_sides import Lost


def check_contents(run):
    """Whether base and head are what they claim to be: the changed files by their digests, None
    for one that must not be there.
    """
    for side, contents in run.plan.get("contents", {}).items():
        for name, wanted in sorted(contents.items()):
            path = os.path.join(run.sides[side].pristine, name)
            found = None
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found = hashlib.sha256(file.read()).hexdigest()
            if found != wanted:
                run.ledger.doubt("%s of %s is not what the commit holds" % (name, side))


def stages(run):
    """All stages, what matters most first, until the time is over."""
    check_contents(run)
    loaded = run.sides["head"].zygotes.use(run.setting).hello["loaded"]
    for module in run.plan.get("modules", []):
        if module["module"] in loaded:
            run.ledger.doubt(
                "module %s is a part of pytest itself and was loaded before head" % module["module"]
            )
    own, generated = Own(run), Generated(run)
    mutants = Mutants(run, own, generated)

    def look():
        generated.first_look()
        generated.clean()
        own.baseline()

    run.together(lambda stage: stage(), (mutants.analyse, look))
    own.spread_oracles()
    own.on_base()
    generated.rerun()
    mutants.kill()


def main(path):
    """Runs the plan at `path` and writes the result beside it."""
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    folder = os.getcwd()
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="jittest-", dir=folder))
    adopt_orphans()
    run = Run(plan, folder, scratch)
    try:
        stages(run)
    except Lost as lost:
        run.ledger.doubt("the tests could not be run at all: %s" % lost)
    finally:
        run.close()
        end_strangers([])
        shutil.rmtree(scratch, ignore_errors=True)
    target = os.path.join(os.path.dirname(os.path.abspath(path)), "result.json")
    with open(target + ".new", "w", encoding="utf-8") as file:
        json.dump(run.ledger.result(), file)
    os.replace(target + ".new", target)


if __name__ == "__main__":
    main(sys.argv[1])
