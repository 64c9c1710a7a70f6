"""Whether a lane keeps its pace while many people watch it: one process sends and tells all of them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp

from bench.following import completed
from bench.gauges import cpu_s
from bench.prepare import add_campaign, add_list, add_sender
from bench.report import Row, at_least
from bench.sinks import sink
from bench.workshop import Workshop

TITLE = "Watching: `campana serve` sends 29 messages/s, and people follow it over server-sent events"
RATE = 29
SECONDS = 60
WATCHERS = 500
HELD = 99.0
LATENCY_MS, JITTER_MS = 300, 150


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """With nobody, then with all of them."""
    for watchers in (0, WATCHERS):
        held, share, heard = await _followed(workshop, watchers, workshop.size(SECONDS, quick=6))
        yield at_least(f"{watchers} watch: rate held of {RATE}/s", held, HELD, "%", digits=2)
        told = f"{share:.0f} % of a processor, {heard:,.0f} events a second"
        yield Row(f"{watchers} watch: what the process takes", told, "", None)


async def _followed(workshop: Workshop, watchers: int, seconds: int) -> tuple[float, float, float]:
    """How much of the rate was held (percent), the process's share of a processor (percent), and the events
    that all watchers heard in a second."""
    async with (
        sink(latency_ms=LATENCY_MS, jitter_ms=JITTER_MS) as provider,
        workshop.site("SQLite", sink_url=provider.base_url) as site,
        AsyncExitStack() as watching,
    ):
        sender = await add_sender(site, rate_per_s=RATE)
        people = await add_list(site, RATE * seconds)
        serve = await site.product.start("serve")
        connector = aiohttp.TCPConnector(limit=0)
        session = await watching.enter_async_context(
            aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))
        )
        heard = [0]
        url = f"{site.product.url}/api/v1/events"
        tasks = [asyncio.create_task(_listen(session, url, site.product.key, heard)) for _ in range(watchers)]
        used, began = cpu_s(serve.process.pid), time.monotonic()
        campaign = await add_campaign(site, sender, people)
        await completed(site.store, campaign.id)
        took, used = time.monotonic() - began, cpu_s(serve.process.pid) - used
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        stats = await provider.stats()
        await site.stop(serve)
        held = (stats.count - 1) / (stats.last - stats.first) / RATE * 100
        return held, used / took * 100, heard[0] / took


async def _listen(session: aiohttp.ClientSession, url: str, key: str, heard: list[int]) -> None:
    async with session.get(url, headers={"Authorization": f"Bearer {key}"}) as answer:
        async for line in answer.content:
            heard[0] += line.startswith(b"event:")
