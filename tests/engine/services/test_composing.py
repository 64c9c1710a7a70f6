"""From what was typed to a request, and back."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from campana.domain.campaigns import Campaign, CampaignStatus, Header, OnDailyLimit, Template
from campana.domain.errors import FieldProblem
from campana.engine.composing import NOBODY, compose, told_by_field, typed_of

KOLKATA = ZoneInfo("Asia/Kolkata")
SENDER, LIST = uuid4(), uuid4()
WHOLE = {
    "name": "Diwali",
    "sender_id": str(SENDER),
    "template_name": " offer ",
    "template_language": "en_US",
    "recipient_list_id": str(LIST),
    "field_2": "{city}",
    "field_10": "ten",
    "field_1": "Hi {name}",
    "button_0": "x",
}


def composed(**changes: str):
    return compose(WHOLE | changes, KOLKATA)


def test_what_was_typed_becomes_a_request() -> None:
    made = composed()
    assert made.problems == ()
    request = made.request
    assert (request.sender_id, request.recipient_list_id) == (SENDER, LIST)
    assert request.template == Template("offer", "en_US")
    assert list(request.fields) == ["field_1", "field_2", "field_10", "button_0"]
    assert (request.scheduled_at, made.starts_at) == ("now", None)
    assert request.on_daily_limit is OnDailyLimit.FAIL
    assert composed(on_daily_limit="wait").request.on_daily_limit is OnDailyLimit.WAIT


def test_nothing_typed_is_told_not_refused() -> None:
    made = compose({}, KOLKATA)
    assert {problem.field for problem in made.problems} == {
        "sender_id",
        "recipient_list_id",
        "template_name",
        "template_language",
    }
    assert made.request.sender_id == NOBODY


@pytest.mark.parametrize(
    ("typed", "header"),
    [
        (
            {"header_kind": "image", "header_url": " https://a.test/b.png "},
            Header(image="https://a.test/b.png"),
        ),
        ({"header_kind": "image", "header_document_name": "left over"}, Header(image="")),
        (
            {"header_kind": "document", "header_url": "https://a.test/b", "header_document_name": "b.pdf"},
            Header(document="https://a.test/b", document_name="b.pdf"),
        ),
        ({"header_kind": "text", "header_text": "Hi {name}"}, Header(text="Hi {name}")),
        ({"header_kind": "", "header_url": "https://a.test/b.png"}, None),
    ],
)
def test_only_the_header_chosen_counts(typed: dict[str, str], header: Header | None) -> None:
    assert composed(**typed).request.header == header


def test_a_location_is_four_fields() -> None:
    typed = {"header_kind": "location", "location_latitude": "18.52", "location_name": "Shop"}
    fields = composed(**typed).request.fields
    assert fields["location_latitude"] == "18.52"
    assert fields["location_longitude"] == "", "it is needed, so it is told that it is empty"
    assert fields["location_name"] == "Shop"
    assert "location_address" not in fields
    assert "location_latitude" not in composed(location_latitude="18.52").request.fields


@pytest.mark.parametrize("zone", ["", "Asia/Kolkata"])
def test_a_time_is_meant_in_the_zone_chosen_or_the_senders(zone: str) -> None:
    made = composed(when="later", date="2026-03-07", time="10:00", zone=zone)
    assert made.starts_at == datetime(2026, 3, 7, 4, 30, tzinfo=UTC)
    assert made.request.scheduled_at == "2026-03-07T04:30:00+00:00"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"date": "", "time": "10:00"}, "date"),
        ({"date": "2026-03-07", "time": "ten"}, "time"),
        ({"date": "2026-03-07", "time": "10:00", "zone": "Mars/Base"}, "zone"),
        ({"date": "2026-03-07", "time": "10:00", "zone": "/etc/passwd"}, "zone"),
        ({"date": "2026-03-29", "time": "02:30", "zone": "Europe/Berlin"}, "time"),
        ({"date": "0001-01-01", "time": "00:00"}, "date"),
    ],
)
def test_a_time_that_cannot_be_made_out_is_told_at_its_field(typed: dict[str, str], field: str) -> None:
    assert [problem.field for problem in composed(when="later", **typed).problems] == [field]


def test_problems_are_told_once_by_the_fields_of_the_page() -> None:
    own = [FieldProblem("sender_id", "choose who sends it")]
    checked = [
        FieldProblem("sender_id", "there is no such sender"),
        FieldProblem("template.name", "a"),
        FieldProblem("fields.field_2", "b"),
        FieldProblem("header.video", "c"),
        FieldProblem("scheduled_at", "d"),
    ]
    assert told_by_field(own, checked) == {
        "sender_id": "choose who sends it",
        "template_name": "a",
        "field_2": "b",
        "header_url": "c",
        "time": "d",
    }


@pytest.mark.parametrize(
    "parts",
    [
        {"header": Header(document="https://a.test/b", document_name="b.pdf")},
        {"header": Header(text="Hi")},
        {"fields": {"field_1": "x", "location_latitude": "1", "location_longitude": "2"}},
        {"on_daily_limit": OnDailyLimit.WAIT, "fields": {"field_1": "x", "button_0": "y", "copy_code": "z"}},
    ],
)
def test_a_campaign_typed_again_is_the_same_campaign(parts: dict[str, Any]) -> None:
    campaign = Campaign(
        **{
            "id": uuid4(),
            "account_id": uuid4(),
            "sender_id": SENDER,
            "recipient_list_id": LIST,
            "name": "Diwali",
            "template": Template("offer", "en_US"),
            "fields": {"field_1": "Hi"},
            "header": None,
            "status": CampaignStatus.COMPLETED,
            "scheduled_at": datetime(2026, 3, 7, tzinfo=UTC),
            "created_at": datetime(2026, 3, 7, tzinfo=UTC),
        }
        | parts
    )
    made = compose(typed_of(campaign), KOLKATA)
    assert made.problems == ()
    for name in ("name", "sender_id", "recipient_list_id", "template", "fields", "header", "on_daily_limit"):
        assert getattr(made.request, name) == getattr(campaign, name), name
    assert made.starts_at is None
