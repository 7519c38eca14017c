"""The controller's end of the workers: start them, ask them, start them again when they die."""

import json
import os
import select
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEAD = {"error": "the worker died"}


class Side:
    """One worker process: a revision, seen with one hash seed and one scratch folder."""

    def __init__(self, name, where, plan, seed="0", zone="UTC"):
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
        self.bare = False  # a bare side never imports the repository in the zygote

    def start(self):
        """Starts the process, with what was imported before."""
        self.scratch = tempfile.mkdtemp(prefix="jt-", dir=self.plan.scratch)
        settings = {
            "root": self.where["root"],
            "scratch": self.scratch,
            "import_roots": self.plan.import_roots,
            "call_seconds": self.plan.call_seconds,
            "test_files": self.plan.test_files,
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
        if self.files:
            self.ask({"do": "wanted", "files": self.files})
        if self.ahead:
            self.ask({"do": "preload", "modules": self.ahead})
        if self.first and not self.bare:
            self.ask({"do": "first", "text": self.first})
        if self.modules and not self.bare:
            self.ask({"do": "import", "modules": self.modules})
        if self.frameworks:
            self.ask({"do": "warm", "frameworks": self.frameworks})

    def ask(self, command, seconds=60):
        """The answer to one command, or None when the worker could not give one."""
        self.send(command)
        return self.receive(seconds)

    def send(self, command):
        """Sends a command; `receive` must follow."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        self.asked = command  # starting asks for other things
        try:
            self.process.stdin.write(json.dumps(command).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.stop()

    def receive(self, seconds=60):
        """The answer to the command sent last."""
        if self.process is None:
            return None
        until = time.monotonic() + seconds
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
        answer = json.loads(line.decode()).get("ok")
        self._count(answer)
        return answer

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
            self.process.stdin.close()
            self.process.stdout.close()
        self.process = None

    def load(self, modules):
        """Imports modules; the answer for each by name."""
        answers = self.ask({"do": "import", "modules": modules}) or [
            {"ok": False, "why": "crashes on import"}
        ] * len(modules)
        for name, answer in zip(modules, answers):
            if answer["ok"] and name not in self.modules:
                self.modules.append(name)
        return dict(zip(modules, answers))

    def preload(self, modules):
        """Loads foreign modules ahead."""
        if self.process is not None:
            self.ask({"do": "preload", "modules": modules})
        self.ahead = modules

    def warm(self, frameworks):
        """Loads the parts of web frameworks that the first request would load."""
        self.frameworks = frameworks
        self.ask({"do": "warm", "frameworks": frameworks})

    def watch_lines(self, files):
        """From now on reports which lines of these files cases reach."""
        self.files = files
        self.ask({"do": "wanted", "files": files})


def together(sides, command, seconds=120):
    """Asks several sides at the same time."""
    for side in sides:
        side.send(command)
    return [side.receive(seconds) for side in sides]


def outcomes(answer, count):
    """A list of `count` outcomes, whatever the worker answered."""
    if isinstance(answer, dict):
        return [answer] * count
    answer = answer or []
    return answer + [{"kind": "skipped"}] * (count - len(answer))
