"""Log lines hold no secret and no whole number; under load lines are left out, and told."""

import asyncio
import json
import logging

import pytest
import structlog

from campana.logs import set_up_logs

CONTRACT = (
    "Scheduled campaigns checker started",
    "Processing scheduled campaign: %s",
    "Campaign completed: %s",
)


@pytest.fixture
def written(capsys):
    """What was written since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_secrets_and_numbers_are_not_written_however_deep_they_lie(written):
    set_up_logs("json", "DEBUG")
    log = structlog.get_logger()
    log.info("it", token="cmp_secret", error=ValueError("to +919812345678"), ids=[7, "919812345678"])
    log.info("it", given={"password": "hunter22", "people": [{"phone": "+919812345678"}]}, count=123456789)
    try:
        raise ValueError("nobody at +919812345678")
    except ValueError:
        log.exception("broke")
    logging.getLogger("elsewhere").warning("called %s", "+919812345678")
    lines = written()
    told = json.dumps(lines)
    assert not any(one in told for one in ("cmp_secret", "hunter22", "9812345678"))
    assert lines[0]["ids"] == [7, "…5678"]
    assert lines[1]["count"] == 123456789
    assert "nobody at …5678" in lines[2]["exception"]
    assert lines[3]["event"] == "called …5678"


async def test_under_load_lines_of_a_kind_are_left_out_and_told(written):
    set_up_logs("json", "DEBUG", most_per_s=3)
    log = structlog.get_logger()
    with structlog.contextvars.bound_contextvars(request="of-one-request"):
        for _ in range(50):
            log.info("http.request")
            log.debug("taken")
    log.info("another")
    lines: list[dict[str, object]] = []
    async with asyncio.timeout(5):
        while sum(line["event"] == "log.left_out" for line in lines) < 2:
            await asyncio.sleep(0.05)
            lines += written()
    for kind in ("http.request", "taken"):
        shown = sum(line["event"] == kind for line in lines)
        left_out = next(line for line in lines if line.get("of") == kind)
        assert shown in (3, 6), "a second may end in between"
        assert shown + left_out["lines"] == 50
        assert "request" not in left_out, "it tells of all requests"
    assert any(line["event"] == "another" for line in lines)


async def test_troubles_and_the_lines_operators_look_for_are_never_left_out(written):
    set_up_logs("json", "INFO", most_per_s=1)
    log = structlog.get_logger()
    for _ in range(5):
        log.warning("lane.lost")
        log.error("service.died")
        for line in CONTRACT:
            log.info(line, *(["0197"] if "%s" in line else []))
    assert len(written()) == 5 * (2 + len(CONTRACT))


async def test_nothing_is_left_out_when_told_so(written):
    set_up_logs("json", "INFO", most_per_s=0)
    for _ in range(50):
        structlog.get_logger().info("http.request")
    assert len(written()) == 50
