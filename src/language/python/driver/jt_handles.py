"""What methods give back and others of the same object take: an entry, a ticket, the id of a job.
Steps keep it, and later ones hand it on.
"""

import ast
import builtins
import keyword
import re

import jt_code
import jt_text
from jt_objects import snake

KEPT, HANDED = 0.8, 0.75  # how often
TEXT = "str"
NUMBERED = re.compile(r"([a-z]\w*?)_\d+")
SHORTEST = 3  # characters of a text that is worth to be kept: others are met by chance


class Handles:
    """The handles of the objects of one class."""

    def __init__(self, objects):
        self.objects = objects
        self.values = objects.values
        self.rng = objects.rng
        self.cache = {}

    def giving(self, class_name):
        """`{method: what it gives}`: a class of the repository, as the source shows it, or `TEXT`,
        as its calls have shown it.
        """
        if class_name not in self.cache:
            methods = self.objects.methods(class_name)
            found = {method.name: self._given(method.node) for method in methods}
            self.cache[class_name] = {name: given for name, given in found.items() if given}
        names = {method.name for method in self.objects.methods(class_name)}
        texts = {name: TEXT for name in sorted(self.values.texts_given & names)}
        return {**texts, **self.cache[class_name]}

    def _given(self, node):
        """The class of what a method gives back: as its hint says, or as it is made there."""
        hint = getattr(node.returns, "value", node.returns)
        made = {}
        for part in ast.walk(node):
            if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
                made[part.targets[0].id] = part.value
        for part in ast.walk(node):
            value = part.value if isinstance(part, ast.Return) else None
            value = made.get(getattr(value, "id", None), value)
            name = getattr(getattr(value, "func", None), "id", None)
            if name is not None and self._is_class(name):
                return name
        name = hint if isinstance(hint, str) else getattr(hint, "id", None)
        return name if name is not None and self._is_class(name) else None

    def _is_class(self, name):
        found = self.values.names.find(name)
        return found is not None and jt_code.is_class(found[1])

    def handed_on(self, receiver, class_name, setup, args):
        """`(setup, args)` of a call on a receiver where what steps gave back is given to later
        ones, in the place of another object of its class or of a text.
        """
        giving = self.giving(class_name) if receiver.isidentifier() else {}
        if not giving:
            return setup, args
        known, lines = {}, []
        for line in setup:
            line = self._replaced(receiver, line, known)
            bound, name = _bound(receiver, line)
            given = giving.get(name)
            if given and bound is None and self.rng.random() < KEPT:
                variable = _variable(given, known, [*setup, args])
                line = "%s = %s" % (variable, line)
                bound = variable
            if given and bound:
                known.setdefault(given, []).append(bound)
            lines.append(line)
        start = "%s.call(" % receiver
        return lines, self._replaced(receiver, start + args + ")", known)[len(start) : -1]

    def _replaced(self, receiver, line, known):
        tree = jt_text.known(line) if known else None
        pairs = []
        for node in ast.walk(tree) if tree is not None else ():
            func = getattr(node, "func", None)
            if isinstance(func, ast.Name) and func.id in known:
                pairs.append((node, self.rng.choice(known[func.id])))
            elif TEXT in known and getattr(getattr(func, "value", None), "id", "") == receiver:
                texts = [arg for arg in node.args if type(getattr(arg, "value", 0)) is str]
                pairs += [(texts[0], self.rng.choice(known[TEXT]))] if texts else []
        pairs = pairs[:1] if self.rng.random() < HANDED else []
        return jt_text.Edit(line).replaced(pairs) if pairs else line


def renamed(case):
    """The case with `entry` in the place of `entry_2` where there is no other entry any more."""
    setup, call = list(case.setup), case.call
    for name in sorted({name for line in setup for name in jt_text.names(line)[1]}):
        plain = NUMBERED.fullmatch(name)
        if plain is None or any(re.search(r"\b%s\b" % plain[1], text) for text in (*setup, call)):
            continue
        whole = re.compile(r"\b%s\b" % name)
        setup, call = [whole.sub(plain[1], line) for line in setup], whole.sub(plain[1], call)
    return case.changed(tuple(setup), call)


def _bound(receiver, line):
    """`(variable, method)` of a step that calls a method of the receiver; the first is None where
    nothing keeps what it gives.
    """
    tree = jt_text.known(line)
    node = tree.body[0] if tree is not None and tree.body else None
    if not isinstance(node, (ast.Expr, ast.Assign)):
        return None, None
    func = getattr(node.value, "func", None)
    if not isinstance(func, ast.Attribute) or getattr(func.value, "id", None) != receiver:
        return None, None
    target = getattr(node, "targets", [None])[0]
    return getattr(target, "id", None), func.attr


def _variable(given, known, texts):
    name = "given" if given == TEXT else snake(given.split(".")[-1])
    taken = {one for names in known.values() for one in names}
    if keyword.iskeyword(name) or hasattr(builtins, name):
        name = "new_" + name
    number, plain = 2, name
    while name in taken or any(text.startswith(name + " = ") for text in texts):
        name, number = "%s_%d" % (plain, number), number + 1
    return name
