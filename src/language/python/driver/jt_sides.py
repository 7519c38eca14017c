"""The controller's end of the workers: start them, ask them, start them again when they die."""

import contextlib
import json
import os
import select
import subprocess
import tempfile
import time

START_SECONDS = 60  # for the answer to each command that comes before the first one
POSTED = 32 << 10  # bytes that a pipe holds while nobody reads
HERE = os.path.dirname(os.path.abspath(__file__))
DEAD = {"error": "the worker died"}


class Side:
    """One worker process: a revision, seen with one hash seed and one scratch folder."""

    def __init__(self, name, where, plan, seed="0", zone="UTC", bare=False):
        self.name = name
        self.where = where
        self.plan = plan
        self.seed = seed
        self.zone = zone
        self.process = None
        self.asked = None
        self.modules = []
        self.files = []
        self.ahead = []  # foreign modules that children would load otherwise
        self.frameworks = []  # web frameworks whose own parts are loaded ahead
        self.first = None  # statements that come before the repository's modules
        self.bare = bare  # a bare side never imports the repository in the zygote

    def start(self):
        """Starts the process, with what was imported before."""
        self.stop()
        self.scratch = tempfile.mkdtemp(prefix="jt-", dir=self.plan.scratch)
        settings = {
            "root": self.where["root"],
            "scratch": self.scratch,
            "import_roots": self.plan.import_roots,
            "call_seconds": self.plan.call_seconds,
            "test_files": self.plan.test_files,
            "backwards": self.seed != "0",
        }
        env = dict(os.environ)
        env.update(
            PYTHONHASHSEED=self.seed,
            TZ=self.zone,
            PYTHONDONTWRITEBYTECODE="1",
            TMPDIR=self.scratch,
            HOME=self.scratch,
        )
        env.pop("PYTHONPATH", None)
        command = [
            self.where["python"],
            "-B",
            os.path.join(HERE, "jt_worker.py"),
            json.dumps(settings),
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.scratch,
            env=env,
        )
        self.rest = b""
        self.unread, self.posted = 0, 0
        if self.files:
            self._post({"do": "wanted", "files": self.files})
        if self.ahead:
            self._post({"do": "preload", "modules": self.ahead})
        if self.first and not self.bare:
            self._post({"do": "first", "text": self.first})
        if self.modules and not self.bare:
            self._post({"do": "import", "modules": self.modules})
        if self.frameworks:
            self._post({"do": "warm", "frameworks": self.frameworks})

    def start_ahead(self):
        """Starts the process while others work; it will be asked for something soon."""
        if self.process is None:
            self.start()

    def is_running(self):
        """Whether there is a process that can be told something."""
        return self.process is not None and self.process.poll() is None

    def _post(self, command):
        """Sends a command whose answer is not waited for: it comes before that of the next one."""
        size = len(json.dumps(command))
        if self.posted + size > POSTED:
            self._catch_up()
        if self._write(command):
            self.unread += 1
            self.posted += size

    def _catch_up(self):
        """Waits until what was posted is done."""
        while self.unread and self._line(time.monotonic() + START_SECONDS) is not None:
            self.unread -= 1
        self.posted = 0

    def _write(self, command):
        """Sends a command to a process that reads; whether it is there."""
        if self.process is None:
            return False
        try:
            self.process.stdin.write(json.dumps(command).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.stop()
        return self.process is not None

    def ask(self, command, seconds=60):
        """The answer to one command, or None when the worker could not give one."""
        self.send(command)
        return self.receive(seconds)

    def send(self, command):
        """Sends a command; `receive` must follow."""
        if not self.is_running():
            self.start()
        self._catch_up()
        self.asked = command
        self._write(command)

    def receive(self, seconds=60):
        """The answer to the command sent last."""
        if self.process is None:
            return None
        line = self._line(time.monotonic() + seconds)
        if line is None:
            return None
        answer = json.loads(line.decode()).get("ok")
        self._count(answer)
        return answer

    def _line(self, until):
        """The next line of its answers; None, and the process ended, where none comes."""
        if self.process is None:
            return None
        output = self.process.stdout
        parts = [self.rest]
        while b"\n" not in parts[-1]:
            ready, _, _ = select.select([output], [], [], max(0, until - time.monotonic()))
            part = os.read(output.fileno(), 1 << 18) if ready else b""
            if not part:
                self.stop()
                return None
            parts.append(part)
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return line

    def _count(self, answer):
        """Adds what was asked to the work done."""
        work, asked = self.plan.work, self.asked
        if asked["do"] == "tests":
            work.tests(len(asked["tests"]))
        elif asked["do"] in ("run", "mutant"):
            work.cases(answer if isinstance(answer, list) else [], self.plan.call_seconds)
            apart = asked.get("fresh") or asked.get("apart")
            work.children(len(asked["cases"]) if apart else 0)

    def stop(self):
        """Ends the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):  # what was not written yet
                    pipe.close()
        self.process = None

    def load(self, modules):
        """Imports modules; the answer for each by name."""
        return load([(self, modules)])[0]

    def loaded(self, modules, answers):
        """Takes the answers about modules that were to be imported; each by its name."""
        answers = answers or [{"ok": False, "why": "crashes on import"}] * len(modules)
        for name, answer in zip(modules, answers):
            if answer["ok"] and name not in self.modules:
                self.modules.append(name)
        return dict(zip(modules, answers))

    def follow(self, other):
        """Imports what another side of the same revision could import."""
        missing = [name for name in other.modules if name not in self.modules]
        self.modules = list(other.modules)
        if missing and self.is_running():
            self._post({"do": "import", "modules": missing})

    def preload(self, modules):
        """Loads foreign modules ahead."""
        self.ahead = modules
        if self.is_running():
            self._post({"do": "preload", "modules": modules})

    def warm(self, frameworks):
        """Loads the parts of web frameworks that the first request would load."""
        self.frameworks = frameworks
        if self.is_running():
            self._post({"do": "warm", "frameworks": frameworks})

    def watch_lines(self, files):
        """From now on reports which lines of these files cases reach."""
        self.files = files
        self.ask({"do": "wanted", "files": files})


def together(sides, command, seconds=120):
    """Asks several sides at the same time."""
    for side in sides:
        side.send(command)
    return [side.receive(seconds) for side in sides]


def load(wanted):
    """Imports modules on several sides at the same time, for pairs of a side and modules; for each,
    the answers by name.
    """
    for side, modules in wanted:
        side.send({"do": "import", "modules": modules})
    return [side.loaded(modules, side.receive()) for side, modules in wanted]


def outcomes(answer, count):
    """A list of `count` outcomes, whatever the worker answered."""
    if isinstance(answer, dict):
        return [answer] * count
    answer = answer or []
    return answer + [{"kind": "skipped"}] * (count - len(answer))
