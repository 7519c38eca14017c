"""Several objects of one class that know each other: folders in folders, people who follow people.
What one of them does shows in another one.
"""

import ast
import re

import jt_text
from jt_objects import snake

TRIES = 6  # texts that tell whether objects of a class are given others of it
SIZES = (2, 3, 3, 3, 4)
STEPS = (1, 2, 2, 3, 4, 6)
ORDINALS = ("", "second_", "third_", "fourth_")
_ORDINAL = re.compile("^(%s)" % "|".join(ORDINALS[1:]))
NEAREST = 0.75  # of the objects are made with the one that was made last
WATCHED = 0.6  # of the calls are followed by a look at one of the objects
AGAIN = 0.5  # of these looks were taken before the call, too: what is kept may be stale
CHAINED = 3  # tries to make an object with another one


class Family:
    """Objects of one class, by name."""

    def __init__(self, objects, class_name):
        self.objects = objects
        self.class_name = class_name
        self.values, self.rng = objects.values, objects.values.rng
        self.known = None

    def is_one(self):
        """Whether the class's objects are made with others of it, or given such."""
        if self.known is None:
            texts = [self.values.instance(self.class_name) for _ in range(TRIES)]
            steps = [self.objects.step("one", self.class_name) or "" for _ in range(2 * TRIES)]
            # What is only compared or added up knows nothing of the others.
            texts += [step for step in steps if step.startswith("one.")]
            self.known = any(self._others(text) for text in texts)
        return self.known

    def made(self):
        """`(names, setup)`: objects, the later ones mostly made with one of those before, and some
        steps of theirs.
        """
        names, setup = [], []
        for ordinal in ORDINALS[: self.rng.choice(SIZES)]:
            texts = [self.values.instance(self.class_name) for _ in range(CHAINED if names else 1)]
            text = next(filter(self._others, texts), texts[0])
            near = names[-1:] if self.rng.random() < NEAREST else names
            text = self.given(text, near)
            name = ordinal + snake(self.class_name)
            setup.append("%s = %s" % (name, text))
            names.append(name)
        for _ in range(self.rng.choice(STEPS)):
            name = self.rng.choice(names)
            step = self.objects.step(name, self.class_name)
            setup += [self.given(step, names, name)] if step else []
        return names, setup

    def given(self, text, names, besides=None):
        """A text whose objects of the class are some of those that have names."""
        able = [name for name in names if name != besides] or names
        pairs = [(node, self.rng.choice(able)) for node in self._others(text) if able]
        return jt_text.Edit(text).replaced(pairs) if pairs else text

    def followed(self, names, call):
        """`(steps, call)`: a call, and more often than not a look at one of the objects after it,
        or before and after.
        """
        look = None
        if self.rng.random() < WATCHED:
            look = self.objects.observer(self.rng.choice(names), self.class_name)
        if look is None or look == call:
            return [], call
        again = [look] * (self.rng.random() < AGAIN and not look.startswith("["))
        return [*again, call], look

    def _others(self, text):
        """The outermost calls within a text that make objects of the class."""
        tree = jt_text.known(text)
        front = list(ast.iter_child_nodes(tree)) if tree else []
        is_whole = tree is not None and _makes(
            getattr(tree.body[0], "value", None), self.class_name
        )
        front = list(ast.iter_child_nodes(tree.body[0].value)) if is_whole else front
        found = []
        while front:
            node = front.pop()
            if _makes(node, self.class_name):
                found.append(node)
            else:
                front += ast.iter_child_nodes(node)
        return found


def renumbered(case):
    """The case with the first of its objects called `folder` where the one of that name is gone,
    the next one `second_folder`, and so on.
    """
    setup, call = list(case.setup), case.call
    bound = {name for line in setup for name in jt_text.names(line)[1]}
    for plain in sorted({_ORDINAL.sub("", name) for name in bound if _ORDINAL.match(name)}):
        there = [ordinal + plain for ordinal in ORDINALS if ordinal + plain in bound]
        for ordinal, name in zip(ORDINALS, there):
            whole = re.compile(r"\b%s\b" % name)
            setup = [whole.sub(ordinal + plain, line) for line in setup]
            call = whole.sub(ordinal + plain, call)
    return case.changed(tuple(setup), call)


def _makes(node, class_name):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == class_name
