"""The tools: where they are, and one run of one of them."""

import os
import shutil
import subprocess
import time

OUTPUT = 4 << 20  # characters of one run that are read


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
        try:
            done = subprocess.run(
                [tool.path] + arguments,
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=left,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unusable("it did not end in time") from None
        except OSError as error:
            raise Unusable(error.strerror or "it does not start") from None
        texts = [raw.decode("utf-8", "replace")[:OUTPUT] for raw in (done.stdout, done.stderr)]
        return done.returncode, texts[0], texts[1]


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
