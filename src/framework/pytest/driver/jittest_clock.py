"""A clock that is ahead, for one rerun: what depends on today's date does not stay the same."""

import ctypes
import datetime
import gc
import time

DAY = 86400


def set_ahead(days):
    """From here on it is `days` later for all Python code of this process; True if that works."""
    ahead = days * DAY
    real = {name: getattr(time, name) for name in ("time", "time_ns", "strftime", "asctime")}
    moments = {name: getattr(time, name) for name in ("localtime", "gmtime", "ctime")}

    def now():
        return real["time"]() + ahead

    def at(function):
        return lambda seconds=None: function(now() if seconds is None else seconds)

    time.time = now
    time.time_ns = lambda: real["time_ns"]() + ahead * 10**9
    for name, function in moments.items():
        setattr(time, name, at(function))
    time.strftime = lambda form, moment=None: real["strftime"](form, moment or time.localtime())
    time.asctime = lambda moment=None: real["asctime"](moment or time.localtime())
    return _set_in_class(
        datetime.datetime,
        now=lambda cls, tz=None: cls.fromtimestamp(now(), tz),
        utcnow=lambda cls: cls.fromtimestamp(now(), datetime.timezone.utc).replace(tzinfo=None),
    )


def _set_in_class(cls, **functions):
    """`datetime.now` asks the system itself, in C; its class lets nobody set an attribute."""
    try:
        names = gc.get_referents(cls.__dict__)[0]
        for name, function in functions.items():
            names[name] = classmethod(function)
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
    except (AttributeError, IndexError, TypeError, SystemError):
        return False
    return True
