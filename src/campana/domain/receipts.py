"""What comes back later from people's phones: receipts for messages of ours, and replies. They arrive
doubled, lost and out of order; `told` says what a receipt changes, whatever came before it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from campana.domain.messages import RECEIPT_RANK, TRANSITIONS, MessageStatus

UNEXPLAINED = "failed"
"""the code of a FAILED receipt that tells no reason; one that does replaces it"""

_WENT_OUT = frozenset({*RECEIPT_RANK, MessageStatus.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message of ours reached a state: SENT, DELIVERED, READ or FAILED.

    `at` is the provider's own time of it, None where it names none. `code` and `reason` come with FAILED and
    mean what they mean in an Outcome. `phone` is E.164, None where the event does not tell.
    """

    provider_message_id: str
    status: MessageStatus
    at: datetime | None = None
    code: str = ""
    reason: str = ""
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A person wrote to the sender, or tapped a button: `text` is what they wrote, or the button's label.

    `replied_to` is the provider's id of our message it answers, where the event tells. `phone` is E.164.
    """

    phone: str = field(repr=False)
    text: str = field(repr=False)
    provider_message_id: str | None = None
    replied_to: str | None = None
    at: datetime | None = None
    is_button: bool = False
    name: str = field(default="", repr=False)


Event = Receipt | Reply


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What the provider answers when asked about one message.

    `receipt` is None where nothing was learnt; `reason` then says why. `hold_s` and `throttled` are as in an
    Outcome: how long the host asked everybody to wait, and whether because we ask too much.
    """

    receipt: Receipt | None
    reason: str = ""
    hold_s: float | None = None
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What receipts may change of a message."""

    status: MessageStatus
    code: str | None = None
    reason: str | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    settled_at: datetime | None = None


def told(standing: Standing, receipt: Receipt) -> Standing:
    """Where the message stands after this receipt; `standing` itself where it says nothing new.

    The status never goes back, and READ implies delivered. Raises ValueError for a status that no receipt
    brings, and for a receipt without its time.
    """
    status, at = receipt.status, receipt.at
    if status not in RECEIPT_RANK and status is not MessageStatus.FAILED:
        raise ValueError(f"no receipt says {status}")
    if at is None:
        raise ValueError("a receipt that is applied needs its time")
    if standing.status in _WENT_OUT and status in TRANSITIONS[standing.status]:
        return _moved(standing, receipt, at)
    if status is MessageStatus.DELIVERED and standing.delivered_at and at < standing.delivered_at:
        return replace(standing, delivered_at=at)  # told after the reading, it still says when it was
    explains = status is standing.status is MessageStatus.FAILED and receipt.code != UNEXPLAINED
    if explains and standing.code == UNEXPLAINED:
        return replace(standing, code=receipt.code or None, reason=receipt.reason or None)
    return standing


def _moved(standing: Standing, receipt: Receipt, at: datetime) -> Standing:
    """What an UNKNOWN was about no longer matters once the provider speaks."""
    moved = replace(standing, status=receipt.status, code=receipt.code or None, reason=receipt.reason or None)
    if receipt.status is MessageStatus.FAILED:
        return replace(moved, settled_at=at)
    moved = replace(moved, sent_at=standing.sent_at or at)
    if receipt.status is MessageStatus.SENT:
        return moved
    moved = replace(moved, delivered_at=standing.delivered_at or at)
    return replace(moved, read_at=at) if receipt.status is MessageStatus.READ else moved
