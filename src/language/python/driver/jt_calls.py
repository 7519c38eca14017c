"""Ways to call a target: from its kind and parameters to cases, simple ones in order and random
ones by seed.
"""

import ast
import itertools

import jt_code
import jt_state
import jt_text
from jt_case import LEARNED, TYPED, enters_once
from jt_constructors import class_params
from jt_family import Family
from jt_folders import TOP
from jt_handles import Handles
from jt_infer import evidence
from jt_learn import kind_of
from jt_links import Links
from jt_objects import LEAVING, OPERATORS, STATEMENTS, Objects, akin, driven
from jt_objects import kept_comparisons, snake, told_apart
from jt_numbers import fits, holds_other_texts, number, upside_down
from jt_pool import GENERIC
from jt_settings import Settings
from jt_shape import HINT, LIKELY, SURE, Shape
from jt_text import literal
from jt_together import Together
from jt_values import OTHER_ERRORS

# How often a step takes a value again that another one took: what was put in is asked for.
OFTEN = (0.4, 0.7, 0.85)
LONGEST = 9  # steps of a case that still get longer
# What containers are called that an object is made with.
KEPT = {ast.List: "items", ast.Dict: "mapping", ast.Set: "members"}
# What a call that gives back a function is followed by.
TAILS = (
    "()", "(1)", "(2)", "(0)", "(3)", "(-1)", "(1, 2)", '("a")', '("abc")', "([1, 2, 3])", "([])",
    "(1, b=2)", "(lambda: 1)", "(lambda x: x * 2)", "(lambda *args: args)", "(len)",
    "(lambda *args: 1 / 0)",
)  # fmt: skip


DECORATED = "(lambda x, y=1: [x, y])"
KEYWORDED = ("(1)", "(1, y=2)", "(1, y=3)", "(2)", "(x=1)", "(1, 1)")
BESIDE = 0.07  # of the objects come after another one of their class
ASKED_BEFORE = 0.15  # of the calls that follow steps
AFTER_OTHERS = 0.5  # of the calls come after others that change what they are given
MOST_TAKEN = 3  # of what a call gave back that is put into a collection
SWARM = 0.35  # of the sequences of calls
SMALL = 0.5  # of the sequences are given few values
BLOCKS = 0.5  # of the contexts whose module keeps something are whole `with` statements
COMPARED = 0.15  # of the objects whose class is compared in another way than before
FOLDERS = 2  # more folders for each plain call that is given one
FAMILIES = 0.3  # of the objects whose class is given others of it
LINKED = 0.25  # of the objects that are graphs
SERVED = 0.4  # of the steps are calls of what an object was given that can change
GRAPHS = 0.6  # of the objects that can be graphs, where a function is given them
PREPARED = 0.4  # of the objects that a method is given had calls of their own


def _collection(kind, parts):
    """The literal of a collection."""
    alone = "(%s,)" if len(parts) == 1 else "(%s)"
    form = {ast.Set: "{%s}", ast.Tuple: alone}.get(kind, "[%s]")
    return form % ", ".join(parts)


def _is_called(call, local):
    """Whether a call is one of a function of the module itself."""
    return getattr(call.func, "id", None) == local


def decorates(node):
    """Whether a function makes decorators: one inside it calls what it is given."""
    inner = [part for part in ast.walk(node) if isinstance(part, jt_code.FUNCTIONS)] if node else []
    return any(
        isinstance(part, ast.Call) and getattr(part.func, "id", None) == own.args.args[0].arg
        for own in inner[1:]
        if own.args.args
        for part in ast.walk(own)
    )


class Calls:
    """Makes cases for one callable of a module, given by its dotted path."""

    def __init__(self, module, local, facts, values, rng, other_params=None):
        self.module = module
        self.local = local
        self.facts = facts
        self.values = values
        self.rng = rng
        self.names = values.names
        self.objects = Objects(values)
        self.handles = Handles(self.objects)
        self.shapes = values.inference.meant(module, local)
        self.owner = local.rpartition(".")[0]
        self.method = local.rpartition(".")[2]
        self.params = usable(facts, other_params)
        plain = facts["kind"] == "function" and len(self.params) > 1
        # The names of what it takes, where another function may take the same.
        self.takes = tuple(param["name"] for param in self.params) if plain else ()
        self.learned = {}
        self.options = {}
        self.together = Together(module, local, values)
        self.gives_functions = False
        self.decorates = decorates(jt_code.definition(module, local))
        self.gives_objects = None  # the class of what a call gives back
        node = jt_code.definition(module, local)
        before = self._revisions(local)[0]
        self.compares = [method.name for method in kept_comparisons(node, before)]
        self.forms = told_apart(*self._revisions(self.owner or local))
        self.told = set()  # names of the parameters whose kind a failed call told
        self.made = {}  # class name -> shapes of what its constructor takes
        self.families = {}  # class name -> its objects that know each other
        self.graphs = {}  # class name -> how its objects are built as graphs
        self.links = Links(self.objects, self.owner) if self.owner else None
        self.settings = Settings(values, module, self.owner or local)
        self.state = jt_state.State(values, self.objects, module, self.owner or local)
        values.words = {**values.words, **self.state.words()}
        self.stateful = (
            False  # whether calls before this one may matter, as far as the source shows
        )

    def _revisions(self, local):
        """The definitions of a class on base and on head, where both have it."""
        shared = self.values.shared
        before = shared.module(self.module.name) if shared else None
        nodes = [jt_code.definition(module, local) for module in (before, self.module)]
        return nodes if all(map(jt_code.is_class, nodes)) else (None, None)

    def shape(self, param):
        """The shape of a parameter."""
        return self.learned.get(param["name"]) or self.shapes.get(param["name"]) or Shape()

    # -- arguments

    def arguments(self, every=0.4):
        """Source of a random argument list; `every` is the chance of an optional parameter."""
        parts, skipped = [], False
        for param in self.params:
            kind = param["kind"]
            if kind == "var_positional":
                if not skipped:
                    parts += [self._value(param) for _ in range(self.rng.choice((0, 1, 2, 2, 3)))]
                skipped = True
                continue
            if kind == "var_keyword":
                if self.rng.random() < every:
                    parts += self._words(param)
                continue
            is_clock = self.shape(param).clock is not None
            given = every * (OTHER_ERRORS if self.shape(param).kept else 1)
            if param["optional"] and not is_clock and self.rng.random() >= given:
                skipped = True
                continue
            value = self._value(param)
            named = skipped or kind == "keyword_only"
            parts.append("%s=%s" % (param["name"], value) if named else value)
        return ", ".join(parts)

    def given_back(self, case, answer):
        """The same call where what it gave back is now in the collection that the code looks into:
        a name that is taken, a number that is known. None where there is none.
        """
        call = jt_text.known(case.call).body[0].value
        names = [p["name"] for p in self.params]
        place = next((n for n in names if self.shape({"name": n}).asked), None)
        if place is None or not isinstance(call, ast.Call) or not _is_called(call, self.local):
            return None
        at = names.index(place)
        given = {word.arg: word.value for word in call.keywords}
        known = call.args[at] if at < len(call.args) else given.get(place)
        edit = jt_text.Edit(case.call)
        if isinstance(known, (ast.List, ast.Set, ast.Tuple)) and len(known.elts) < MOST_TAKEN:
            parts = [edit.text(part) for part in known.elts] + [answer]
            text = edit.replaced([(known, _collection(type(known), parts))])
        elif known is None and at >= len(call.args) and "**" not in case.call:
            kind = self._collects(place)
            if kind is None:
                return None
            more = ", " if call.args or call.keywords else ""
            given = _collection(kind, [answer])
            text = "%s%s%s=%s)" % (case.call[:-1], more, place, given)
        else:
            return None
        return case.changed(call=text)

    def _collects(self, name):
        """The kind of literal that a collection is given as; None where it may be no collection."""
        kinds = self.shape({"name": name}).kinds()[:1]
        return {"list": ast.List, "set": ast.Set, "tuple": ast.Tuple}.get(*kinds or [""])

    def _words(self, param):
        """Keywords that a parameter collects: names of what the module keeps, where it keeps some
        by name.
        """
        own = {other["name"] for other in self.params}
        known = {n: s for n, s in self.state.words().items() if n not in own}
        names = self.rng.choice((("a",), ("a", "b"), ("a", "b"), ("b", "a")))
        if known and self.rng.random() < 0.9:
            names = self.rng.sample(sorted(known), min(len(names), len(known)))
        return [
            "%s=%s" % (n, self.values.random(known[n], 1) if n in known else self._value(param))
            for n in names
        ]

    def _value(self, param):
        shape = self.shape(param)
        if param["kind"].startswith("var_"):
            shape = shape.elem or Shape()
            if not shape.known():
                shape = Shape(self.rng.choice(("int", "str")))
        return self.values.random(shape, name=param["name"])

    def random(self, rank=TYPED):
        """One random case."""
        self.values.begin()
        return self._in_folder(self.case(self.arguments(), rank, plain=False))

    def _in_folder(self, case):
        """The case with the folder that it names, where it names one."""
        if self.values.folder is None or case is None:
            return case
        top = literal(TOP)
        texts = (*case.setup, case.call)
        if not any(top in text for text in texts) or any(top + ").mkdir(" in t for t in texts):
            return case
        setup = (*self.values.folder.lines(), *case.setup)
        return self.names.case(setup, case.call, case.rank)

    def simple(self):
        """Cases in order: all parameters plain, one at a time varied, then pairs."""
        params = [p for p in self.params if not p["kind"].startswith("var_")]
        counts = [len(self._options(p)) for p in params]
        needed = [
            i for i, p in enumerate(params) if not p["optional"] or self.shape(p).clock is not None
        ]
        seen = set()
        for chosen in self._choices(counts, needed):
            text = self._fixed(params, chosen)
            if text not in seen:
                seen.add(text)
                self.values.begin()
                case = self._in_folder(self.case(text))
                yield case
                if case.setup and literal(TOP) in text:
                    for _ in range(FOLDERS):
                        yield self._in_folder(self.case(text))

    @staticmethod
    def _choices(counts, needed):
        first = {i: 0 for i in needed}
        yield dict(first)
        for i, count in enumerate(counts):
            for j in range(count):
                yield {**first, i: j}
        for i, k in itertools.combinations(range(len(counts)), 2):
            for j, m in itertools.product(range(min(6, counts[i])), range(min(6, counts[k]))):
                yield {**first, i: j, k: m}

    def _fixed(self, params, chosen):
        parts, skipped = [], False
        for i, param in enumerate(params):
            if i not in chosen:
                skipped = True
                continue
            options = self._options(param)
            value = options[chosen[i] % len(options)]
            named = skipped or param["kind"] == "keyword_only"
            parts.append("%s=%s" % (param["name"], value) if named else value)
        return ", ".join(parts)

    def _options(self, param):
        name = param["name"]
        if name not in self.options:
            self.values.begin()
            self.options[name] = self.values.simple(self.shape(param), name=name)
        return self.options[name]

    def means(self, case):
        """Whether no argument is what its parameter could not mean: a size below zero, an alphabet
        of words, a range that ends below its start.
        """
        texts = (*case.setup, case.call)
        trees = [tree for tree in map(jt_text.known, texts) if tree is not None]
        for node in (node for tree in trees for node in ast.walk(tree)):
            called = getattr(getattr(node, "func", None), "id", None)
            called = called or getattr(getattr(node, "func", None), "attr", None)
            if called == self.local.rpartition(".")[2]:
                words = {word.arg: word.value for word in node.keywords}
                given = list(zip(self.params, node.args))
                given += [(p, words[p["name"]]) for p in self.params if p["name"] in words]
                if not all(self._fits(param, number(value)) for param, value in given):
                    return False
                if upside_down([(p["name"], number(v)) for p, v in given], self.module.tree):
                    return False
                if any(holds_other_texts(value, param["name"]) for param, value in given):
                    return False
            elif called is not None and isinstance(node.func, ast.Name):
                if not self._can_be_made_so(node):
                    return False
        return True

    def _can_be_made_so(self, call):
        """Whether a constructor is given no number that its parameter could not mean."""
        name = call.func.id
        if name not in self.made:
            found = self.names.find(name)
            is_made = found is not None and jt_code.is_class(found[1])
            known = class_params(self.values.inference, *found) if is_made else {}
            self.made[name] = {param: shape for param, (shape, _) in known.items()}
        shapes = self.made[name]
        given = list(zip(shapes, call.args)) + [(word.arg, word.value) for word in call.keywords]
        numbers = [(param, number(value)) for param, value in given if param in shapes]
        found = self.names.find(name)
        if shapes and found is not None and upside_down(numbers, found[0].tree):
            return False
        return all(value is None or fits(value, param, shapes[param]) for param, value in numbers)

    def _fits(self, param, value):
        return value is None or fits(value, param["name"], self.shape(param))

    # -- the call itself

    def case(self, args, rank=TYPED, plain=True):
        """A case that calls the target with an argument list; `plain` ones have no history."""
        if self.facts["kind"] in ("method", "property"):
            return self._on_instance(args, rank)
        if self.facts.get("context"):
            text = "%s(%s)" % (self.local, args)
            return (None if plain else self._in_block(text, rank)) or self._left(text, rank)
        text = driven("%s(%s)" % (self.local, args), self.facts)
        if plain:
            return self.names.case((), text, rank)
        if self.forms and self.rng.random() < COMPARED:
            return self._as_compared(text, rank)
        found = self._in_block(text, rank) if self._is_context() else None
        if found is not None:
            return found
        if self.gives_functions:
            return self._function_given(text, rank)
        if self._makes_objects() and self.rng.random() < BESIDE:
            name = snake(self.local.split(".")[-1])
            return self.names.case(self._after_one_more(name, self.local), text, rank)
        if self.compares and self.rng.random() < 0.3:
            return self.names.case((), self._compared(text), rank)
        after_others = self.together.steps(text) if self.rng.random() < AFTER_OTHERS else None
        if after_others is not None:
            return self.names.case(*after_others, rank)
        setup, text = self._built(text)
        if self.stateful and self.rng.random() < 0.25:
            setup = setup + [driven("%s(%s)" % (self.local, self.arguments()), self.facts)]
        if self.gives_objects and self.rng.random() < 0.5:
            setup, text = self.watched(setup, text, self.gives_objects)
        return self.names.case(setup, text, rank)

    def watched(self, setup, text, class_name):
        """`(setup, call)` that looks at the object which a call gives back; it may keep to itself
        what it holds.
        """
        variable = snake(class_name.split(".")[-1])
        observer = self.objects.observer(variable, class_name)
        if observer is None or any(line.startswith(variable + " = ") for line in setup):
            return setup, text
        return list(setup) + ["%s = %s" % (variable, text)], observer

    def _function_given(self, text, rank, setup=()):
        """Calls of the function that a call gives back, once or after earlier calls, which it may
        remember.
        """
        tails = [self.rng.choice(TAILS) for _ in range(3)]
        roll = self.rng.random()
        if roll > 0.85 or self.decorates and self.rng.random() < 0.6:
            text += self._decorated()
            tails = [self.rng.choice(KEYWORDED) for _ in range(3)]
        if roll < 0.5:
            return self.names.case(setup, text + tails[0], rank)
        if roll < 0.65:
            return self.names.case(setup, text + tails[0] + tails[1], rank)
        if roll < 0.85:
            tails = tails[:1] * self.rng.choice((2, 3, 4))
        steps = ["function" + tail for tail in tails[1:]]
        return self.names.case((*setup, "function = " + text, *steps), "function" + tails[0], rank)

    def _decorated(self):
        """The function that a decorator gets: a plain one; one that counts its calls, as decorators
        keep answers; one that fails, as they try again.
        """
        if not self.decorates or self.rng.random() < 0.3:
            return DECORATED
        return "(%s)" % self.values.stand_in()

    def _left(self, text, rank):
        """A context that is entered and left; what it was given stays in sight."""
        setup, pairs = [], []
        call = ast.parse(text, mode="eval").body
        for param, arg in zip(self.params, call.args):
            if isinstance(arg, (ast.List, ast.Dict, ast.Set, ast.Call)):
                setup.append("%s = %s" % (param["name"], jt_text.Edit(text).text(arg)))
                pairs.append((arg, param["name"]))
        text = jt_text.Edit(text).replaced(pairs) if pairs else text
        setup += ["context = " + text, "context.__enter__()"]
        return self.names.case(setup, "bool(context.__exit__(%s))" % self.rng.choice(LEAVING), rank)

    def _as_compared(self, text, rank):
        """An object as it is compared or kept, beside another one or its like."""
        other = akin(self.rng, text)
        if self.rng.random() < 0.5:
            other = self.values.instance(self.concrete() if self.owner else self.local)
        return self.names.case((), self.rng.choice(self.forms).format(text, other), rank)

    def _is_context(self):
        """Whether it is a class whose objects stand in a `with` statement."""
        methods = self.module.defs
        return self.local + ".__enter__" in methods and self.local + ".__exit__" in methods

    def _in_block(self, text, rank):
        """A look at what the module keeps after a `with` block, and within it; None where there is
        nothing to look at, or by chance.
        """
        if not self.state.kept and not self.state.look() or self.rng.random() >= BLOCKS:
            return None
        look = self.state.look()
        if look is None:
            return None
        texts = [text]
        if self.rng.random() < 0.3 and self.facts["kind"] not in ("method", "property"):
            texts.append("%s(%s)" % (text.partition("(")[0], self.arguments(0.8)))
        is_seen = self.rng.random() < 0.3
        body = ["inside = " + look] if is_seen else []
        setup = ["inside = None"] * is_seen
        setup.append(jt_state.block(texts, body, self.rng.choice(jt_state.RAISED)))
        return self.names.case(setup, "[inside, %s]" % look if is_seen else look, rank)

    def _compared(self, text):
        """An object beside another one of its class, or beside its like: neighbours of that differ
        in one thing.
        """
        like = self.rng.random() < 0.5
        other = akin(self.rng, text) if like else "%s(%s)" % (self.local, self.arguments())
        return OPERATORS[self.rng.choice(self.compares)].format(text, other)

    def _built(self, text):
        """`(setup, call)`: objects of the repository among the arguments get calls of their methods
        first.
        """
        tree = ast.parse(text, mode="eval").body
        while isinstance(tree, ast.Call) and tree.args and isinstance(tree.args[0], ast.Call):
            if getattr(tree.func, "id", getattr(tree.func, "attr", "")) not in ("list", "run"):
                break
            tree = tree.args[0]
        setup, pairs = [], []
        for arg in getattr(tree, "args", []):
            name = (
                getattr(getattr(arg, "func", None), "id", None)
                if isinstance(arg, ast.Call)
                else None
            )
            if name is None or not self.objects.methods(name) or self.rng.random() < 0.4:
                continue
            variable = snake(name)
            if any(p[1] == variable for p in pairs) or variable == name:
                continue
            setup.append("%s = %s" % (variable, jt_text.Edit(text).text(arg)))
            pairs.append((arg, variable))
            linked = self._linked_argument(variable, name)
            if linked is not None:
                setup += linked[0]
                pairs += self._ends(tree, *linked[1:])
                break
            for _ in range(self.rng.choice((1, 2, 3, 4))):
                step = self.objects.step(variable, name)
                if step:
                    setup.append(step)
        return setup, jt_text.Edit(text).replaced(pairs) if pairs else text

    def _linked_argument(self, variable, class_name):
        """`(steps, kind, nodes)` of an object that is a graph; None for others, or by chance."""
        if class_name not in self.graphs:
            self.graphs[class_name] = Links(self.objects, class_name)
        links = self.graphs[class_name]
        return links.steps(variable) if links.methods and self.rng.random() < GRAPHS else None

    def _ends(self, call, kind, nodes):
        """`(argument, node)`: what a call is given beside a graph are nodes of it, mostly its first
        and its last one.
        """
        given = [arg for arg in call.args if isinstance(arg, ast.Constant)]
        given = [arg for arg in given if type(arg.value).__name__ == kind]
        ends = [nodes[0], nodes[-1]] + [self.rng.choice(nodes) for _ in given]
        if self.rng.random() < 0.4:
            self.rng.shuffle(ends)
        return list(zip(given, ends))

    def extended(self, case):
        """A case that the code accepts, and after it a call of this method on the same object; None
        where there is no such object. (Pacheco et al., Feedback-directed random test generation,
        2007.)
        """
        class_name, name = self.concrete(), snake(self.owner.split(".")[-1])
        made = "%s = %s(" % (name, class_name)
        if self.facts["kind"] not in ("method", "property") or len(case.setup) > LONGEST:
            return None
        if not any(line.startswith(made) for line in case.setup):
            return None
        setup = list(case.setup) + [case.call] * (not case.call.startswith("["))
        self.values.resume(self._given(setup, name, class_name))
        self.values.read(setup)
        if self.rng.random() < 0.4:
            step = self.objects.step(name, class_name)
            setup += [step] if step else []
        found = self._ended(name, class_name, setup, self.arguments(), case.rank)
        return self._in_folder(found) if enters_once(found) else None

    def _given(self, setup, name, class_name):
        """Names of parameters, and what the steps of a case gave them."""
        methods = {m.name: m for m in self.objects.methods(class_name)}
        for line in setup:
            for call in ast.walk(jt_text.known(line) or ast.Module([], [])):
                func = getattr(call, "func", None)
                method = methods.get(getattr(func, "attr", None))
                if method is None or getattr(func.value, "id", None) != name:
                    continue
                params = method.node.args.args[0 if method.is_static else 1 :]
                for param, value in zip(params, call.args):
                    if isinstance(value, ast.Constant):
                        yield param.arg, jt_text.unparsed(value)

    def _on_instance(self, args, rank):
        class_name = self.concrete()
        goes_on = self.rng.random() < 0.6 or self.method in STATEMENTS
        self.values.within_reach = goes_on
        receiver, setup = self.values.instance(class_name), []
        self.values.within_reach = False
        if self.forms and self.rng.random() < COMPARED:
            return self._as_compared(receiver, rank)
        if self.links and self.links.methods and self.rng.random() < LINKED:
            return self._linked(receiver, class_name, rank)
        if self.rng.random() < FAMILIES and self._family(class_name).is_one():
            return self._among_others(class_name, rank)
        if self.method in ("__enter__", "__exit__"):
            found = self._in_block(receiver, rank)
            if found is not None:
                return found
        if goes_on and self.rng.random() < BESIDE:
            name = snake(self.owner.split(".")[-1])
            setup = self._after_one_more(name, class_name) + ["%s = %s" % (name, receiver)]
            return self._ended(name, class_name, setup, args, rank)
        if goes_on:
            name = snake(self.owner.split(".")[-1])
            setup, receiver, able = self._beside(receiver, name)
            self.values.reuse = self.rng.choice(OFTEN)
            setup.append("%s = %s" % (name, receiver))
            receiver = name
            few = self.objects.few(class_name, self.method) if self.rng.random() < SWARM else None
            if self.rng.random() < SMALL:
                self.values.shrink()
            for _ in range(self.rng.choice((0, 1, 2, 2, 3, 4, 5, 7))):
                other = self.rng.choice(able) if able and self.rng.random() < SERVED else None
                if other is not None:
                    step = self.objects.step(*other)
                else:
                    step = self.objects.step(receiver, class_name, among=few)
                if step:
                    setup.append(step)
        knows = 1 if self.values.world else 0.5
        if (
            (setup or self.values.fields)
            and self.facts["kind"] == "method"
            and self.rng.random() < knows
        ):
            args = self.arguments() or args  # knows what the steps before have used
        if self.facts["kind"] == "method":
            args = self._prepared(setup, args)
        return self._ended(receiver, class_name, setup, args, rank)

    def _family(self, class_name):
        if class_name not in self.families:
            self.families[class_name] = Family(self.objects, class_name)
        return self.families[class_name]

    def _among_others(self, class_name, rank):
        """The call on one of several objects that know each other, or a look at one of them after
        it.
        """
        family = self._family(class_name)
        self.values.reuse = self.rng.choice(OFTEN)
        if self.rng.random() < SMALL:
            self.values.shrink()
        names, setup = family.made()
        receiver = self.rng.choice(names)
        args = self.arguments() if self.facts["kind"] == "method" else ""
        call = self.objects.invoked(receiver, class_name, self.method, args, self.facts)
        steps, call = family.followed(names, family.given(call, names, receiver))
        return self.names.case([*setup, *steps], call, rank)

    def _makes_objects(self):
        return jt_code.is_class(jt_code.definition(self.module, self.local))

    def _after_one_more(self, name, class_name):
        """Steps on another object of a class: what its objects share shows in those that come
        after it.
        """
        other = "other_" + name
        setup = ["%s = %s" % (other, self.values.instance(class_name))]
        steps = [self.objects.step(other, class_name) for _ in range(self.rng.choice((1, 2, 2, 3)))]
        return setup + [step for step in steps if step]

    def _linked(self, made, class_name, rank):
        """The call on an object that is a graph, with nodes of that graph."""
        name = snake(self.owner.split(".")[-1])
        steps, kind, nodes = self.links.steps(name)
        setup = ["%s = %s" % (name, made)] + steps
        self.values.world = {kind: list(nodes)}
        self.values.handed_on = self.values.nodes = kind
        args, parts = self.arguments(), []
        if self.rng.random() < 0.3:
            step = self.objects.step(name, class_name)
            setup += [step] if step else []
        needed = [p for p in self.params if not p["optional"]]
        if len(needed) == 2 and self.rng.random() < 0.5:
            parts = [p for p in needed if not set(self.shape(p).kinds()) - {"int", "str"}]
        args = ", ".join((nodes[0], nodes[-1])) if len(parts) == 2 else args
        return self._ended(name, class_name, setup, args, rank)

    def _ended(self, receiver, class_name, setup, args, rank):
        """A case that ends with a call of the method, or with a look at the object after it."""
        setup, args = self.handles.handed_on(receiver, class_name, list(setup), args)
        call = self.objects.invoked(receiver, class_name, self.method, args, self.facts)
        if self.facts.get("context") and receiver.isidentifier() and self.rng.random() < BLOCKS:
            look = self.objects.observer(receiver, class_name, besides=self.method)
            if look is not None:
                text = "%s.%s(%s)" % (receiver, self.method, args)
                step = self.objects.step(receiver, class_name)
                raised = self.rng.choice(jt_state.RAISED)
                setup = setup + [jt_state.block([text], [step] * bool(step), raised)]
                return self.names.case(setup, look, rank)
        if self.facts.get("context"):
            setup += ["context = %s.%s(%s)" % (receiver, self.method, args), "context.__enter__()"]
            step = self.objects.step(receiver, class_name) if receiver.isidentifier() else None
            setup += [step] if step and self.rng.random() < 0.5 else []
            call = "bool(context.__exit__(%s))" % self.rng.choice(LEAVING)
        if self.gives_functions and self.method not in STATEMENTS and self.rng.random() < 0.6:
            return self._function_given(call, rank, setup)
        share = 0.9 if self.objects.is_dull(self.method) else 0.4
        if self.method in STATEMENTS or setup and self.rng.random() < share:
            observer = self.objects.observer(receiver, class_name, besides=self.method)
            if observer:
                return self.names.case(self._asked_before(setup, observer) + [call], observer, rank)
        if self.method in STATEMENTS:
            return self.names.case(setup + [call], receiver, rank)
        if self.gives_objects and self.rng.random() < 0.5:
            setup, call = self.watched(setup, call, self.gives_objects)
        return self.names.case(self._asked_before(setup, call), call, rank)

    def _asked_before(self, setup, call):
        """The steps, sometimes with the call among them that they end with: what was kept then may
        be wrong by now.
        """
        is_open = len(setup) > 1 and not call.startswith("[") and not self.facts.get("context")
        if not is_open or self.rng.random() >= ASKED_BEFORE:
            return setup
        at = self.rng.randrange(1, len(setup))
        return [*setup[:at], call, *setup[at:]]

    def _prepared(self, setup, args):
        """Objects that the method is given get names, and calls of their own before it; the
        arguments with these names.
        """
        call = jt_text.known("f(%s)" % args)
        call = call.body[0].value if call and isinstance(call.body[0], ast.Expr) else None
        pairs, text = [], "f(%s)" % args
        for arg in getattr(call, "args", []):
            made = getattr(getattr(arg, "func", None), "id", None)
            if made is None:
                continue
            able = any(method.changes for method in self.objects.methods(made))
            name = "other_" + snake(made)
            taken = any(line.startswith(name + " = ") for line in setup)
            if not able or taken or pairs or self.rng.random() >= PREPARED:
                continue
            step = self.objects.step(name, made)
            if step:
                setup += ["%s = %s" % (name, jt_text.Edit(text).text(arg)), step]
                pairs.append((arg, name))
        return jt_text.Edit(text).replaced(pairs)[2:-1] if pairs else args

    def _beside(self, receiver, name):
        """`(setup, receiver, able)`: the objects and containers that a constructor is given get
        names, so that what becomes of them stays in sight; `able` are the objects among them that
        calls of their own change: `[(name, class)]`.
        """
        call = ast.parse(receiver, mode="eval").body
        setup, pairs, able = [], [], []
        for arg in getattr(call, "args", []) + [w.value for w in getattr(call, "keywords", [])]:
            made = getattr(getattr(arg, "func", None), "id", None)
            if made is not None and not self.objects.methods(made) or self.rng.random() < 0.4:
                continue
            kind = KEPT.get(type(arg)) if made is None else snake(made)
            if kind is None or kind == name or any(kind == other for _, other in pairs):
                continue
            setup.append("%s = %s" % (kind, jt_text.Edit(receiver).text(arg)))
            pairs.append((arg, kind))
            if made is not None and any(method.changes for method in self.objects.methods(made)):
                able.append((kind, made))
        return setup, jt_text.Edit(receiver).replaced(pairs) if pairs else receiver, able

    def concrete(self):
        """The class to build: the owner, or a subclass in the same module where the owner is
        abstract or private.
        """
        facts = self.facts.get("owner") or {}
        owner = self.owner.split(".")[0]
        heirs = [] if jt_code.is_public(owner) else jt_code.heirs(self.module, owner)
        if heirs:
            return self.rng.choice(heirs)
        if facts.get("abstract") or facts.get("protocol"):
            for name in self.module.classes():
                bases = [b[1] for b in self.values.inference.lineage(self.module, name)]
                if owner in bases[1:]:
                    return name
        return owner

    # -- learning

    def probes(self, every):
        """`(kinds, case)` for generic kinds of required parameters: what does the code take? Of
        `every` one, or of those of which nothing is known.
        """
        params = [p for p in self.params if not p["optional"] and not p["kind"].startswith("var_")]
        if len(params) > 4 or not params:
            return
        kinds_tried = GENERIC[:8] if len(params) < 3 else GENERIC[:4]
        is_kept = self._is_known if every else lambda param: bool(self.shape(param).kinds())
        tried = [[None] if is_kept(param) else kinds_tried for param in params]
        for kinds in itertools.product(*tried):
            self.values.begin()
            parts = []
            for param, kind in zip(params, kinds):
                value = self.values.random(Shape(kind) if kind else self.shape(param))
                named = param["kind"] == "keyword_only"
                parts.append("%s=%s" % (param["name"], value) if named else value)
            yield dict(zip((p["name"] for p in params), kinds)), self.case(
                ", ".join(parts), LEARNED
            )

    def _is_known(self, param):
        """Whether a hint says what a parameter is, or it can but be an object of the repository."""
        known = self.shape(param).known()
        return max(known.values(), default=0) >= HINT or known.get("object", 0) >= SURE

    def retype(self, case, pairs):
        """A parameter of which little is known is of the kind that the code holds it against:
        `pairs` are `(what it was, what it must be)`. Whether one is now another kind.
        """
        tree = jt_text.known(case.call)
        call = getattr(tree.body[0], "value", None) if tree and tree.body else None
        if not isinstance(call, ast.Call):
            return False
        names = {getattr(call.func, "id", None), getattr(call.func, "attr", None)}
        given = {word.arg: word.value for word in call.keywords}
        given.update(zip((param["name"] for param in self.params), call.args))
        for param in self.params if self.local.rpartition(".")[2] in names else ():
            name, known = param["name"], self.shapes.get(param["name"]) or Shape()
            is_open = evidence(known) < LIKELY and name not in self.told
            for was, wanted in pairs if is_open and name in given else ():
                if kind_of(given[name]) == was:
                    self.told.add(name)
                    self.learned[name], self.options = Shape(wanted), {}
                    return True
        return False

    def learn(self, kinds):
        """Takes the kinds that returned."""
        self.options = {}
        for name, kind in kinds.items():
            shape = self.shapes.get(name)
            if kind is None or name in self.told:
                continue
            if shape is None or kind not in shape.kinds():
                self.learned[name] = Shape(kind)


def usable(facts, other):
    """Parameters that both revisions take in the same place; the same ones in another order go by
    name.
    """
    params = facts.get("params")
    if params is None or other is None:
        return params or []
    names = [p["name"] for p in other]
    if {p["name"] for p in params} == set(names) and [p["name"] for p in params] != names:
        return [
            dict(p, kind=p["kind"].replace("positional_or_keyword", "keyword_only")) for p in params
        ]
    found = []
    for i, param in enumerate(params):
        if param["kind"].startswith("positional"):
            if i < len(other) and other[i]["kind"].startswith("positional"):
                found.append(dict(param, optional=param["optional"] and other[i]["optional"]))
        elif param["name"] in names:
            found.append(param)
    return found
