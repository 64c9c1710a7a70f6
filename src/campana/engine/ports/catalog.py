"""Plain reads and writes: senders, lists, campaigns as reports show them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.messages import Counts, Message, MessageStatus
from campana.domain.recipients import Recipient, RecipientList, RowProblem
from campana.domain.senders import Sender
from campana.engine.ports.pages import Page


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign with its counts, its pace over the last seconds (messages/s), and room promised to it."""

    campaign: Campaign
    counts: Counts
    rate: float = 0.0
    reserved: int = 0


class CampaignOrder(StrEnum):
    """How a list of campaigns is ordered."""

    NEWEST = "newest"
    """made last, first"""
    SOONEST = "soonest"
    """by their time, the earliest first; those without a time are left out"""
    LATEST = "latest"
    """by their time, the latest first; those without a time are left out"""
    NAME = "name"
    """by their name, in no language's special order"""


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much waits: messages PENDING of running campaigns, campaigns by status, and what is overdue."""

    queued: int
    campaigns: Mapping[CampaignStatus, int]
    oldest_due: datetime | None


@dataclass(frozen=True, slots=True)
class SenderName:
    """How a sender is told from those of other accounts, for whoever looks after all of them."""

    sender: str
    account: str
    account_id: UUID

    def __str__(self) -> str:
        return f"{self.sender} ({self.account})"


class Catalog(Protocol):
    """Plain reads and writes. What belongs to an account is found only with that account's id.

    Lists come newest first; a cursor is opaque to the caller.
    """

    async def ping(self) -> None:
        """Raises StoreUnavailable when the database cannot be asked or lacks migrations."""

    async def add_sender(self, sender: Sender) -> None:
        """Raises Conflict when the account has a sender of that name."""

    async def save_sender(self, sender: Sender) -> None:
        """Replace what may be edited. Raises NotFound; Conflict on the name."""

    async def sender(self, account_id: UUID, sender_id: UUID) -> Sender | None: ...
    async def senders(self, account_id: UUID, *, limit: int, cursor: str | None = None) -> Page[Sender]: ...
    async def sender_names(self, ids: Collection[UUID]) -> Mapping[UUID, SenderName]:
        """Of any account's senders; those that are not there are left out."""

    async def open_list(self, recipients: RecipientList) -> None:
        """Begin a list; until `close_list` nobody sees it. Its numbers are not known yet."""

    async def add_recipients(
        self, list_id: UUID, recipients: Sequence[Recipient], problems: Sequence[RowProblem]
    ) -> None:
        """Add a batch to an open list."""

    async def close_list(self, recipients: RecipientList) -> RecipientList:
        """Make it visible, with its final numbers; fills in how many are suppressed and returns that."""

    async def drop_list(self, account_id: UUID, list_id: UUID) -> None:
        """Remove a list, open or closed. Raises NotFound; Conflict when a campaign uses it."""

    async def list_is_used(self, list_id: UUID) -> bool:
        """Whether a campaign, of whatever kind and state, was made for the list."""

    async def drop_unfinished(self, before: datetime) -> int:
        """Remove lists and campaigns whose creation was begun before then and never ended; how many."""

    async def recipient_list(self, account_id: UUID, list_id: UUID) -> RecipientList | None: ...
    async def recipient_lists(
        self, account_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[RecipientList]: ...
    async def recipients(self, list_id: UUID, *, after_row: int = 0, limit: int) -> Sequence[Recipient]: ...
    async def problems(self, list_id: UUID, *, after_row: int = 0, limit: int) -> Sequence[RowProblem]: ...

    async def add_campaign(self, campaign: Campaign) -> Campaign:
        """Begin a campaign (DRAFT, invisible until `Ledger.open_campaign`).

        Where the account has one with the same idempotency key, nothing is added and that one is returned.
        """

    async def campaign_by_key(self, account_id: UUID, idempotency_key: str) -> Campaign | None:
        """The campaign begun with that key, open or not: a replay is told so before anything is checked
        anew."""

    async def campaign(self, account_id: UUID, campaign_id: UUID) -> CampaignView | None: ...
    async def campaigns(
        self,
        account_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        statuses: Collection[CampaignStatus] = (),
        q: str = "",
        order: CampaignOrder = CampaignOrder.NEWEST,
    ) -> Page[CampaignView]:
        """Bulk campaigns only; `q` is part of a name, in any case. A cursor belongs to its order."""

    async def campaigns_of_list(
        self, account_id: UUID, list_id: UUID, *, limit: int
    ) -> Sequence[CampaignView]:
        """Bulk campaigns for that list, newest first."""

    async def edit_campaign(self, campaign: Campaign) -> bool:
        """Replace name, fields, header, time and status, if it is still DRAFT or SCHEDULED; whether it
        was."""

    async def progress(self, campaign_ids: Collection[UUID]) -> Mapping[UUID, CampaignView]:
        """The present state of campaigns the caller already has the right to see."""

    async def messages(
        self,
        campaign_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        statuses: Collection[MessageStatus] = (),
        q: str = "",
    ) -> Page[Message]:
        """In row order, with the recipient's values; `q` is a part of the phone's digits or the beginning
        of a name."""

    async def statistics(self) -> Statistics:
        """Numbers for monitoring, over all accounts."""
