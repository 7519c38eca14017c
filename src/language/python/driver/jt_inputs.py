"""What a handler takes from its request, read from its source: names of query parameters, headers
and form fields, the form of a JSON body, and the constants that all of these are compared with.
"""

import ast

import jt_code

SOURCES = {
    "args": "query", "GET": "query", "query_params": "query", "values": "query",
    "form": "form", "POST": "form", "headers": "header", "cookies": "cookie",
}  # fmt: skip
GETTERS = ("get", "getlist", "pop", "setdefault", "get_all")
TYPES = {"int": "integer", "float": "number", "str": "string", "bool": "boolean", "list": "array",
         "dict": "object"}  # fmt: skip
OF_TEXT = {
    "strip", "lower", "upper", "split", "startswith", "endswith", "title", "replace", "isdigit",
    "casefold", "encode", "isalpha", "isalnum", "lstrip", "rstrip", "partition",
}  # fmt: skip
DEPTH = 4
MOST_VALUES = 16


def empty():
    """Nothing is known yet."""
    return {"path": {}, "query": {}, "form": {}, "header": {}, "cookie": {}, "json": {}}


class Uses:
    """Follows a request through a handler, and through the functions that parts of it are handed
    to.
    """

    def __init__(self, code, inputs):
        self.code = code
        self.inputs = inputs
        self.methods = set()
        self.body = False  # whether a JSON body is read at all
        self.open = []

    def read(self, module, node, known):
        """Reads a handler, where parts of the request are `known` by names."""
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, jt_code.FUNCTIONS):
                    self._function(module, inner, dict(known))
        else:
            self._function(module, node, known)

    def _function(self, module, node, known):
        if len(self.open) >= DEPTH or node in self.open:
            return
        self.open.append(node)
        scope = _Scope(self, module, known, {a.arg for a in _arguments(node)})
        for statement in node.body:
            scope.statement(statement)
        self.open.pop()

    def follow(self, module, call, schemas, keywords):
        """A function of the repository that parts of the request are handed to."""
        name = getattr(call.func, "id", None)
        found = self.code.find(module, name) if name else None
        if found is None and isinstance(call.func, ast.Attribute):
            owner = getattr(call.func.value, "id", None)
            source = module.imported.get(owner) if owner else None
            if source:
                dotted = ".".join(part for part in source if part)
                other = self.code.module(dotted)
                if other and call.func.attr in other.defs:
                    found = (other, other.defs[call.func.attr])
        if found is None or not isinstance(found[1], jt_code.FUNCTIONS):
            return
        names = [a.arg for a in _arguments(found[1])]
        known = {n: s for n, s in zip(names, schemas) if s is not None}
        known.update({n: s for n, s in keywords.items() if s is not None})
        if known:
            self._function(found[0], found[1], known)


class _Scope:
    """One function's names, and what part of the request each stands for."""

    def __init__(self, uses, module, known, params):
        self.uses = uses
        self.module = module
        self.known = known
        self.params = params
        self.fields = {}  # names that run over fields, and which these are

    def statement(self, node):
        """Reads one statement."""
        if isinstance(node, ast.Assign):
            schema = self.look(node.value)
            for target in node.targets:
                self._bind(target, schema)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
            schema = self.look(node.value) if node.value is not None else None
            if isinstance(node, ast.AnnAssign):
                self._bind(node.target, schema)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._each(node)
            for inner in node.body + node.orelse:
                self.statement(inner)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.stmt):
                    self.statement(child)
                elif isinstance(child, ast.expr):
                    self.look(child)
                else:
                    self.statement(child)

    def _bind(self, target, schema):
        if isinstance(target, ast.Name):
            if schema is not None:
                self.known[target.id] = schema
        elif not isinstance(target, (ast.Tuple, ast.List)):
            self.look(target)

    def _each(self, node):
        """A loop over a part of the request, or over the names of some."""
        names = self._names(node.iter)
        if names and isinstance(node.target, ast.Name):
            self.fields[node.target.id] = names
        self._bind(node.target, self._items(self.look(node.iter)))

    def _names(self, node):
        """The texts of a list that is written down here or in the module."""
        if isinstance(node, ast.Name) and node.id not in self.params:
            node = self._constant(node)
        texts = [getattr(e, "value", None) for e in getattr(node, "elts", ())]
        texts = texts or [getattr(k, "value", None) for k in getattr(node, "keys", ())]
        return texts if all(isinstance(text, str) for text in texts) else []

    def _field_of(self, holder, index, needed):
        """The field, or the fields, that an index names; None for another index."""
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            return self._field(holder, index.value, needed)
        names = self.fields.get(getattr(index, "id", None), ()) if holder is not None else ()
        found = [self._field(holder, name, needed) for name in names[:MOST_VALUES]]
        return found[0] if found else None

    @staticmethod
    def _items(schema):
        if schema is None or "holder" in schema:
            return None
        schema.setdefault("type", "array")
        return schema.setdefault("items", {})

    # -- expressions

    def look(self, node):
        """The part of the request that an expression stands for, or None; notes its uses."""
        handler = getattr(self, "_see_" + type(node).__name__.lower(), None)
        if handler is not None:
            return handler(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.look(child)
            elif isinstance(child, ast.keyword):
                self.look(child.value)
            elif isinstance(child, ast.comprehension):
                self._each(child)
                for test in child.ifs:
                    self.look(test)
        return None

    def _see_name(self, node):
        return self.known.get(node.id)

    def _see_await(self, node):
        return self.look(node.value)

    def _see_namedexpr(self, node):
        schema = self.look(node.value)
        self._bind(node.target, schema)
        return schema

    def _see_boolop(self, node):
        found = [self.look(value) for value in node.values]
        return next((schema for schema in found if schema is not None), None)

    def _see_ifexp(self, node):
        self.look(node.test)
        found = [self.look(node.body), self.look(node.orelse)]
        return next((schema for schema in found if schema is not None), None)

    def _see_listcomp(self, node):
        for part in node.generators:
            self._each(part)
            for test in part.ifs:
                self.look(test)
        for field in ("elt", "key", "value"):
            if getattr(node, field, None) is not None:
                self.look(getattr(node, field))

    _see_generatorexp = _see_setcomp = _see_dictcomp = _see_listcomp

    def _see_attribute(self, node):
        if self._is_request(node.value):
            if node.attr in SOURCES:
                return {"holder": SOURCES[node.attr]}
            if node.attr == "json":
                return self._json()
            if node.attr == "method":
                return {"holder": "method"}
        schema = self.look(node.value)
        # An attribute of a model is a field of the body.
        is_model = schema is not None and "holder" not in schema and schema.get("properties")
        return schema["properties"].get(node.attr) if is_model else None

    def _is_request(self, node):
        if isinstance(node, ast.Attribute):
            return node.attr == "request"
        return isinstance(node, ast.Name) and node.id in ("request", "req")

    def _json(self):
        self.uses.body = True
        return self.uses.inputs["json"]

    def _see_subscript(self, node):
        holder = self.look(node.value)
        index = getattr(node.slice, "value", node.slice)  # an `Index` before Python 3.9
        if isinstance(node.slice, ast.Constant):
            index = node.slice
        found = self._field_of(holder, index, True)
        if found is not None or isinstance(getattr(index, "value", None), str):
            return found
        schema = self.look(index) if isinstance(index, ast.expr) else None
        if schema is not None:
            self._looked_up(schema, node.value)
        if holder is not None and "holder" not in holder and isinstance(index, ast.Constant):
            return self._items(holder)
        return None

    def _field(self, holder, name, needed):
        if holder is None or len(name) > 100:
            return None
        if "holder" in holder:
            if holder["holder"] == "method":
                return None
            schema = self.uses.inputs[holder["holder"]].setdefault(name, {})
            if needed:
                schema["needed"] = True
            return schema
        holder.setdefault("type", "object")
        fields = holder.setdefault("properties", {})
        if needed and name not in holder.setdefault("required", []):
            holder["required"].append(name)
        return fields.setdefault(name, {})

    def _see_call(self, node):
        schemas = [self.look(a) for a in node.args if not isinstance(a, ast.Starred)]
        keywords = {w.arg: self.look(w.value) for w in node.keywords if w.arg}
        if isinstance(node.func, ast.Attribute):
            found = self._method(node, node.func, schemas)
            if found is not None:
                return found
        elif isinstance(node.func, ast.Name):
            found = self._builtin(node, schemas)
            if found is not None:
                return found
        if any(
            s is not None and "holder" not in s for s in list(schemas) + list(keywords.values())
        ):
            self.uses.follow(self.module, node, schemas, keywords)
        return None

    def _method(self, node, func, schemas):
        if self._is_request(func.value) and func.attr in ("get_json", "json"):
            return self._json()
        if self._is_request(func.value) and func.attr in ("form", "get_data"):
            return {"holder": "form"} if func.attr == "form" else None
        if func.attr == "loads" and node.args and self._is_body(node.args[0]):
            return self._json()
        owner = self.look(func.value)
        first = node.args[0] if node.args else None
        if func.attr in GETTERS and owner is not None and first is not None:
            found = self._field_of(owner, first, False)
            if found is not None:
                return self._got(node, found, func.attr)
        if func.attr in GETTERS and schemas and schemas[0] is not None:
            self._looked_up(schemas[0], func.value)
        if owner is not None and "holder" not in owner and func.attr in OF_TEXT:
            owner.setdefault("type", "string")
            for arg in node.args:
                self._value(owner, arg)
            return owner
        return None

    def _is_body(self, node):
        return (
            isinstance(node, ast.Attribute)
            and node.attr in ("body", "data")
            and self._is_request(node.value)
            or isinstance(node, ast.Call)
            and bool(
                self._is_body(getattr(node.func, "value", node.func))
                or getattr(node.func, "attr", "") in ("get_data", "body")
            )
            or isinstance(node, ast.Await)
            and self._is_body(node.value)
        )

    def _got(self, node, schema, how):
        if schema is None:
            return None
        given = node.args[1:2] + [w.value for w in node.keywords if w.arg == "default"]
        for default in given:
            if isinstance(default, ast.Constant) and default.value is not None:
                schema.setdefault("default", default.value)
            self._value(schema, default)
        for word in node.keywords:
            kind = TYPES.get(getattr(word.value, "id", None)) if word.arg == "type" else None
            if kind:
                schema["type"] = kind
        if how == "getlist":
            return {"type": "array", "items": schema}
        return schema

    def _builtin(self, node, schemas):
        name, schema = node.func.id, schemas[0] if schemas else None
        if schema is None or "holder" in schema:
            return None
        if name in TYPES:
            if name != "str" or not schema.get("type"):
                schema.setdefault("type", TYPES[name])
            return schema
        if name == "isinstance" and len(node.args) == 2:
            kinds = getattr(node.args[1], "elts", [node.args[1]])
            kind = TYPES.get(getattr(kinds[0], "id", None)) if kinds else None
            schema.setdefault("type", kind or schema.get("type"))
            return schema
        if name in ("sorted", "set", "tuple", "sum", "min", "max", "reversed", "enumerate"):
            self._items(schema)
            return schema
        if name in ("abs", "round", "range"):
            schema.setdefault("type", "integer" if name == "range" else "number")
            return schema
        return None

    def _see_binop(self, node):
        pair = [self.look(node.left), self.look(node.right)]
        for schema, other in zip(pair, (node.right, node.left)):
            if schema is None or "holder" in schema or schema.get("type"):
                continue
            constant = getattr(other, "value", None) if isinstance(other, ast.Constant) else None
            if isinstance(node.op, (ast.Sub, ast.Div, ast.Pow)):
                schema["type"] = "number"
            elif isinstance(node.op, (ast.FloorDiv, ast.Mod)) and not isinstance(constant, str):
                schema["type"] = "integer"
            elif isinstance(constant, str):
                schema["type"] = "string"
            elif isinstance(node.op, ast.Mult) or isinstance(constant, (int, float)):
                schema["type"] = "number"
        return next((schema for schema in pair if schema is not None), None)

    def _see_compare(self, node):
        sides = [node.left] + node.comparators
        schemas = [self.look(side) for side in sides]
        for i, op in enumerate(node.ops):
            left, right = schemas[i], schemas[i + 1]
            if isinstance(op, (ast.In, ast.NotIn)):
                self._membership(left, sides[i], right, sides[i + 1])
                continue
            for schema, other in ((left, sides[i + 1]), (right, sides[i])):
                if schema is None:
                    continue
                if schema.get("holder") == "method":
                    self._methods(other)
                elif "holder" not in schema:
                    self._value(schema, other)

    def _methods(self, node):
        for part in getattr(node, "elts", [node]):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                self.uses.methods.add(part.value.upper())

    def _membership(self, left, node, right, container):
        if right is not None and isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._field(right, node.value, False)
        if left is None:
            return
        if left.get("holder") == "method":
            self._methods(container)
        elif "holder" not in left:
            self._looked_up(left, container)

    def _looked_up(self, schema, container):
        """What is looked up in a table of the module is one of its keys."""
        if "holder" in schema:
            return
        keys = jt_code.keys_of(self._constant(container))
        for key in keys[:12] or self._made_with(container):
            self._value(schema, key)

    def _made_with(self, container):
        """What an object of a module is made with that has what is looked up."""
        while isinstance(container, ast.Attribute):
            container = container.value
        made = self._constant(container)
        return (
            [part for part in ast.walk(made) if _is_text(part)][:12]
            if made is not container
            else []
        )

    def _constant(self, node):
        """The literal that a name of a module is bound to, or the node itself."""
        code = self.uses.code
        return code.bound(code.module(self.module.name) or self.module, node) or node

    def _value(self, schema, node):
        node = self._constant(node)
        negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        inner = node.operand if negative else node
        if not isinstance(inner, ast.Constant) or inner.value is None:
            return
        value = inner.value
        if not isinstance(value, (str, int, float)) or isinstance(value, str) and len(value) > 100:
            return
        if negative and not isinstance(value, str):
            value = -value
        values = schema.setdefault("values", [])
        near = [value]
        if isinstance(value, int) and not isinstance(value, bool):
            near = [value, value + 1, value - 1]
        for one in near:
            if len(values) < MOST_VALUES and repr(one) not in map(repr, values):
                values.append(one)


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _arguments(node):
    given = node.args
    return getattr(given, "posonlyargs", []) + given.args + given.kwonlyargs


def definition(module, dotted):
    """The definition of a dotted name, also of one inside a function."""
    place = module.tree
    for part in dotted.split("."):
        inside = [n for n in ast.walk(place) if n is not place]
        place = next(
            (
                n
                for n in inside
                if isinstance(n, jt_code.FUNCTIONS + (ast.ClassDef,)) and n.name == part
            ),
            None,
        )
        if place is None:
            return None
    return place


def bound(node, inputs):
    """What the parameters of a handler stand for: parts of the path, of the query, or the body."""
    known = dict(inputs["path"])
    if isinstance(node, ast.ClassDef):
        return known
    fields = inputs["json"].get("properties") or {}
    for arg in _arguments(node):
        if arg.arg in inputs["query"]:
            known[arg.arg] = inputs["query"][arg.arg]
        elif arg.arg in fields and arg.arg not in inputs["path"]:
            known[arg.arg] = fields[arg.arg]
        elif arg.annotation is not None and fields and arg.arg not in known:
            known[arg.arg] = inputs["json"]
    return known


def methods(node):
    """The methods that a handler's decorators let through: `@require_POST`."""
    found = set()
    for mark in node.decorator_list:
        name = mark.func if isinstance(mark, ast.Call) else mark
        name = getattr(name, "attr", getattr(name, "id", ""))
        if name in ("require_POST", "require_GET", "require_safe"):
            found.add("POST" if name == "require_POST" else "GET")
        elif name in ("require_http_methods", "api_view") and isinstance(mark, ast.Call):
            consts = [n.value for n in ast.walk(mark) if isinstance(n, ast.Constant)]
            found |= {value for value in consts if isinstance(value, str)}
    return found
