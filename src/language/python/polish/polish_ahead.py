"""Loads the modules of a tool and waits for its arguments, so that several tools load at the same
time: `python polish_ahead.py MODULE...`, with `{"argv": [...], "environment": {...}}` as a line on
standard input. From then on it is as if the tool had been started so.
"""

import contextlib
import importlib
import json
import os
import runpy
import sys


def main():
    """Loads, waits, and runs the tool."""
    sys.path[0] = os.path.dirname(sys.executable)  # where the tool's own script lies
    for name in sys.argv[1:]:
        with contextlib.suppress(ImportError):  # the tool says it better
            importlib.import_module(name)
    line = sys.stdin.readline()
    if not line:
        return  # nobody needs it
    call = json.loads(line)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.environ.update(call["environment"])
    sys.argv = call["argv"]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
