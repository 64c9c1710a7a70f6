"""Reads archived messages, together with the people who are in their list still."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from campana.domain.campaigns import Campaign
from campana.domain.messages import Message
from campana.engine.archiving.files import Folder
from campana.engine.ports import Catalog

_SCANNED = 10_000


class Archives:
    """Reads; changes nothing."""

    def __init__(self, store: Catalog, folder: Folder) -> None:
        self._store = store
        self._folder = folder

    async def verify(self, campaign: Campaign) -> None:
        """Raises StoreUnavailable where the campaign's file is not what it was."""
        if campaign.archive is not None:
            await asyncio.to_thread(self._folder.verify, campaign.id, campaign.archive)

    async def batches(self, campaign: Campaign, size: int) -> AsyncIterator[Sequence[Message]]:
        """All messages of an archived campaign, in row order. Raises StoreUnavailable."""
        async for batch in self._stored(campaign, size):
            first = batch[0].row - 1
            found = await self._store.recipients(
                campaign.recipient_list_id, after_row=first, limit=len(batch)
            )
            people = {one.row: one for one in found}
            yield [
                replace(each, phone=person.phone, name=person.name, values=person.values)
                if (person := people.get(each.row))
                else each
                for each in batch
            ]

    async def message(self, campaign: Campaign, row: int) -> Message | None:
        """The message of one row, without its person. Raises StoreUnavailable."""
        async for batch in self._stored(campaign, _SCANNED):
            if batch[-1].row >= row:
                return next((each for each in batch if each.row == row), None)
        return None

    async def _stored(self, campaign: Campaign, size: int) -> AsyncIterator[Sequence[Message]]:
        archive = campaign.archive
        if archive is None:
            return
        await self.verify(campaign)
        batches = self._folder.batches(campaign.id, archive, size)
        while batch := await asyncio.to_thread(next, batches, None):
            yield batch
