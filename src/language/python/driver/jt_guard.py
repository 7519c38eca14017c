"""Keeps the code under test from harming the machine, and notes what makes a call unrepeatable.

The sandbox is the real fence. This one is for `--sandbox process`, where the fence may be low, and
it marks outcomes that no test may rely on: written files, started processes, sleeps, the clock,
chance, the machine and its environment variables, the source text itself.
"""

import functools
import logging
import os
import random
import resource
import shutil
import signal
import sys
import time

# Rounds of the event loop for each second that a task sleeps, and for the least of them, so that
# what others do at once is done by then: tests count the same way.
TURNS, LEAST_TURNS, MOST_TURNS = 40, 6, 240
_WRITES = {
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.link",
    "os.symlink",
    "os.truncate", "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile", "shutil.chown",
}  # fmt: skip
_NEVER = {
    "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn",
    "os.spawn",
    "os.kill", "os.killpg", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto",
    "pty.spawn", "webbrowser.open",
}  # fmt: skip
_CLOCK = {
    "now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "urandom", "uuid1",
    "getpid", "getcwd",
    "perf_counter", "monotonic", "perf_counter_ns", "monotonic_ns", "getrandbits", "ctime",
    "gethostname",
    "getlogin", "getppid", "uname",
}  # fmt: skip
# An event loop reads the clock to wait, and a log to date what it says; neither to answer.
_SCHEDULERS = tuple(
    os.path.join(os.path.dirname(os.__file__), name)
    for name in ("asyncio", "selectors", "threading", "queue", "concurrent", "sched", "logging")
)
# Web frameworks and their clients read it to measure and to wait; what they answer with is their
# handlers' own. Parts of Django that handlers ask for the time are not among these.
_SERVING = (
    "werkzeug.", "flask.", "httpx", "httpcore", "starlette.", "fastapi.", "anyio.", "asgiref.",
    "django.test.", "django.core.handlers.", "django.dispatch.", "django.middleware.",
    "django.contrib.sessions.", "django.urls.", "django.core.signals", "django.db.", "http.",
)  # fmt: skip
_CHANCE = {"random", "getrandbits"}
_MACHINE = {
    "cpu_count", "sched_getaffinity", "getloadavg", "getuid", "geteuid", "getgid", "getegid",
    "getgroups", "umask", "getrlimit", "getrusage", "getpwuid", "getpwnam", "getgrgid",
    "gethostname", "getfqdn", "gethostbyname", "statvfs", "disk_usage", "get_terminal_size",
    "ttyname", "getpriority", "sysconf", "confstr", "uname", "getencoding", "setlocale",
    "isatty",
    "localeconv", "nl_langinfo", "getdefaultlocale", "getfilesystemencoding", "gettempdir",
}  # fmt: skip
# Attributes of `sys` that say which machine or interpreter this is.
_OF_SYS = {
    "version_info", "version", "platform", "executable", "maxsize", "byteorder", "hexversion",
    "implementation", "prefix", "base_prefix", "path", "flags", "modules", "getrecursionlimit",
    "getfilesystemencoding", "getdefaultencoding", "getsizeof", "getrefcount",
}  # fmt: skip
# The interpreter may have these frozen: their names are not always their files.
_ENVIRONMENT = type(os.environ).__getitem__.__code__.co_filename
_LOOKUPS = type(os.environ).get.__code__.co_filename
_ENVIRONMENT_READS = {"getenv", "__getitem__", "__iter__", "__len__", "__contains__", "copy"}
_TELLING_FILES = ("platform.py", "getpass.py", "locale.py", "sysconfig.py", "site.py")
_LOOKS_AT_FILES = {"exists", "isfile", "isdir", "lexists", "getsize", "getmtime"}
_TELLING = {"which", "expanduser", "home", "gettempdir", "gethostname", "getfqdn", "cwd"}
MISSED = 8  # names of files that are remembered of one case


class Guard:
    """The audit hook of one child: refuses, and remembers in `notes`."""

    def __init__(self, scratch, root, backwards=False):
        self.scratch = scratch
        self.backwards = backwards  # in which order folders are listed
        self.root = root
        self.notes = set()
        self.place = None  # the folder that a case has for itself
        self.missing = []  # names in it that were asked for and are not there, in order
        self.armed = False
        self.serving = False  # whether a web framework answers requests
        self.seeded = False

    def install(self):
        """From now on until the process ends; `armed` switches it on for the code under test."""
        sys.addaudithook(self._hook)
        time.sleep = self._sleep
        # Where nobody listens, no exception is written down with the lines of its source.
        logging.lastResort = logging.NullHandler()
        look = os.stat

        @functools.wraps(look)
        def stat(path, *args, **kwargs):
            self._looked_at(path)
            return look(path, *args, **kwargs)

        os.stat = stat
        for kinds in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks):
            if look in kinds:
                kinds.add(stat)
        self._list_in_order()

    def _list_in_order(self):
        """From now on, what is in a folder comes in order, or in the opposite one: which one it is
        depends on the disk, and is no behaviour.
        """
        names, entries = os.listdir, os.scandir

        @functools.wraps(names)
        def listdir(path="."):
            found = names(path)
            return sorted(found, reverse=self.backwards) if self.armed else found

        @functools.wraps(entries)
        def scandir(path="."):
            found = entries(path)
            return Listing(found, self.backwards) if self.armed else found

        os.listdir, os.scandir = listdir, scandir
        for kind, look in ((listdir, names), (scandir, entries)):
            if look in os.supports_fd:
                os.supports_fd.add(kind)

    def skip_waiting(self):
        """From now on, tasks that sleep let others go first, and don't wait; where their modules
        took `sleep` by its name, they do.
        """
        asyncio = sys.modules.get("asyncio")
        sleep = getattr(asyncio, "sleep", None)
        if sleep is None or hasattr(sleep, "jt_waits"):
            return

        async def passed(delay, result=None):
            if self.armed and delay > 0:
                self.notes.add("waited")
                # Another task beside this one: who sleeps longer comes later.
                self.notes |= {"raced"} if len(asyncio.all_tasks()) > 1 else set()
            for _ in range(int(min(LEAST_TURNS + delay * TURNS, MOST_TURNS)) if delay > 0 else 0):
                await sleep(0)
            return await sleep(0, result)

        passed.jt_waits = False
        asyncio.sleep = passed

    def _sleep(self, seconds):
        if not isinstance(seconds, (int, float)):
            raise TypeError("an integer or float is required")
        self.notes.add("slept")

    def _hook(self, event, args):
        if not self.armed:
            return
        if event == "open":
            self._opened(args)
        elif event in _WRITES:
            self._written(args[0] if args else "")
        elif event == "sqlite3.connect":
            if args[0] not in (":memory:", b":memory:", ""):
                self._written(args[0])
        elif event in _NEVER:
            self.notes.add("refused")
            raise PermissionError("not allowed while exploring: " + event)

    def _opened(self, args):
        path, mode, flags = args
        if isinstance(path, int) and path <= 2 and isinstance(mode, str):
            self.notes.add("refused")
            raise PermissionError("not allowed while exploring: what the process itself has open")
        wanted = isinstance(mode, str) and any(c in mode for c in "wax+")
        if not wanted and isinstance(flags, int):
            wanted = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if wanted and not isinstance(path, int):
            self._written(path)
        elif isinstance(path, str) and path.endswith(".py") and path.startswith(self.root):
            if not _is_import(sys._getframe(2)):
                self.notes.add("source")
        else:
            self._looked_at(path)

    def _looked_at(self, path):
        """Remembers a name in the folder of the case that is not there."""
        if not self.armed or self.place is None or len(self.missing) >= MISSED:
            return
        if isinstance(path, int):
            return
        try:
            name = os.fsdecode(path)
            if not name.startswith(("/", "..")) and name not in self.missing:
                if name not in ("", ".") and not os.path.lexists(name):
                    self.missing.append(name)
        except (TypeError, ValueError):
            return

    def _written(self, path):
        if isinstance(path, int):
            self.notes.add("wrote")
            return
        try:
            full = os.path.realpath(os.fsdecode(path))
        except (TypeError, ValueError):
            self.notes.add("wrote")
            return
        if self.place is not None and (full + os.sep).startswith(self.place):
            self.notes.add("file")
            return
        self.notes.add("wrote")
        if full != os.devnull and not (full + os.sep).startswith(self.scratch):
            self.notes.add("refused")
            raise PermissionError("not allowed while exploring: writing outside the scratch folder")

    def profile(self, frame, event, arg):
        """A profile function that notes reads of the clock, of chance and of the machine."""
        if event == "call":
            self._entered(frame)
        if event != "c_call" or frame.f_code.co_filename.startswith(_SCHEDULERS):
            return
        if self.serving and frame.f_globals.get("__name__", "").startswith(_SERVING):
            return
        name = getattr(arg, "__name__", "")
        if name == "seed" and getattr(arg, "__self__", None) is random._inst:
            self.seeded = True
        elif name in _CHANCE:
            if getattr(arg, "__self__", None) is random._inst and not self.seeded:
                self.notes.add("chance")
        elif name in _MACHINE and frame.f_code.co_filename.startswith(self.root):
            self.notes.add("machine")
        elif name in _CLOCK and not (name == "getcwd" and _is_relative(frame)):
            owner = getattr(arg, "__self__", None)
            module = getattr(arg, "__module__", None) or getattr(owner, "__module__", None)
            owner_name = getattr(owner, "__name__", "")
            if module in ("time", "datetime", "posix", "os", "socket") or owner_name in (
                "time",
                "datetime",
                "posix",
            ):
                self.notes.add("clock")

    def _entered(self, frame):
        """Notes that the repository's own code asks for a variable or for what machine this is."""
        code = frame.f_code
        if code.co_filename.startswith(self.root):
            if "sys" in code.co_names and not _OF_SYS.isdisjoint(code.co_names):
                self.notes.add("machine")
            return
        looks = code.co_name in _LOOKS_AT_FILES and not _is_of_zones(frame.f_back)
        if looks and self._is_outside(frame.f_locals.get("path")):
            self.notes.add("machine")
        reads = code.co_filename == _ENVIRONMENT and code.co_name in _ENVIRONMENT_READS
        tells = code.co_filename.endswith(_TELLING_FILES) or code.co_name in _TELLING
        if not reads and not tells:
            return
        caller = frame.f_back
        while caller is not None and caller.f_code.co_filename in (_ENVIRONMENT, _LOOKUPS):
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename.startswith(self.root):
            self.notes.add("machine")

    def _is_outside(self, path):
        inside = (self.root, self.scratch)
        return isinstance(path, str) and path.startswith("/") and not path.startswith(inside)


def _is_of_zones(frame):
    """Whether it is the library that looks for a time zone: these are the same everywhere."""
    return frame is not None and "zoneinfo" in frame.f_code.co_filename


class Listing:
    """The entries of a folder by name, as `os.scandir` gives them."""

    def __init__(self, entries, backwards):
        with entries:
            found = sorted(entries, key=lambda entry: entry.name, reverse=backwards)
        self.found = iter(found)

    def __iter__(self):
        return self.found

    def __next__(self):
        return next(self.found)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def close(self):
        """Nothing is open any more."""


def _is_relative(frame):
    """Whether the current folder is asked for only to tell where one path is, seen from another
    one.
    """
    names = [frame.f_code.co_name, frame.f_back.f_code.co_name if frame.f_back else ""]
    return names[0] == "abspath" and names[1] in ("relpath", "realpath")


def _is_import(frame):
    """Whether a file is opened as a module is imported for the first time."""
    if frame is None or not frame.f_code.co_filename.startswith("<frozen importlib"):
        return False
    return frame.f_back is not None and frame.f_back.f_code.co_name == "get_code"


def limit_child(seconds, memory):
    """Limits of one child; `memory` are the bytes that it may take beyond what it has."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            have = int(file.read().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, have + memory)
    except (OSError, ValueError):
        pass
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 1 << 24)
    _lower(resource.RLIMIT_CPU, int(seconds) + 60)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _lower(what, value):
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(what, (value, hard))
    except (OSError, ValueError):
        pass


def remove(folder):
    """Removes a scratch folder; what can't be removed stays."""
    try:
        os.rmdir(folder)  # most are empty
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
