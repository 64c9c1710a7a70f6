"""What people answered, as it is kept: each with the campaign message it answers, where that is known."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from campana.domain.optouts import Wish

LONGEST_TEXT = 4096
"""characters; WhatsApp's own limit for a text"""


@dataclass(frozen=True, slots=True)
class KeptReply:
    """`text` is what the person wrote, or the label of the button that was tapped.

    `campaign_id` and `row` name the message it answers; `provider_message_id` is the reply's own. `at` is the
    provider's time of it, else ours.
    """

    id: UUID
    account_id: UUID
    sender_id: UUID
    phone: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    provider_message_id: str
    name: str = field(default="", repr=False)
    is_button: bool = False
    wish: Wish | None = None
    campaign_id: UUID | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ReplyCounts:
    """How many replies a campaign got, and how many of them asked to stop."""

    replies: int = 0
    stops: int = 0
