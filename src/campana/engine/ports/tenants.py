"""Accounts as whoever runs the installation looks after them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignStatus


@dataclass(frozen=True, slots=True)
class AccountUsage:
    """How much an account does; nothing of whom it writes to. Days are those of its senders' time zones, with
    the messages that counted; days without any are missing."""

    messages: Mapping[date, int]
    campaigns: Mapping[CampaignStatus, int]
    senders: int
    users: int


class Tenants(Protocol):
    """One account at a time, by its id."""

    async def account(self, account_id: UUID) -> Account | None: ...

    async def change_account(self, account_id: UUID, change: Callable[[Account], Account]) -> Account | None:
        """Put what `change` makes of the account in its place and return it; None where there is no such
        account. Of changes at once each sees the one before. `change` has no side effects: it may be called
        again. Raises Conflict for a name that is taken.
        """

    async def active_campaigns(self, account_id: UUID) -> Sequence[Campaign]:
        """Those that are SCHEDULED or PROCESSING, tests too."""

    async def account_usage(self, account_id: UUID, since: date) -> AccountUsage:
        """Messages from that day on; everything else as it is now. Bulk campaigns only."""
