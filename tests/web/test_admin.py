"""What administrators of the installation can do for accounts, and what they never see."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from campana.domain.accounts import Role
from campana.domain.campaigns import CampaignStatus
from campana.domain.permissions import Action
from campana.web.access import ACCESS
from tests.support.house import House, campaign, people, running_engine
from tests.support.product import until

FAR = "2100-01-01T00:00:00Z"


@pytest.fixture
async def run(house: House) -> House:
    """A house with an administrator."""
    return await with_admin(house)


@pytest.fixture
async def small(small_house: House) -> House:
    return await with_admin(small_house)


async def with_admin(house: House) -> House:
    accounts = house.services.accounts
    await accounts.add_user("ada@campana.test", account="Platform", role=Role.VIEWER, admin=True)
    house.keys["ada"] = (await accounts.create_api_key("ada@campana.test", "tests")).key
    return house


async def id_of(house: House, name: str) -> str:
    items = (await house.get("ada", "/admin/accounts")).json["items"]
    return next(item["id"] for item in items if item["name"] == name)


async def more_than(house: House, count: int) -> bool:
    return len(house.provider.sent) > count


async def test_accounts_are_made_changed_and_listed(run):
    made = await run.post("ada", "/admin/accounts", {"name": " Florist ", "daily_limit": 10})
    assert made.status == 201
    assert (made.json["name"], made.json["daily_limit"]) == ("Florist", 10)
    path = f"/admin/accounts/{made.json['id']}"
    changed = await run.patch("ada", path, {"daily_limit": None, "rate_limit_per_s": 2.5})
    assert (changed.json["daily_limit"], changed.json["rate_limit_per_s"]) == (None, 2.5)
    assert (await run.get("ada", path)).json == changed.json
    names = {item["name"] for item in (await run.get("ada", "/admin/accounts")).json["items"]}
    assert names == {"Shop", "Bakery", "Platform", "Florist"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": " "}, {"name"}),
        (
            {"name": "x" * 121, "daily_limit": 0, "rate_limit_per_s": 0},
            {"name", "daily_limit", "rate_limit_per_s"},
        ),
        ({"name": "A", "rate_limit_per_s": 100_000}, {"rate_limit_per_s"}),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_made(small, body, fields):
    answer = await small.post("ada", "/admin/accounts", body)
    assert (answer.status, answer.fields) == (422, fields)
    assert len((await small.get("ada", "/admin/accounts")).json["items"]) == 3
    shop = await id_of(small, "Shop")
    assert (await small.patch("ada", f"/admin/accounts/{shop}", body)).status == 422
    assert (await small.patch("ada", f"/admin/accounts/{shop}", {"name": "BAKERY"})).status == 409
    assert (await small.post("ada", "/admin/accounts", {"name": "shop"})).status == 409


async def test_nobody_else_gets_there(small):
    shop = await id_of(small, "Shop")
    for (method, path), door in ACCESS.items():
        if door is Action.ADMIN:
            answer = await small.ask("alice", method, "/" + path.format(account_id=shop))
            assert answer.status == 403, path


async def test_a_sender_stays_below_the_ceilings(small):
    sender = await small.sender("alice", rate_limit_per_s=20, daily_limit=500)
    shop = await id_of(small, "Shop")
    await small.patch("ada", f"/admin/accounts/{shop}", {"rate_limit_per_s": 10, "daily_limit": 100})
    refused = await small.post("alice", "/senders", {"name": "B", "rate_limit_per_s": 11, "daily_limit": 101})
    assert (refused.status, refused.fields) == (422, {"rate_limit_per_s", "daily_limit"})
    assert (await small.patch("alice", f"/senders/{sender}", {"daily_limit": 400})).status == 422
    assert (await small.patch("alice", f"/senders/{sender}", {"name": "Renamed"})).status == 200
    by_default = (await small.post("alice", "/senders", {"name": "C"})).json
    assert (by_default["rate_limit_per_s"], by_default["daily_limit"]) == (10, 100)
    usage = (await small.get("alice", f"/senders/{sender}/usage")).json
    assert usage["limit"] == 100, "the ceiling counts, whatever the sender says"


async def test_a_ceiling_counts_for_what_runs_already(run):
    sender = await run.sender("alice", rate_limit_per_s=5)
    body = campaign(sender, recipients=people(60), scheduled_at="now", on_daily_limit="wait")
    async with running_engine(run):
        made = (await run.post("olga", "/campaigns", body)).json["id"]
        await run.wait_for(made, "PROCESSING")
        shop = await id_of(run, "Shop")
        await run.patch("ada", f"/admin/accounts/{shop}", {"daily_limit": 8})

        async def waits() -> bool:
            return bool((await run.get("olga", f"/campaigns/{made}")).json["waiting_until"])

        await until(waits)
    assert 8 <= len(run.provider.sent) <= 12, "what had left before, and not one more"


async def test_a_ceiling_slows_the_lane_that_runs(run):
    sender = await run.sender("alice", rate_limit_per_s=5)
    async with running_engine(run):
        body = campaign(sender, recipients=people(60), scheduled_at="now")
        made = (await run.post("olga", "/campaigns", body)).json["id"]

        async def at(rate: float) -> bool:
            said = run.registry.get_sample_value("campana_lane_limit_per_second", {"sender": sender})
            return bool(said == rate)

        await until(lambda: at(5))
        await run.patch("ada", f"/admin/accounts/{await id_of(run, 'Shop')}", {"rate_limit_per_s": 2})
        await until(lambda: at(2))
        assert (await run.post("olga", f"/campaigns/{made}/cancel")).status == 200


async def test_a_suspended_account_sends_nothing_and_reads_on(run):
    sender = await run.sender("alice", rate_limit_per_s=10)
    later = (await run.post("olga", "/campaigns", campaign(sender, scheduled_at=FAR))).json["id"]
    body = campaign(sender, recipients=people(500), scheduled_at="now")
    async with running_engine(run):
        running = (await run.post("olga", "/campaigns", body)).json["id"]
        await until(lambda: more_than(run, 0))
        shop = await id_of(run, "Shop")
        answer = await run.post("ada", f"/admin/accounts/{shop}/suspend", {"reason": "unpaid since March"})
        assert answer.json["suspended_at"]
        for made in (later, running):
            found = (await run.get("victor", f"/campaigns/{made}")).json
            assert found["status"] == "PAUSED"
            assert "suspended by whoever runs this server: unpaid since March" in found["error"]
        await asyncio.sleep(0.5)
        gone = len(run.provider.sent)
        template = {"name": "a", "language": "en"}
        for path, body in (
            ("/campaigns", campaign(sender)),
            ("/campaigns/test", {"sender_id": sender, "template": template, "phone": "+919812345678"}),
            (f"/campaigns/{running}/resume", None),
            ("/senders", {"name": "Other"}),
        ):
            refused = await run.post("alice", path, body)
            assert refused.status == 403, path
            assert "suspended" in refused.json["detail"]
        assert (await run.upload("olga", "phone\n+919812345678\n")).status == 403
        assert (await run.post("olga", "/suppressions", {"phone": "+919812345678"})).status == 201
        await asyncio.sleep(0.5)
        assert len(run.provider.sent) == gone
        await run.post("ada", f"/admin/accounts/{shop}/reinstate")
        assert (await run.get("olga", f"/campaigns/{running}")).json["status"] == "PAUSED"
        assert (await run.post("olga", f"/campaigns/{running}/resume")).json["status"] == "PROCESSING"
        assert (await run.post("olga", f"/campaigns/{later}/resume")).json["status"] == "SCHEDULED"
        await until(lambda: more_than(run, gone))


async def test_what_came_due_while_suspended_does_not_start(run):
    """Whoever scheduled it was a moment faster than the suspension."""
    sender = await run.sender("alice")
    made = (await run.post("olga", "/campaigns", campaign(sender, scheduled_at=FAR))).json["id"]
    shop = await id_of(run, "Shop")
    await run.post("ada", f"/admin/accounts/{shop}/suspend", {"reason": "unpaid"})
    now, states = datetime.now(UTC), CampaignStatus
    assert await run.store.move(
        UUID(made), states.SCHEDULED, origins=[states.PAUSED], at=now, scheduled_at=now
    )
    async with running_engine(run):
        found = await run.wait_for(made, "PAUSED", "COMPLETED", "FAILED")
    assert found["status"] == "PAUSED"
    assert run.provider.sent == []


async def test_an_own_account_is_not_suspended(small):
    platform = await id_of(small, "Platform")
    assert (await small.post("ada", f"/admin/accounts/{platform}/suspend", {"reason": "x"})).status == 409
    shop = await id_of(small, "Shop")
    assert (await small.post("ada", f"/admin/accounts/{shop}/suspend", {"reason": " "})).status == 422


async def test_usage_is_numbers_and_nothing_else(run):
    sender = await run.sender("alice")
    async with running_engine(run):
        made = (await run.post("olga", "/campaigns", campaign(sender, scheduled_at="now"))).json["id"]
        await run.wait_for(made, "COMPLETED")
    answer = await run.get("ada", f"/admin/accounts/{await id_of(run, 'Shop')}/usage")
    assert [day["messages"] for day in answer.json["days"]] == [3]
    assert (answer.json["senders"], answer.json["users"]) == (1, 3)
    assert answer.json["campaigns"]["COMPLETED"] == 1
    for private in (b"9198", b"Person", b"Diwali", b"token"):
        assert private not in answer.body


async def test_an_administrator_looks_in_only_while_owners_allow_it(run):
    sender = await run.sender("alice")
    made = (await run.post("olga", "/campaigns", campaign(sender))).json["id"]
    shop = await id_of(run, "Shop")
    inside = {"Campana-Account": shop}

    async def look(path: str = f"/campaigns/{made}/messages") -> int:
        return (await run.get("ada", path, headers=inside)).status

    assert (await run.get("ada", f"/campaigns/{made}")).status == 404
    assert await look() == 403
    assert (await run.post("olga", "/account/admin-access", {"hours": 2})).status == 403
    ends = (await run.post("alice", "/account/admin-access", {"hours": 2})).json["admin_access_until"]
    assert (await run.get("victor", "/account/standing")).json["admin_access_until"] == ends
    assert await look() == 200
    assert await look("/audit") == 403, "as a viewer"
    for method, path in (("POST", f"/campaigns/{made}/cancel"), ("DELETE", "/account/admin-access")):
        assert (await run.ask("ada", method, path, headers=inside)).status == 403
    assert (await run.get("bob", "/campaigns", headers=inside)).status == 403
    assert (await run.get("ada", "/campaigns", headers={"Campana-Account": "x"})).status == 422
    await run.delete("alice", "/account/admin-access")
    assert await look() == 403
    trail = (await run.get("alice", "/audit", params={"action": "account"})).json["items"]
    assert [entry["action"].partition(".")[2] for entry in trail if entry["actor"]["way"] == "api key"] == [
        "admin_access_ended",
        "entered_by_admin",
        "admin_access_given",
    ]
    assert trail[1]["actor"]["name"] == "ada@campana.test"


async def test_access_is_for_a_time(small):
    for hours in (0, 721):
        answer = await small.post("alice", "/account/admin-access", {"hours": hours})
        assert (answer.status, answer.fields) == (422, {"hours"})


async def test_the_installations_own_trail(small):
    assert (await small.get("ada", "/admin/audit")).json["items"] == []
    assert (await small.get("alice", "/admin/audit")).status == 403
