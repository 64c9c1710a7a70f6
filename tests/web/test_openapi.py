"""The API's description is whole, and docs/api.md tells of every route."""

import re
from pathlib import Path

import pytest

from campana.web.app import API
from campana.web.openapi import describe
from tests.support.house import served

DOCS = Path(__file__).parent.parent.parent / "docs" / "api.md"
CHANGING = {"post", "patch", "delete"}


@pytest.fixture
def described(small_app):
    return describe(small_app)


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


async def test_it_is_served_without_a_key(small_house):
    answer = await small_house.get(None, "//api/openapi.json")
    assert answer.status == 200
    assert answer.json["info"]["title"] == "Campana"
    assert answer.json["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_route_of_the_api_is_described(small_app, described):
    described_routes = {(method.upper(), path.removeprefix(API)) for method, path, _ in operations(described)}
    assert described_routes == served(small_app, API)


def test_every_operation_says_what_it_does_and_how_it_fails(described):
    problem = {"$ref": "#/components/schemas/Problem"}
    for method, path, operation in operations(described):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        answers = operation["responses"]
        expected = {"401", "422", "503"} | ({"404"} if "{" in path else set())
        assert expected <= set(answers), where
        for status, answer in answers.items():
            if int(status) >= 400:
                assert answer["content"]["application/problem+json"]["schema"] == problem, where
                assert answer["content"]["application/problem+json"]["example"]["status"] == int(status), (
                    where
                )
                assert "application/json" not in answer["content"], where
        if method in CHANGING and not path.endswith(("/preview", "/estimate")):
            assert "403" in answers, where


def test_every_answer_has_a_schema(described):
    for method, path, operation in operations(described):
        (good,) = [status for status in operation["responses"] if status < "300"]
        if good == "204":
            continue
        content = operation["responses"][good]["content"]
        assert all(part.get("schema") for part in content.values()), (method, path)


def test_references_lead_somewhere(described):
    schemas = described["components"]["schemas"]
    for name in re.findall(r"#/components/schemas/([\w-]+)", str(described)):
        assert name in schemas


def test_bodies_come_with_examples(described):
    for method, path, operation in operations(described):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        schema = body["schema"].get("$ref", "").rpartition("/")[2]
        assert described["components"]["schemas"][schema].get("examples"), (method, path)


def test_the_document_names_every_route(small_app):
    text = DOCS.read_text()
    for method, path in served(small_app, API):
        assert re.search(rf"`[^`]*{method} {re.escape(path)}`", text), (method, path)
    for path in ("/healthz", "/readyz", "/metrics", "/api/docs", "/api/openapi.json"):
        assert path in text


def test_the_document_names_no_route_that_is_not_there(small_app):
    there = {f"{method} {path}" for method, path in served(small_app, API) | served(small_app)}
    for told in re.findall(r"`((?:GET|POST|PATCH|PUT|DELETE) /[^`\s]*)`", DOCS.read_text()):
        assert told in there, told


def test_the_document_tells_every_status(described):
    text = DOCS.read_text()
    for _, _, operation in operations(described):
        for status in operation["responses"]:
            if status >= "400":
                assert status in text
