"""Progress of campaigns for those who watch: one look at the store for all of them, however many watch.

Knows nothing of how progress is shown. Whoever stops the process closes the hub first, or watchers would
keep it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from uuid import UUID

import structlog

from campana.domain.campaigns import CampaignStatus
from campana.domain.errors import StoreUnavailable
from campana.engine.ports import CampaignView, Catalog

log = structlog.get_logger(__name__)

LOOK_S = 0.5
LINGER_S = 60.0
"""how long a finished campaign is still watched after its last change: receipts come late"""
FINAL = frozenset({CampaignStatus.COMPLETED, CampaignStatus.FAILED, CampaignStatus.CANCELLED})


class Watcher:
    """One who watches: holds the latest view only, so that a slow reader costs nothing and misses nothing."""

    def __init__(self, campaign_id: UUID) -> None:
        self.campaign_id = campaign_id
        self._latest: CampaignView | None = None
        self._changed = asyncio.Event()
        self.ended = False

    def show(self, view: CampaignView) -> None:
        """Offer the present view; it counts only where it differs from the one before."""
        if view != self._latest:
            self._latest = view
            self._changed.set()

    def end(self) -> None:
        """Let the watcher go."""
        self.ended = True
        self._changed.set()

    async def next(self, timeout_s: float) -> CampaignView | None:
        """The next view that differs; None after `timeout_s` without one, or when the watching has ended."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return None
        self._changed.clear()
        return None if self.ended else self._latest


class ProgressHub:
    """Looks at all watched campaigns twice a second while there are any, and tells their watchers."""

    def __init__(self, catalog: Catalog, *, look_s: float = LOOK_S, linger_s: float = LINGER_S) -> None:
        self._catalog = catalog
        self._look_s = look_s
        self._linger_s = linger_s
        self._watchers: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    async def watch(self, view: CampaignView, *, alive_s: float) -> AsyncIterator[CampaignView | None]:
        """The view given, then each that differs; None when nothing changed for `alive_s` seconds.

        Ends when the hub is closed, or a while after the campaign came to its end.
        """
        watcher = Watcher(view.campaign.id)
        watcher.show(view)
        self._add(watcher)
        quiet_s = 0.0
        try:
            while view.campaign.status not in FINAL or quiet_s < self._linger_s:
                seen = await watcher.next(alive_s)
                if watcher.ended:
                    return
                quiet_s = 0.0 if seen else quiet_s + alive_s
                view = seen or view
                yield seen
        finally:
            self._remove(watcher)

    def close(self) -> None:
        """Let every watcher go and look no more. Safe to call twice, and from a signal's callback."""
        self._closed = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end()
        if self._poller is not None:
            self._poller.cancel()

    def _add(self, watcher: Watcher) -> None:
        self._watchers[watcher.campaign_id].add(watcher)
        if self._closed:
            watcher.end()
        elif self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll(), name="progress")
            self._poller.add_done_callback(self._poller_ended)

    def _remove(self, watcher: Watcher) -> None:
        watchers = self._watchers[watcher.campaign_id]
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[watcher.campaign_id]

    def _poller_ended(self, poller: asyncio.Task[None]) -> None:
        """A poller that broke must not leave watchers waiting for ever; they come back and start another."""
        if not poller.cancelled() and (error := poller.exception()):
            log.error("progress.broke", exc_info=error)
            for watcher in [each for watchers in self._watchers.values() for each in watchers]:
                watcher.end()

    async def _poll(self) -> None:
        while self._watchers:
            await asyncio.sleep(self._look_s)
            try:
                views = await self._catalog.progress(list(self._watchers))
            except StoreUnavailable as error:
                log.warning("progress.waits", error=str(error))
                continue
            for campaign_id, view in views.items():
                for watcher in self._watchers.get(campaign_id, ()):
                    watcher.show(view)
