"""What comes back: how fast posts are answered, whether any is lost, and whether the sending suffers."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from uuid import UUID

from bench.alone import job
from bench.following import completed
from bench.gauges import cpu_s
from bench.posting import FIRST_ROW, STATUSES, Posted, posted
from bench.prepare import (
    add_campaign,
    add_list,
    add_sender,
    load_campaign,
    open_campaign,
    start,
    take_and_settle,
)
from bench.report import Row, at_least, at_most, beside
from bench.sinks import sink
from bench.site import Site
from bench.workshop import Workshop
from campana.domain.messages import Counts
from campana.domain.senders import Sender
from campana.engine.inbox.addresses import new_webhook

TITLE = "Webhooks: `campana serve` takes events in while a campaign runs at 29/s"
PER_S = 2000
RATE = 29
LATENCY_MS, JITTER_MS = 300, 150
LONGEST_MS = 50
HELD = 98.0
WORKED_OFF_S = 120.0
LOOK_S = 0.1


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """2,000 events/s beside a campaign, then a burst, on each database."""
    seconds, burst = workshop.size(30, quick=3), workshop.size(100_000, quick=3000)
    for database in workshop.databases:
        async with (
            sink(latency_ms=LATENCY_MS, jitter_ms=JITTER_MS) as provider,
            workshop.site(database, sink_url=provider.base_url) as site,
        ):
            steady = PER_S * seconds // len(STATUSES)
            flood = burst // len(STATUSES)
            told = await _Told.of(site, steady + flood)
            serve = await site.product.start("serve")
            beside_it = await add_campaign(
                site, await add_sender(site, rate_per_s=RATE), await add_list(site, RATE * seconds)
            )
            used = cpu_s(serve.process.pid)
            result = await told.post(0, steady, "--rate", str(PER_S))
            lag = await told.worked_off()
            used = cpu_s(serve.process.pid) - used
            await completed(site.store, beside_it.id)
            stats = await provider.stats()
            for row in _steady_rows(database, result, lag):
                yield row
            yield beside(
                f"{database}: processor time an event, stored and worked off", used / result.posts * 1e6, "µs"
            )
            held = (stats.count - 1) / (stats.last - stats.first) / RATE * 100
            yield at_least(f"{database}: rate of the campaign beside it held", held, HELD, "%", digits=2)
            yield at_most(
                f"{database}: its most requests in any sliding second", stats.max_in_any_second, RATE, ""
            )
            result = await told.post(steady, steady + flood)
            lag = await told.worked_off()
            yield beside(f"{database}: a burst of {result.posts:,}: answered", result.per_s, "/s")
            yield at_most(f"{database}: refused", result.refused, 0, "")
            yield beside(f"{database}: worked off after the last answer", lag, "s", digits=1)
            yield at_most(f"{database}: events lost", await told.missing(), 0, "")
            plain = await told.post(0, flood, secret="nobody")
            yield beside(f"{database}: the same server answering 404, nothing stored", plain.per_s, "/s")
            await site.stop(serve)
            stored = await job("inbox", "--count", str(burst), environment=site.product.environment)
            yield beside(f"{database}: storing alone", stored["messages"] / stored["seconds"], "/s")


class _Told:
    """A campaign that was sent, whose events come in."""

    def __init__(self, site: Site, sender: Sender, campaign_id: UUID, secret: str) -> None:
        self._site = site
        self._sender = sender
        self._campaign_id = campaign_id
        self._secret = secret
        self._told = 0

    @classmethod
    async def of(cls, site: Site, size: int) -> "_Told":
        """So many messages, all SENT."""
        sender = await add_sender(site)
        webhook = new_webhook(sender.id, site.vault)
        await site.store.save_webhook(webhook)
        campaign = await load_campaign(site, sender, await add_list(site, size))
        await open_campaign(site, campaign)
        await start(site.store, campaign, sender)
        await take_and_settle(site.store, sender, campaign.id, size)
        return cls(site, sender, campaign.id, site.vault.unseal(webhook.sealed)["secret"])

    async def post(self, first: int, end: int, *words: str, secret: str = "") -> Posted:
        """All events of those messages."""
        url = f"{self._site.product.url}/webhooks/bizchat/{secret or self._secret}"
        rows = f"{first + FIRST_ROW}:{end + FIRST_ROW}"
        options = ("--url", url, "--campaign", str(self._campaign_id), "--rows", rows, *words)
        self._told = max(self._told, end)
        return await posted(*options, python=sys.executable)

    async def worked_off(self) -> float:
        """Wait until nothing waits; how long that took."""
        began = time.monotonic()
        async with asyncio.timeout(WORKED_OFF_S):
            while (await self._site.store.backlog()).posts:  # noqa: ASYNC110 - in another process
                await asyncio.sleep(LOOK_S)
        return time.monotonic() - began

    async def missing(self) -> int:
        """Messages of which not everything arrived."""
        counts: Counts = (await self._site.store.progress([self._campaign_id]))[self._campaign_id].counts
        return self._told - counts.read


def _steady_rows(database: str, result: Posted, lag: float) -> tuple[Row, ...]:
    return (
        at_least(f"{database}: events taken in", result.per_s, PER_S * 0.99, "/s"),
        at_most(f"{database}: refused", result.refused, 0, ""),
        beside(f"{database}: answer, median", result.median_ms, "ms", digits=1),
        beside(f"{database}: answer, 95 of 100", result.p95_ms, "ms", digits=1),
        at_most(f"{database}: answer, 99 of 100", result.p99_ms, LONGEST_MS, "ms", digits=1),
        beside(f"{database}: longest answer", result.longest_ms, "ms", digits=1),
        beside(f"{database}: worked off after the last one", lag, "s", digits=1),
    )
