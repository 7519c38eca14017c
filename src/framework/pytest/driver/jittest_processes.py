"""Children and grandchildren: found, and ended whatever they do to hide."""

import os
import signal
import time

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h
PATIENCE = 4  # times its limit, for what a busy machine keeps waiting
USED_UP, IDLE = 0.9, 0.1  # of its limit, in processor time
TURN = 1.0  # seconds at least in which a process that does not compute may be waiting for its turn
YOUNG = 0.05  # seconds in which a new process and what it starts compute next to nothing
PAUSE = 0.05
FIRST = 6.0  # seconds at least until a process first shows that it gets on: it imports and collects


def adopt_orphans():
    """Makes this process the parent of orphaned descendants, so that they can be found; True where
    it works.
    """
    try:
        import ctypes

        return ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0) == 0
    except (ImportError, OSError, AttributeError):
        return False


def children():
    """The ids of this process's children, dead ones included until they are waited for."""
    found = set()
    try:
        for task in os.listdir("/proc/self/task"):
            with open("/proc/self/task/%s/children" % task) as listing:
                found.update(int(word) for word in listing.read().split())
        return found
    except OSError:
        return _children_by_parent()


def _children_by_parent():
    found = set()
    me = os.getpid()
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as stat:
                    if int(stat.read().rpartition(")")[2].split()[1]) == me:
                        found.add(int(name))
            except (OSError, ValueError, IndexError):
                continue
    return found


def end_strangers(known):
    """Kills every child that is not in `known`, and what they leave to us in turn."""
    for _ in range(100):
        strangers = children() - set(known)
        if not strangers:
            return
        for pid in strangers:
            end(pid)


def end(pid):
    """Kills a process and its group and waits for it; its status, None where it was gone."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except OSError:
            continue
    try:
        return os.waitpid(pid, 0)[1]
    except OSError:
        return None


def describe(status):
    """How a process ended, in words."""
    if status is None:
        return "it disappeared"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = str(number)
        return "it was ended by signal %s" % name
    return "the interpreter ended with status %d" % os.WEXITSTATUS(status)


def processor_seconds(pid):
    """Seconds that a process and its children that ended have computed; None where nobody tells."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            fields = stat.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def longest(limit):
    """Seconds by the clock after which a process with this limit is ended whatever it does."""
    return PATIENCE * max(limit, TURN)


class Watch:
    """Whether a process takes longer than `limit` seconds. What computes is held to processor time,
    as a busy machine gives it less than its clock says; what waits is held to the clock, and has
    `TURN` seconds at least.
    """

    def __init__(self, pid, limit, first=0.0):
        self.pid = pid
        self.after, self.limit = limit, max(limit, first)
        self.made = self.began = time.monotonic()
        self.used = 0.0

    def heard(self):
        """It has shown that it gets on: its time begins anew."""
        self.limit = self.after
        self.began = time.monotonic()
        # To ask takes longer than many a test, and most copies are gone before they are that old.
        if self.began - self.made > YOUNG:
            self.used = processor_seconds(self.pid)

    def left(self):
        """Seconds after which to look again; 0 where it is too late."""
        waited = time.monotonic() - self.began
        if waited < self.limit:
            return self.limit - waited
        used, patient = processor_seconds(self.pid), max(self.limit, TURN)
        computed = None if used is None or self.used is None else used - self.used
        if computed is not None and computed >= USED_UP * self.limit:
            return 0.0
        if waited < patient:
            return PAUSE
        is_waiting = computed is None or computed < IDLE * patient
        return 0.0 if is_waiting or waited >= longest(self.limit) else PAUSE
