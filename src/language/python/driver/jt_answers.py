"""What requests were answered, in words and as the statements of a test."""

import re

import jt_text
import jt_words

LONG = 240
_JSON = {"werkzeug": "get_json()", "flask": "get_json()"}
_TEXT = {"django": "content.decode()"}


def is_answer(outcome):
    """Whether the outcome is a response of a test client."""
    return outcome["kind"] == "value" and outcome["value"][0] == "resp"


def did(case, outcome, path=(), past=False):
    """`GET /orders/3 returned 200 with {"id": 3}`, in one sentence."""
    steps = [step.words() for step in case.steps]
    text = jt_words.shown("; ".join(steps[:-1]), 80) + ", then " if steps[1:] else ""
    text += jt_words.shown(steps[-1], 90)
    if outcome["kind"] == "raise":
        return "%s %s %s" % (text, "raised" if past else "raises", outcome["type"])
    if not is_answer(outcome):
        return "%s %s" % (
            text,
            {"crash": "crashes the interpreter"}.get(outcome["kind"], "doesn't end"),
        )
    return "%s %s %s" % (text, "returned" if past else "returns", _shown(outcome["value"], path))


def _shown(node, path):
    _, status, kind, body, headers, _ = node
    if path and path[0] == "header":
        given = headers.get(path[1])
        told = "%s: %s" % (path[1], given) if given is not None else "no %s" % path[1]
        return "%d with %s" % (status, jt_words.shown(told))
    if kind in ("json", "text") and body[0] != "?":
        return "%d with %s" % (status, jt_words.value(body, 90))
    return "%d" % status


def differing(case, before, now, found):
    """What the requests did on base, and what they do on head: two sentences that differ."""
    step = found[1][0] if found[1] else ()
    first, second = did(case, before, step, past=True), did(case, now, step)
    both = is_answer(before) and is_answer(now)
    if both and _shown(before["value"], step) == _shown(now["value"], step):
        texts = [jt_words.value(o["value"][3], 100000) for o in (before, now)]
        at = next((i for i, (a, b) in enumerate(zip(*texts)) if a != b), 0)
        status, start = before["value"][1], max(0, at - jt_words.AROUND)
        parts = ["%d with ...%s" % (status, jt_words.shown(t[start:], 90)) for t in texts]
        call = jt_words.shown(case.steps[-1].words(), 90)
        return "%s returned %s" % (call, parts[0]), "%s returns %s" % (call, parts[1])
    return first, second


def docstring(case, outcome):
    """One line that says which behaviour the test pins."""
    last = case.steps[-1]
    plain = "%s %s" % (last.method, last.url())
    after = " after %s" % " and ".join(s.method for s in case.steps[:-1]) if case.steps[1:] else ""
    text = "Pins what %s answers%s." % (jt_words.shown(plain, 60), after)
    if is_answer(outcome):
        status = outcome["value"][1]
        text = "Pins that %s answers %d%s." % (jt_words.shown(plain, 60), status, after)
    text = text.replace("\\", "/").replace('"', "'")
    return text[: jt_text.WIDTH - 12]


def name(case):
    """A name for the test: `test_get_orders_3_with_limit_2`."""
    last = case.steps[-1]
    words = [last.method.lower()] + [w for w in re.split(r"\W+", last.url().split("?")[0]) if w]
    if last.query:
        words += ["with"] + ["%s_%s" % pair for pair in last.query.items()]
    if case.steps[1:]:
        words += ["after"] + [step.method.lower() for step in case.steps[:-1]]
    plain = re.sub(r"[^a-z0-9]+", "_", "_".join(words).lower()).strip("_")
    plain = "test_" + re.sub(r"_+", "_", plain)
    return plain if len(plain) <= 70 else plain[:70].rstrip("_")


def statements(call, node, path, text_of):
    """The request and assertions on what it is answered; `text_of` gives the source of a node, or
    None where it can't be written.
    """
    _, status, kind, body, headers, flavour = node
    lines = ["response = " + call, "assert response.status_code == %d" % status]
    step = path[0] if path else ("status",)
    if step[0] == "header":
        return lines + [_header(step[1], headers.get(step[1]), text_of)]
    if step[0] == "body" or status < 400:
        lines += _body(kind, body, list(path[1:]) if step[0] == "body" else [], flavour, text_of)
    return lines


def _header(name, given, text_of):
    if given is None:
        return 'assert "%s" not in response.headers' % name
    source = 'response.headers["%s"]' % name
    if name == "content-type":
        return 'assert %s.split(";")[0] == %s' % (source, jt_text.literal(given))
    return "assert %s == %s" % (source, jt_text.literal(given))


def _body(kind, body, path, flavour, text_of):
    """Assertions on a body; `path` leads to what differs elsewhere."""
    from jt_write import Unwritable, access, follow

    if kind == "json":
        source = "response." + _JSON.get(flavour, "json()")
        whole = text_of(body)
        if whole is not None and len(whole) <= LONG:
            return [_equal(source, whole)]
        for end in range(1, len(path) + 1):
            text = text_of(follow(body, path[:end]))
            if text is not None and (len(text) <= LONG or end == len(path)):
                return [_equal(access(source, body, path[:end]), text)]
    if kind == "text" and body[0] == "s":
        source = "response." + _TEXT.get(flavour, "text")
        if len(body[1]) <= LONG:
            return [_equal(source, jt_text.literal(body[1]))]
        if path and path[0][0] == "line":
            return ["assert %s in %s" % (jt_text.literal(path[0][1]), source)]
    if path:
        raise Unwritable("nothing of the body can be asserted")
    return []


def _equal(source, text):
    if text in ("None", "True", "False"):
        return "assert %s is %s" % (source, text)
    return "assert %s == %s" % (source, text)
