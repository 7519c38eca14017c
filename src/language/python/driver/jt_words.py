"""Names and sentences for tests: which call, with what, and what it does."""

import ast
import re

import jt_answers
import jt_text
from jt_objects import snake

SHORT = 60
AROUND = 20  # characters shown before the first that differs


def shown(text, width=SHORT):
    """Source in one line, cut to a width; blanks inside of it may be what matters."""
    text = re.sub(r"\s*\n\s*", " ", text).strip()
    return text if len(text) <= width else text[: width - 3] + "..."


def value(node, width=SHORT):
    """A node in words, near to how Python shows it."""
    from jt_write import Expected, Unwritable

    try:
        return shown(re.sub(r"pytest\.approx\(([^()]*)\)", r"\1", Expected().source(node)), width)
    except Unwritable:
        pass
    if node[0] == "o":
        parts = ["%s=%s" % (k, value(v, 30)) for k, v in sorted(node[3].items())[:4]]
        return shown("<%s>" % " ".join([node[2].split(".")[-1], ", ".join(parts)]).strip(), width)
    if node[0] == "it":
        ends = " that raises " + node[2][0] if node[2] else ""
        items = ", ".join(value(n, 20) for n in node[1])
        return shown("an iterator over [%s]%s" % (items, ends), width)
    if node[0] == "S":
        return shown(jt_text.literal(node[1]), width)
    if node[0] in ("l", "t"):
        return shown("[%s]" % ", ".join(value(n, 30) for n in node[1]), width)
    if node[0] == "d":
        pairs = ("%s: %s" % (value(k, 20), value(v, 30)) for k, v in node[1])
        return shown("{%s}" % ", ".join(pairs), width)
    return "a value"


def _held(outcome, name, width=SHORT):
    """What a file holds, in words."""
    node = outcome.get("files", {}).get(name)
    if node is None:
        return "nothing"
    return value(node[1] if node[0] == "json" else node, width)


def _left(after, path):
    """`(what to call it, its node)` of what differs in what a call left behind."""
    from jt_write import access, follow

    name, node = path[0][1], after[path[0][1]]
    if name == "self" or name.startswith(("arg", "key_")):
        return "the object" if name == "self" else "its argument", node
    if len(value(node, 2 * SHORT)) <= SHORT:
        return name, node
    try:
        return access(name, node, path[1:]), follow(node, path[1:])
    except (KeyError, IndexError, StopIteration, TypeError):  # the other one has it alone
        return name, node


def did(case, outcome, found, past=False):
    """`total([]) returned 0`: what a case did, in one sentence."""
    if case.origin == "request":
        return jt_answers.did(case, outcome, found[1][0] if found[1] else (), past)
    call = shown(case.call)
    if case.setup:
        call = shown("; ".join(case.setup[-2:]), 80) + "; " + call
    what, path = found
    if what == "file":
        left = "left" if past else "leaves"
        return "%s %s %s in %s" % (call, left, _held(outcome, path[0][1]), path[0][1])
    if outcome["kind"] == "raise" and what != "after":
        told = "(%s)" % shown(repr(outcome["message"])) if what == "message" else ""
        return "%s %s %s%s" % (call, "raised" if past else "raises", outcome["type"], told)
    if outcome["kind"] in ("long", "slow"):
        return "%s doesn't end" % call
    if outcome["kind"] == "crash":
        return "%s crashes the interpreter" % call
    if what == "after" and path and path[0][1] in outcome.get("after", {}):
        thing, node = _left(outcome["after"], path)
        return "%s %s %s as %s" % (call, "left" if past else "leaves", thing, value(node))
    if outcome["kind"] == "raise":
        return "%s %s %s" % (call, "raised" if past else "raises", outcome["type"])
    if what == "out":
        return "%s %s %s" % (
            call,
            "printed" if past else "prints",
            shown(repr(outcome.get("out", ""))),
        )
    return "%s %s %s" % (call, "returned" if past else "returns", value(outcome["value"]))


def differing(case, before, now, found):
    """What the case did on base, and what it does on head: two sentences that differ."""
    if case.origin == "request":
        return jt_answers.differing(case, before, now, found)
    sentences = did(case, before, found, past=True), did(case, now, found)
    call = shown(case.call)
    if found[0] == "file" and sentences[0].replace(" left ", " leaves ") == sentences[1]:
        name = found[1][0][1]
        pieces = _around(*(_held(outcome, name, 100000) for outcome in (before, now)))
        return tuple(
            "%s %s %s in %s" % (call, verb, piece, name)
            for verb, piece in zip(("left", "leaves"), pieces)
        )
    if before["kind"] == now["kind"] == "value" and found[0] not in ("after", "out", "file"):
        if value(before["value"]) == value(now["value"]):
            pieces = _around(*(value(outcome["value"], 100000) for outcome in (before, now)))
            return "%s returned %s" % (call, pieces[0]), "%s returns %s" % (call, pieces[1])
    return sentences


def _around(first, second):
    """What two long texts hold where they begin to differ."""
    at = next((i for i, (a, b) in enumerate(zip(first, second)) if a != b), 0)
    start = max(0, at - AROUND)
    return ["..." + shown(text[start:], SHORT) for text in (first, second)]


def docstring(case, outcome, found, local):
    """One line that says which behaviour the test pins."""
    if case.origin == "request":
        return jt_answers.docstring(case, outcome)
    text = did(case, outcome, found).replace("\\", "/").replace('"', "'")
    if case.setup:
        text = did(case.changed(setup=()), outcome, found).replace("\\", "/").replace('"', "'")
    line = "Pins that %s." % text.rstrip(".")
    if len(line) > jt_text.WIDTH - 12 and found[0] == "after":
        line = "Pins what %s leaves behind." % local
    elif len(line) > jt_text.WIDTH - 12:
        verb = {"raise": "raises", "value": "returns"}.get(outcome["kind"], "does")
        line = "Pins what %s %s for %s." % (
            local,
            verb,
            _inputs(case.call).replace("_", " ") or "this input",
        )
    return line[: jt_text.WIDTH - 12]


def name(case, outcome, found, local):
    """A name for the test: `test_total_of_an_empty_list`."""
    if case.origin == "request":
        return jt_answers.name(case) + "_ends" * (found[0] == "endless")
    subject = re.sub(
        r"[^a-z0-9]+", "_", "_".join(snake(p).strip("_") for p in local.split("."))
    ).strip("_")
    inputs = _inputs(case.call)
    if found[0] == "file":
        joined = plain = "test_what_%s_writes" % subject
    elif outcome["kind"] == "raise" and found[0] != "after":
        plain = "test_%s_raises_%s" % (subject, snake(outcome["type"]))
        joined = "%s_for_%s" % (plain, inputs) if inputs else plain
    elif found[0] == "endless":
        joined = plain = "test_%s_ends" % subject
        joined = "%s_for_%s" % (plain, inputs) if inputs else plain
    elif found[0] == "after":
        plain = "test_what_%s_leaves_behind" % subject
        joined = plain
    else:
        plain = "test_%s" % subject
        joined = "%s_of_%s" % (plain, inputs) if inputs else plain
        if case.setup:
            joined = "%s_after_%s" % (joined, _steps(case)) if _steps(case) else joined
    joined = re.sub(r"_+", "_", joined).strip("_")
    return (
        joined if len(joined) <= 70 else re.sub(r"_+[^_]*$", "", joined[:70]).rstrip("_") or plain
    )


def _steps(case):
    words = []
    for text in case.setup:
        tree = jt_text.parse(text)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                words.append(snake(node.func.attr).strip("_"))
    return "_and_".join(dict.fromkeys(words))


def _inputs(call):
    tree = jt_text.parse(call)
    if tree is None or not tree.body or not isinstance(tree.body[0], ast.Expr):
        return ""
    node = tree.body[0].value
    while isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], ast.Call):
        if getattr(node.func, "id", getattr(node.func, "attr", "")) not in (
            "list",
            "run",
            "str",
            "len",
            "next",
        ):
            break
        node = node.args[0]
    if not isinstance(node, ast.Call):
        return ""
    words = [_word(a) for a in node.args]
    words += ["%s_%s" % (w.arg, _word(w.value)) for w in node.keywords if w.arg]
    return "_and_".join(w for w in words if w)


def _word(node):
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        return "minus_" + _word(node.operand)
    kinds = {
        ast.List: ("elts", "list"),
        ast.Tuple: ("elts", "tuple"),
        ast.Dict: ("values", "dict"),
        ast.Set: ("elts", "set"),
    }
    if type(node) in kinds:
        field, kind = kinds[type(node)]
        inner = getattr(node, field)
        if not inner:
            return "an_empty_" + kind
        words = [_word(e) for e in inner]
        if len(inner) <= 3 and kind != "dict" and all(0 < len(w) <= 8 for w in words):
            return "_".join(words)
        return "a_%s_of_%s" % (
            kind,
            {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(len(inner), "many"),
        )
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return "an_empty_set" if name == "set" and not node.args else snake(name).strip("_")
    if isinstance(node, ast.Lambda):
        return "a_function"
    return snake(getattr(node, "id", getattr(node, "attr", ""))).strip("_")


def _constant(value):
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return re.sub(r"[^0-9a-z]+", "_", repr(value).lower().replace("-", "minus_"))
    if isinstance(value, str):
        if not value:
            return "an_empty_string"
        if not value.strip():
            return "blanks"
        word = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")
        return word[:24].strip("_") if word else "marks"
    if isinstance(value, bytes):
        return "bytes" if value else "empty_bytes"
    return ""
