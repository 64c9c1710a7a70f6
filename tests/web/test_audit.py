"""Who did what stands in the trail: every change and export, for owners, without secrets and numbers."""

import csv
import io

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from tests.support.house import House, campaign, people, running_engine

TOKEN = "token-0123456789"
PHONE = "+919812345678"


async def trail(house: House, who: str = "alice", **query: str) -> list[dict]:
    """The account's entries, the oldest first, without what was there at the beginning."""
    page = (await house.get(who, "/audit", params={"limit": "200"} | query)).json
    made = [item for item in page["items"] if item["actor"]["way"] != "command line"]
    return made[::-1]


async def actions(house: House, **query: str) -> list[str]:
    return [entry["action"] for entry in await trail(house, **query)]


async def test_how_the_cast_came_to_be_is_there(small_house):
    items = (await small_house.get("alice", "/audit")).json["items"]
    assert [(item["action"], item["subject"]["name"]) for item in items[::-1]][:3] == [
        ("account.added", "Shop"),
        ("user.added", "alice@campana.test"),
        ("api_key.created", "tests"),
    ]
    assert {item["actor"]["name"] for item in items} == {"command line"}


async def test_an_entry_says_who_when_how_and_what(house):
    sender = await house.sender("alice", name="Main")
    (entry,) = await trail(house)
    assert entry["action"] == "sender.created"
    assert entry["subject"] == {"kind": "sender", "id": sender, "name": "Main"}
    assert entry["actor"]["name"] == "alice@campana.test"
    assert entry["actor"]["way"] == "api key"
    assert entry["actor"]["user_id"]
    assert entry["details"]["credentials"] is True


async def test_senders_lists_and_opt_outs(house):
    sender = await house.sender("alice", name="Main")
    await house.patch("alice", f"/senders/{sender}", {"daily_limit": 5})
    await house.patch("alice", f"/senders/{sender}", {"credentials": {"api_token": "another-token-1"}})
    await house.patch("alice", f"/senders/{sender}", {"daily_limit": 5})
    people = await house.upload("olga", f"phone,name\n{PHONE},Asha\n", filename="shop-919812345678.csv")
    await house.get("olga", f"/recipient-lists/{people.json['id']}/problems.csv")
    await house.delete("olga", f"/recipient-lists/{people.json['id']}")
    added = await house.post("olga", "/suppressions", {"phone": PHONE})
    await house.delete("olga", f"/suppressions/{added.json['items'][0]['id']}")
    entries = await trail(house)
    assert [entry["action"] for entry in entries] == [
        "sender.created",
        "sender.changed",
        "sender.credentials_replaced",
        "recipient_list.uploaded",
        "recipient_list.problems_exported",
        "recipient_list.deleted",
        "suppression.added",
        "suppression.removed",
    ]
    assert entries[1]["details"] == {"daily_limit": "100000 to 5"}
    assert entries[3]["subject"]["name"] == "shop-…5678.csv"
    assert entries[6]["subject"]["name"] == "…5678"
    assert entries[3]["actor"]["name"] == "olga@campana.test"
    assert TOKEN not in str(entries)
    assert "another-token" not in str(entries)
    assert "9812345678" not in str(entries)


async def test_the_life_of_a_campaign(house):
    sender = await house.sender("alice")
    body = campaign(sender, name=f"For {PHONE}", scheduled_at="2100-01-01T00:00:00Z")
    made = (await house.post("olga", "/campaigns", body, headers={"Idempotency-Key": "a"})).json["id"]
    await house.post("olga", "/campaigns", body, headers={"Idempotency-Key": "a"})
    await house.patch("olga", f"/campaigns/{made}", {"fields": {"field_1": "Hello"}})
    for step in ("pause", "pause", "resume", "cancel", "cancel", "pause"):
        await house.post("olga", f"/campaigns/{made}/{step}")
    await house.get("victor", f"/campaigns/{made}/export.csv", params={"status": "SENT"})
    await house.get("victor", f"/campaigns/{made}/export.xlsx")
    entries = await trail(house, action="campaign")
    assert [entry["action"].partition(".")[2] for entry in entries] == [
        *("created", "changed", "paused", "resumed", "cancelled", "exported", "exported"),
    ]
    assert {entry["subject"]["name"] for entry in entries} == {"For …5678"}
    assert entries[1]["details"] == {"changed": "fields"}
    assert entries[5]["details"] == {"form": "csv", "messages": "SENT"}
    assert entries[5]["actor"]["name"] == "victor@campana.test"


async def test_what_the_engine_stops_by_itself_has_its_reason(house):
    sender = await house.sender("alice")
    house.provider.outcome = Outcome(OutcomeKind.ACCOUNT, "expired", "the plan has ended")
    async with running_engine(house):
        stopped = (await house.post("olga", "/campaigns", campaign(sender, scheduled_at="now"))).json["id"]
        await house.wait_for(stopped, "PAUSED")
        await house.post("olga", f"/campaigns/{stopped}/cancel")
        small = await house.sender("alice", daily_limit=1)
        full = (await house.post("olga", "/campaigns", campaign(small, scheduled_at="now"))).json["id"]
        await house.wait_for(full, "FAILED")
        house.provider.outcome = Outcome(OutcomeKind.RECIPIENT, "131026", "not on WhatsApp")
        one = campaign(sender, scheduled_at="now", recipients=people(1))
        refused = (await house.post("olga", "/campaigns", one)).json["id"]
        await house.wait_for(refused, "COMPLETED")
        await house.post("olga", f"/campaigns/{refused}/retry", {"statuses": ["FAILED"]})
    ours = await trail(house, user="engine")
    assert [entry["action"] for entry in ours] == ["campaign.paused", "campaign.failed"]
    assert "the plan has ended" in ours[0]["details"]["reason"]
    assert "Daily limit" in ours[1]["details"]["reason"]
    (retried,) = await trail(house, action="campaign.retried")
    assert retried["details"] == {"statuses": "FAILED", "messages": 1}


async def test_a_test_message_tells_four_digits(house):
    sender = await house.sender("alice")
    body = {"sender_id": sender, "template": {"name": "a", "language": "en"}, "phone": PHONE}
    async with running_engine(house):
        assert (await house.post("olga", "/campaigns/test", body)).status == 200
    (entry,) = await trail(house, action="campaign")
    assert entry["action"] == "campaign.tested"
    assert entry["details"]["phone"] == "…5678"


async def test_nothing_that_was_refused_is_noted(small_house):
    await small_house.post("alice", "/senders", {"name": ""})
    await small_house.post("olga", "/campaigns", {"name": "x"})
    await small_house.post("victor", "/suppressions", {"phone": PHONE})
    await small_house.upload("olga", "no phones here")
    assert await trail(small_house) == []


async def test_nobody_reads_anothers_trail(house):
    await house.sender("alice")
    assert await trail(house, who="bob") == []


async def test_the_export_is_safe_complete_and_noted(small_house):
    await small_house.sender("alice", name="=cmd|' /C calc'!A0")
    answer = await small_house.get("alice", "/audit/export.csv", params={"action": "sender"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    head, row = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))
    found = dict(zip(head, row, strict=True))
    assert found["subject_name"] == "'=cmd|' /C calc'!A0"
    assert found["user"] == "alice@campana.test"
    assert "daily_limit: 100000" in found["details"]
    assert await actions(small_house, action="audit") == ["audit.exported"]


@pytest.mark.parametrize("name", ["since", "until"])
async def test_times_need_an_offset(small_house, name):
    answer = await small_house.get("alice", "/audit", params={name: "2026-01-01T00:00:00"})
    assert answer.status == 422
    assert answer.fields == {name}
    assert "offset" in answer.json["detail"]
    far = await small_house.get("alice", "/audit", params={name: "0001-01-01T00:00:00+14:00"})
    assert far.status == 422
