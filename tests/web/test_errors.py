"""Every refusal is a problem that a person and a program can read; none of them shows what is inside."""

import asyncio
import io
import json

import pytest

from campana.domain.errors import (
    CampanaError,
    ConfigurationError,
    ProviderUnavailable,
    StoreUnavailable,
)
from campana.web.app import MEBIBYTE, WebSettings
from campana.web.errors import STATUSES, problem_of
from tests.support.house import campaign, open_house

PROBLEM = "application/problem+json"


def of(error):
    answer = problem_of(error)
    return answer.status_code, json.loads(answer.body), answer.headers


def test_every_error_of_the_domain_has_its_status():
    assert {kind.__name__ for kind in CampanaError.__subclasses__()} == {kind.__name__ for kind in STATUSES}


def test_a_database_that_is_away_says_when_to_come_back():
    status, body, headers = of(StoreUnavailable("connection refused"))
    assert (status, headers["retry-after"]) == (503, "2")
    assert body["title"] == "The database cannot be asked"


def test_a_provider_that_is_away_is_not_our_fault():
    assert of(ProviderUnavailable("no answer"))[0] == 502


def test_what_is_wrong_with_the_set_up_is_for_the_log():
    status, body, _ = of(ConfigurationError("CAMPANA_SECRET_KEY is wrong"))
    assert status == 500
    assert "SECRET_KEY" not in json.dumps(body)


async def test_unknown_paths_and_methods_are_problems_too(small_house):
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("PUT", "/campaigns", 405),
        ("GET", "//nowhere", 404),
        ("GET", "/campaigns/not-an-id", 422),
    ):
        answer = await small_house.ask("alice", method, path)
        assert (answer.status, answer.headers["Content-Type"]) == (status, PROBLEM)
        assert answer.json["status"] == status
        assert answer.json["title"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "body"),
        ("", "body"),
        ("[]", "body"),
        ("null", "body"),
        ('"x"', "body"),
        ('{"name": "x"', "body"),
    ],
)
async def test_bodies_that_are_no_json_object(small_house, text, field):
    answer = await small_house.ask(
        "alice", "POST", "/senders", data=text, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 422
    assert answer.json["errors"]


async def test_bytes_that_are_no_text_are_refused(small_house):
    answer = await small_house.ask(
        "alice",
        "POST",
        "/senders",
        data=b'{"name": "\xff\xfe"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status == 422
    assert answer.headers["Content-Type"] == PROBLEM


async def test_a_name_that_is_not_known_is_told(small_house):
    sender = await small_house.sender()
    body = campaign(sender) | {"schedule_at": "now", "header": {"picture": "x"}}
    answer = await small_house.post("alice", "/campaigns", body)
    assert answer.status == 422
    assert answer.fields == {"schedule_at", "header.picture"}
    assert all(error["message"] == "is not known here; check its spelling" for error in answer.json["errors"])


async def test_missing_and_wrong_types_are_told_by_their_path(small_house):
    answer = await small_house.post(
        "alice", "/campaigns", {"name": 5, "sender_id": "x", "template": {}, "recipients": [{"phone": []}]}
    )
    assert answer.fields == {
        *("name", "sender_id", "template.name", "template.language", "recipients.0.phone"),
    }


async def test_answers_are_never_cached_and_carry_safety_headers(small_house):
    for path in ("/campaigns", "/nowhere", "//healthz"):
        headers = (await small_house.get("alice", path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        if not path.startswith("//"):
            assert headers["Cache-Control"] == "no-store"


async def test_an_error_nobody_expected_shows_nothing(small_house, caplog):
    async def broken():
        raise RuntimeError("the password is swordfish")

    small_house.app.state.readiness = broken
    answer = await small_house.get(None, "//readyz")
    assert (answer.status, answer.headers["Content-Type"]) == (500, PROBLEM)
    assert b"swordfish" not in answer.body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
async def narrow_house(sqlite_store):
    settings = WebSettings(max_upload=2 * MEBIBYTE, max_body=MEBIBYTE)
    async with open_house(sqlite_store, settings=settings) as opened:
        yield opened


BOUNDARY = "a-line-between-parts"
BEGIN = {
    "application/json": b"[",
    f"multipart/form-data; boundary={BOUNDARY}": (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
    ),
}


async def chunks(begin: bytes, megabytes: int):
    """A body whose length nobody told."""
    yield begin
    for _ in range(megabytes * 16):
        yield b" " * 65536
        await asyncio.sleep(0)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(("path", "most"), [("/campaigns", 1), ("/recipient-lists", 2)])
async def test_a_body_above_the_ceiling_is_refused_while_it_is_read(narrow_house, told, path, most):
    content = next(kind for kind in BEGIN if kind.startswith("multipart") == (path == "/recipient-lists"))
    body = io.BytesIO(b" " * ((most + 1) * MEBIBYTE)) if told else chunks(BEGIN[content], most + 1)
    answer = await narrow_house.ask("alice", "POST", path, data=body, headers={"Content-Type": content})
    assert (answer.status, answer.headers["Content-Type"]) == (413, PROBLEM)
    assert f"{most} MiB" in answer.json["detail"]
    assert (await narrow_house.get("alice", "/campaigns")).status == 200


async def test_a_file_above_the_ceiling_leaves_nothing_behind(narrow_house):
    rows = "phone,name\n" + "+919812345678,Asha\n" * 120_000
    answer = await narrow_house.upload("alice", rows)
    assert answer.status == 413
    assert (await narrow_house.get("alice", "/recipient-lists")).json["items"] == []
