"""Base and head as the controller sees them: working copies, and a zygote for each interpreter and
setting.
"""

import os
import secrets
import shutil
import socket
import subprocess
import threading

from jittest_tree import Tree, copy_tree
from jittest_wire import FrameReader, Malformed, new_nonce, write_frame

HERE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 60
# What pytest is given besides our files: as configured with what would leave the process turned
# off, as configured,
# without the options of the repository's configuration. The first that pytest takes is kept.
OPTIONS = ["tamed", "plain", "bare"]
# Of our own surroundings, where they are a pytest session too.
DROPPED = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION")

# Languages of our own surroundings would win over the one of a setting.
LANGUAGES = ("LC_ALL", "LANGUAGE", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY")

SETTINGS = [
    {"seed": "0", "tz": "UTC", "lang": "C.UTF-8", "order": "forward", "tmp": "a"},
    {"seed": "1", "tz": "Asia/Tokyo", "lang": "C", "order": "reverse", "tmp": "bb-b"},
    {
        "seed": "4242",
        "tz": "America/New_York",
        "lang": "en_US.UTF-8",
        "order": "forward",
        "tmp": "c_c",
    },
    {"seed": "7", "tz": "Asia/Kolkata", "lang": "C.UTF-8", "order": "reverse", "tmp": "d"},
    {
        "seed": "99",
        "tz": "Pacific/Apia",
        "lang": "de_DE.UTF-8",
        "order": "forward",
        "tmp": "eeee",
        "ahead": 400,
    },
]


def setting_of(run):
    """The setting of a rerun: hash seed, time zone, language, order of tests, name of the temporary
    folder, days that the clock is ahead.
    """
    setting = dict(SETTINGS[run % len(SETTINGS)], run=run)
    setting.setdefault("ahead", 0)
    if run >= len(SETTINGS):
        setting["seed"] = str(1000 + run)
    setting["label"] = "seed={seed} tz={tz} order={order} tmp={tmp} ahead={ahead}".format(**setting)
    return setting


class Lost(Exception):
    """The zygote is gone."""


class Zygote:
    """The controller's end of one zygote."""

    def __init__(self, python, setting, scratch):
        self.setting = setting
        self.nonce = new_nonce()
        ours, theirs = socket.socketpair()
        self.socket = ours
        env = {name: value for name, value in os.environ.items() if name not in DROPPED + LANGUAGES}
        env.update(
            PYTHONHASHSEED=setting["seed"], TZ=setting["tz"], LANG=setting["lang"], TMPDIR=scratch
        )
        env.update(PYTHONDONTWRITEBYTECODE="1", PYTHONIOENCODING="utf-8")
        tools = os.path.dirname(os.path.abspath(python))
        env["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", os.defpath)])
        script = os.path.join(HERE, "jittest_zygote.py")
        self.log = open(os.path.join(scratch, "zygote.log"), "ab+")
        self.process = subprocess.Popen(
            [python, script, str(theirs.fileno())],
            env=env,
            cwd=scratch,
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        self.process.stdin.write(self.nonce.hex().encode() + b"\n")
        self.process.stdin.close()
        theirs.close()
        self.reader = FrameReader(self.nonce)
        self.answers = {}
        self.changed = threading.Condition()
        self.alive = True
        self.writing = threading.Lock()
        self.socket.settimeout(START_SECONDS)
        self.hello = self._hello()
        self.socket.settimeout(None)
        threading.Thread(target=self._listen, daemon=True).start()

    def _hello(self):
        try:
            while True:
                data = self.socket.recv(1 << 16)
                if not data:
                    raise Lost(self._last_words())
                frames = self.reader.feed(data)
                if frames:
                    return frames[0]
        except (OSError, Malformed):
            raise Lost(self._last_words())

    def _last_words(self):
        self.process.kill()
        self.process.wait()
        self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, self.log.tell() - 1000))
        lines = self.log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"

    def _listen(self):
        try:
            while True:
                data = self.socket.recv(1 << 18)
                frames = self.reader.feed(data) if data else None
                with self.changed:
                    if frames is None:
                        break
                    for frame in frames:
                        self.answers[frame["id"]] = frame
                    self.changed.notify_all()
        except (OSError, Malformed):
            pass
        with self.changed:
            self.alive = False
            self.changed.notify_all()

    def ask(self, request):
        """Sends one piece of work and waits for its answer; `Lost` where the zygote dies."""
        try:
            with self.writing:
                write_frame(self.socket.fileno(), self.nonce, request)
        except OSError:
            raise Lost("it was killed")
        with self.changed:
            while request["id"] not in self.answers:
                if not self.alive:
                    raise Lost("it was killed")
                self.changed.wait()
            return self.answers.pop(request["id"])

    def close(self):
        """Ends it, and all that it started."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.socket.close()
        self.log.close()


class Zygotes:
    """The zygotes of one interpreter, one for each setting. They hold nothing of a revision, so
    both sides share them where they have the same interpreter.
    """

    def __init__(self, python, scratch):
        self.python = python
        self.scratch = scratch
        self.running = {}  # by the run whose setting it is
        self.places = {}
        self.lock = threading.Lock()
        self.asked = 0

    def use(self, setting):
        """The zygote of a setting."""
        run = setting["run"]
        with self._place(run):
            zygote = self.running.get(run)
            if zygote is None or not zygote.alive:
                self.end(setting)
                folder = os.path.join(self.scratch, "zygote-%d" % run)
                os.makedirs(folder, exist_ok=True)
                zygote = self.running[run] = Zygote(self.python, setting, folder)
            return zygote

    def _place(self, run):
        """A lock for each, so that one can start while another does."""
        with self.lock:
            return self.places.setdefault(run, threading.Lock())

    def end(self, setting):
        """Ends the zygote of a setting."""
        zygote = self.running.pop(setting["run"], None)
        if zygote is not None:
            zygote.close()

    def ask(self, setting, request):
        """The answer to one piece of work; `Lost` where the zygote dies."""
        with self.lock:
            self.asked += 1
            request = dict(request, id=self.asked)
        return self.use(setting).ask(request)

    def close(self):
        """Ends them."""
        for zygote in self.running.values():
            zygote.close()
        self.running = {}


class Side:
    """One revision: its pristine tree, a working copy for each slot, the zygotes of its
    interpreter.
    """

    def __init__(self, name, folder, zygotes, import_roots, scratch):
        self.name = name
        self.pristine = os.path.realpath(folder)
        self.zygotes = zygotes
        self.import_roots = import_roots
        self.scratch = scratch
        # Nothing in the path of a working copy tells which side it is.
        self.token = secrets.token_hex(4)
        self.trees = {}
        self.options = "tamed"
        self.lock = threading.Lock()

    def root(self, slot):
        """The working copy of a slot."""
        with self.lock:
            if slot not in self.trees:
                root = os.path.join(self.scratch, slot, self.token, "checkout")
                copy_tree(self.pristine, root)
                self.trees[slot] = root
            return self.trees[slot]

    def holds(self, path):
        """The place of a file in this side's working copies, relative to their root; None where it
        lies elsewhere.
        """
        parts = os.path.relpath(path, os.path.realpath(self.scratch)).split(os.sep)
        return os.sep.join(parts[3:]) if parts[1:3] == [self.token, "checkout"] else None

    def session(self, setting, slot, request, added):
        """One pytest session in a working copy to which `added` files are added, restored
        afterwards.
        """
        root = self.root(slot)
        tree = Tree(root, self.pristine, added)
        tmp = os.path.join(self.scratch, slot, setting["tmp"])
        try:
            for options in OPTIONS[OPTIONS.index(self.options) :]:
                os.makedirs(tmp, exist_ok=True)
                work = dict(
                    request,
                    kind="session",
                    root=root,
                    pristine=self.pristine,
                    tmp=tmp,
                    options=options,
                )
                work.update(import_roots=self.import_roots, added=added, output=tmp + ".output")
                answer = self._ask(setting, work)
                shutil.rmtree(tmp, ignore_errors=True)
                if not _refused(answer):
                    with self.lock:
                        self.options = max(self.options, options, key=OPTIONS.index)
                    break
        finally:
            tree.restore()
            tree.without_added()
        return dict(answer, lost=tree.lost)

    def _ask(self, setting, request):
        for last in (False, True):
            try:
                return self.zygotes.ask(setting, request)
            except Lost as lost:
                if last:
                    why = "the process that watches the tests was killed, twice (%s)" % lost
                    return {
                        "frames": [],
                        "ending": "lost",
                        "whole": False,
                        "how": why,
                        "output": "",
                    }

    def analysis(self, setting, request):
        """What syntax and compilation tell, by this side's interpreter."""
        output = os.path.join(self.scratch, "analysis.output")
        return self._ask(setting, dict(request, kind="analysis", root=self.pristine, output=output))


def _refused(answer):
    """Whether pytest did not take its arguments (or its configuration), or an addition of ours
    broke it.
    """
    codes = [frame["code"] for frame in answer["frames"] if frame["kind"] == "end"]
    return codes in ([4], [3]) and not any(
        frame["kind"] == "collected" for frame in answer["frames"]
    )
