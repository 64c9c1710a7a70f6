"""Making, looking at and changing campaigns."""

from datetime import UTC, datetime, timedelta

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from tests.support.house import campaign, people, running_engine

LATER = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)


async def make(house, who="olga", **changes):
    sender = changes.pop("sender_id", None) or await house.sender()
    answer = await house.post(who, "/campaigns", campaign(sender, **changes))
    assert answer.status == 201, answer.body
    return answer.json


async def test_a_campaign_of_a_list_as_the_contract_shows_it(house):
    sender = await house.sender()
    uploaded = (
        await house.upload("olga", "phone,name,city\n+919812345678,Asha,Pune\n+919812345679,Ravi,Delhi\n")
    ).json
    made = await make(
        house,
        sender_id=sender,
        recipients=...,
        recipient_list_id=uploaded["id"],
        header={"document": "https://example.com/{city}.pdf", "document_name": "{name}.pdf"},
        scheduled_at=LATER.astimezone().isoformat(),
        on_daily_limit="wait",
    )
    assert made == {
        "id": made["id"],
        "name": "Diwali",
        "status": "SCHEDULED",
        "sender_id": sender,
        "template": {"name": "diwali_offer", "language": "en_US"},
        "fields": {"field_1": "Hi {name}", "field_2": "{city}"},
        "header": {
            "image": None,
            "video": None,
            "document": "https://example.com/{city}.pdf",
            "document_name": "{name}.pdf",
            "text": None,
        },
        "recipient_list_id": uploaded["id"],
        "on_daily_limit": "wait",
        "scheduled_at": LATER.isoformat().replace("+00:00", "Z"),
        "created_at": made["created_at"],
        "started_at": None,
        "completed_at": None,
        "waiting_until": None,
        "error": None,
        "counts": dict.fromkeys(("sending", "sent", "delivered", "read", "failed", "unknown", "skipped"), 0)
        | {"total": 2, "pending": 2},
        "rate": 0.0,
        **dict.fromkeys(("slowdown", "consent", "replies", "archived_at")),
    }
    assert made["created_at"].endswith("Z")
    assert (await house.get("victor", f"/campaigns/{made['id']}")).json == made
    assert (await house.get("victor", "/campaigns")).json == {"items": [made], "next_cursor": None}


async def test_without_a_time_it_is_a_draft(small_house):
    made = await make(small_house, recipients=people(3))
    assert (made["status"], made["scheduled_at"], made["counts"]["total"]) == ("DRAFT", None, 3)


async def test_sent_now_it_goes_through_to_its_end(house):
    async with running_engine(house):
        made = await make(house, recipients=people(25), scheduled_at="now")
        assert made["status"] == "SCHEDULED"
        done = await house.wait_for(made["id"], "COMPLETED")
    assert done["counts"] == made["counts"] | {"pending": 0, "sent": 25}
    assert done["started_at"]
    assert done["completed_at"].endswith("Z")
    assert {envelope.phone for envelope in house.provider.sent} == {each["phone"] for each in people(25)}
    assert house.provider.sent[0].fields["field_1"].startswith("Hi Person ")


async def test_numbers_in_recipients_are_texts_to_us(small_house):
    async with running_engine(small_house):
        one = {"phone": 919812345678, "name": "Asha", "city": 7.5, "vip": True, "note": None}
        made = await make(
            small_house, recipients=[one], scheduled_at="now", fields={"field_1": "{city} {vip}"}
        )
        await small_house.wait_for(made["id"], "COMPLETED")
    assert small_house.provider.sent[0].fields == {"field_1": "7.5 true"}


async def test_every_problem_is_told_at_once_and_nothing_is_kept(small_house):
    body = campaign(
        "00000000-0000-7000-8000-000000000000",
        name="",
        template={"name": "no spaces", "language": "x"},
        fields={"field_1": "x", "field_3": "", "color": "y"},
        header={"image": "ftp://x", "document_name": "a"},
        recipients=...,
        recipient_list_id="00000000-0000-7000-8000-000000000001",
        scheduled_at="2020-01-01T00:00:00Z",
    )
    answer = await small_house.post("olga", "/campaigns", body)
    assert answer.status == 422
    assert answer.json["title"] == "The campaign has problems"
    assert answer.fields == {
        *("name", "sender_id", "recipient_list_id", "scheduled_at", "template.name", "template.language"),
        *("fields", "fields.color", "header.image", "header.document_name"),
    }
    assert (await small_house.get("olga", "/campaigns")).json["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scheduled_at": "2030-01-01T09:00:00"}, "scheduled_at"),
        ({"scheduled_at": "tomorrow"}, "scheduled_at"),
        ({"scheduled_at": "2020-01-01T09:00:00+05:30"}, "scheduled_at"),
        ({"scheduled_at": "9999-12-31T23:59:59-12:00"}, "scheduled_at"),
        ({"scheduled_at": 1893456000}, "scheduled_at"),
        ({"on_daily_limit": "sometimes"}, "on_daily_limit"),
        ({"recipients": ...}, "recipient_list_id"),
        ({"recipient_list_id": "00000000-0000-7000-8000-000000000001"}, "recipient_list_id"),
        ({"recipients": []}, "recipients"),
        ({"recipients": [{"phone": "12"}]}, "recipients.0.phone"),
        ({"fields": {"field_1": "{town}"}}, "fields.field_1"),
        ({"recipients": [*people(2), {"phone": "+919712345678"}]}, "fields.field_1"),
    ],
)
async def test_what_is_refused(small_house, changes, field):
    answer = await small_house.post("olga", "/campaigns", campaign(await small_house.sender(), **changes))
    assert answer.status == 422, answer.body
    assert field in answer.fields
    assert (await small_house.get("olga", "/campaigns")).json["items"] == []


async def test_gaps_in_a_list_are_told_with_their_rows(small_house):
    uploaded = (
        await small_house.upload("olga", "phone,name,city\n+919812345678,Asha,\n+919812345679,Ravi,Delhi\n")
    ).json
    body = campaign(await small_house.sender(), recipients=..., recipient_list_id=uploaded["id"])
    answer = await small_house.post("olga", "/campaigns", body)
    assert answer.status == 422
    (problem,) = answer.json["errors"]
    assert problem["field"] == "fields.field_2"
    assert "1 recipient has nothing in 'city' (row 2)" in problem["message"]
    body["fields"]["field_2"] = "{city|your town}"
    assert (await small_house.post("olga", "/campaigns", body)).status == 201


async def test_a_list_without_valid_numbers_makes_no_campaign(small_house):
    uploaded = await small_house.upload("olga", "phone,name\n12,Asha\n")
    if uploaded.status == 201:
        body = campaign(
            await small_house.sender(),
            recipients=...,
            recipient_list_id=uploaded.json["id"],
            fields={"field_1": "x"},
        )
        answer = await small_house.post("olga", "/campaigns", body)
        assert answer.fields == {"recipient_list_id"}


async def test_pages_filters_and_search(house):
    sender = await house.sender()
    for n in range(5):
        when = LATER.isoformat() if n % 2 else None
        await make(house, sender_id=sender, name=f"Offer {n}", scheduled_at=when)
    first = (await house.get("olga", "/campaigns?limit=2")).json
    assert [item["name"] for item in first["items"]] == ["Offer 4", "Offer 3"]
    second = (await house.get("olga", f"/campaigns?limit=2&cursor={first['next_cursor']}")).json
    third = (await house.get("olga", f"/campaigns?limit=2&cursor={second['next_cursor']}")).json
    assert [item["name"] for item in third["items"]] == ["Offer 0"]
    assert third["next_cursor"] is None

    async def names(query):
        return [item["name"] for item in (await house.get("olga", f"/campaigns?{query}")).json["items"]]

    assert await names("status=SCHEDULED") == ["Offer 3", "Offer 1"]
    assert await names("status=draft,scheduled") == [f"Offer {n}" for n in (4, 3, 2, 1, 0)]
    assert await names("status=DRAFT&status=FAILED&q=offer 2") == ["Offer 2"]
    assert await names("q=FER 1") == ["Offer 1"]
    for query, field in (
        ("status=LOST", "status"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
    ):
        answer = await house.get("olga", f"/campaigns?{query}")
        assert (answer.status, answer.fields) == (422, {field})


async def test_changes_before_it_starts(small_house):
    made = await make(small_house)
    path = f"/campaigns/{made['id']}"
    named = await small_house.patch("olga", path, {"name": " Holi ", "fields": {"field_1": "{city}"}})
    assert (named.json["name"], named.json["fields"]) == ("Holi", {"field_1": "{city}"})
    timed = await small_house.patch("olga", path, {"scheduled_at": LATER.isoformat()})
    assert (timed.json["status"], timed.json["name"]) == ("SCHEDULED", "Holi")
    headed = await small_house.patch("olga", path, {"header": {"text": "{name}"}})
    assert headed.json["header"]["text"] == "{name}"
    assert headed.json["scheduled_at"] == timed.json["scheduled_at"]
    bare = await small_house.patch("olga", path, {"header": None, "scheduled_at": None})
    assert (bare.json["status"], bare.json["scheduled_at"], bare.json["header"]) == ("DRAFT", None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "body"),
        ({"fields": {"field_1": "{town}"}}, "fields.field_1"),
        ({"fields": {"field_2": "x"}}, "fields"),
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "scheduled_at"),
        ({"template": {"name": "a", "language": "en"}}, "template"),
        ({"header": {"image": "nowhere"}}, "header.image"),
    ],
)
async def test_changes_that_are_refused_change_nothing(small_house, changes, field):
    made = await make(small_house)
    answer = await small_house.patch("olga", f"/campaigns/{made['id']}", changes)
    assert (answer.status, answer.fields) == (422, {field})
    assert (await small_house.get("olga", f"/campaigns/{made['id']}")).json == made


async def test_a_campaign_that_has_started_is_not_changed(small_house):
    async with running_engine(small_house):
        made = await make(small_house, scheduled_at="now")
        await small_house.wait_for(made["id"], "COMPLETED")
    answer = await small_house.patch("olga", f"/campaigns/{made['id']}", {"name": "Other"})
    assert answer.status == 409
    assert "COMPLETED" in answer.json["detail"]


async def test_what_cannot_start_says_why(small_house):
    async with running_engine(small_house):
        sender = (await small_house.post("alice", "/senders", {"name": "Bare"})).json["id"]
        made = await make(small_house, sender_id=sender, scheduled_at="now")
        failed = await small_house.wait_for(made["id"], "FAILED")
        assert "credentials" in failed["error"]
        tight = await small_house.sender(daily_limit=2)
        made = await make(small_house, sender_id=tight, scheduled_at="now")
        failed = await small_house.wait_for(made["id"], "FAILED")
        assert "limit" in failed["error"].lower()
    assert small_house.provider.sent == []


async def test_a_refused_recipient_stands_in_its_message(small_house):
    small_house.provider.outcome = Outcome(OutcomeKind.RECIPIENT, "131026", "not reachable on WhatsApp")
    async with running_engine(small_house):
        made = await make(small_house, recipients=people(1), scheduled_at="now")
        await small_house.wait_for(made["id"], "COMPLETED")
    (message,) = (await small_house.get("victor", f"/campaigns/{made['id']}/messages")).json["items"]
    assert message == {
        "id": f"{made['id']}-1",
        "row": 1,
        "phone": "+919800000000",
        "name": "Person 0",
        "status": "FAILED",
        "attempts": 1,
        "provider_message_id": None,
        "error": {"code": "131026", "reason": "not reachable on WhatsApp"},
        "sent_at": None,
        "delivered_at": None,
        "read_at": None,
        "inferred": False,
    }
