"""What a web framework's test client gave back, as plain data: status, headers that mean something,
body.
"""

import json

LONGEST = 20000
HEADERS = {
    "content-type", "location", "www-authenticate", "cache-control", "content-disposition",
    "retry-after", "link", "allow", "access-control-allow-origin",
}  # fmt: skip
# Words in the names of headers whose values are another in each request.
CHANGING = {"id", "time", "date", "duration", "trace", "runtime", "took", "uuid"}
_CLIENTS = {"werkzeug": "get_json()", "flask": "get_json()", "django": "json()", "httpx": "json()"}


def parts(value, canon):
    """The node of a response, or None for anything else."""
    flavour = _flavour(type(value))
    if flavour is None:
        return None
    headers = {name: _header(name, text) for name, text in sorted(_headers(value).items())}
    kind, body = _body(value, headers.get("content-type", ""), canon)
    headers = {name: canon.scrub(text) for name, text in headers.items()}
    return ["resp", int(value.status_code), kind, body, headers, flavour]


def _flavour(kind):
    for base in kind.__mro__:
        top = base.__module__.split(".")[0].rstrip("0123456789")
        if top in _CLIENTS and base.__name__ in ("Response", "TestResponse", "HttpResponseBase"):
            return top
    return None


def _headers(value):
    found = {}
    for name, text in value.headers.items():
        name = name.lower()
        words = set(name.split("-"))
        if name in HEADERS or name.startswith("x-") and not words & CHANGING:
            found[name] = str(text)
    return found


def _header(name, text):
    return text.split(";")[0].strip().lower() if name == "content-type" else text


def _body(value, media, canon):
    data = _bytes(value)
    if not data:
        return "empty", ["n", "None"]
    if media.endswith(("/json", "+json")):
        try:
            return "json", canon.node(json.loads(data.decode("utf-8")))
        except ValueError:
            pass
    try:
        text = data[:LONGEST].decode("utf-8", "strict" if len(data) <= LONGEST else "ignore")
    except ValueError:
        return "bytes", ["y", repr(data[:2000]), "bytes"]
    clean = canon.scrub(text)
    return "text", ["s" if clean == text and len(data) <= LONGEST else "S", clean]


def _bytes(value):
    if getattr(value, "streaming", False):
        return b"".join(value.streaming_content)
    read = getattr(value, "get_data", None)
    return read() if read is not None else value.content
