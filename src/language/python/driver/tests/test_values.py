"""What the explorer passes: kinds, rows, constructors with any number of arguments."""

import ast
import random

import jt_code
import jt_constructors
import jt_infer
import jt_mining
import jt_samples
from jt_case import Names
from jt_pool import Pool
from jt_values import Values


def shapes(tmp_path, source):
    (tmp_path / "shop.py").write_text(source)
    code = jt_code.Code(str(tmp_path), ["."])
    return code, jt_infer.Inference(code)


def kinds(tmp_path, source):
    code, inference = shapes(tmp_path, source)
    return set(inference.params(code.module("shop"), "f")["x"].kinds())


def test_a_kind_that_code_asks_for_is_passed_and_one_that_it_refuses_is_not(tmp_path):
    taken = (
        "def f(x):\n    if isinstance(x, str):\n        return 0\n    return x.keys() | x.items()\n"
    )
    assert kinds(tmp_path, taken) >= {"str", "dict"}
    refused = (
        "def f(x: int):\n    if isinstance(x, bool):\n        raise TypeError\n    return x % 2\n"
    )
    assert kinds(tmp_path, refused) == {"int"}


def test_only_words_of_a_date_make_one(tmp_path):
    assert kinds(tmp_path, "def f(x):\n    return x.replace(second=0)\n") == {"datetime"}
    assert "date" not in kinds(tmp_path, "def f(x):\n    return x.replace('a', 'b', count=1)\n")


def test_rows_have_as_many_fields_as_the_code_asks_for():
    source = (
        "def f(s):\n    parts = s.split()\n    if len(parts) != 5:\n        raise ValueError\n"
        "    a, b = parts[0].split(':')\n    return a, b, re.split('x', s), s.split(sep='|')\n"
    )
    assert sorted(jt_mining.rows(ast.parse(source).body[0])) == [(" ", 5), (":", 2)]
    rng = random.Random(1)
    assert len(jt_samples.row(rng, [], [(";", 5)]).split(";")) == 5
    assert "\n" in jt_samples.lined(rng, ["role"])


def made(tmp_path, source, name="Box"):
    code, inference = shapes(tmp_path, source)
    module = code.module("shop")
    values = Values(random.Random(7), Pool(), Names(module, code), inference)
    return {values.instance(name) for _ in range(200)}


def test_constructors_get_any_number_where_they_keep_it_and_no_name_twice(tmp_path):
    kept = (
        "class Box:\n    def __init__(self, a, *rest, b, **more):\n"
        "        self.all = (a, list(rest), b, dict(more))\n"
    )
    handed_on = (
        "class Box(list):\n    def __init__(self, *rest, **more):\n"
        "        super().__init__(*rest, **more)\n"
    )
    texts = made(tmp_path, kept)
    assert max(len(ast.parse(text, mode="eval").body.args) for text in texts) > 1
    space = {}
    exec(kept, space)
    for text in texts:
        eval(text, space)
    assert made(tmp_path, handed_on) == {"Box()"}


def test_constructors_of_other_libraries_take_what_they_take(tmp_path):
    code, inference = shapes(
        tmp_path,
        "import attr\nimport dataclasses\nfrom pydantic import BaseModel\n\n\n"
        "@attr.s\nclass Bin:\n    _label = attr.ib()\n    stock = attr.ib(factory=dict)\n"
        "    cache = attr.ib(init=False)\n    size = attr.ib(kw_only=True)\n\n\n"
        "class Base(BaseModel):\n    model_config = {}\n\n\n"
        "class User(Base):\n    name: str\n    age: int = 0\n\n\n"
        "@dataclasses.dataclass\nclass Task:\n    title: str\n"
        "    _: dataclasses.KW_ONLY\n    due: int\n",
    )
    module = code.module("shop")

    def taken(name):
        node = module.defs[name]
        params = jt_constructors.class_params(inference, module, node)
        by_name = jt_constructors.by_name(inference, module, node)
        return [(n, required, n in by_name) for n, (_, required) in params.items()]

    assert taken("Bin") == [("label", True, False), ("stock", False, False), ("size", True, True)]
    assert taken("User") == [("name", True, True), ("age", False, True)]
    assert taken("Task") == [("title", True, False), ("due", True, True)]
