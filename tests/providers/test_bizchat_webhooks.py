"""What BizChat posts to us, as recorded, and whatever else somebody may post who knows the URL."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.receipts import Event, Receipt
from campana.providers.bizchat import parse_webhook
from tests.conformance.provider.recorded import Case, cases
from tests.providers.cast import PHONE

RECORDED = cases("bizchat", "webhook")


def shown(event: Event) -> dict[str, Any]:
    at = event.at.isoformat() if event.at else None
    if isinstance(event, Receipt):
        receipt = {
            "provider_message_id": event.provider_message_id,
            "status": event.status,
            "at": at,
            "code": event.code,
            "phone": event.phone,
        }
        return {"receipt": receipt}
    reply = {
        "phone": event.phone,
        "text": event.text,
        "provider_message_id": event.provider_message_id,
        "replied_to": event.replied_to,
        "at": at,
        "is_button": event.is_button,
        "name": event.name,
    }
    return {"reply": reply}


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case.name)
def test_each_post_has_its_events(case: Case) -> None:
    payload, expected = case.content["payload"], case.content["events"]
    for form in (payload, json.dumps(payload).encode()):
        events = parse_webhook(form)
        wanted = [{key: value for key, value in event.items() if key != "reason_has"} for event in expected]
        assert [shown(event) for event in events] == wanted
        for event, wants in zip(events, expected, strict=True):
            if isinstance(event, Receipt):
                assert wants["reason_has"] in event.reason
                assert bool(event.reason) == (event.status == "FAILED")


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case.name)
def test_no_event_shows_a_number_or_a_text_when_printed(case: Case) -> None:
    printed = repr(parse_webhook(case.content["payload"]))
    assert PHONE[1:] not in printed
    assert "STOP" not in printed
    assert "Asha" not in printed


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b"{", b'"x"', b"\xff", b"[" * 100_000, {}, {"message": 1}]
)
def test_what_is_no_post_has_no_events(payload: bytes | dict[str, Any]) -> None:
    assert parse_webhook(payload) == []


KEYS = (
    *(
        "entry",
        "changes",
        "value",
        "statuses",
        "messages",
        "contacts",
        "context",
        "errors",
        "error_data",
        "id",
    ),
    *("status", "timestamp", "recipient_id", "from", "text", "body", "button", "interactive", "id"),
    *("message", "contact", "whatsapp_webhook_payload", "is_new_message", "whatsapp_message_id", "code"),
    *(
        "metadata",
        "profile",
        "name",
        "wa_id",
        "phone_number",
        "button_reply",
        "title",
        "display_phone_number",
    ),
)
WORDS = st.sampled_from(["sent", "failed", "read", "919812345678", "1733283007", "wamid.X", "9" * 20, ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=30,
)


@given(JSON)
def test_anything_can_be_posted(content: Any) -> None:
    parse_webhook(json.dumps(content).encode())
    parse_webhook(
        json.dumps({"whatsapp_webhook_payload": {"entry": [{"changes": [{"value": content}]}]}}).encode()
    )


@given(st.binary())
def test_even_what_is_no_text(payload: bytes) -> None:
    parse_webhook(payload)
