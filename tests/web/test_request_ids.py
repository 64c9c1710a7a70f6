"""Every request has an id: in its answer, in its problem, in its log lines, which hold no path as it was."""

import re

import pytest
import structlog

from tests.support.house import House

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def lines():
    """All log lines, whatever their level."""
    kept: list[dict] = []

    def keep(_logger: object, method: str, event: dict) -> dict:
        kept.append(event | {"level": method})
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, keep])
    return kept


def of_requests(lines: list[dict]) -> list[dict]:
    return [line for line in lines if line["event"] == "http.request"]


async def test_an_id_is_made_told_and_logged(small_house: House, lines: list[dict]) -> None:
    answers = [await small_house.get("alice", "/campaigns") for _ in range(2)]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert all(UUID.fullmatch(each) for each in ids)
    assert ids[0] != ids[1]
    assert [line["request"] for line in of_requests(lines)] == ids


@pytest.mark.parametrize("given", ["3f2b8c1e9a7d4e5f8b6c2d1e9a7d4e5f", "01hv-client_42", "a" * 64])
async def test_an_id_that_comes_along_is_kept(small_house: House, given: str) -> None:
    answer = await small_house.get("alice", "/campaigns", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "with space in it", 'q"uo{te}s', "919812345678", "to-919812345678"]
)
async def test_what_looks_like_no_id_is_not(small_house: House, given: str) -> None:
    answer = await small_house.get("alice", "/campaigns", headers={"X-Request-ID": given})
    assert UUID.fullmatch(answer.headers["X-Request-ID"])


@pytest.mark.parametrize(("who", "path", "status"), [("alice", "/nowhere", 404), (None, "/campaigns", 401)])
async def test_problems_name_the_request(small_house: House, who: str | None, path: str, status: int) -> None:
    answer = await small_house.get(who, path)
    assert answer.status == status
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


async def test_a_break_is_found_by_what_the_page_says(small_house: House, lines: list[dict]) -> None:
    small_house.app.state.services = None  # breaks in a way that nobody expected
    answer = await small_house.get(
        "alice", "//", headers={"Accept": "text/html"} | await small_house.session_headers("alice")
    )
    assert answer.status == 500
    broke = next(line for line in lines if line["event"] == "http.broke")
    assert broke["request"] in answer.body.decode()


async def test_a_line_says_who_did_what_and_no_more(small_house: House, lines: list[dict]) -> None:
    sender = await small_house.sender()
    lines.clear()
    answer = await small_house.get("alice", f"/senders/{sender}/usage?q=919812345678")
    assert answer.status == 200
    (line,) = of_requests(lines)
    assert (line["route"], line["status"], line["sender"], line["level"]) == (
        *("/api/v1/senders/{sender_id}/usage", 200),
        *(sender, "info"),
    )
    assert line.keys() >= {"user", "account", "ms", "method"}
    assert "919812345678" not in repr(line)


async def test_what_monitoring_asks_is_for_debugging(small_house: House, lines: list[dict]) -> None:
    for path in ("//healthz", "//metrics", "//static/nothing.js"):
        await small_house.get(None, path)
    assert [line["level"] for line in of_requests(lines)] == ["debug"] * 3


async def test_lines_after_a_request_are_not_its_own(small_house: House, lines: list[dict]) -> None:
    await small_house.get("alice", "/campaigns")
    structlog.get_logger().info("later")
    assert "request" not in lines[-1]
