"""What the product weighs when it has nothing to do."""

import asyncio
import time
from collections.abc import AsyncIterator

from bench.gauges import cpu_s, rss_mib
from bench.report import Row, at_most, beside
from bench.workshop import Workshop

TITLE = "Light: `campana serve` with nothing to do"
MEMORY_MIB = 150
IDLE_S = 10


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """Time until it answers, then memory and processor time of an idle stretch."""
    idle_s = workshop.size(IDLE_S, quick=2)
    for database in workshop.databases:
        async with workshop.site(database) as site:
            began = time.monotonic()
            serve = await site.product.start("serve")
            yield beside(
                f"{database}: from its start to the first healthy answer",
                time.monotonic() - began,
                "s",
                digits=2,
            )
            pid = serve.process.pid
            used = cpu_s(pid)
            await asyncio.sleep(idle_s)
            share = (cpu_s(pid) - used) / idle_s * 100
            yield at_most(f"{database}: memory", rss_mib(pid), MEMORY_MIB, "MiB")
            yield beside(f"{database}: share of one core", share, "%", digits=1)
            await site.stop(serve)
