"""To whom the inbox hands on what people said."""

from collections.abc import Sequence
from typing import Protocol

from campana.domain.receipts import Receipt, Reply
from campana.domain.senders import Sender


class ReplyDesk(Protocol):
    """What becomes of replies, and of refusals that say something about the person.

    After a crash the same ones may be handed on once more: a reply is known by its provider_message_id, a
    refusal by its message's. Each has its time. May raise StoreUnavailable only; then they come again.
    """

    async def handle(self, sender: Sender, replies: Sequence[Reply]) -> None:
        """People wrote to that sender, in the order it became known here."""

    async def refused(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        """FAILED receipts with the provider's code (131050: opted out; 131026: not on WhatsApp), for messages
        that we know and for others. `phone` may be None."""
