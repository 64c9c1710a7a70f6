"""Whether a rate is held and never passed, seen from the provider's side."""

import asyncio
from collections.abc import AsyncIterator

from bench.following import completed
from bench.prepare import add_campaign, add_list, add_sender
from bench.report import Row, at_least, at_most
from bench.sinks import Stats, sink
from bench.workshop import Workshop

TITLE = "Pace: against a provider that answers in 300 ± 150 ms"
LATENCY_MS, JITTER_MS = 300, 150
HELD = 99.0
LASTS_S = 60


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """29 and 80 messages/s side by side, each with an installation and a sink of its own; 1,000/s alone."""
    seconds = workshop.size(LASTS_S, quick=5)
    slow = await asyncio.gather(_sent(workshop, 29, seconds), _sent(workshop, 80, seconds))
    for rate, stats in zip((29, 80), slow, strict=True):
        for row in _rows(rate, stats):
            yield row
    for row in _rows(1000, await _sent(workshop, 1000, seconds)):
        yield row


async def _sent(workshop: Workshop, rate: int, seconds: int) -> Stats:
    """What the sink saw of a campaign that takes about that long, sent by `campana worker` from SQLite."""
    async with (
        sink(latency_ms=LATENCY_MS, jitter_ms=JITTER_MS) as provider,
        workshop.site("SQLite", sink_url=provider.base_url) as site,
    ):
        sender = await add_sender(site, rate_per_s=rate)
        count = rate * seconds
        campaign = await add_campaign(site, sender, await add_list(site, count))
        worker = await site.product.start("worker")
        await completed(site.store, campaign.id)
        await site.stop(worker)
        stats = await provider.stats()
        if stats.count != count:
            raise RuntimeError(f"{count} messages, but {stats.count} requests")
        return stats


def _rows(rate: int, stats: Stats) -> tuple[Row, Row]:
    seconds = stats.last - stats.first
    held = (stats.count - 1) / seconds / rate * 100
    return (
        at_least(f"{rate:,}/s: rate held over {seconds:.0f} s", held, HELD, "%", digits=2),
        at_most(f"{rate:,}/s: most requests in any sliding second", stats.max_in_any_second, rate, ""),
    )
