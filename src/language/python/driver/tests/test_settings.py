"""What functions bind anew or fill in other modules or their own, and what looks at it later."""

from exploring import explore, passes

UNITS = '''
FACTORS = {"l": 1.0, "gal": 3.785, "impgal": 4.546}
current = "l"


def use_unit(name):
    """Changes the unit of all screens."""
    global current
    if name not in FACTORS:
        raise ValueError("unknown unit %r" % name)
    current = name


def from_litres(litres):
    return litres / FACTORS[current]
'''
SCREEN = '''
import units


def describe(litres):
    """The volume as shown on the screen."""
    return "%.1f %s" % (units.from_litres(litres), units.current)
'''
HANDLERS = '''
_handlers = {}


def register(kind, handler):
    """Adds a handler of a kind of event."""
    _handlers.setdefault(kind, []).append(handler)


def handle(kind, event):
    """What the handlers of a kind make of an event."""
    for handler in _handlers.get(kind, ()):
        event = handler(event)
    return event
'''


def test_a_name_that_another_module_binds_anew_is_read_when_it_is_needed(tmp_path):
    head = SCREEN.replace("import units", "from units import current, from_litres")
    head = head.replace("units.from_litres(litres), units.current", "from_litres(litres), current")
    found = explore(tmp_path, SCREEN, head, extra={"units.py": UNITS}, seconds=20)
    candidate = found["candidates"][0]
    assert "use_unit(" in candidate["code"]
    # The unit of before comes back after the test.
    assert 'monkeypatch.setattr(module, "current", module.current)' in candidate["code"]
    assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)


def test_what_was_registered_is_asked_for(tmp_path):
    head = HANDLERS.replace("event = handler(event)", "return handler(event)")
    found = explore(tmp_path, HANDLERS, head, seconds=20)
    candidate = found["candidates"][0]
    assert candidate["code"].count("register(") > 1
    assert "copy.deepcopy(module._handlers)" in candidate["code"]
    assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)
