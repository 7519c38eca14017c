"""One pytest session in a fork of the zygote: `python -m pytest` in a clean checkout."""

import importlib.util
import os
import random
import resource
import sys
import tempfile
import types

import jittest_clock
import jittest_processes
from jittest_wire import write_frame

FILE_BYTES = 256 << 20
# Options that turn off what would take the tests out of this process, where the plugin is
# installed.
TAMED = [("xdist", ["-n0"]), ("pytest_cov", ["--no-cov"])]


def run(request, descriptor, nonce):
    """Runs the session and never returns."""
    os.setsid()
    jittest_processes.adopt_orphans()
    _stand_in(request)

    def send(value):
        write_frame(descriptor, nonce, value)

    code = 70
    pid = os.getpid()
    try:
        code = _pytest(request, send)
    except BaseException as error:  # whatever the repository's conftest does
        send({"kind": "crash", "message": "%s: %s" % (type(error).__name__, str(error)[:400])})
    if os.getpid() == pid:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                pass
        send({"kind": "end", "code": int(code)})
    os._exit(0)


def _stand_in(request):
    """Folder, environment, streams, `sys.path`, `sys.argv` and `__main__` as `python -m pytest` has
    them.
    """
    root = request["root"]
    os.chdir(root)
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    bound = FILE_BYTES if hard == resource.RLIM_INFINITY else min(FILE_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bound, hard))
    roots = [os.path.normpath(os.path.join(root, folder)) for folder in request["import_roots"]]
    os.environ["TMPDIR"] = request["tmp"]
    os.environ["PWD"] = root
    os.environ["HOME"] = os.path.join(request["tmp"], "home")
    os.makedirs(os.environ["HOME"], exist_ok=True)
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(
        dict.fromkeys(roots + [path for path in known if path])
    )
    tempfile.tempdir = None
    sys.path[:] = list(dict.fromkeys(roots + [root] + sys.path))
    importlib.invalidate_caches()
    random.seed()
    spec = importlib.util.find_spec("pytest.__main__")
    main = types.ModuleType("__main__")
    main.__spec__, main.__file__ = spec, spec.origin
    sys.modules["__main__"] = main
    sys.argv = [spec.origin] + request["files"]


def _pytest(request, send):
    import pytest

    from jittest_mutation import Mutation, record
    from jittest_observer import Observer
    from jittest_trace import Tracer
    from jittest_tree import Tree

    root = request["root"]
    if request.get("ahead") and not jittest_clock.set_ahead(request["ahead"]):
        send({"kind": "note", "text": "the clock could not be set ahead for a rerun"})
    mutation, tracer, tree = None, None, None
    if request.get("mutant"):
        mutation = Mutation(
            os.path.join(root, request["mutant"]["file"]), request["mutant"]["source"]
        )
        mutation.install()
    if request["forked"] or request.get("cells") or request.get("early"):
        tree = Tree(root, request["pristine"], request.get("added"))
    if request.get("trace"):
        tracer = Tracer(
            {os.path.realpath(os.path.join(root, name)): name for name in request["trace"]}
        )
        tracer.start()
    observer = Observer(request, send, tree, tracer, mutation)
    if request.get("early"):
        record(observer.loaded)
    code = pytest.main(arguments(request), plugins=[observer])
    if mutation is not None:
        send({"kind": "mutant", "served": mutation.served, "import_error": mutation.import_error})
    return code


def arguments(request):
    """The arguments of pytest: as the repository configures it, unless that can't work here."""
    found = [
        "-o",
        "cache_dir=" + os.path.join(request["tmp"], "cache"),
        "--continue-on-collection-errors",
    ]
    # What a failure is, the observer says: a traceback would only take time.
    found += ["--maxfail=0", "--tb=line", "--color=no", "-q"]
    if request["options"] == "tamed":
        for module, options in TAMED:
            if importlib.util.find_spec(module) is not None:
                found += options
    elif request["options"] == "bare":
        found += ["-o", "addopts="]
    return found + [os.path.join(request["root"], name) for name in request["files"]]
