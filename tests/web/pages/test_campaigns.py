"""Campaign History and a campaign's page without a browser: who sees which lever, and what each answers."""

import base64
import json
import re

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from tests.support.house import campaign, running_engine

BROWSER = {"Accept": "text/html"}


async def browse(house, who, path, **headers):
    return await house.get(who, f"/{path}", headers=BROWSER | headers, allow_redirects=False)


async def press(house, who, path, **fields):
    """A form's answer: its status, where it leads, and what the next page will tell."""
    answer = await house.ask(who, "POST", f"/{path}", data=fields, headers=BROWSER, allow_redirects=False)
    told = re.search(r'flash="?([^";]+)', answer.headers.get("Set-Cookie", ""))
    level, text, values = json.loads(base64.urlsafe_b64decode(told[1])) if told else ("", "", {})
    return answer.status, answer.headers.get("Location"), level, text % values


@pytest.fixture
async def drafted(small_house):
    made = await small_house.post("olga", "/campaigns", campaign(await small_house.sender()))
    return made.json["id"]


async def test_a_viewer_sees_no_levers_and_pulls_none(small_house, drafted):
    for who, shown in (("olga", True), ("victor", False)):
        page = (await browse(small_house, who, f"/campaigns/{drafted}")).body.decode()
        assert ('action="/campaigns/' in page and "/cancel" in page) is shown
    status, *_ = await press(small_house, "victor", f"/campaigns/{drafted}/cancel")
    assert status == 403
    assert (await small_house.get("olga", f"/campaigns/{drafted}")).json["status"] == "DRAFT"


async def test_a_lever_that_cannot_be_pulled_says_why(small_house, drafted):
    path = f"/campaigns/{drafted}"
    for lever in ("pause", "resume", "retry"):
        fields = {"statuses": "FAILED"} if lever == "retry" else {}
        status, location, level, text = await press(small_house, "olga", f"{path}/{lever}", **fields)
        assert (status, location, level) == (303, path, "warning")
        assert "the campaign is DRAFT" in text
    status, _, level, text = await press(small_house, "olga", f"{path}/retry")
    assert (status, level) == (303, "danger")
    assert "name FAILED" in text


async def test_another_time_is_by_the_viewers_clock(small_house, drafted):
    path = f"/campaigns/{drafted}"
    small_house.session.cookie_jar.update_cookies({"tz": "Asia/Kolkata"})
    status, _, level, _ = await press(small_house, "olga", f"{path}/reschedule", at="2030-10-21T09:00")
    assert (status, level) == (303, "success")
    assert (await small_house.get("olga", path)).json["scheduled_at"] == "2030-10-21T03:30:00Z"
    for at, why in (("tomorrow", "not a date"), ("2001-01-01T00:00", "the time is past")):
        _, _, level, text = await press(small_house, "olga", f"{path}/reschedule", at=at)
        assert level == "danger"
        assert why in text
    await press(small_house, "olga", f"{path}/reschedule", at="")
    assert (await small_house.get("olga", path)).json["status"] == "DRAFT"


async def test_what_an_old_link_asks_for_is_left_out_and_a_wrong_cursor_refused(small_house, drafted):
    page = await browse(small_house, "victor", "/campaigns?status=GONE&sort=oddly")
    assert page.status == 200
    assert f"/campaigns/{drafted}" in page.body.decode()
    assert (await browse(small_house, "victor", "/campaigns?cursor=rubbish")).status == 422
    for path in ("/campaigns/nothing", f"/campaigns/{drafted[:-1]}x", "/campaigns/%00"):
        assert (await browse(small_house, "victor", path)).status == 404


async def test_names_are_text_and_nothing_else(small_house):
    name = "<script>alert(1)</script>{{ 7 * 7 }}"
    made = await small_house.post("olga", "/campaigns", campaign(await small_house.sender(), name=name))
    for path in ("/campaigns", f"/campaigns/{made.json['id']}", "/"):
        page = (await browse(small_house, "victor", path)).body.decode()
        assert "<script>alert" not in page
        if path.startswith("/campaigns"):
            assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in page


async def test_troubles_are_told_with_their_number_meaning_and_advice(small_house):
    small_house.provider.outcome = Outcome(OutcomeKind.RECIPIENT, "131026", "said the provider")
    async with running_engine(small_house):
        body = campaign(await small_house.sender(), scheduled_at="now")
        made = await small_house.post("olga", "/campaigns", body)
        await small_house.wait_for(made.json["id"], "COMPLETED")
    for path in ("", "/insight"):
        page = (await browse(small_house, "victor", f"/campaigns/{made.json['id']}{path}")).body.decode()
        assert "The number cannot be reached." in page
        assert "Nothing to do." in page
        assert re.search(r"<strong[^>]*>3</strong>", page)
