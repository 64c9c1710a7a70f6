"""BizChat's webhook bodies, around Meta's original (bizchat.md, Webhooks to our URL)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from campana.simulator.ids import contact_uid, related_wamid
from campana.simulator.journeys import Journey, Reply
from campana.simulator.meta import meta_refusal

DEFAULT_FROM_ID = "100000000000001"
BUSINESS_NUMBER = "919000000001"


class EventKind(StrEnum):
    """What a webhook tells of."""

    STATUS = "status"
    INBOUND = "inbound"
    ECHO = "echo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing to tell the vendor's URL. `at` is epoch seconds; `wamid` the message it is about, for an
    inbound its own.
    """

    kind: EventKind
    at: float
    vendor_uid: str
    phone: str
    from_id: str
    wamid: str
    status: str | None = None
    code: int | None = None
    body: str | None = None
    button: bool = False
    replied_to: str | None = None


def events_of(journey: Journey) -> list[Event]:
    """Return what a journey tells, in the order it happens."""
    about = Event(
        kind=EventKind.STATUS,
        at=journey.accepted_at,
        vendor_uid=journey.vendor_uid,
        phone=journey.phone,
        from_id=journey.from_id,
        wamid=journey.wamid,
    )
    events = [replace(about, at=at, status=status, code=journey.code) for at, status in journey.steps]
    for name, reply in (("reply", journey.reply), ("back", journey.back)):
        if reply:
            events.append(_reply_event(about, reply, name))
    if journey.echo_at is not None:
        wamid = related_wamid(about.wamid, "echo")
        events.append(
            replace(about, kind=EventKind.ECHO, at=journey.echo_at, wamid=wamid, body="Call me any time")
        )
    return events


def _reply_event(about: Event, reply: Reply, name: str) -> Event:
    return replace(
        about,
        kind=EventKind.INBOUND,
        at=reply.at,
        wamid=related_wamid(about.wamid, name),
        body=reply.body,
        button=reply.button,
        replied_to=about.wamid if reply.button else None,
    )


def webhook_body(events: Sequence[Event], *, old_install: bool) -> dict[str, Any]:
    """Return one post's body for `events` of one vendor; the `message` part tells of the first only, the raw
    part of all.
    """
    body: dict[str, Any] = {"contact": _contact(events[0])}
    if not old_install:
        body["message"] = _message(events[0])
    body["whatsapp_webhook_payload"] = _original(events)
    return body


def _contact(event: Event) -> dict[str, Any]:
    return {
        "uid": contact_uid(event.vendor_uid, event.phone),
        "phone_number": event.phone,
        "status": "existing",
        "first_name": None,
        "last_name": None,
        "email": None,
        "language_code": None,
        "country": None,
    }


def _message(event: Event) -> dict[str, Any]:
    return {
        "whatsapp_message_id": event.wamid,
        "replied_to_whatsapp_message_id": event.replied_to,
        "is_new_message": event.kind is EventKind.INBOUND,
        "body": event.body,
        "status": event.status,
        "media": None if event.kind is EventKind.STATUS else [],
    }


def _original(events: Sequence[Event]) -> dict[str, Any]:
    account = hashlib.sha1(events[0].vendor_uid.encode(), usedforsecurity=False).hexdigest()
    changes = [_change(event.kind, [event]) for event in events if event.kind is not EventKind.STATUS]
    statuses = [event for event in events if event.kind is EventKind.STATUS]
    if statuses:
        changes.insert(0, _change(EventKind.STATUS, statuses))
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": str(int(account[:12], 16)), "changes": changes}],
    }


def _change(kind: EventKind, events: Sequence[Event]) -> dict[str, Any]:
    first = events[0]
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": BUSINESS_NUMBER,
            "phone_number_id": first.from_id or DEFAULT_FROM_ID,
        },
    }
    if kind is EventKind.STATUS:
        value["statuses"] = [_status(event) for event in events]
        return {"value": value, "field": "messages"}
    if kind is EventKind.INBOUND:
        value["contacts"] = [{"profile": {"name": "A recipient"}, "wa_id": first.phone}]
        value["messages"] = [_inbound(first)]
        return {"value": value, "field": "messages"}
    value["message_echoes"] = [
        {
            "from": BUSINESS_NUMBER,
            "to": first.phone,
            "id": first.wamid,
            "timestamp": str(int(first.at)),
            "type": "text",
            "text": {"body": first.body},
        }
    ]
    return {"value": value, "field": "smb_message_echoes"}


def _status(event: Event) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": event.wamid,
        "status": event.status,
        "timestamp": str(int(event.at)),
        "recipient_id": event.phone,
    }
    if event.status != "failed" or event.code is None:
        return told
    title = meta_refusal(event.code)[1]
    error = {"code": event.code, "title": title, "message": title, "error_data": {"details": f"{title}."}}
    return told | {"errors": [error]}


def _inbound(event: Event) -> dict[str, Any]:
    told: dict[str, Any] = {"from": event.phone, "id": event.wamid, "timestamp": str(int(event.at))}
    if not event.button:
        return told | {"type": "text", "text": {"body": event.body}}
    context = {"from": BUSINESS_NUMBER, "id": event.replied_to}
    return told | {
        "type": "button",
        "context": context,
        "button": {"payload": event.body, "text": event.body},
    }


def in_chunks(events: Iterable[Event], size: int) -> list[list[Event]]:
    """Return `events` in order, at most `size` together, each chunk of one sender."""
    chunks: list[list[Event]] = []
    for event in events:
        last = chunks[-1] if chunks else []
        if 0 < len(last) < size and (last[0].vendor_uid, last[0].from_id) == (
            event.vendor_uid,
            event.from_id,
        ):
            last.append(event)
        else:
            chunks.append([event])
    return chunks
