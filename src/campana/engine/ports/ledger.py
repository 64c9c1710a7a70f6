"""The guarded verbs on campaigns and messages: every guarantee about messages lives here.

Each verb names the states it may start from, changes rows only from those, keeps the campaign's counts in
the same transaction, and says how many rows it changed. Policy (how many, when, in which order) is the
engine's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.messages import Counts, MessageStatus
from campana.domain.preferences import Frequency
from campana.domain.receipts import Receipt
from campana.domain.recipients import Recipient
from campana.domain.senders import Sender
from campana.engine.ports.lanes import Lease
from campana.engine.ports.optouts import Cap


class StartVerdict(StrEnum):
    """What became of the attempt to start a due campaign."""

    STARTED = "started"
    NO_ROOM = "no_room"
    NOT_SCHEDULED = "not_scheduled"


@dataclass(frozen=True, slots=True)
class Start:
    """With NO_ROOM, `needed` messages stand against `room` left of the day."""

    verdict: StartVerdict
    needed: int = 0
    room: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What a lane wants from one campaign in one round: up to `limit` messages, fresh ones behind
    `after_row`, to people whom the cap allows."""

    campaign_id: UUID
    after_row: int
    limit: int
    cap: Cap | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that is SENDING under the lane's fence, with what is needed to fill it in."""

    campaign_id: UUID
    row: int
    attempts: int
    """tries so far, this one included"""
    fresh: bool
    """taken by row order, not because its pause was over"""
    recipient: Recipient = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a taken message. `at` is when that was known. PENDING needs `not_before`.

    `counts` is False for a try that says nothing about the message (it never left, or the host was closed):
    then the message's attempts go back by one.
    """

    campaign_id: UUID
    row: int
    status: MessageStatus
    at: datetime
    provider_message_id: str | None = None
    code: str | None = None
    reason: str | None = None
    not_before: datetime | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Which message: its campaign and its row."""

    campaign_id: UUID
    row: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A message that was accepted and of which nothing was heard since."""

    key: MessageKey
    sender: Sender
    provider_message_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class LaneCampaign:
    """A PROCESSING campaign as its lane needs it. `next_retry` is the earliest end of a pause of its
    messages."""

    campaign: Campaign
    columns: tuple[str, ...]
    name_column: str | None
    counts: Counts
    reserved: int
    next_retry: datetime | None


@dataclass(frozen=True, slots=True)
class LaneView:
    """What a lane looks at each round: its sender and the account as they are now, the campaigns that may
    send, and the day so far."""

    sender: Sender
    account: Account
    campaigns: tuple[LaneCampaign, ...]
    used: int
    in_flight: int
    opt_outs: int = 0
    """grows whenever a suppression is added to the account: then what was taken may be for nobody any more"""
    frequency: Frequency | None = None


class Ledger(Protocol):
    """Campaign and message states: the guarded verbs. Counts, usage and pace are kept in the same
    transaction."""

    async def load(self, campaign_id: UUID, *, limit: int) -> int:
        """Make the next `limit` recipients of the campaign's list its messages (PENDING; SKIPPED where
        suppressed), behind those already there. How many; 0 when the list is done. Only while the campaign
        is not open.
        """

    async def open_campaign(self, campaign_id: UUID, status: CampaignStatus) -> bool:
        """Make a loaded campaign visible as DRAFT or SCHEDULED; False when it was open already."""

    async def move(
        self,
        campaign_id: UUID,
        target: CampaignStatus,
        *,
        origins: Collection[CampaignStatus],
        at: datetime,
        error: str | None = None,
        scheduled_at: datetime | None = None,
    ) -> bool:
        """Campaign from one of `origins` (a subset of the transition table's) to `target`; whether it was
        in one.

        `error` replaces the former one (None clears it). Leaving PROCESSING gives back what was reserved.
        `at` becomes completed_at for COMPLETED, FAILED and CANCELLED. `scheduled_at` is replaced when given.
        """

    async def due(self, now: datetime, *, limit: int) -> Sequence[tuple[Campaign, Sender]]:
        """Open SCHEDULED campaigns whose time has come, the longest overdue first."""

    async def next_due(self) -> datetime | None:
        """The earliest time of a SCHEDULED campaign, past ones included."""

    async def start(self, campaign_id: UUID, *, now: datetime, day: date, daily_limit: int) -> Start:
        """SCHEDULED to PROCESSING, by one caller only; reserves room for all that is pending.

        With on_daily_limit "fail" all of it must fit, else NO_ROOM and nothing changes; with "wait" what
        fits is reserved. Sets started_at the first time; clears error and waiting_until.
        """

    async def reserve(self, campaign_id: UUID, *, day: date, daily_limit: int) -> int:
        """Reserve room for what a PROCESSING campaign has open and not yet reserved, as far as there is;
        the growth. Clears waiting_until when it grew."""

    async def wait(self, campaign_id: UUID, until: datetime) -> bool:
        """Let a PROCESSING campaign rest until then (waiting_until); its reservation is given back."""

    async def complete(self, campaign_id: UUID, at: datetime) -> bool:
        """PROCESSING to COMPLETED if nothing is pending or sending."""

    async def working_senders(self, now: datetime) -> Sequence[UUID]:
        """Senders with a PROCESSING campaign that is not waiting for a later time."""

    async def lane_view(self, sender_id: UUID, *, now: datetime, day: date) -> LaneView | None:
        """The sender and its PROCESSING campaigns that do not wait beyond `now`."""

    async def take(
        self, lease: Lease, shares: Sequence[Share], *, now: datetime, day: date, daily_limit: int
    ) -> Sequence[Taken]:
        """PENDING to SENDING under the lease's fence, in one durable step, before anything leaves.

        From each share's campaign (PROCESSING only): first messages whose pause is over, then fresh ones in
        row
        order. Never more than the campaign has reserved, nor so many that used + in flight passes
        `daily_limit`.
        Suppressed numbers, and people beyond a share's cap, become SKIPPED instead and are not returned.
        Raises LeaseLost.
        """

    async def settle(self, lease: Lease, settlements: Sequence[Settlement], *, day: date) -> int:
        """Record outcomes of messages taken under this fence; how many rows changed.

        From SENDING to SENT, FAILED, UNKNOWN, SKIPPED or PENDING (with not_before); from UNKNOWN, under the
        same fence, to SENT or FAILED (the answer came after the lane was lost). It is the truth about the
        past, so it is recorded whether or not the lease still lives. SENT and UNKNOWN count as used on
        `day`, once.
        """

    async def sweep(self, campaign_id: UUID, *, code: str, reason: str, at: datetime, limit: int) -> int:
        """Up to `limit` PENDING messages of a CANCELLED campaign to SKIPPED, of a FAILED one to FAILED; how
        many."""

    async def unswept(self) -> Sequence[Campaign]:
        """CANCELLED and FAILED campaigns that still have PENDING messages."""

    async def retry(self, campaign_id: UUID, status: MessageStatus, *, now: datetime, limit: int) -> int:
        """Up to `limit` FAILED or UNKNOWN messages back to PENDING, due at once, attempts begun anew; how
        many. Only while the campaign is PAUSED or PROCESSING."""

    async def receive(self, sender_id: UUID, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        """Apply receipts of a sender's messages, each as `domain.receipts.told` says; those whose message is
        not known. Each names its time. Raises ValueError."""

    async def unknown_to(
        self, sender_id: UUID, phone: str, *, since: datetime, until: datetime
    ) -> Sequence[MessageKey]:
        """UNKNOWN messages of the sender to that number, without a provider's id, that became so in that
        time."""

    async def adopt(self, key: MessageKey, provider_message_id: str) -> bool:
        """Give an UNKNOWN message without one a provider's id that was inferred, and mark it so; whether it
        was. Its receipts are found by that id from then on."""

    async def silent(
        self, provider: str, *, now: datetime, since: datetime, until: datetime, limit: int
    ) -> Sequence[Silent]:
        """SENT messages of that provider's senders, sent in that time, that need not rest beyond `now`; the
        newest first."""

    async def rest(self, key: MessageKey, until: datetime) -> None:
        """Leave a silent message alone until then."""

    async def usage(self, sender_id: UUID, day: date) -> tuple[int, int]:
        """(used, reserved) of the sender's day."""

    async def planned(self, sender_id: UUID, *, since: datetime, until: datetime) -> int:
        """PENDING messages that wait for a time from `since` to before `until`: those of SCHEDULED
        campaigns due then, and of PROCESSING ones that rest until then."""
