"""What a text is read as, where code hands it to something that reads a certain kind: a zone's
name, a date, a number.
"""

import datetime

SAMPLES = {
    "zone": ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kolkata"),
    "date": ("2024-01-31", "2024-02-29", "2023-12-31", "2024-03-01", "2024-07-01"),
    "datetime": (
        "2024-07-01T22:30:00+00:00", "2024-01-31T09:30:00", "2023-12-31T23:59:59+02:00",
        "2024-02-29T00:00:00", "2024-07-01T22:30:00",
    ),
    "time": ("09:30", "00:00", "23:59:59"),
    "int": ("1", "0", "12", "-1", "100", "7", "007", " 3"),
    "float": ("1.5", "0", "2.50", "-1", "10", "0.5"),
    "decimal": ("1.50", "0", "-2.25", "10.005", "100", "5"),
    "fraction": ("1/2", "3", "-2/3", "0.5"),
    "uuid": ("12345678-1234-5678-1234-567812345678", "12345678123456781234567812345678"),
    "url": (
        "https://example.com/a/b?x=1&y=2#top", "http://example.com", "/a/b", "example.com/a",
        "https://user:pw@example.com:8080/a%20b/?x=1&x=2",
    ),
    "ip": ("10.0.0.1", "192.168.1.10", "127.0.0.1", "::1", "2001:db8::1"),
    "network": ("10.0.0.0/8", "192.168.1.0/24", "10.0.0.1/32", "2001:db8::/32"),
    "hex": ("00ff", "deadbeef", "0a", ""),
    "base64": ("aGVsbG8=", "YQ==", "", "YWI="),
    "mail": ("Ann <ann@example.com>", "ann@example.com", '"Lee, Bo" <bo@example.com>'),
    "query": ("a=1&b=2", "a=1&a=2", "a=", "x=%20y"),
    "command": ("a b c", "a 'b c' -d", 'say "x y"', "a\\ b"),
}  # fmt: skip
# What reads a text, by its last name; with the name before it where that matters.
READERS = {
    "ZoneInfo": "zone", "gettz": "zone", "pytz.timezone": "zone", "date.fromisoformat": "date",
    "datetime.fromisoformat": "datetime", "time.fromisoformat": "time", "isoparse": "datetime",
    "parser.parse": "datetime", "int": "int", "float": "float", "Decimal": "decimal",
    "Fraction": "fraction", "UUID": "uuid", "urlparse": "url", "urlsplit": "url",
    "ip_address": "ip", "IPv4Address": "ip", "ip_network": "network", "unhexlify": "hex",
    "bytes.fromhex": "hex", "b64decode": "base64", "urlsafe_b64decode": "base64",
    "parseaddr": "mail", "parse_qs": "query", "parse_qsl": "query", "shlex.split": "command",
}  # fmt: skip
MOMENTS = (
    datetime.datetime(2024, 1, 31, 9, 30), datetime.datetime(2024, 2, 29, 0, 0),
    datetime.datetime(2023, 12, 31, 23, 59, 59), datetime.datetime(2024, 7, 1, 12, 5),
)  # fmt: skip


def kind_of(func, args, imported):
    """What a call reads its first argument as, or None; a format for dates as it is written.
    `imported` names what a module imports.
    """
    name = getattr(func, "attr", getattr(func, "id", ""))
    owner = getattr(func, "value", None)
    before = getattr(owner, "id", getattr(owner, "attr", ""))
    if name == "strptime" and len(args) > 1:
        form = getattr(args[1], "value", None)
        return form if isinstance(form, str) and "%" in form else None
    if before == "parser" and "dateutil" not in str(imported.get("parser", "")):
        return None
    return READERS.get("%s.%s" % (before, name)) or READERS.get(name)


def samples(kind):
    """Texts of a kind."""
    if "%" not in kind:
        return SAMPLES[kind]
    try:
        return tuple(moment.strftime(kind) for moment in MOMENTS)
    except ValueError:
        return ()
