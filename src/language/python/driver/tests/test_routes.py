"""Routes are called end to end, through the test client of their framework."""

import pytest

from exploring import explore, passes

FLASK = """
from flask import Flask, request

app = Flask(__name__)
ORDERS = {3: {"id": 3, "lines": ["tea", "salt"]}}


@app.get("/orders/<int:order_id>")
def show(order_id):
    order = ORDERS.get(order_id)
    if order is None:
        return {"error": "there is no such order"}, 404
    limit = request.args.get("limit", 5, type=int)
    return {"id": order_id, "lines": order["lines"][:limit]}


@app.post("/orders")
def create():
    data = request.get_json()
    if data["count"] > 12:
        return {"error": "too many"}, 422
    number = max(ORDERS) + 1
    ORDERS[number] = {"id": number, "lines": [data["name"].strip()] * data["count"]}
    return {"id": number}, 201
"""
FASTAPI = """
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel

router = APIRouter(prefix="/items")
ITEMS = {}


class Item(BaseModel):
    name: str
    price: float


@router.post("", status_code=201)
def create(item: Item):
    ITEMS[len(ITEMS) + 1] = item
    return {"id": len(ITEMS)}


@router.get("/{item_id}")
async def show(item_id: int, discount: int = 0):
    if item_id not in ITEMS:
        raise HTTPException(404, "no such item")
    return {"price": ITEMS[item_id].price * (100 - discount) / 100}


def create_app():
    app = FastAPI()
    app.include_router(router, prefix="/api")
    return app
"""
DJANGO = """
from django.http import JsonResponse


def show(request, number):
    if request.GET.get("unit") == "gram":
        return JsonResponse({"weight": number * 1000})
    return JsonResponse({"weight": number})
"""
DJANGO_PROJECT = {
    "settings.py": 'SECRET_KEY = "a"\nROOT_URLCONF = "urls"\nALLOWED_HOSTS = ["shop.example"]\n',
    "urls.py": "from django.urls import path\n\nimport shop\n\n"
    'urlpatterns = [path("weights/<int:number>/", shop.show)]\n',
    "manage.py": 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")\n',
}
STARLETTE = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route


async def show(request):
    name = request.path_params["name"]
    return JSONResponse({"hello": name.upper()}, headers={"x-shop": "a"})


app = Starlette(routes=[Mount("/api", routes=[Route("/hello/{name}", show)])])
"""
ORDER, ORDERS = ("GET", "/orders/<int:order_id>"), ("POST", "/orders")
ITEM, ITEMS = ("GET", "/api/items/{item_id}"), ("POST", "/api/items")


def found(tmp_path, base, head, routes, extra=None):
    """The code of regression tests, which pass on base and fail on head."""
    result = explore(tmp_path, base, head, routes=routes, extra=extra, seconds=10)
    assert result["problems"] == [] and result["failure"] is None
    codes = []
    for candidate in result["candidates"]:
        assert candidate["purpose"] == "regression"
        assert passes(tmp_path, "base", candidate)
        assert not passes(tmp_path, "head", candidate)
        codes.append(candidate["code"])
    return codes


def test_a_handler_of_flask_is_called_with_a_key_and_a_query_that_its_source_names(tmp_path):
    head = FLASK.replace("[:limit]", "[: limit - 1]")
    codes = found(tmp_path, FLASK, head, {"show": ORDER})
    assert any('client.get("/orders/3?limit=' in code for code in codes), codes
    assert all("app.test_client()" in code and "status_code == 200" in code for code in codes)


def test_a_body_is_made_of_the_fields_that_the_handler_reads(tmp_path):
    codes = found(tmp_path, FLASK, FLASK.replace("> 12", "> 13"), {"create": ORDERS})
    assert any('"count": 13' in code and "status_code == 422" in code for code in codes), codes


def test_a_handler_that_fails_is_an_answer_of_the_server(tmp_path):
    head = FLASK.replace("ORDERS.get(order_id)", "ORDERS[order_id]")
    result = explore(tmp_path, FLASK, head, routes={"show": ORDER}, seconds=10)
    assert any("returns 500" in c["now"] and c["unplanned_exception"] for c in result["candidates"])


def test_a_route_that_shows_only_after_another_request_is_called_after_it(tmp_path):
    head = FASTAPI.replace("(100 - discount)", "(100 + discount)")
    codes = found(tmp_path, FASTAPI, head, {"show": ITEM})
    assert codes
    assert all('client.post("/api/items", json=' in code for code in codes), codes
    assert all("app = create_app()" in code and "TestClient(app)" in code for code in codes)


def test_what_a_request_leaves_behind_is_shown_by_the_next(tmp_path):
    head = FASTAPI.replace("len(ITEMS) + 1] = item", "len(ITEMS) + 2] = item")
    codes = found(tmp_path, FASTAPI, head, {"create": ITEMS})
    assert any('client.get("/api/items/' in code for code in codes), codes


def test_a_view_of_django_is_called_with_the_settings_of_the_repository(tmp_path):
    codes = found(
        tmp_path,
        DJANGO,
        DJANGO.replace("* 1000", "* 100"),
        {"show": ("ANY", "/weights/<int:number>/")},
        extra=DJANGO_PROJECT,
    )
    assert any('client.get("/weights/1/?unit=gram")' in code for code in codes), codes
    assert all('SERVER_NAME="shop.example"' in code and "django.setup()" in code for code in codes)


def test_a_header_of_starlette_is_behaviour(tmp_path):
    head = STARLETTE.replace('"x-shop": "a"', '"x-shop": "b"')
    codes = found(tmp_path, STARLETTE, head, {"show": ("GET", "/api/hello/{name}")})
    assert any('response.headers["x-shop"] == "a"' in code for code in codes), codes


@pytest.mark.parametrize("words", ["there is nothing here", "no order with this number"])
def test_other_words_for_an_error_are_no_difference(tmp_path, words):
    head = FLASK.replace("there is no such order", words)
    assert found(tmp_path, FLASK, head, {"show": ORDER}) == []


def test_equal_handlers_and_a_value_of_chance_are_no_difference(tmp_path):
    base = FLASK.replace("import Flask", "import Flask").replace(
        'return {"id": number}, 201', 'return {"id": number, "at": time.time()}, 201'
    )
    base = "import time\n" + base
    head = base.replace('data["count"] > 12', 'not data["count"] <= 12')
    assert found(tmp_path, base, head, {"create": ORDERS}) == []


def test_mutants_of_a_handler_are_killed_by_requests(tmp_path):
    mutant = FLASK.replace(
        'limit = request.args.get("limit", 5', 'limit = request.args.get("limit", 1'
    )
    line = 1 + FLASK[: FLASK.index("limit = request")].count("\n")
    mutants = [{"id": "M1", "file": "shop.py", "module": "shop", "symbol": "shop.show"}]
    mutants = [dict(m, line=line, source=mutant) for m in mutants]
    result = explore(
        tmp_path, FLASK, FLASK + "\n\nX = 1\n", mutants, routes={"show": ORDER}, seconds=12
    )
    killers = [c for c in result["candidates"] if c["mutants"] == ["M1"]]
    assert killers and 'client.get("/orders/3")' in killers[0]["code"], result


def test_a_route_that_no_application_answers_is_said(tmp_path):
    base = FLASK.replace(
        "app = Flask(__name__)", 'from flask import Blueprint\napp = Blueprint("a", "a")'
    )
    result = explore(
        tmp_path, base, base.replace("> 12", "> 13"), routes={"create": ORDERS}, seconds=10
    )
    assert result["candidates"] == []
    (warning,) = result["warnings"]
    assert warning["what"] == "POST /orders is not called end to end"
    assert warning["why"] == "no application was found that answers it"


def test_a_framework_that_is_not_installed_is_said(tmp_path):
    base = FLASK.replace("from flask import", "from flask_that_is_not_there import")
    result = explore(
        tmp_path, base, base.replace("> 12", "> 13"), routes={"create": ORDERS}, seconds=10
    )
    assert any("flask_that_is_not_there" in p["what"] for p in result["problems"])


def test_a_number_in_an_address_may_be_none(tmp_path):
    kind = 'request.args.get("limit", 5, type=int)'
    base = FLASK.replace(
        "    limit = " + kind,
        '    try:\n        limit = int(request.args.get("limit", 5))\n'
        '    except ValueError:\n        return {"error": "limit"}, 400',
    )
    codes = found(tmp_path, base, FLASK, {"show": ORDER})
    assert any("status_code == 400" in code for code in codes), codes
    head = base.replace("int(request", "int(float(request").replace("5))", "5)))")
    codes = found(tmp_path / "other", base, head, {"show": ORDER})
    assert any("?limit=" in code and ".5" in code for code in codes), codes


NOTES = """
from flask import Flask, request


def create_app():
    app = Flask(__name__)
    notes = {}

    @app.get("/notes")
    def index():
        return {"notes": sorted(n for n, note in notes.items() if not note["gone"])}

    @app.post("/notes")
    def create():
        data = request.get_json()
        if not data.get("text"):
            return {"error": "text"}, 400
        number = len(notes) + 1
        notes[number] = {"text": data["text"], "gone": False}
        return {"id": number}, 201

    @app.get("/notes/<int:number>")
    def show(number):
        note = notes.get(number)
        if note is None or note["gone"]:
            return {"error": "missing"}, 404
        return note

    @app.put("/notes/<int:number>")
    def change(number):
        note = notes.get(number)
        if note is None or note["gone"]:
            return {"error": "missing"}, 404
        note["text"] = request.get_json()["text"]
        return note

    @app.delete("/notes/<int:number>")
    def remove(number):
        if number not in notes:
            return {"error": "missing"}, 404
        notes[number]["gone"] = True
        return "", 204

    return app
"""
NOTE, ALL_NOTES = "/notes/<int:number>", "/notes"
OF_NOTES = {
    "create_app.index": ("GET", ALL_NOTES),
    "create_app.create": ("POST", ALL_NOTES),
    "create_app.show": ("GET", NOTE),
    "create_app.change": ("PUT", NOTE),
    "create_app.remove": ("DELETE", NOTE),
}


@pytest.mark.parametrize(
    "old, new, count",
    [
        ("if number not in notes:", 'if number not in notes or notes[number]["gone"]:', 2),
        ('if note is None or note["gone"]:\n            return {"error": "missing"}, 404\n'
         "        return note",
         'if note is None:\n            return {"error": "missing"}, 404\n        return note', 1),
    ],
)  # fmt: skip
def test_what_was_removed_is_asked_for_again_though_there_are_many_routes(
    tmp_path, old, new, count
):
    head = NOTES.replace(old, new)
    assert head != NOTES
    codes = found(tmp_path, NOTES, head, OF_NOTES)
    assert any(code.count("client.delete(") == count for code in codes), codes
    assert all("client.post(" in code for code in codes)
