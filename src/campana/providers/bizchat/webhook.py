"""Reading what BizChat posts to our URL: receipts and replies (bizchat.md, Webhooks). Pure, and never raises:
nobody would repeat a post that we refuse, and there is nothing to tell its sender.

Meta's original part is read first: only there stand time and reason, and old installs send nothing else.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from campana.domain.messages import MessageStatus
from campana.domain.receipts import UNEXPLAINED, Event, Receipt, Reply
from campana.providers.bizchat import codes
from campana.providers.bizchat.redact import quoted
from campana.providers.bizchat.status import NO_REASON

Json = Mapping[str, Any]

_STATUSES: Mapping[str, MessageStatus] = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "failed": MessageStatus.FAILED,
}
_LONGEST_ID = 512
"""characters; an id of a real message has less than a hundred"""
_MILLISECONDS = 100_000_000_000
"""a timestamp as large as this counts milliseconds"""


def parse(payload: bytes | Json) -> list[Event]:
    """The events of one post, in its order; [] for an echo of what the business typed, and for anything
    else."""
    post = _object(_decoded(payload) if isinstance(payload, bytes) else payload)
    wrapper = _object(post.get("message"))
    values = list(_values(post.get("whatsapp_webhook_payload")))
    receipts = [receipt for value in values for receipt in _receipts(value)]
    if _is_echo(wrapper):
        return [*receipts]
    replies = [reply for value in values for reply in _replies(value)]
    return [*receipts, *replies] or [*_wrapped(wrapper, _object(post.get("contact")))]


def _values(raw: object) -> Iterator[Json]:
    """`entry[].changes[].value` of Meta's original, which some installs send as a text."""
    original = _object(_decoded(raw.encode(errors="replace")) if isinstance(raw, str) else raw)
    for entry in _objects(original.get("entry")):
        for change in _objects(entry.get("changes")):
            yield _object(change.get("value"))


def _receipts(value: Json) -> Iterator[Receipt]:
    for row in _objects(value.get("statuses")):
        status = _STATUSES.get(_text(row.get("status")))
        wamid = _id(row.get("id"))
        if status is None or not wamid:
            continue
        code, reason = _failure(row) if status is MessageStatus.FAILED else ("", "")
        yield Receipt(
            provider_message_id=wamid,
            status=status,
            at=_moment(row.get("timestamp")),
            code=code,
            reason=reason,
            phone=_phone(row.get("recipient_id")),
        )


def _failure(row: Json) -> tuple[str, str]:
    error = next(_objects(row.get("errors")), {})
    number = error.get("code")
    if isinstance(number, str) and number.isascii() and number.isdecimal() and len(number) < 10:
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        return UNEXPLAINED, NO_REASON
    details = _text(_object(error.get("error_data")).get("details"))
    said = quoted(details or _text(error.get("title")) or _text(error.get("message")))
    meaning = codes.meta(number).meaning
    return str(number), f"{meaning} WhatsApp said: “{said}”" if said else meaning


def _replies(value: Json) -> Iterator[Reply]:
    names = {
        _text(contact.get("wa_id")): _text(_object(contact.get("profile")).get("name"))
        for contact in _objects(value.get("contacts"))
    }
    own = _own_phone(value)
    for row in _objects(value.get("messages")):
        phone = _phone(row.get("from"))
        if phone is None or phone == own:
            continue
        label = _button(row)
        yield Reply(
            phone=phone,
            text=label or _written(row),
            provider_message_id=_id(row.get("id")) or None,
            replied_to=_id(_object(row.get("context")).get("id")) or None,
            at=_moment(row.get("timestamp")),
            is_button=bool(label),
            name=names.get(_text(row.get("from")), ""),
        )


def _button(row: Json) -> str:
    """The label of a tapped button: of a template, or of an interactive message or list."""
    interactive = _object(row.get("interactive"))
    return (
        _text(_object(row.get("button")).get("text"))
        or _text(_object(interactive.get("button_reply")).get("title"))
        or _text(_object(interactive.get("list_reply")).get("title"))
    )


def _written(row: Json) -> str:
    """The text, or the caption of a picture, film or document."""
    captions = (_text(_object(row.get(kind)).get("caption")) for kind in ("image", "video", "document"))
    return _text(_object(row.get("text")).get("body")) or next((each for each in captions if each), "")


def _is_echo(wrapper: Json) -> bool:
    """What the business typed on its own phone: a body, but neither new nor a status."""
    return (
        wrapper.get("is_new_message") is False
        and bool(wrapper.get("body"))
        and not _text(wrapper.get("status"))
    )


def _wrapped(wrapper: Json, contact: Json) -> Iterator[Event]:
    """The event as BizChat's own part tells it, for a post without Meta's: no time, no reason."""
    wamid = _id(wrapper.get("whatsapp_message_id"))
    phone = _phone(contact.get("phone_number"))
    status = _STATUSES.get(_text(wrapper.get("status")))
    if wrapper.get("is_new_message") is True:
        if phone is not None:
            replied_to = _id(wrapper.get("replied_to_whatsapp_message_id"))
            yield Reply(phone, _text(wrapper.get("body")), wamid or None, replied_to or None)
    elif status is not None and wamid:
        failed = status is MessageStatus.FAILED
        code, reason = (UNEXPLAINED, NO_REASON) if failed else ("", "")
        yield Receipt(wamid, status, None, code, reason, phone)


def _decoded(text: bytes) -> object:
    try:
        return from_json(text)
    except ValueError:
        return None


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> Iterator[Json]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def _text(value: object) -> str:
    """Without NUL, which a database may not take: a post that cannot be recorded would come up for ever."""
    return value.replace("\0", "") if isinstance(value, str) else ""


def _id(value: object) -> str:
    """The provider's id of a message; none where it is too long to be one."""
    text = _text(value)
    return text if len(text) <= _LONGEST_ID else ""


def _phone(value: object) -> str | None:
    """E.164 from the digits WhatsApp writes; a BSUID or anything else that is no number is None."""
    digits = str(value).lstrip("+") if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return f"+{digits}" if digits.isascii() and digits.isdecimal() and 6 < len(digits) < 16 else None


def _own_phone(value: Json) -> str | None:
    """The business's own number, which Meta may write for people: `+1 555-078-3881`."""
    shown = _text(_object(value.get("metadata")).get("display_phone_number"))
    return _phone("".join(sign for sign in shown if sign.isdecimal()))


def _moment(value: object) -> datetime | None:
    """Seconds since 1970 as Meta writes them, in a text."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdecimal() and len(text) < 14):
        return None
    number = int(text)
    seconds = number / 1000 if number >= _MILLISECONDS else number
    return datetime.fromtimestamp(seconds, UTC)
