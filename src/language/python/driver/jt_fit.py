"""Inputs that were never fit: head fails on what they lack, and base, which asks the same of them,
did not get as far. Who only puts the steps of a function in another order breaks nobody's code.
"""

import os
import re

ATTRIBUTE = re.compile(r"'(?P<type>[\w.]+)' object has no attribute '(?P<name>\w+)'")
KEY = re.compile(r"'(?P<name>[^'\\]+)'")
# Where base looks what it was given, it means to do something about it.
LOOKS = re.compile(r"\b(isinstance|issubclass|hasattr|getattr|callable|type)\(|\b(except|case) ")


class Fitness:
    """Asks base how far it gets; `session` runs cases."""

    def __init__(self, session):
        self.session = session
        self.texts = {}

    def is_lacking(self, case, now):
        """Whether what head's outcome misses in an input is asked for by base too, only later than
        this input gets there.
        """
        asked = lacked(now)
        if asked is None:
            return False
        if "SimpleNamespace" in now["message"]:  # nobody but the explorer makes one without it
            return self._is_asked(asked)
        outcome = self.session.run(self.session.base, [case], fresh=True, lines=True)[0]
        reached = [
            self._lines(file)[number - 1]
            for file, numbers in outcome.get("lines", {}).items()
            for number in numbers
            if number <= len(self._lines(file))
        ]
        if any(asked.search(line) or LOOKS.search(line) for line in reached):
            return False
        return self._is_asked(asked)

    def _is_asked(self, asked):
        files = self.session.base.files
        return any(asked.search(line) for file in files for line in self._lines(file))

    def _lines(self, file):
        if file not in self.texts:
            path = os.path.join(self.session.base_code.root, file)
            try:
                with open(path, encoding="utf-8") as handle:
                    self.texts[file] = handle.read().split("\n")
            except (OSError, ValueError):
                self.texts[file] = []
        return self.texts[file]


def lacked(outcome):
    """What an exception misses, as it is written in code: an attribute of something that is not
    None, or a key; None for another outcome.
    """
    if outcome["kind"] != "raise":
        return None
    if outcome["type"] == "AttributeError":
        found = ATTRIBUTE.search(outcome["message"])
        if found and found["type"] != "NoneType":
            return re.compile(r"\.%s\b" % re.escape(found["name"]))
    if outcome["type"] == "KeyError":
        found = KEY.fullmatch(outcome["message"])
        if found:
            return re.compile(r"""["']%s["']""" % re.escape(found["name"]))
    return None
