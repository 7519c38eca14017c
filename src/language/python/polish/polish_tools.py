"""The tools: where they are, and one run of one of them."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

OUTPUT = 4 << 20  # characters of one run that are read
AHEAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "polish_ahead.py")
# What takes most of a run of ours: to load these.
MODULES = {
    "black": ["black"],
    "flake8": ["flake8.main.cli", "flake8.main.application", "pycodestyle", "pyflakes.checker"],
    "mypy": ["mypy.main", "mypy.build"],
}


class Unusable(Exception):
    """A tool can't say anything: it isn't there, or it doesn't run with these settings."""


class Tool:
    """One program: the repository's own, ours, or the machine's."""

    def __init__(self, name, path, whose):
        self.name = name
        self.path = path
        self.whose = whose

    def __str__(self):
        return "%s's %s" % (self.whose, self.name)


class Tools:
    """All programs that may be used, and how they are run."""

    def __init__(self, root, python, ours, seconds):
        self.root = os.path.abspath(root)
        self.own = os.path.dirname(python) if os.path.isabs(python) else None
        self.ours = ours
        self.ends = time.monotonic() + seconds
        self.loading = {}  # by the tool's path, a process that waits for its arguments

    def load(self, names):
        """Has tools of ours that are about to be used load at the same time. Those of others start
        in ways of their own.
        """
        for name in names:
            tools = self.named(name)
            if tools and tools[0].whose == "jittest":
                python = os.path.join(os.path.dirname(tools[0].path), "python")
                try:
                    self.loading[tools[0].path] = self._started(
                        [python, AHEAD] + MODULES[name], stdin=subprocess.PIPE
                    )
                except OSError:
                    continue  # then it is started when it is needed

    def _started(self, command, **more):
        return subprocess.Popen(
            command,
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **more
        )

    def close(self):
        """Ends what waits for nothing."""
        for process in self.loading.values():
            _end(process)
        self.loading = {}

    def named(self, name):
        """The programs of a name, in the order in which they are tried."""
        found = []
        if self.own:
            found.append(Tool(name, os.path.join(self.own, name), "the repository"))
        found.append(Tool(name, os.path.join(self.ours, "bin", name), "jittest"))
        found = [tool for tool in found if os.access(tool.path, os.X_OK)]
        path = shutil.which(name)
        if path and path not in [tool.path for tool in found]:
            found.append(Tool(name, path, "the machine"))
        return found

    def run(self, tool, arguments, **variables):
        """`(status, standard output, standard error)` of a run in the repository's root."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise Unusable("there was no time for it")
        environment = dict(os.environ, NO_COLOR="1", **variables)
        command = [tool.path] + arguments
        process, line = self.loading.pop(tool.path, None), None
        try:
            if process is None or process.poll() is not None:  # it may have died of loading
                process = self._started(command, env=environment, stdin=subprocess.DEVNULL)
            else:
                line = json.dumps({"argv": command, "environment": environment}).encode() + b"\n"
            outputs = process.communicate(line, timeout=left)
        except subprocess.TimeoutExpired:
            _end(process)
            raise Unusable("it did not end in time") from None
        except OSError as error:
            raise Unusable(error.strerror or "it does not start") from None
        texts = [raw.decode("utf-8", "replace")[:OUTPUT] for raw in outputs]
        return process.returncode, texts[0], texts[1]


def _end(process):
    """Ends a process with all that it started, which may hold its pipes."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def first_usable(what, attempts, notes):
    """What the first attempt gives that is usable; attempts are `(words, function)`. What could not
    be used, although it was there, is noted with the reason.
    """
    why = "none is there"
    for index, (words, attempt) in enumerate(attempts):
        try:
            result = attempt()
        except Unusable as error:
            why = "%s: %s" % (words, error)
            if index + 1 < len(attempts):
                notes.append(("%s could not be used" % words, str(error)))
            continue
        return result
    raise Unusable("%s (%s)" % (what, why))


def last_line(text):
    """The last line that says something, for a person."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it says nothing"
