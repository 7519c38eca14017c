"""What a repository says about how its tests look: formatter, linter, type checker, line length."""

import configparser
import os
import re

WIDTH = 100  # where nothing says otherwise
USUAL_WIDTH = 88  # black's own, and ruff's, where they are used without a setting
FLAKE8_WIDTH = 79  # flake8's own


class Settings:
    """Which tools, and the files that set them; a file is None where the repository has none."""

    def __init__(self):
        self.formatter = "black"
        self.linter = "flake8"
        self.width = WIDTH
        self.black = None
        self.flake8 = None
        self.types = None
        self.types_leave_out = ()
        self.notes = []

    def type_checked(self, path):
        """Whether the repository's own type checker settings are about a file."""
        return self.types is not None and not any(out(path) for out in self.types_leave_out)


def read(root):
    """The settings of the repository in a folder."""
    settings = Settings()
    project = _toml(root, "pyproject.toml", settings.notes).get("tool", {})
    hooks = _text(root, ".pre-commit-config.yaml")
    ruff = _ruff(root, project, hooks, settings.notes)
    black = project.get("black")
    if not isinstance(black, dict) and re.search(r"(?m)^\s*-\s*id:\s*black\b", hooks):
        black = {"line-length": _argument(hooks)}
    if "black" in project:
        settings.black = "pyproject.toml"
    _flake8(root, settings)
    if isinstance(black, dict):
        settings.width = _number(black.get("line-length", black.get("line_length")), USUAL_WIDTH)
    elif ruff is not None:
        settings.formatter = "ruff"
        settings.width = _number(ruff.get("line-length"), USUAL_WIDTH)
    if ruff is not None and settings.flake8 is None:
        settings.linter = "ruff"
    _types(root, project, settings)
    return settings


def _ruff(root, project, hooks, notes):
    """ruff's settings, or None where it isn't used."""
    for name in (".ruff.toml", "ruff.toml"):
        if os.path.isfile(os.path.join(root, name)):
            return _toml(root, name, notes)
    if isinstance(project.get("ruff"), dict):
        return project["ruff"]
    return {} if re.search(r"(?m)^\s*-\s*id:\s*ruff\b", hooks) else None


def _flake8(root, settings):
    """The first file with a section of flake8, as flake8 looks for it."""
    for name in ("setup.cfg", "tox.ini", ".flake8"):
        section = _ini(root, name).get("flake8")
        if section is not None:
            settings.flake8 = name
            width = section.get("max-line-length", section.get("max_line_length"))
            settings.width = _number(width, FLAKE8_WIDTH)
            return


def _types(root, project, settings):
    """mypy's settings: its own files first, as mypy looks for them."""
    for name in ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"):
        if name == "pyproject.toml":
            section = project.get("mypy")
        else:
            section = _ini(root, name).get("mypy")
        if isinstance(section, dict):
            settings.types = name
            settings.types_leave_out = tuple(_left_out(section))
            return


def _left_out(section):
    """What says of a path that mypy is not meant to look at it."""
    files = [_plain(item) for item in _items(section.get("files"))]
    if files and not any("*" in item for item in files):
        yield lambda path: not any(_below(path, item) for item in files)
    elif not files and (section.get("packages") or section.get("modules")):
        yield lambda path: True
    for pattern in _items(section.get("exclude")):
        try:
            yield re.compile(pattern).search
        except re.error:
            continue


def _below(path, folder):
    return folder in ("", ".") or path == folder or path.startswith(folder + "/")


def _plain(path):
    path = path[2:] if path.startswith("./") else path
    return path.rstrip("/")


def _items(value):
    """The entries of a list, written as a list or in one text."""
    if isinstance(value, str):
        parts = re.split(r"[,\n]", value) if "(?" not in value else [value]
        return [part.strip() for part in parts if part.strip()]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _argument(hooks):
    """The line length among the arguments of a pre-commit hook."""
    found = re.search(r"(?:--line-length|-l)[=\s,\"']+(\d+)", hooks)
    return found.group(1) if found else None


def _number(value, otherwise):
    """A line length, from 40 to 400."""
    try:
        return min(400, max(40, int(str(value).strip())))
    except ValueError:
        return otherwise


def _text(root, name):
    try:
        with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
            return file.read(1 << 20)
    except OSError:
        return ""


def _ini(root, name):
    """The sections of a file, each a dict; none where it can't be read."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_text(root, name))
    except configparser.Error:
        return {}
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _toml(root, name, notes):
    text = _text(root, name)
    if not text:
        return {}
    reader = _toml_reader()
    if reader is None:
        notes.append(("%s was not read" % name, "this Python has no reader of TOML"))
        return {}
    try:
        return reader.loads(text)
    except ValueError:
        return {}


def _toml_reader():
    for name in ("tomllib", "tomli", "pip._vendor.tomli"):
        try:
            return __import__(name, fromlist=["loads"])
        except ImportError:
            continue
    return None
