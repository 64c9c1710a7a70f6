"""Progress of campaigns for those who watch: one look at the store for all of them, however many watch.

Knows nothing of how progress is shown. Whoever stops the process closes the hub first, or watchers would
keep it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextvars import Context
from typing import Protocol
from uuid import UUID

import structlog

from campana.domain.campaigns import OVER
from campana.domain.errors import StoreUnavailable
from campana.engine.ports import CampaignView

log = structlog.get_logger(__name__)

LOOK_S = 0.5
LINGER_S = 60.0
"""how long a finished campaign is still watched after its last change: receipts come late"""
TOLD_AT_ONCE = 20
BREATH_S = 0.005


class Progress(Protocol):
    """What the hub looks at: a part of the store."""

    async def progress(self, campaign_ids: Collection[UUID]) -> Mapping[UUID, CampaignView]: ...
    async def running(self, account_ids: Collection[UUID]) -> Sequence[CampaignView]: ...


class Watcher:
    """One who watches: holds the latest view of each campaign only, so that a slow reader costs nothing and
    misses nothing."""

    def __init__(self) -> None:
        self._seen: dict[UUID, CampaignView] = {}
        self._news: dict[UUID, CampaignView] = {}
        self._changed = asyncio.Event()
        self.ended = False

    def show(self, view: CampaignView) -> None:
        """Offer the present view; it counts only where it differs from the one before."""
        key = view.campaign.id
        if view != self._seen.get(key):
            self._seen[key] = self._news[key] = view
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
        if self.ended:
            return None
        view = self._news.pop(next(iter(self._news)))
        if not self._news:
            self._changed.clear()
        return view


class ProgressHub:
    """Looks at all that is watched twice a second while anybody does, and tells the watchers."""

    def __init__(self, store: Progress, *, look_s: float = LOOK_S, linger_s: float = LINGER_S) -> None:
        self._store = store
        self._look_s = look_s
        self._linger_s = linger_s
        self._of_campaign: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self._of_account: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self._recent: dict[UUID, float] = {}
        """campaigns that ran while their account was watched, and until when they are looked at"""
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    async def watch(self, view: CampaignView, *, alive_s: float) -> AsyncGenerator[CampaignView | None]:
        """The view given, then each that differs; None when nothing changed for `alive_s` seconds.

        Ends when the hub is closed, or a while after the campaign came to its end.
        """
        watcher = Watcher()
        watcher.show(view)
        self._add(self._of_campaign, view.campaign.id, watcher)
        quiet_s = 0.0
        try:
            while view.campaign.status not in OVER or quiet_s < self._linger_s:
                seen = await watcher.next(alive_s)
                if watcher.ended:
                    return
                quiet_s = 0.0 if seen else quiet_s + alive_s
                view = seen or view
                yield seen
        finally:
            _remove(self._of_campaign, view.campaign.id, watcher)

    async def watch_account(self, account_id: UUID, *, alive_s: float) -> AsyncGenerator[CampaignView | None]:
        """Each running campaign of the account at once and whenever it changes, also a while after it came to
        rest; None when nothing changed for `alive_s` seconds. Ends when the hub is closed."""
        watcher = Watcher()
        self._add(self._of_account, account_id, watcher)
        try:
            while not watcher.ended:
                seen = await watcher.next(alive_s)
                if not watcher.ended:
                    yield seen
        finally:
            _remove(self._of_account, account_id, watcher)

    def close(self) -> None:
        """Let every watcher go and look no more. Safe to call twice, and from a signal's callback."""
        self._closed = True
        self._end_all()
        if self._poller is not None:
            self._poller.cancel()

    def _add(self, watchers: defaultdict[UUID, set[Watcher]], key: UUID, watcher: Watcher) -> None:
        watchers[key].add(watcher)
        if self._closed:
            watcher.end()
        elif self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll(), name="progress", context=Context())
            self._poller.add_done_callback(self._poller_ended)

    def _end_all(self) -> None:
        for watchers in [*self._of_campaign.values(), *self._of_account.values()]:
            for watcher in watchers:
                watcher.end()

    def _poller_ended(self, poller: asyncio.Task[None]) -> None:
        """A poller that broke must not leave watchers waiting for ever; they come back and start another."""
        if not poller.cancelled() and (error := poller.exception()):
            log.error("progress.broke", exc_info=error)
            self._end_all()

    async def _poll(self) -> None:
        while self._of_campaign or self._of_account:
            await asyncio.sleep(self._look_s)
            try:
                views = await self._look()
            except StoreUnavailable as error:
                log.warning("progress.waits", error=str(error))
                continue
            for view in views:
                await self._show(view)

    async def _look(self) -> list[CampaignView]:
        running = await self._store.running(list(self._of_account)) if self._of_account else ()
        now = asyncio.get_running_loop().time()
        self._recent.update({view.campaign.id: now + self._linger_s for view in running})
        self._recent = {key: until for key, until in self._recent.items() if until > now}
        seen = {view.campaign.id for view in running}
        others = {*self._of_campaign, *self._recent} - seen
        return [*running, *(await self._store.progress(others)).values()] if others else list(running)

    async def _show(self, view: CampaignView) -> None:
        """To some at a time: hundreds who are told at once would hold up a lane in this process."""
        watchers = list(self._of_campaign.get(view.campaign.id, ()))
        if view.campaign.id in self._recent:
            watchers += self._of_account.get(view.campaign.account_id, ())
        for start in range(0, len(watchers), TOLD_AT_ONCE):
            if start:
                await asyncio.sleep(BREATH_S)
            for watcher in watchers[start : start + TOLD_AT_ONCE]:
                watcher.show(view)


def _remove(watchers: defaultdict[UUID, set[Watcher]], key: UUID, watcher: Watcher) -> None:
    watchers[key].discard(watcher)
    if not watchers[key]:
        del watchers[key]
