"""What providers post to us: kept as it came until it is worked off, and what could not be matched yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.receipts import Receipt
from campana.domain.senders import Sender, Webhook


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it came in, for the sender whose secret it named."""

    sender_id: UUID
    received_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post that waits to be worked off, with its sender."""

    id: int
    sender: Sender
    received_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A receipt whose message is not known, or not yet. It is looked at again from `look_at` on."""

    sender_id: UUID
    receipt: Receipt
    received_at: datetime
    look_at: datetime
    id: int = 0
    """given by the store"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Posts not worked off, when the oldest of them came, and receipts without a message."""

    posts: int
    oldest: datetime | None
    unmatched: int


class Inbox(Protocol):
    """Posts come in by many processes and are worked off by one; what was worked off twice changes nothing
    more."""

    async def store_posts(self, posts: Sequence[Post]) -> None:
        """Keep them; they are durable when this returns."""

    async def waiting_posts(self, *, limit: int, most_bytes: int) -> Sequence[StoredPost]:
        """The oldest posts, up to `limit` and about `most_bytes`, at least one where there is any."""

    async def drop_posts(self, posts: Sequence[StoredPost], unmatched: Sequence[Unmatched]) -> None:
        """Forget posts that were worked off, and in the same step keep aside what of them found no message.
        Their senders' last event is noted."""

    async def unmatched(self, now: datetime, *, limit: int) -> Sequence[Unmatched]:
        """Receipts kept aside whose `look_at` has come, the longest due first."""

    async def unmatched_to(self, sender_id: UUID, phone: str) -> Sequence[Unmatched]:
        """All receipts kept aside of that sender's messages to that number."""

    async def drop_unmatched(self, ids: Collection[int]) -> None:
        """Forget them: their message was found, or nobody waits for it any more."""

    async def defer_unmatched(self, look_at: Sequence[tuple[int, datetime]]) -> None:
        """Look at each of these (by id) again at its time."""

    async def backlog(self) -> Backlog:
        """Numbers for monitoring, over all accounts."""

    async def webhooks(self) -> Sequence[Webhook]:
        """All of them, of all accounts."""

    async def webhook(self, sender_id: UUID) -> Webhook | None: ...

    async def save_webhook(self, webhook: Webhook) -> None:
        """Add or replace the sender's; when its last event came is left as it is."""
