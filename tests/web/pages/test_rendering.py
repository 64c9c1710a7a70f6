"""What every page has in common: its policy, its reader's language, zone and colours, and its errors."""

import re

import pytest
from starlette.requests import Request

from campana.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, StoreUnavailable
from campana.domain.permissions import Action
from campana.web.access import ACCESS
from campana.web.flashes import Flash
from campana.web.rendering import see_other
from campana.web.services import Caller

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9"}
ERRORS = {
    403: (Forbidden("the role viewer may not steer campaigns"), "Ask an owner"),
    404: (NotFound("there is no such campaign"), "Look for it from the dashboard"),
    409: (Conflict("the campaign is COMPLETED"), "Somebody or something was first"),
    422: (InvalidInput.of("name", "is too long"), "is too long"),
    500: (RuntimeError("the password is swordfish"), "in the server's log"),
    503: (StoreUnavailable("postgresql://db.internal is away"), "Nothing was lost"),
}


@pytest.fixture
def open_door(monkeypatch):
    """Gives a route of the test's own a line in the access table."""
    return lambda path: monkeypatch.setitem(ACCESS, ("GET", path), Action.READ)


async def browse(house, who, path, **headers):
    return await house.get(who, f"/{path}", headers=BROWSER | headers, allow_redirects=False)


@pytest.mark.parametrize("status", list(ERRORS))
async def test_errors_are_pages_for_people_and_problems_for_programs(small_house, status, open_door):
    error, advice = ERRORS[status]

    open_door("/trouble")

    @small_house.app.get("/trouble")
    async def trouble():
        raise error

    page = await browse(small_house, "alice", "/trouble")
    assert (page.status, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert advice in page.body.decode()
    assert b"swordfish" not in page.body
    assert b"db.internal" not in page.body
    problem = await small_house.get("alice", "//trouble", headers={"Accept": "application/json"})
    assert (problem.status, problem.headers["Content-Type"]) == (status, "application/problem+json")
    if status == 503:
        assert page.headers["Retry-After"] == "2"


async def test_the_api_answers_browsers_with_problems_too(small_house):
    answer = await browse(small_house, "alice", "/api/v1/campaigns/nothing")
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_whoever_is_not_signed_in_is_sent_to_do_so_and_back(small_house, open_door):
    open_door("/trouble")

    @small_house.app.get("/trouble")
    async def trouble(_caller: Caller):
        raise AssertionError("nobody may get here")

    answer = await browse(small_house, None, "/trouble?q=a%26b&x=//evil.test")
    assert (answer.status, answer.headers["Location"]) == (
        303,
        "/sign-in?next=%2Ftrouble%3Fq%3Da%2526b%26x%3D%2F%2Fevil.test",
    )
    answer = await browse(small_house, None, "/")
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")


async def test_a_page_allows_no_script_or_style_of_its_own(small_house):
    page = await browse(small_house, "alice", "/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.findall(rb"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page.body)


async def test_numbers_and_times_are_written_for_the_reader(small_house):
    await small_house.sender("alice", daily_limit=1_234_567, timezone="Asia/Kolkata")
    english = (await browse(small_house, "alice", "/")).body.decode()
    assert "of 1,234,567" in english
    assert re.search(r"<time datetime=\"[^\"]+T18:30:00Z\"[^>]* data-moment>[^<]* UTC</time>", english)
    indian = await browse(small_house, "alice", "/", **{"Accept-Language": "en-IN,en;q=0.8"})
    assert "of 12,34,567" in indian.body.decode()
    german = await browse(
        small_house, "alice", "/", **{"Accept-Language": "de-DE,de;q=0.9", "Cookie": "tz=Asia/Kolkata"}
    )
    assert "of 1.234.567" in german.body.decode()
    assert re.search(r"<time [^>]*Asia/Kolkata\">[^<]*, 00:00 IST</time>", german.body.decode())


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "x" * 300, "%00"])
async def test_a_zone_that_does_not_exist_is_utc(small_house, zone):
    await small_house.sender()
    page = await browse(small_house, "alice", "/", Cookie=f"tz={zone}")
    assert page.status == 200
    assert b" UTC</time>" in page.body


async def test_the_chosen_colours_are_there_from_the_first_byte(small_house):
    for cookie, wanted in (("theme=dark", True), ("theme=none", False), ("", False)):
        page = await browse(small_house, "alice", "/", Cookie=cookie)
        assert (b'data-bs-theme="dark"' in page.body) is wanted


async def test_a_message_is_told_on_the_next_page_once(small_house, open_door):
    open_door("/done")

    @small_house.app.get("/done")
    async def done(request: Request):
        return see_other(request, "/", Flash("%(name)s is paused", values={"name": "<b>Diwali</b>"}))

    told = await browse(small_house, "alice", "/done")
    cookie = told.headers["Set-Cookie"]
    assert (told.status, told.headers["Location"]) == (303, "/")
    assert "HttpOnly" in cookie
    page = await browse(small_house, "alice", "/", Cookie=cookie.partition(";")[0])
    assert "&lt;b&gt;Diwali&lt;/b&gt; is paused" in page.body.decode()
    assert 'flash=""; ' in page.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "cookie",
    [
        "rubbish",
        "WyJpbmZvIiwgIiUoeClzIiwge31d",
        "bnVsbA==",
        "W10=",
        "WyJ4IiwiYSIse31d",
        "WyJpbmZvIiwiYSIsMV0=",
    ],
)
async def test_a_message_that_cannot_be_read_is_none(small_house, cookie):
    page = await browse(small_house, "alice", "/", Cookie=f"flash={cookie}")
    assert page.status == 200
    assert b'class="alert' not in page.body
