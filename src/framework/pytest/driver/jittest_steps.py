"""What the sessions of the matrix are asked for."""

import os


def groups(tests):
    """Tests by folder, as files of one folder are collected in the same way."""
    found = {}
    for test in tests:
        found.setdefault(os.path.dirname(test["path"]), []).append(test)
    return list(found.values())


def step_of(files, limit, nodes=None, counted=(), stop=False, forked=False):
    """One copy's work: test files, of them only some nodes, the nodes whose failure matters, and
    whether that ends it.
    """
    return {
        "files": list(files),
        "limit": limit,
        "nodes": nodes,
        "counted": list(counted),
        "stop": stop,
        "forked": forked,
    }


def ask(run, side, how, cells, files, **request):
    """One session whose cells run in copies, after collection (`how` is `cells`) or before it
    (`early`), and others where a cell takes one down; the answer for each cell by its id, None
    where its end was not reached.
    """
    answers = {cell["id"]: None for cell in cells}
    while cells:
        answer = run.session(side, files, **dict(request, **{how: cells}))
        answers.update((name, answer.cell(name)) for name in answer.cells)
        if answer.ending == "deadline" or not answer.cells:
            break
        cells = [cell for cell in cells if cell["id"] not in answer.cells]
    return answers


def parted(run, work, arguments, family=None):
    """Calls `work` with a share of `arguments` for each slot; all results in one list. Those of a
    family, as `family` names it, come one after another, as what is found out for one holds for
    the others; a share may begin in the middle of one.
    """
    if family is None:
        parts = [arguments[number :: run.parallel] for number in range(run.parallel)]
    else:
        families = {}
        for argument in arguments:
            families.setdefault(family(argument), []).append(argument)
        ordered = [argument for members in families.values() for argument in members]
        size = max(1, -(-len(ordered) // run.parallel))
        parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return run.together(work, [part for part in parts if part])
