"""Messages shown before anything is made, and one sent to try."""

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from tests.support.house import campaign, people, running_engine


async def lists(house):
    return (await house.get("olga", "/recipient-lists")).json["items"]


def trial(sender, **changes):
    body = {
        "sender_id": sender,
        "template": {"name": "diwali_offer", "language": "en_US"},
        "fields": {"field_1": "Hi {name}", "field_2": "{city}"},
        "phone": "98123 45678",
        "name": "Asha",
        "values": {"city": "Pune"},
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


async def test_a_preview_shows_messages_as_they_would_go_out(small_house):
    header = {"document": "https://example.com/{city}.pdf", "document_name": "For {name}.pdf"}
    body = campaign(await small_house.sender(), recipients=people(20), header=header) | {
        "limit": 2,
        "after_row": 3,
    }
    answer = await small_house.post("victor", "/campaigns/preview", body)
    assert answer.status == 200, answer.body
    assert (answer.json["total"], answer.json["problems"]) == (20, [])
    assert [item["row"] for item in answer.json["items"]] == [4, 5]
    assert answer.json["items"][0] == {
        "row": 4,
        "phone": "+919800000003",
        "name": "Person 3",
        "fields": {"field_1": "Hi Person 3", "field_2": "Pune"},
        "header": {
            "image": None,
            "video": None,
            "document": "https://example.com/Pune.pdf",
            "document_name": "For Person 3.pdf",
            "text": None,
        },
        "empty": None,
    }
    assert (await small_house.get("olga", "/campaigns")).json["items"] == []
    assert await lists(small_house) == []


async def test_rows_of_a_list_by_their_numbers(small_house):
    uploaded = await small_house.upload(
        "olga", "phone,name,city\n+919812345678,Asha,Pune\n12,X,\n+919812345679,Ravi,\n"
    )
    body = campaign(
        await small_house.sender(),
        recipients=...,
        recipient_list_id=uploaded.json["id"],
        fields={"field_1": "{city}"},
    )
    answer = await small_house.post("olga", "/campaigns/preview", body | {"rows": [4, 3, 2, 99]})
    assert [(item["row"], item["empty"]) for item in answer.json["items"]] == [
        (4, "field_1"),
        (2, None),
    ]
    assert answer.json["problems"][0]["field"] == "fields.field_1"


async def test_what_is_wrong_is_told_beside_what_can_be_shown(small_house):
    body = campaign("00000000-0000-7000-8000-000000000000", name="", scheduled_at="yesterday")
    answer = await small_house.post("olga", "/campaigns/preview", body)
    assert answer.status == 200
    assert {problem["field"] for problem in answer.json["problems"]} == {"name", "sender_id", "scheduled_at"}
    body = campaign(await small_house.sender(), fields={"field_1": "{town}"})
    del body["name"]
    answer = await small_house.post("olga", "/campaigns/preview", body)
    assert {problem["field"] for problem in answer.json["problems"]} == {"name", "fields.field_1"}
    assert (answer.json["items"], answer.json["total"]) == ([], 3)


@pytest.mark.parametrize("selection", [{"limit": 0}, {"limit": 101}, {"rows": [2] * 101}, {"after_row": -1}])
async def test_selections_that_are_refused(small_house, selection):
    body = campaign(await small_house.sender()) | selection
    assert (await small_house.post("olga", "/campaigns/preview", body)).status == 422


async def test_a_test_message_goes_out_and_its_outcome_comes_back(small_house):
    async with running_engine(small_house):
        answer = await small_house.post("olga", "/campaigns/test", trial(await small_house.sender()))
    assert answer.status == 200, answer.body
    assert answer.json == {
        "status": "SENT",
        "error": None,
        "provider_message_id": "wamid.1",
        "campaign_id": answer.json["campaign_id"],
        "message": {
            "row": 1,
            "phone": "+919812345678",
            "name": "Asha",
            "fields": {"field_1": "Hi Asha", "field_2": "Pune"},
            "header": None,
            "empty": None,
        },
    }
    (sent,) = small_house.provider.sent
    assert (sent.phone, sent.fields) == ("+919812345678", {"field_1": "Hi Asha", "field_2": "Pune"})
    assert (await small_house.get("olga", "/campaigns")).json["items"] == []
    assert await lists(small_house) == []


async def test_values_come_from_the_lists_first_recipient_where_none_are_named(small_house):
    uploaded = await small_house.upload("olga", "mobile,customer,city\n+919812345678,Ravi,Delhi\n")
    body = trial(await small_house.sender(), name=..., values={}, recipient_list_id=uploaded.json["id"])
    async with running_engine(small_house):
        answer = await small_house.post("olga", "/campaigns/test", body)
        assert answer.json["message"]["fields"] == {"field_1": "Hi Ravi", "field_2": "Delhi"}
        answer = await small_house.post(
            "olga", "/campaigns/test", body | {"name": "Asha", "values": {"city": "Pune"}}
        )
        assert answer.json["message"]["fields"] == {"field_1": "Hi Asha", "field_2": "Pune"}
    assert {envelope.phone for envelope in small_house.provider.sent} == {"+919812345678"}


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (Outcome(OutcomeKind.RECIPIENT, "131026", "not reachable"), "FAILED", "131026"),
        (Outcome(OutcomeKind.UNKNOWN, "read_timeout", "no answer"), "UNKNOWN", "read_timeout"),
        (Outcome(OutcomeKind.CAMPAIGN, "132001", "no such template"), "FAILED", None),
        (Outcome(OutcomeKind.CREDENTIALS, "invalid_token", "Invalid Token"), "FAILED", None),
    ],
)
async def test_what_went_wrong_comes_back_too(small_house, outcome, status, code):
    small_house.provider.outcome = outcome
    async with running_engine(small_house):
        answer = await small_house.post("olga", "/campaigns/test", trial(await small_house.sender()))
    assert answer.status == 200, answer.body
    assert answer.json["status"] == status
    assert outcome.reason in answer.json["error"]["reason"]
    assert code is None or answer.json["error"]["code"] == code
    assert len(small_house.provider.sent) == 1


async def test_a_suppressed_number_gets_no_test_message_either(small_house):
    await small_house.post("olga", "/suppressions", {"phone": "+919812345678"})
    async with running_engine(small_house):
        answer = await small_house.post("olga", "/campaigns/test", trial(await small_house.sender()))
    assert (answer.json["status"], answer.json["error"]["code"]) == ("SKIPPED", "suppressed")
    assert small_house.provider.sent == []


async def test_without_credentials_the_reason_comes_back(small_house):
    sender = (await small_house.post("alice", "/senders", {"name": "Bare"})).json["id"]
    async with running_engine(small_house):
        answer = await small_house.post("olga", "/campaigns/test", trial(sender))
    assert answer.json["status"] == "FAILED"
    assert "credentials" in answer.json["error"]["reason"]


async def test_a_test_message_that_cannot_leave_is_withdrawn(small_house):
    small_house.services.trials._wait_s = 0.3
    answer = await small_house.post("olga", "/campaigns/test", trial(await small_house.sender()))
    assert (answer.json["status"], answer.json["error"]["code"]) == ("SKIPPED", "not_sent_in_time")
    async with running_engine(small_house):
        await small_house.wait_for(answer.json["campaign_id"], "CANCELLED")
    assert small_house.provider.sent == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"phone": "12"}, {"phone"}),
        ({"phone": ..., "values": {}}, {"phone"}),
        ({"values": {}}, {"fields.field_2"}),
        ({"values": {"city": ""}}, {"fields.field_2"}),
        ({"values": {"city": "x" * 5000}}, {"values"}),
        ({"template": {"name": "", "language": "en"}}, {"template.name"}),
        ({"recipient_list_id": "00000000-0000-7000-8000-000000000001"}, {"recipient_list_id"}),
        ({"sender_id": "00000000-0000-7000-8000-000000000001"}, {"sender_id"}),
        ({"scheduled_at": "now"}, {"scheduled_at"}),
    ],
)
async def test_what_is_refused(small_house, changes, fields):
    body = trial(await small_house.sender(), **changes)
    answer = await small_house.post("olga", "/campaigns/test", body)
    assert (answer.status, answer.fields) == (422, fields)
    assert small_house.provider.sent == []
