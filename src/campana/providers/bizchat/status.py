"""Asking BizChat what became of one message, for those whose webhooks stay silent (bizchat.md, Endpoints)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from campana.domain.messages import MessageStatus
from campana.domain.receipts import UNEXPLAINED, Receipt, StatusReport
from campana.domain.senders import Credentials
from campana.providers.bizchat.answer import Answer, parsed, words
from campana.providers.bizchat.limits import hold_s

STATUSES: Mapping[str, MessageStatus] = {
    "accepted": MessageStatus.SENT,
    "held_for_quality_assessment": MessageStatus.SENT,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "failed": MessageStatus.FAILED,
}
"""the provider's words; one that is not here says nothing about the message"""

NO_REASON = "WhatsApp reported that the message failed, without saying why."


def read_status(answer: Answer, credentials: Credentials, wamid: str, *, now: float) -> StatusReport:
    """What an answer of contact/message-status says about the message `wamid`.

    A FAILED receipt from here has no reason of the provider's: the call gives none. Refusal of the id and
    refusal of the credentials look the same.
    """
    hold = hold_s(answer.headers, now=now)
    content = parsed(answer.body)
    if answer.status != 200 or content is None:
        said = f"BizChat answered with HTTP status {answer.status}"
        return StatusReport(None, said, hold, throttled=answer.status == 429)
    if content.get("result") == "failed":
        return StatusReport(None, words(content, credentials) or "BizChat does not know the message", hold)
    data = content.get("data")
    row = data if isinstance(data, dict) else content
    word = row.get("status")
    status = STATUSES.get(word) if isinstance(word, str) else None
    if status is None:
        return StatusReport(None, "BizChat gave no status that is known", hold)
    return StatusReport(_receipt(wamid, status, row), "", hold)


def _receipt(wamid: str, status: MessageStatus, row: Mapping[str, Any]) -> Receipt:
    failed = status is MessageStatus.FAILED
    return Receipt(
        provider_message_id=wamid,
        status=status,
        at=_moment(row.get("updated_at")),
        code=UNEXPLAINED if failed else "",
        reason=NO_REASON if failed else "",
    )


def _moment(value: object) -> datetime | None:
    """A time with an offset; one without could be in any zone, so it counts as none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
