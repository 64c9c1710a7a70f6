"""Senders: secrets go in and never come out, limits are checked, the provider is asked."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campana.domain.limits import day_of
from campana.domain.outcomes import CheckVerdict
from campana.domain.senders import Credentials
from tests.support.house import campaign, people, running_engine

TOKEN, VENDOR = "secret-token-abcd-9f3a", "5b0c2a1e-6d7f-4c6b-9a55-0a8d2f4e9b11"
FULL = {
    "name": "Shop",
    "provider": "bizchat",
    "credentials": {"api_token": TOKEN, "vendor_uid": VENDOR},
    "rate_limit_per_s": 12.5,
    "daily_limit": 2500,
    "timezone": "Asia/Kolkata",
    "country": "in",
}


async def create(house, **changes):
    return await house.post("alice", "/senders", FULL | changes)


async def test_a_sender_as_the_contract_shows_it(house):
    made = await create(house)
    assert made.status == 201, made.body
    assert made.json == {
        "id": made.json["id"],
        "name": "Shop",
        "provider": "bizchat",
        "credentials": {"api_token": "…9f3a", "vendor_uid": "…9b11"},
        "rate_limit_per_s": 12.5,
        "daily_limit": 2500,
        "timezone": "Asia/Kolkata",
        "country": "IN",
        "created_at": made.json["created_at"],
    }
    path = f"/senders/{made.json['id']}"
    looked_at = (await house.get("victor", path)).json
    assert looked_at.pop("webhook")["url"] is None, "an address is a secret, too"
    assert looked_at == made.json
    assert (await house.get("victor", "/senders")).json["items"] == [made.json]
    stored = await house.store.senders(
        (await house.services.accounts.principal("alice@campana.test")).account_id, limit=5
    )
    assert TOKEN not in repr(stored)
    assert VENDOR not in repr(stored.items[0].sealed_credentials)


async def test_what_is_left_out_gets_the_defaults(small_house):
    made = (await small_house.post("alice", "/senders", {"name": "Plain"})).json
    assert (made["rate_limit_per_s"], made["daily_limit"]) == (29.0, 1000)
    assert (made["timezone"], made["country"], made["provider"]) == ("UTC", "IN", "bizchat")
    assert made["credentials"] is None


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"name": "x" * 121}, {"name"}),
        ({"provider": "pigeon"}, {"provider"}),
        ({"rate_limit_per_s": 0}, {"rate_limit_per_s"}),
        ({"rate_limit_per_s": -1}, {"rate_limit_per_s"}),
        ({"rate_limit_per_s": 1001}, {"rate_limit_per_s"}),
        ({"daily_limit": 0}, {"daily_limit"}),
        ({"daily_limit": 10**12}, {"daily_limit"}),
        ({"daily_limit": 1.5}, {"daily_limit"}),
        ({"timezone": "Mars/Olympus"}, {"timezone"}),
        ({"timezone": "../../etc/passwd"}, {"timezone"}),
        ({"country": "India"}, {"country"}),
        ({"country": "XX"}, {"country"}),
        ({"credentials": {"api_token": TOKEN}}, {"credentials.vendor_uid"}),
        ({"credentials": {}}, {"credentials.api_token", "credentials.vendor_uid"}),
        ({"credentials": {"api_token": "a b c d e f", "vendor_uid": VENDOR}}, {"credentials.api_token"}),
        ({"credentials": {"api_token": TOKEN, "vendor_uid": "../admin"}}, {"credentials.vendor_uid"}),
        ({"credentials": {"api_token": TOKEN + "\r\nX: y", "vendor_uid": VENDOR}}, {"credentials.api_token"}),
        (
            {"name": "", "timezone": "x", "country": "?", "daily_limit": 0},
            {"name", "timezone", "country", "daily_limit"},
        ),
    ],
)
async def test_what_is_refused(small_house, changes, fields):
    answer = await create(small_house, **changes)
    assert (answer.status, answer.fields) == (422, fields)
    assert TOKEN not in answer.body.decode()
    assert (await small_house.get("alice", "/senders")).json["items"] == []


@pytest.mark.parametrize("rate", ["NaN", "Infinity", "-Infinity", "1e400"])
async def test_rates_that_are_no_numbers(small_house, rate):
    text = json.dumps(FULL).replace("12.5", rate)
    answer = await small_house.ask(
        "alice", "POST", "/senders", data=text, headers={"Content-Type": "application/json"}
    )
    assert (answer.status, answer.fields) == (422, {"rate_limit_per_s"})


async def test_a_name_is_taken_once_in_an_account(house):
    first, second = await create(house), await create(house)
    assert (first.status, second.status) == (201, 409)
    assert (await house.post("bob", "/senders", FULL)).status == 201
    other = (await create(house, name="Second")).json
    assert (await house.patch("alice", f"/senders/{other['id']}", {"name": "Shop"})).status == 409


async def test_changes_touch_only_what_they_name(small_house):
    made = (await create(small_house)).json
    path = f"/senders/{made['id']}"
    changed = await small_house.patch("alice", path, {"daily_limit": 7, "timezone": "Europe/Berlin"})
    assert changed.json == made | {"daily_limit": 7, "timezone": "Europe/Berlin"}
    token = await small_house.patch("alice", path, {"credentials": {"api_token": "another-token-zzzz"}})
    assert token.json["credentials"] == {"api_token": "…zzzz", "vendor_uid": "…9b11"}
    await small_house.post("alice", f"{path}/verify")
    assert small_house.provider.checked == [Credentials("another-token-zzzz", VENDOR)]


@pytest.mark.parametrize(
    "changes", [{"name": None}, {"daily_limit": None}, {"credentials": None}, {"id": "x"}, {"rate": 5}, []]
)
async def test_changes_that_are_refused(small_house, changes):
    made = (await create(small_house)).json
    assert (await small_house.patch("alice", f"/senders/{made['id']}", changes)).status == 422
    found = (await small_house.get("alice", "/senders")).json["items"]
    assert found == [made]


@pytest.mark.parametrize("verdict", list(CheckVerdict))
async def test_verify_says_what_the_provider_says(small_house, verdict):
    small_house.provider.verdict = verdict
    made = (await create(small_house)).json
    answer = await small_house.post("olga", f"/senders/{made['id']}/verify")
    assert answer.status == 200
    assert (answer.json["ok"], answer.json["verdict"]) == (verdict is CheckVerdict.OK, verdict.value)
    if verdict is CheckVerdict.OK:
        template = {
            "name": "diwali_offer",
            "language": "en_US",
            "category": "MARKETING",
            "status": "APPROVED",
        }
        assert answer.json["templates"] == [template]
    else:
        assert answer.json["reason"]
    assert small_house.provider.checked == [Credentials(TOKEN, VENDOR)]


async def test_verify_without_credentials_asks_nobody(small_house):
    made = (await small_house.post("alice", "/senders", {"name": "Bare"})).json
    answer = await small_house.post("alice", f"/senders/{made['id']}/verify")
    assert (answer.json["ok"], answer.json["verdict"]) == (False, "refused")
    assert "credentials" in answer.json["reason"]
    assert small_house.provider.checked == []


async def test_usage_counts_what_went_out_on_the_senders_day(house):
    zone = ZoneInfo("Pacific/Kiritimati")
    sender = await house.sender(timezone="Pacific/Kiritimati", daily_limit=50)
    async with running_engine(house):
        made = await house.post(
            "olga", "/campaigns", campaign(sender, recipients=people(7), scheduled_at="now")
        )
        await house.wait_for(made.json["id"], "COMPLETED")
    usage = (await house.get("victor", f"/senders/{sender}/usage")).json
    assert usage == {
        "day": day_of(datetime.now(UTC), zone).isoformat(),
        "used": 7,
        "reserved": 0,
        "limit": 50,
        "resets_at": usage["resets_at"],
    }
    assert datetime.fromisoformat(usage["resets_at"]).astimezone(zone).hour == 0
    assert usage["resets_at"].endswith("Z")


async def test_what_runs_is_reserved(small_house):
    sender = await small_house.sender(daily_limit=50)
    made = await small_house.post(
        "olga", "/campaigns", campaign(sender, recipients=people(7), scheduled_at="now")
    )
    await small_house.post("olga", f"/campaigns/{made.json['id']}/pause")
    await small_house.post("olga", f"/campaigns/{made.json['id']}/resume")
    usage = (await small_house.get("victor", f"/senders/{sender}/usage")).json
    assert (usage["used"], usage["reserved"]) == (0, 7)
