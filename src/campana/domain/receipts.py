"""What comes back later from people's phones: receipts for messages of ours, and replies. They arrive
doubled, lost and out of order; what to do about that is `messages.RECEIPT_RANK` and the ledger's
business."""

from dataclasses import dataclass, field
from datetime import datetime

from campana.domain.messages import MessageStatus


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
