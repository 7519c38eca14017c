"""Children and grandchildren: found, and ended whatever they do to hide."""

import os
import signal

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h


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
