"""What constructors take: their parameters, and the shapes of these by what becomes of them."""

import ast

import jt_code
import jt_shape

# Classes that take what they are made of by name.
MODELS = {"BaseModel", "SQLModel", "BaseSettings", "TypedDict"}
# Parameters that hold another object of the class.
LINKS = set(
    "left right next prev previous parent child head tail rest sibling next_node root".split()
)


def class_params(inference, module, node):
    """Parameters of a constructor, in order: name -> (shape, whether it is required)."""
    shapes = inference.constructor(module, node.name)
    required = {}
    for owner, name in inference.lineage(module, node.name):
        init = _own(owner, name)
        if isinstance(init, jt_code.FUNCTIONS):
            count = len(init.args.args) - len(init.args.defaults)
            required = {a.arg: i < count for i, a in enumerate(init.args.args)}
            optional = zip(init.args.kwonlyargs, init.args.kw_defaults)
            required.update((a.arg, d is None) for a, d in optional)
            for extra in (init.args.vararg, init.args.kwarg):
                if extra:
                    required[extra.arg] = None
            break
        for part in owner.defs[name].body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                if part.target.id not in required:
                    may_lack = _is_optional(owner.defs[name], part)
                    required[part.target.id] = not jt_code.has_default(part.value) and not may_lack
                if _class_var(part):
                    required[part.target.id] = None
    return {
        n: (s, required.get(n, True))
        for n, s in shapes.items()
        if required.get(n, True) is not None
    }


def _is_optional(node, field):
    """Whether a typed dictionary may lack a key."""
    hint = field.annotation
    is_told = isinstance(hint, ast.Subscript) and _last(hint.value) == "NotRequired"
    total = [w.value for w in node.keywords if w.arg == "total"]
    return is_told or any(getattr(value, "value", True) is False for value in total)


def by_name(inference, module, node):
    """Names of the parameters that a constructor takes by name only."""
    maker = maker_of(inference, module, node)
    if maker is not None:
        return [arg.arg for arg in maker.args.kwonlyargs]
    names, lineage = [], list(inference.lineage(module, node.name))
    is_model = any(bases(owner.defs[name]) & MODELS for owner, name in lineage)
    for owner, name in lineage:
        part, is_after = owner.defs[name], False
        is_whole = is_model or _is_told(part.decorator_list, "kw_only")
        for field in part.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                is_after = is_after or _last(field.annotation) == "KW_ONLY"
                is_named = is_whole or is_after or _is_told([field.value], "kw_only")
                names += [field.target.id] if is_named else []
    return names


def _last(node):
    return getattr(node, "id", getattr(node, "attr", ""))


def bases(node):
    """Last names of what a class is made from."""
    bare = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return {getattr(base, "id", getattr(base, "attr", "")) for base in bare}


def _is_told(calls, word):
    """Whether one of some calls is given a flag."""
    words = [w for call in calls for w in getattr(call, "keywords", ())]
    return any(w.arg == word and getattr(w.value, "value", False) is True for w in words)


def maker_of(inference, module, node):
    """The definition of a class's constructor, its own or an inherited one, or None."""
    for owner, name in inference.lineage(module, node.name):
        init = _own(owner, name)
        if isinstance(init, jt_code.FUNCTIONS):
            return init
    return None


def _own(owner, name):
    """What a class of a module is made by, where it says so itself."""
    return owner.defs.get(name + ".__init__") or owner.defs.get(name + ".__new__")


def keeps(function, name):
    """Whether a function does more with its `*name` or `**name` than to hand it on."""
    used, handed = 0, 0
    for node in ast.walk(function):
        used += isinstance(node, ast.Name) and node.id == name
        starred = isinstance(node, ast.Starred) or isinstance(node, ast.keyword) and not node.arg
        handed += starred and getattr(node.value, "id", None) == name
    return used > handed


def _class_var(node):
    text = ast.dump(node.annotation)
    if "ClassVar" in text or "KW_ONLY" in text:
        return True
    value = node.value
    if jt_code.makes_field(value):
        return any(
            w.arg == "init" and getattr(w.value, "value", True) is False for w in value.keywords
        )
    return False


def better(param, shape, used, class_name):
    """The shape of a constructor's parameter with what is known of the attribute that it
    becomes.
    """
    if used is not None and (not shape.scores or max(shape.scores.values()) <= jt_shape.LIKELY + 1):
        merged = jt_shape.Shape()
        jt_shape.merge(merged, used)
        if not used.scores:
            merged.scores.update(used.known())
        jt_shape.merge(merged, shape)
        merged.near = [used]
        shape = merged
    elif used is not None and used.consts and not shape.consts:
        shape = jt_shape.merge(jt_shape.merge(jt_shape.Shape(), shape), used, 1)
    plain = param.strip("_")
    if plain in LINKS and not set(shape.known()) - {"none", "int", "list"}:
        shape = jt_shape.Shape("object", jt_shape.SURE).add("none", jt_shape.LIKELY)
        shape.classes.append(class_name)
        shape.near = [used] if used is not None else []
    elif plain == "children" and (shape.elem is None or not shape.elem.known()):
        shape = jt_shape.Shape("list", jt_shape.SURE)
        shape.inside().add("object", jt_shape.SURE).classes.append(class_name)
    return shape
