"""What became of each message: pages of a campaign's messages, and exports of any size in flat memory."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, subject_of
from campana.domain.campaigns import Campaign
from campana.domain.errors import Conflict, NotFound
from campana.domain.messages import Message, MessageStatus
from campana.domain.permissions import Action, permit
from campana.domain.privacy import REMOVED
from campana.domain.times import iso
from campana.engine.archiving.reading import Archives
from campana.engine.audit import Audit
from campana.engine.ports import CampaignView, Page, Store
from campana.engine.tables import csv_text, safe
from campana.engine.workbook import Cell, Kind, write_workbook

BATCH = 500
"""messages an export reads at once: so few that the lanes and other callers wait some milliseconds at most"""
BREATH_S = 0.003
"""between two of them: an export leaves a good half of the time to others, and takes no more than twice as
long"""

_T, _N, _W = Kind.TEXT, Kind.NUMBER, Kind.TIME
COLUMNS = (
    *(("row", _N), ("phone", _T), ("name", _T), ("status", _T), ("attempts", _N)),
    *(("provider_message_id", _T), ("error_code", _T), ("error_reason", _T)),
    *(("sent_at", _W), ("delivered_at", _W), ("read_at", _W), ("inferred", _T)),
)
"""of an export; times are UTC; `inferred` is "yes" for an UNKNOWN one that was found again by number and
time"""


class Reports:
    """Reads messages of the account's campaigns."""

    def __init__(self, store: Store, archives: Archives, audit: Audit) -> None:
        self._store = store
        self._archives = archives
        self._audit = audit

    async def messages(
        self,
        principal: Principal,
        campaign_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        statuses: Collection[MessageStatus] = (),
        q: str = "",
    ) -> Page[Message]:
        """A page in row order; `q` is a part of the phone's digits or the beginning of a name. Raises
        NotFound; Conflict where the messages are archived: then only exports have them."""
        campaign = (await self._campaign(principal, campaign_id)).campaign
        if campaign.archive is not None:
            raise Conflict(
                f"the messages of this campaign were archived on {campaign.archive.at:%Y-%m-%d}; "
                "export them as CSV or XLSX, or read the campaign's counts"
            )
        return await self._store.messages(campaign_id, limit=limit, cursor=cursor, statuses=statuses, q=q)

    async def csv(
        self, principal: Principal, campaign_id: UUID, *, statuses: Collection[MessageStatus] = ()
    ) -> AsyncIterator[bytes]:
        """The campaign's messages as a CSV file, piece by piece. Raises NotFound before the first piece, and
        StoreUnavailable where they are in a file that cannot be read."""
        campaign = await self._note_export(principal, campaign_id, "csv", statuses)
        return self._csv(campaign, statuses)

    async def xlsx(
        self,
        principal: Principal,
        campaign_id: UUID,
        path: Path,
        *,
        statuses: Collection[MessageStatus] = (),
    ) -> None:
        """Write the campaign's messages into a new workbook at `path`. Raises as `csv` does."""
        campaign = await self._note_export(principal, campaign_id, "xlsx", statuses)
        batches = self._batches(campaign, statuses)
        await write_workbook(path, COLUMNS, ([_row(message) for message in batch] async for batch in batches))

    async def _note_export(
        self, principal: Principal, campaign_id: UUID, form: str, statuses: Collection[MessageStatus]
    ) -> Campaign:
        """Noted first: nothing leaves that the trail does not know of."""
        campaign = (await self._campaign(principal, campaign_id)).campaign
        await self._archives.verify(campaign)
        details = {"form": form, "messages": ", ".join(statuses) or "all"}
        await self._audit.note(principal, AuditAction.CAMPAIGN_EXPORTED, subject_of(campaign), details)
        return campaign

    async def _csv(self, campaign: Campaign, statuses: Collection[MessageStatus]) -> AsyncIterator[bytes]:
        yield csv_text([[title for title, _ in COLUMNS]], first=True).encode()
        async for batch in self._batches(campaign, statuses):
            yield csv_text(map(_line, batch)).encode()

    async def _batches(
        self, campaign: Campaign, statuses: Collection[MessageStatus]
    ) -> AsyncIterator[Sequence[Message]]:
        archived = campaign.archive is not None
        read = self._archives.batches(campaign, BATCH) if archived else self._stored(campaign, statuses)
        async for batch in read:
            yield [message for message in batch if not statuses or message.status in statuses]
            await asyncio.sleep(BREATH_S)

    async def _stored(
        self, campaign: Campaign, statuses: Collection[MessageStatus]
    ) -> AsyncIterator[Sequence[Message]]:
        cursor: str | None = None
        while True:
            page = await self._store.messages(campaign.id, limit=BATCH, cursor=cursor, statuses=statuses)
            yield page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _campaign(self, principal: Principal, campaign_id: UUID) -> CampaignView:
        permit(principal, Action.READ)
        view = await self._store.campaign(principal.account_id, campaign_id)
        if view is None:
            raise NotFound("there is no such campaign")
        return view


def _row(message: Message) -> tuple[Cell, ...]:
    times = (moment.timestamp() if moment else None for moment in _times(message))
    return (*_known(message), *times, _inferred(message))


def _line(message: Message) -> tuple[str | float | None, ...]:
    row, phone, name, status, attempts, *outside = _known(message)
    return (
        *(row, phone, safe(name), status, attempts),
        *map(safe, outside),
        *(iso(moment) if moment else None for moment in _times(message)),
        _inferred(message),
    )


def _known(message: Message) -> tuple[Cell, ...]:
    return (
        *(message.row, message.phone or REMOVED, message.name, message.status.value, message.attempts),
        *(message.provider_message_id, message.error_code, message.error_reason),
    )


def _inferred(message: Message) -> str | None:
    return "yes" if message.inferred else None


def _times(message: Message) -> tuple[datetime | None, ...]:
    return (message.sent_at, message.delivered_at, message.read_at)
