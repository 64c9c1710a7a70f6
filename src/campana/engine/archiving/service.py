"""The background service: one process at a time archives what is old enough."""

from datetime import timedelta

import structlog

from campana.domain.errors import StoreUnavailable
from campana.engine.archiving.archivist import Archivist
from campana.engine.inbox.duty import Duty
from campana.engine.ports import CampaignView, Clock
from campana.engine.service import Service

LOOK_EVERY_S = 3600.0
AT_ONCE = 20

log = structlog.get_logger(__name__)


class ArchivingService(Service):
    """Looks once an hour while nothing can be done, and at once again while something can."""

    name = "archiving"
    interval_s = 2.0
    patience_s = 1800.0
    """campaigns of a million take their time"""

    def __init__(self, archivist: Archivist, older_than: timedelta, duty: Duty, clock: Clock) -> None:
        super().__init__(clock)
        self._archivist = archivist
        self._older_than = older_than
        self._duty = duty
        self._idle_since = float("-inf")

    async def tick(self) -> None:
        """One round: what was begun, then some campaigns."""
        if not await self._duty.held() or self.clock.monotonic() - self._idle_since < LOOK_EVERY_S:
            return
        await self._archivist.finish_begun()
        due = await self._archivist.due(self._older_than, limit=AT_ONCE)
        archived = [await self._archived(view) for view in due]
        if not any(archived):
            self._idle_since = self.clock.monotonic()

    async def _archived(self, view: CampaignView) -> bool:
        """Files that cannot be written are no reason to take the process for one that cannot send."""
        try:
            return await self._archivist.archive(view) is not None
        except StoreUnavailable as error:
            log.warning("campaign.archiving_failed", campaign=str(view.campaign.id), error=str(error))
            return False

    async def close(self) -> None:
        """Let another process do it."""
        await self._duty.leave()
