"""Owners hand out, erase and let expire over REST and on their page; lists that were used can be deleted."""

import json

from tests.support.browsing import Surfer, arrived, with_passwords
from tests.support.house import House, running_engine

ASHA, RAVI = "+919876500001", "+919876500002"
FILE = f"phone,name\n{ASHA},Asha\n{RAVI},Ravi\n"


async def sent(house: House, **changes) -> tuple[str, str]:
    """A campaign for Asha and Ravi that is over, and its list."""
    sender = await house.sender()
    people = (await house.upload("alice", FILE)).json["id"]
    body = {"name": "Diwali", "sender_id": sender, "template": {"name": "diwali_offer", "language": "en_US"}}
    body |= {"recipient_list_id": people, "scheduled_at": "now"}
    campaign = (await house.post("alice", "/campaigns", body | changes)).json["id"]
    async with running_engine(house):
        await house.wait_for(campaign, "COMPLETED")
    return campaign, people


async def test_what_is_held_is_handed_out_and_erased(house: House) -> None:
    campaign, _ = await sent(house)
    told = await house.post("alice", "/privacy/export", {"phone": "98765 00001", "country": "IN"})
    assert told.status == 200
    (row,) = told.json["recipients"]
    assert row["values"] == {"phone": ASHA, "name": "Asha"}
    assert [each["status"] for each in row["messages"]] == ["SENT"]
    erased = await house.post("alice", "/privacy/erase", {"phone": ASHA})
    assert erased.status == 200
    assert set(erased.json) == {"finished", "waits"}
    messages = (await house.get("alice", f"/campaigns/{campaign}/messages")).json["items"]
    assert [(each["phone"], each["status"]) for each in messages] == [("", "SENT"), (RAVI, "SENT")]
    exported = (await house.get("alice", f"/campaigns/{campaign}/export.csv")).body.decode()
    assert "2,removed,,SENT" in exported
    assert (await house.get("alice", f"/campaigns/{campaign}")).json["counts"]["sent"] == 2
    again = await house.upload("alice", FILE)
    assert (again.json["valid"], again.json["invalid"]) == (1, 1)
    assert "0001" in again.json["problems"][0]["value"]
    assert ASHA not in again.body.decode()
    body = {"phone": ASHA, "sender_id": (await house.sender())}
    body |= {"template": {"name": "diwali_offer", "language": "en_US"}}
    assert (await house.post("alice", "/campaigns/test", body)).status == 422
    trail = (await house.get("alice", "/audit")).body.decode()
    assert "person.erased" in trail
    assert ASHA[3:] not in trail


async def test_wrong_numbers_are_told(small_house: House) -> None:
    for path in ("/privacy/export", "/privacy/erase"):
        for body in ({"phone": "98765 00001"}, {"phone": "+91 1"}, {"phone": ASHA + "x" * 80}):
            assert (await small_house.post("alice", path, body)).fields == {"phone"}
        assert (await small_house.post("olga", path, {"phone": ASHA})).status == 403


async def test_a_list_that_was_used_goes_with_its_people_and_the_campaign_keeps_its_numbers(
    house: House,
) -> None:
    campaign, people = await sent(house)
    before = (await house.get("alice", f"/campaigns/{campaign}")).json["counts"]
    assert (await house.delete("alice", f"/recipient-lists/{people}")).status == 204
    assert (await house.delete("alice", f"/recipient-lists/{people}")).status == 204
    assert (await house.get("alice", "/recipient-lists")).json["items"] == []
    left = (await house.get("alice", f"/recipient-lists/{people}")).json
    assert (left["preview"], left["valid"], bool(left["removed_at"])) == ([], 2, True)
    assert (await house.get("alice", f"/campaigns/{campaign}")).json["counts"] == before
    messages = (await house.get("alice", f"/campaigns/{campaign}/messages")).json["items"]
    assert [(each["phone"], each["provider_message_id"]) for each in messages] == [("", None)] * 2
    retried = await house.post("alice", f"/campaigns/{campaign}/retry", {"statuses": ["FAILED"]})
    assert (retried.status, "were removed" in retried.json["detail"]) == (409, True)
    body = {"name": "More", "sender_id": await house.sender(), "recipient_list_id": people}
    body |= {"template": {"name": "diwali_offer", "language": "en_US"}}
    assert (await house.post("alice", "/campaigns", body)).fields == {"recipient_list_id"}


async def test_a_list_in_use_stays(small_house: House) -> None:
    people = (await small_house.upload("alice", FILE)).json["id"]
    body = {"name": "Diwali", "sender_id": await small_house.sender(), "recipient_list_id": people}
    body |= {"template": {"name": "diwali_offer", "language": "en_US"}}
    assert (await small_house.post("alice", "/campaigns", body)).status == 201
    refused = await small_house.delete("alice", f"/recipient-lists/{people}")
    assert (refused.status, "Diwali" in refused.json["detail"]) == (409, True)
    assert len((await small_house.get("alice", f"/recipient-lists/{people}")).json["preview"]) == 2


async def test_how_long_data_stay_is_the_owners_to_say(small_house: House) -> None:
    assert (await small_house.get("victor", "/account")).json["retention_days"] is None
    changed = await small_house.patch("alice", "/account", {"retention_days": 90})
    assert changed.json["retention_days"] == 90
    for wrong in (0, 4000, -1):
        answer = await small_house.patch("alice", "/account", {"retention_days": wrong})
        assert answer.fields == {"retention_days"}
    assert (await small_house.patch("olga", "/account", {"retention_days": 1})).status == 403
    assert (await small_house.patch("alice", "/account", {"retention_days": None})).status == 200


async def _surfing(house: House, who: str) -> Surfer:
    surfer = await arrived(await with_passwords(house), who)
    await surfer.get("/settings/privacy")
    return surfer


async def test_the_page_does_the_same(small_house: House) -> None:
    campaign, people = await sent(small_house)
    alice = await _surfing(small_house, "alice")
    assert (await alice.post("/settings/privacy/retention", {"retention_days": "30"})).status == 303
    assert "removed 30 days after" in (await alice.get("/settings/privacy")).body.decode()
    wrong = await alice.post("/settings/privacy/retention", {"retention_days": "soon"})
    assert (wrong.status, b"whole number" in wrong.body) == (422, True)
    told = await alice.post("/settings/privacy/export", {"export_phone": ASHA})
    assert told.headers["Content-Disposition"] == 'attachment; filename="held-0001.json"'
    assert json.loads(told.body)["number"] == ASHA
    unsure = await alice.post("/settings/privacy/erase", {"erase_phone": ASHA})
    assert (unsure.status, b"say that you mean it" in unsure.body) == (422, True)
    assert (await alice.post("/settings/privacy/erase", {"erase_phone": "12", "sure": "yes"})).status == 422
    assert (await alice.post("/settings/privacy/erase", {"erase_phone": ASHA, "sure": "yes"})).status == 303
    page = (await alice.get(f"/campaigns/{campaign}")).body.decode()
    assert "Row 2, removed" in page
    assert (await alice.post(f"/recipients/{people}/delete")).status == 303
    assert b"were removed" in (await alice.get(f"/campaigns/{campaign}")).body
    assert b"were removed" in (await alice.get(f"/recipients/{people}")).body


async def test_who_may_not_is_shown_no_forms(small_house: House) -> None:
    victor = await _surfing(small_house, "victor")
    page = (await victor.get("/settings/privacy")).body.decode()
    assert "/settings/privacy/erase" not in page
    assert "Owners decide this" in page
    assert (await victor.post("/settings/privacy/erase", {"erase_phone": ASHA, "sure": "yes"})).status == 403
