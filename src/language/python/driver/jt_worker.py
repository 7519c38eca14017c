"""One side of the comparison: a process that has imported the code, and forks a child for each
batch of cases.

Started as ``python jt_worker.py '<json settings>'`` with the interpreter of that side. Commands
come in as JSON lines on standard input, answers go out as JSON lines on what was standard output;
the code under test sees neither. State never travels from one batch to the next, because a batch
ends with its child.
"""

import ast
import contextlib
import functools
import importlib
import io
import json
import logging
import os
import select
import signal
import sys
import time
import types
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [HERE] + [p for p in sys.path if os.path.abspath(p or ".") != HERE]
sys.dont_write_bytecode = False  # our own modules are compiled once for all workers
import jt_board  # noqa: E402
import jt_describe  # noqa: E402
import jt_files  # noqa: E402
import jt_guard  # noqa: E402
import jt_outcome  # noqa: E402
import jt_pytest  # noqa: E402
import jt_trace  # noqa: E402
import jt_web  # noqa: E402

sys.path.remove(HERE)
sys.dont_write_bytecode = True

# Cases of one batch that may take too long; of a mutant the first one is enough.
SLOW_IN_A_BATCH, SLOW_OF_A_MUTANT = 3, 1
LATE = 3  # how a process ends whose case took too long
RESTARTS = 40
PATIENCE = 3  # seconds on the clock for a second of processor time: the machine may be busy
# A case that waits does not work; this many ticks without a millisecond of work end it.
TICK, IDLE, IDLE_TICKS = 1.0, 0.001, 2
QUARTER = 0.25
worked = time.process_time  # before anybody replaces it


class Mutated:
    """Serves one mutated file to the import system; nothing is written to disk."""

    def __init__(self, file, source):
        self.file = os.path.realpath(file)
        self.source = source

    def find_spec(self, name, path=None, target=None):
        """The usual spec, with this loader if it is the mutated file."""
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is None:
                continue
            if spec.origin and os.path.realpath(spec.origin) == self.file:
                spec.loader = self
            return spec
        return None

    def create_module(self, spec):
        """The default module object."""
        return None

    def exec_module(self, module):
        """Runs the mutated text in place of the file's."""
        exec(compile(self.source, self.file, "exec"), module.__dict__)

    def get_source(self, name):
        """For tracebacks and `inspect`."""
        return self.source


class Child:
    """What happens in the forked process: cases in, outcome lines out."""

    def __init__(self, worker, board):
        self.worker = worker
        self.board = board
        self.tracer = jt_trace.Tracer(worker.root, worker.wanted)
        self.known = worker.arcs
        self.ticks, self.idle, self.worked = 0, 0, 0.0
        self.prefix = None  # what all cases start with, and the names that it binds
        self.space = {}

    def send(self, message):
        """One line to the zygote."""
        self.board.write(json.dumps(message).encode() + b"\n")

    def end(self, outcome):
        """Says how the case ended, and ends the process with it: nothing can swallow that."""
        sys.settrace(None)
        self.send(outcome)
        os._exit(LATE if outcome["kind"] == "slow" else 0)

    def share(self, prefix, call):
        """Runs once what all cases start with, and a request that nobody answers: the first one
        costs much more than those after it.
        """
        self.worker.guard.armed = True
        space = {"__name__": "jt_case"}
        try:
            exec(compile(prefix, "<setup>", "exec"), space)
            self.prefix, self.space = prefix, space
            eval(compile(call, "<call>", "eval"), dict(space))
        except BaseException:  # the cases will show why
            pass
        self.worker.guard.armed = False

    def apart(self, cases, watch):
        """Each case in a process of its own, forked from this one: no state travels."""
        late = 0
        for case in cases:
            process = os.fork()
            if process == 0:
                code = 1
                try:
                    self.send(self.case(case, watch))
                    code = 0
                finally:
                    os._exit(code)
            _, status = os.waitpid(process, 0)
            late += status == LATE << 8
            if status not in (0, LATE << 8):
                self.send({"kind": "crash", "status": status})
            if late >= SLOW_IN_A_BATCH:
                return

    def begin(self):
        """Watches the clock over one case."""
        self.ticks, self.idle, self.worked = 0, 0, worked()
        signal.setitimer(signal.ITIMER_PROF, self.worker.call_seconds)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)

    def tick(self, *_):
        """Ends a case that waits for what does not come, or takes far too long."""
        self.tracer.steps -= 1  # this call is none of the case's
        now = worked()
        self.idle = self.idle + 1 if now - self.worked < IDLE else 0
        self.worked = now
        self.ticks += 1
        if self.idle >= IDLE_TICKS or self.ticks * TICK >= self.worker.call_seconds * PATIENCE:
            self.end({"kind": "slow"})

    def case(self, case, watch):
        """The outcome of one case, as plain data."""
        guard = self.worker.guard
        guard.notes.clear()
        guard.missing.clear()
        guard.seeded = False
        canon = jt_outcome.Canon(self.worker.root, (os.getcwd(), self.worker.scratch))
        if case.get("request"):
            canon.answers = guard.serving = True
            # A framework logs failures with the lines of the source: no behaviour of the route.
            logging.disable(logging.CRITICAL)
        else:
            guard.skip_waiting()
        text = io.StringIO()
        tracer = self.tracer
        self.begin()
        began = worked()
        guard.armed = True
        if watch:
            sys.setprofile(guard.profile)
        with contextlib.redirect_stdout(text):
            tracer.start(
                case["limit"],
                lambda: self.end(
                    {"kind": "long", "steps": tracer.steps, "foreign": tracer.foreign}
                ),
                lines=bool(case.get("lines")),
                sought=case.get("sought"),
            )
            outcome = self._evaluate(case, canon, tracer)
        sys.setprofile(None)
        guard.armed = False
        # In coarse steps, so that it is the same each time but for what takes very long.
        taken = (worked() - began) // QUARTER * QUARTER
        if taken > QUARTER:
            outcome["taken"] = taken
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        outcome["steps"] = tracer.steps
        outcome["foreign"] = tracer.foreign
        outcome["out"] = canon.scrub(text.getvalue()[: jt_outcome.MAX_TEXT])
        if case.get("request"):
            # Frameworks look at the source of handlers for what to call them with.
            guard.notes.discard("source")
        if "file" in guard.notes:
            self._left_behind(case, outcome, canon)
        if guard.missing:
            outcome["missing"] = list(guard.missing)
        outcome["notes"] = sorted(guard.notes)
        fresh = tracer.arcs - self.known
        outcome["new"] = len(fresh)
        if fresh:
            self.known |= fresh
            outcome["arcs"] = sorted(fresh)
        if case.get("lines"):
            outcome["lines"] = tracer.reached()
        if tracer.numbers:
            outcome["numbers"] = tracer.numbers
        return outcome

    def _left_behind(self, case, outcome, canon):
        """Tells which files a case leaves, and takes them away from those that come after it."""
        if case.get("request"):
            self.worker.guard.notes.add("wrote")  # tests of routes have no folder of their own
        outcome["files"] = jt_files.left(canon)
        jt_files.clear()

    def _evaluate(self, case, canon, tracer):
        space = {"__name__": "jt_case"}
        held = {}
        stage, setup = "setup", case["setup"]
        if self.prefix is not None and setup.startswith(self.prefix):
            space, setup = dict(self.space), setup[len(self.prefix) :]
        try:
            if setup:
                exec(_setup(setup), space)
            stage = "call"
            value = self._call(case["call"], space, held)
            outcome = {"kind": "value", "value": canon.node(value)}
        except BaseException as error:
            outcome = canon.raised(error)
            outcome["stage"] = stage
            if stage == "setup":
                skipped = len(case["setup"]) - len(setup)
                outcome["at"] = case["setup"][:skipped].count("\n") + _line(error)
        if case.get("request"):
            outcome["request"] = case["request"]
            held, space = {}, {}
        try:
            outcome["after"] = self._after(space, held, canon)
        except BaseException as error:
            outcome["after"] = {}
            outcome["after_error"] = type(error).__name__
        tracer.stop()
        return outcome

    @staticmethod
    def _call(text, space, held):
        """Evaluates the call; arguments and receiver that are built in place are kept, to be looked
        at after.
        """
        tree = ast.parse(text, mode="eval")
        call = tree.body
        while isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Call):
            if not isinstance(call.func, ast.Name) or call.func.id not in (
                "list",
                "next",
                "str",
                "repr",
                "len",
            ):
                if not (isinstance(call.func, ast.Attribute) and call.func.attr == "run"):
                    break
            call = call.args[0]
        if isinstance(call, ast.Call):

            def keep(node, name):
                inner = ast.Expression(node)
                space["_jt_" + name] = held[name] = eval(compile(inner, "<call>", "eval"), space)
                return ast.copy_location(ast.Name("_jt_" + name, ast.Load()), node)

            func = call.func
            if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call):
                func.value = keep(func.value, "self")
            simple = (ast.Constant, ast.Name, ast.Starred, ast.Lambda, ast.JoinedStr)
            for i, arg in enumerate(call.args):
                if not isinstance(arg, simple):
                    call.args[i] = keep(arg, "arg%d" % i)
            for word in call.keywords:
                if word.arg and not isinstance(word.value, simple):
                    word.value = keep(word.value, "key_" + word.arg)
        return eval(compile(tree, "<call>", "eval"), space)

    @staticmethod
    def _after(space, held, canon):
        found = {}
        plain = (
            str,
            bytes,
            int,
            float,
            complex,
            tuple,
            type(None),
            types.ModuleType,
            type,
            types.FunctionType,
        )
        for name, value in list(space.items()) + list(held.items()):
            if (
                name.startswith("_")
                or isinstance(value, plain)
                or callable(value)
                and not hasattr(value, "__dict__")
            ):
                continue
            if isinstance(value, types.BuiltinFunctionType) or hasattr(value, "__wrapped__"):
                continue
            if type(value).__module__ == "contextlib":
                continue  # holds what is seen anyway, and a generator
            if hasattr(value, "__next__"):
                continue  # drained by whoever looks; what is left says nothing
            found[name] = canon.node(value)
        return found


class Worker:
    """The zygote."""

    def __init__(self, settings):
        self.root = jt_outcome.real(settings["root"])
        self.scratch = jt_outcome.real(settings["scratch"])
        self.call_seconds = settings.get("call_seconds", 2)
        self.memory = settings.get("memory", 1 << 28)
        self.test_files = settings.get("test_files", [])
        self.wanted = {}
        self.arcs = set()
        self.folders = 0
        self.guard = jt_guard.Guard(self.scratch, self.root, settings.get("backwards", False))
        for place in reversed(settings["import_roots"]):
            sys.path.insert(0, os.path.realpath(os.path.join(settings["root"], place)))

    def do(self, command):
        """The answer to one command."""
        return getattr(self, "do_" + command["do"])(command)

    def do_import(self, command):
        """Imports modules; says for each where it came from, or why it did not."""
        answers = [jt_describe.imported(name, self.root) for name in command["modules"]]
        if "asyncio" in sys.modules or self._is_asynchronous():
            ready_for_async()
        return answers

    def _is_asynchronous(self):
        """Whether a module of the repository that was imported, or one of its tests, has anything
        asynchronous.
        """
        # What stands in for a module may answer anything when it is asked.
        modules = [m for m in list(sys.modules.values()) if type(m) is types.ModuleType]
        files = [vars(module).get("__file__") for module in modules]
        files = [file for file in files if isinstance(file, str) and file.startswith(self.root)]
        files += [os.path.join(self.root, name) for name in self.test_files]
        return any(_says(file, b"async") for file in files if os.path.isfile(file))

    def do_preload(self, command):
        """Imports foreign modules ahead, so that children which import the repository's start
        faster.
        """
        for name in command["modules"]:
            with contextlib.suppress(BaseException):
                importlib.import_module(name)
        if "asyncio" in command["modules"]:
            ready_for_async()
        return True

    def do_first(self, command):
        """Runs statements that must come before the repository's modules: True, or what failed."""
        try:
            exec(compile(command["text"], "<first>", "exec"), {"__name__": "jt_first"})
        except BaseException as error:
            return "%s: %s" % (type(error).__name__, error)
        return True

    def do_web(self, command):
        """The web applications of modules that were imported, with their routes."""

        def body(board):
            child = Child(self, board)
            self.guard.armed = True
            apps, why = jt_web.applications(command["modules"], command["django"])
            child.send({"kind": "web", "apps": apps, "why": why})

        got, _ = self._fork(body, 20)
        return got[0] if got else {}

    def do_warm(self, command):
        """Has the parts of web frameworks loaded that the first request loads."""
        for framework in command["frameworks"]:
            jt_web.warm(framework)
        return True

    def do_foreign(self, _command):
        """The modules that were loaded and don't belong to the repository, in order."""
        mine = ("jt_", "__main__")
        return [
            n
            for n, m in list(sys.modules.items())
            if not n.startswith(mine)
            and not (getattr(m, "__file__", None) or "").startswith(self.root)
        ]

    def do_describe(self, command):
        """Kind and signature of each named object."""
        return [jt_describe.described(*pair) for pair in command["names"]]

    def do_patterns(self, command):
        """The regular expressions that each module keeps."""
        return [jt_describe.patterns(name) for name in command["modules"]]

    def do_wanted(self, command):
        """From now on, lines of these files (relative to the root) are reported."""
        self.wanted = {os.path.realpath(self.root + f): f for f in command["files"]}
        return True

    def do_run(self, command):
        """Outcomes of cases; each in a child of its own if `fresh`, else a child for as many as it
        survives.
        """
        return self._cases(command, None)

    def do_mutant(self, command):
        """Outcomes of cases with one file mutated, in a child that imports the code anew."""
        finder = Mutated(os.path.join(self.root, command["file"]), command["source"])

        def prepare():
            sys.meta_path.insert(0, finder)
            if command.get("first"):
                exec(compile(command["first"], "<first>", "exec"), {"__name__": "jt_first"})
            for name in command["modules"]:
                importlib.import_module(name)

        return self._cases(command, prepare)

    def do_tests(self, command):
        """`passed`, or how it failed, for each test file text, each in a child."""
        finder = None
        if command.get("file"):
            finder = Mutated(os.path.join(self.root, command["file"]), command["source"])

        def prepare():
            if finder:
                sys.meta_path.insert(0, finder)

        return [self._test(code, prepare) for code in command["tests"]]

    def _test(self, code, prepare):
        def body(board):
            child = Child(self, board)
            signal.setitimer(signal.ITIMER_PROF, self.call_seconds + 1)  # its signal ends the child
            prepare()
            self.guard.armed = True
            with contextlib.redirect_stdout(io.StringIO()):
                answer = jt_pytest.run(code, os.getcwd())
            child.send({"kind": "test", "result": answer})

        got, status = self._fork(body, self.call_seconds)
        if got and got[0].get("kind") == "test":
            return got[0]["result"]
        return "broken: " + (got[0].get("why", "") if got else "status %s" % status)

    def _cases(self, command, prepare):
        cases, watch, fresh = command["cases"], command.get("watch"), command.get("fresh")
        most = SLOW_OF_A_MUTANT if prepare else SLOW_IN_A_BATCH
        outcomes, slow, restarts = [], 0, 0
        while len(outcomes) < len(cases):
            if slow >= most or restarts >= RESTARTS and not fresh:
                outcomes.append({"kind": "skipped"})
                continue
            rest = cases[len(outcomes) :][: 1 if fresh else None]

            def body(board, rest=rest):
                child = Child(self, board)
                signal.signal(signal.SIGALRM, child.tick)
                signal.signal(signal.SIGPROF, lambda *_: child.end({"kind": "slow"}))
                if prepare:
                    try:
                        prepare()
                    except BaseException as error:
                        why = "%s: %s" % (type(error).__name__, error)
                        child.end({"kind": "broken", "why": why[:300]})
                if command.get("prefix"):
                    child.share(command["prefix"], command["warm"])
                if command.get("apart"):
                    child.apart(rest, watch)
                    return
                for case in rest:
                    child.send(child.case(case, watch))

            got, status = self._fork(body, self.call_seconds, len(rest))
            if got and got[-1]["kind"] == "broken":
                return got[-1]
            for outcome in got:
                self.arcs.update(outcome.pop("arcs", ()))
            outcomes += got
            slow += sum(outcome["kind"] == "slow" for outcome in got)
            restarts += 1
            if len(got) < len(rest) and not (got and got[-1]["kind"] in ("long", "slow")):
                outcomes.append(
                    {"kind": "slow" if status == "killed" else "crash", "status": status}
                )
                slow += status == "killed"
        return outcomes

    def _fork(self, body, seconds, lines=1):
        """Runs `body` in a child; the JSON lines that it wrote and how it ended. `seconds` is for
        one line.
        """
        board = jt_board.Board()
        self.folders += 1
        folder = os.path.join(self.scratch, "run%d" % self.folders)
        child = os.fork()
        if child == 0:
            os.close(board.reading)
            code = 1
            try:
                os.makedirs(folder, exist_ok=True)
                os.chdir(folder)
                self.guard.place = jt_outcome.real(folder)
                jt_guard.limit_child(seconds * lines, self.memory)
                warnings.simplefilter("ignore")
                body(board)
                code = 0
            except BaseException as error:
                data = {"kind": "broken", "why": "%s: %s" % (type(error).__name__, error)}
                with contextlib.suppress(BaseException):
                    board.write(json.dumps(data).encode() + b"\n")
            finally:
                os._exit(code)
        os.close(board.writing)
        got, killed = self._read(board, child, seconds)
        os.close(board.reading)
        board.close()
        _, status = os.waitpid(child, 0)
        if os.path.isdir(folder):
            jt_guard.remove(folder)
        return got, "killed" if killed else status

    @staticmethod
    def _read(board, child, seconds):
        data, killed, seen = b"", False, jt_board.HEADER.size
        while True:
            ready, _, _ = select.select([board.reading], [], [], seconds * PATIENCE + 3)
            part = os.read(board.reading, 1 << 16) if ready else None
            if part:
                data += part
            elif ready:
                break
            elif board.written() == seen:
                os.kill(child, signal.SIGKILL)
                killed = True
                break
            seen = board.written()
        lines = [line for line in (board.read() + data).split(b"\n") if line]
        if killed and data and not data.endswith(b"\n"):
            lines.pop()
        return [
            json.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"}")
        ], killed


@functools.lru_cache(maxsize=64)
def _setup(text):
    """Cases of one batch mostly start in the same way."""
    return compile(text, "<setup>", "exec")


def _line(error):
    """The line of the setup that an exception comes from, from 1; 0 where it doesn't say."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<setup>":
        trace = trace.tb_next
    return trace.tb_lineno if trace is not None else 0


def _says(file, word):
    """Whether a file that can be read holds a word."""
    try:
        with open(file, "rb") as source:
            return word in source.read()
    except OSError:
        return False


def ready_for_async():
    """Loads what runs asynchronous code ahead: a child that did would need many steps for it. It
    takes long, and most code doesn't need it.
    """
    importlib.import_module("asyncio").get_event_loop_policy()


def main():
    """Serves commands until standard input ends."""
    commands = os.fdopen(os.dup(0), "rb")
    answers = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    sys.stdin = open(os.devnull)
    settings = json.loads(sys.argv[1])
    sys.argv = ["jittest"]
    worker = Worker(settings)
    worker.guard.install()
    for line in commands:
        try:
            answer = {"ok": worker.do(json.loads(line))}
        except Exception as error:
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        data = json.dumps(answer).encode() + b"\n"
        while data:
            data = data[os.write(answers, data) :]


if __name__ == "__main__":
    main()
