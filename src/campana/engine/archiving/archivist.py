"""Brings messages into files, in an order in which dying anywhere loses nothing.

The file is written, made durable and read back; then the database notes it, together with the last look at
whether the campaign is over still; only then rows are removed, some at a time. Whoever dies before the note
leaves the rows and perhaps a file that nobody knows; behind it file and rows, until somebody goes on.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from campana.domain.archives import Archive, Coded
from campana.domain.audit import ENGINE, AuditAction, subject_of
from campana.domain.campaigns import Campaign
from campana.domain.errors import StoreUnavailable
from campana.domain.masking import mask_phones
from campana.engine.archiving.files import Folder
from campana.engine.audit import Audit
from campana.engine.ports import CampaignView, Clock, Store

log = structlog.get_logger(__name__)

BATCH = 1000
MOST = 10_000
"""campaigns looked for at once"""
BREATH_S = 0.003
"""between two batches, for the lanes and other callers"""


class Archivist:
    """Works on one campaign at a time."""

    def __init__(self, store: Store, folder: Folder, audit: Audit, clock: Clock) -> None:
        self._store = store
        self._folder = folder
        self._audit = audit
        self._clock = clock

    async def due(self, older_than: timedelta, *, limit: int = MOST) -> Sequence[CampaignView]:
        """Campaigns that were over so long ago, the oldest first."""
        return await self._store.archivable(self._clock.now() - older_than, limit=limit)

    async def finish_begun(self) -> int:
        """Remove rows whose file is noted and is there: a restored database may have come without it. How
        many campaigns there were."""
        finished = [await self._finished(campaign) for campaign in await self._store.half_archived()]
        return sum(finished)

    async def _finished(self, campaign: Campaign) -> bool:
        if campaign.archive is None:
            return False
        try:
            await asyncio.to_thread(self._folder.verify, campaign.id, campaign.archive)
        except StoreUnavailable as error:
            log.warning("campaign.archiving_failed", campaign=str(campaign.id), error=str(error))
            return False
        await self._empty(campaign.id)
        return True

    async def archive(self, view: CampaignView) -> Archive | None:
        """Archive the campaign; None where it changed meanwhile. Raises StoreUnavailable."""
        campaign = view.campaign
        ended_at = campaign.completed_at
        if ended_at is None:
            return None
        archive = await self._written(view)
        if archive is None or not await self._store.keep_archive(campaign.id, archive, completed_at=ended_at):
            log.info("campaign.not_archived", campaign=str(campaign.id))
            return None
        log.info("campaign.archived", campaign=str(campaign.id), messages=archive.messages)
        details = {"messages": archive.messages}
        await self._audit.note(
            ENGINE,
            AuditAction.CAMPAIGN_ARCHIVED,
            subject_of(campaign),
            details,
            account_id=campaign.account_id,
        )
        await self._empty(campaign.id)
        return archive

    async def _empty(self, campaign_id: UUID) -> None:
        while await self._store.drop_archived(campaign_id, limit=BATCH):
            await self._clock.sleep(BREATH_S)

    async def _written(self, view: CampaignView) -> Archive | None:
        """The file, whole and read back; None where it does not hold what the campaign counts: something
        came in meanwhile."""
        campaign, reasons = view.campaign, await self._store.reasons(view.campaign.id)
        codes = tuple(Coded(one.status, one.code, one.count, mask_phones(one.example)) for one in reasons)
        digest, at = await self._write(view), self._clock.now().replace(microsecond=0)
        archive = Archive(at, view.counts.total, digest, codes)
        found = await asyncio.to_thread(partial(self._tally, view, archive))
        now = await self._store.campaign(campaign.account_id, campaign.id)
        counted = {status.upper(): count for status, count in asdict(view.counts).items() if count}
        return archive if found == counted and now is not None and now.counts == view.counts else None

    async def _write(self, view: CampaignView) -> str:
        campaign_id = view.campaign.id
        file = self._folder.begin(campaign_id)
        try:
            cursor: str | None = None
            while True:
                page = await self._store.messages(campaign_id, limit=BATCH, cursor=cursor)
                await asyncio.to_thread(file.add, page.items)
                cursor = page.next_cursor
                if cursor is None:
                    return await asyncio.to_thread(file.finish)
                await self._clock.sleep(BREATH_S)
        except OSError as error:
            raise StoreUnavailable(f"an archive file cannot be written: {error.strerror}") from None
        finally:
            file.give_up()

    def _tally(self, view: CampaignView, archive: Archive) -> dict[str, int]:
        self._folder.verify(view.campaign.id, archive)
        counted: Counter[str] = Counter()
        for batch in self._folder.batches(view.campaign.id, archive, BATCH):
            counted.update(message.status.value for message in batch)
        return dict(counted)
