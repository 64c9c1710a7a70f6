"""Numbers that must not be messaged, what people answered, and what an account decided about both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.domain.preferences import Preferences
from campana.domain.recipients import Suppression, SuppressionSource
from campana.domain.replies import KeptReply, ReplyCounts
from campana.engine.ports.pages import Page


@dataclass(frozen=True, slots=True)
class SuppressionFilter:
    """Which of an account's suppressions; what is empty chooses all.

    `q` is a part of the number or of the reason, in any case. `since` is inclusive, `before` is not.
    """

    q: str = ""
    sources: Collection[SuppressionSource] = ()
    since: datetime | None = None
    before: datetime | None = None


EVERY_SUPPRESSION = SuppressionFilter()


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply, and what follows from it if it is new and the person asked for nothing else since.

    `stop` is added where the number has no suppression yet; of `lifts` sources the number's suppression is
    dropped.
    """

    reply: KeptReply
    stop: Suppression | None = None
    lifts: frozenset[SuppressionSource] = frozenset()


@dataclass(frozen=True, slots=True)
class Flag:
    """The provider's own mark on a contact is to be set, or taken away. A newer wish has another
    `revision`."""

    account_id: UUID
    phone: str = field(repr=False)
    opted_out: bool
    attempts: int
    revision: int


@dataclass(frozen=True, slots=True)
class Cap:
    """No more than `messages` campaign messages to one person since then.

    Messages count that went out, or may have (UNKNOWN), or are on their way; those of test campaigns do not.
    `reason` is told where a message is SKIPPED because of it.
    """

    messages: int
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message to a number, and when it ended; None while it is on its way."""

    campaign_id: UUID
    row: int
    status: MessageStatus
    code: str
    at: datetime | None


class OptOuts(Protocol):
    """Suppressions of accounts, replies to their senders, and their preferences.

    Whatever adds a suppression makes `LaneView.opt_outs` of the account's senders grow in the same step.
    """

    async def add_suppressions(self, suppressions: Sequence[Suppression], *, flag: bool = False) -> int:
        """Add those whose number the account does not have yet; how many were new. With `flag` each new one
        is to be marked at the provider too (see `due_flags`)."""

    async def drop_suppression(self, account_id: UUID, suppression_id: UUID, *, at: datetime) -> bool:
        """Remove one, and its mark at the provider from `at` on; whether it was there."""

    async def suppressions(
        self,
        account_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        which: SuppressionFilter = EVERY_SUPPRESSION,
    ) -> Page[Suppression]:
        """By phone."""

    async def suppressed_among(self, account_id: UUID, phones: Collection[str]) -> frozenset[str]:
        """Those of the numbers that are suppressed."""

    async def due_flags(self, now: datetime, *, limit: int) -> Sequence[Flag]:
        """Marks to be set or taken away at the provider, the longest due first."""

    async def settle_flag(self, flag: Flag, *, retry_at: datetime | None = None) -> bool:
        """Forget it, or try it again then, with one attempt more; False, and nothing, when the wish is newer
        than that."""

    async def keep_replies(self, heard: Sequence[Heard]) -> int:
        """Keep replies, each once by its sender and provider's id, and do what follows from the new ones; how
        many were new. A stop at the same time as a start is the newer of the two."""

    async def replies(
        self, account_id: UUID, campaign_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[KeptReply]:
        """A campaign's, newest first."""

    async def reply_counts(self, campaign_ids: Collection[UUID]) -> Mapping[UUID, ReplyCounts]:
        """Of the campaigns that got any."""

    async def message_named(self, sender_id: UUID, provider_message_id: str) -> Addressed | None:
        """The sender's message with that id."""

    async def messages_to(
        self,
        account_id: UUID,
        phone: str,
        *,
        since: datetime,
        limit: int,
        sender_id: UUID | None = None,
    ) -> Sequence[Addressed]:
        """The account's (or one sender's) messages to that number that are on their way, or ended at `since`
        or later, but those SKIPPED; the latest first. Tests are among them."""

    async def preferences(self, account_id: UUID) -> Preferences:
        """The account's; the default ones until some are saved."""

    async def save_preferences(self, account_id: UUID, preferences: Preferences) -> None: ...

    async def over_cap(self, account_id: UUID, cap: Cap, phones: Collection[str]) -> frozenset[str]:
        """Those of the numbers that the cap would leave out now."""
