"""The audit trail as a page: found by person, action, thing and time, in the reader's zone; and its file."""

import html
import re
from urllib.parse import quote

import pytest

from campana.domain.audit import AuditAction
from campana.web.audit_words import ACTIONS, KINDS
from tests.support.browsing import arrived
from tests.support.house import House, campaign


@pytest.fixture
async def shop(small_house: House) -> House:
    """A shop in which some things were done."""
    sender = await small_house.sender("alice", name="=SUM(1) Main")
    made = await small_house.post("olga", "/campaigns", campaign(sender, name="Holi offer"))
    await small_house.post("olga", f"/campaigns/{made.json['id']}/cancel")
    await small_house.post("alice", "/senders", {"name": "Spare"})
    return small_house


async def entries(surfer, query: str = "") -> list[str]:
    """What was done, newest first."""
    page = (await surfer.get(f"/settings/audit{query}")).body.decode()
    return re.findall(r'<td class="wide"><strong>([^<]+)</strong>', page)


def test_every_action_has_words_below_a_kind():
    assert set(ACTIONS) == set(AuditAction)
    assert {action.partition(".")[0] for action in ACTIONS} == set(KINDS)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?user=OLGA", ["Campaign cancelled", "Campaign made"]),
        ("?action=sender", ["Sender added", "Sender added"]),
        ("?action=campaign.cancelled", ["Campaign cancelled"]),
        ("?q=spare", ["Sender added"]),
        ("?q=holi&user=alice", []),
        ("?until=2020-01-01T00:00", []),
        ("?since=2020-01-01T00:00&action=campaign", ["Campaign cancelled", "Campaign made"]),
    ],
)
async def test_entries_are_found(shop, query, found):
    assert await entries(await arrived(shop, "alice"), query) == found


async def test_details_are_put_as_people_would(shop):
    sender = (await shop.get("alice", "/senders")).json["items"][0]["id"]
    await shop.patch("alice", f"/senders/{sender}", {"rate_limit_per_s": 12.5})
    await shop.patch("alice", f"/senders/{sender}", {"rate_limit_per_s": 20})
    page = (await (await arrived(shop, "alice")).get("/settings/audit?action=sender&q=spare")).body.decode()
    assert "messages a second: 29; messages a day: 1,000; with credentials: no" in page
    assert "messages a second: 29 to 12.5" in page
    assert "messages a second: 12.5 to 20" in page


async def test_times_are_the_readers_and_the_file_holds_what_was_asked_for(shop):
    alice = await arrived(shop, "alice")
    alice.cookies["tz"] = "Asia/Kolkata"
    page = (await alice.get("/settings/audit?action=sender&since=2026-01-02T03:30")).body.decode()
    assert " IST</time>" in page
    (address,) = re.findall(r'href="(/api/v1/audit/export\.csv[^"]*)"', page)
    assert f"since={quote('2026-01-01T22:00:00.000Z', safe='')}" in address
    file = (await alice.get(html.unescape(address))).body.decode()
    assert file.count("sender.created") == 2
    assert "campaign." not in file
    assert "'=SUM(1) Main" in file, "no spreadsheet takes a name for a formula"


async def test_a_time_that_is_none_is_told(shop):
    answer = await (await arrived(shop, "alice")).get("/settings/audit?since=yesterday")
    assert answer.status == 422
    assert "is not a date with a time" in answer.body.decode()


async def test_the_trail_comes_in_pages(shop):
    alice = await arrived(shop, "alice")
    for number in range(55):
        await shop.post("alice", "/suppressions", {"phone": f"+9198123456{number:02}"})
    first = await entries(alice, "?action=suppression")
    assert len(first) == 50
    page = (await alice.get("/settings/audit?action=suppression")).body.decode()
    (more,) = re.findall(r'rel="next" href="/settings/audit(\?[^"]+)"', page)
    assert len(await entries(alice, html.unescape(more))) == 5


async def test_only_owners_read_it(shop):
    assert (await (await arrived(shop, "olga")).get("/settings/audit")).status == 403
