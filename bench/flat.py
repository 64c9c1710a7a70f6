"""Whether a message of a large campaign costs more than one of a small campaign, in time and in memory."""

from collections.abc import AsyncIterator
from statistics import median

from bench.following import Cost, completed, follow, whole, window
from bench.gauges import peak_mib
from bench.million import Million
from bench.prepare import add_list, add_sender, load_campaign, open_campaign
from bench.report import Row, at_most
from bench.sinks import Sink
from bench.site import Site
from bench.workshop import Workshop

TITLE = "Flat: a message among 1,000,000 against one among 10,000, and the memory of `campana serve`"
RATIO = 1.2
MEMORY_MIB = 250
SMALL = 10_000
SMALL_ONES = 5
EDGE = 1_000
"""messages at the beginning of a stretch that are not counted: by then as many are under way as at its end"""


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """Small campaigns before and between two stretches of a large one; `campana serve` sends them all."""
    messages = workshop.size(30_000, quick=3_000)
    for database in workshop.databases:
        million = await workshop.million(database)
        async with workshop.site(database) as fresh:
            small, small_peak = await _small(fresh, workshop.sink)
            first, first_peak = await _window(million, messages)
            await million.skip_to(million.size // 2)
            more, more_peak = await _small(fresh, workshop.sink)
            middle, middle_peak = await _window(million, messages)
        small += more
        typical = Cost(
            1, median(cost.wall_us for cost in small) / 1e6, median(cost.cpu_us for cost in small) / 1e6
        )
        many, few = f"{million.size:,} recipients", f"{SMALL:,} recipients"
        yield Row(f"{database}: {few}, from first to last, median of {len(small)} campaigns", _said(typical))
        yield _ratio(f"{database}: the first of {many}", first, typical)
        yield _ratio(f"{database}: in the middle of {many}", middle, typical)
        yield at_most(f"{database}: most memory, {few}", max(small_peak, more_peak), MEMORY_MIB, "MiB")
        yield at_most(f"{database}: most memory, {many}", max(first_peak, middle_peak), MEMORY_MIB, "MiB")


async def _small(site: Site, provider: Sink) -> tuple[list[Cost], float]:
    """Small campaigns one after the other in one process: a message's cost in each, the process's peak."""
    serve = await site.product.start("serve")
    costs = []
    for _ in range(SMALL_ONES):
        sender = await add_sender(site)
        campaign = await load_campaign(site, sender, await add_list(site, SMALL))
        await provider.reset()
        await open_campaign(site, campaign)
        samples = await follow(site.store, campaign.id, serve.process.pid, until=SMALL)
        costs.append(whole(samples, (await provider.stats()).first))
        await completed(site.store, campaign.id)
    peak = peak_mib(serve.process.pid)
    await site.stop(serve)
    return costs, peak


async def _window(million: Million, messages: int) -> tuple[Cost, float]:
    """The same of the next messages of the large campaign, sent by a fresh process that stops behind them."""
    serve = await million.site.product.start("serve")
    sent = await million.sent()
    samples = await follow(
        million.site.store, million.campaign_id, serve.process.pid, until=sent + EDGE + messages
    )
    peak = peak_mib(serve.process.pid)
    await million.site.stop(serve)
    return window(samples, sent + EDGE, sent + EDGE + messages), peak


def _ratio(what: str, cost: Cost, typical: Cost) -> Row:
    by_cpu, by_time = cost.cpu_us / typical.cpu_us, cost.wall_us / typical.wall_us
    measured = f"{by_time:.2f} times in time, {by_cpu:.2f} in CPU ({_said(cost)})"
    return Row(what, measured, f"at most {RATIO} times", max(by_cpu, by_time) <= RATIO)


def _said(cost: Cost) -> str:
    return f"{cost.wall_us:.0f} µs, CPU {cost.cpu_us:.0f} µs each"
