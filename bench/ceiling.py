"""How much one process can send when no rate holds it back, and which part of the way costs how much."""

from collections.abc import AsyncIterator

from bench.alone import job
from bench.following import Cost, follow, whole
from bench.prepare import add_campaign, add_list, add_sender, start
from bench.report import Row
from bench.site import Site
from bench.workshop import Workshop

TITLE = "Ceiling: no rate limit, a sink that answers at once, one sending process"
TARGET = 6000
AIM = 10_000


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """Per database: the whole path, then each part alone."""
    count = workshop.size(60_000, quick=6_000)
    base_url = workshop.sink.base_url
    client = _cost(await job("http", "--url", base_url, "--count", str(count)))
    provider = _cost(await job("provider", "--url", base_url, "--count", str(count)))
    yield Row("The same HTTP client in a bare loop, 256 at once, same sink", _both(client))
    yield Row("The provider alone: build, the same client, read the answer", _both(provider))
    for database in workshop.databases:
        async with workshop.site(database) as site:
            whole, others = await _whole(workshop, site, count)
            alone = await _stored(site, count)
            target = f"at least {TARGET:,}/s (aim {AIM:,}/s)"
            yield Row(f"{database}: whole path", _both(whole), target, whole.per_s >= TARGET)
            yield Row(f"{database}: take and settle alone, same database", _both(alone))
            yield Row(
                f"{database}: CPU of a message in the sending process",
                _shares(whole, client, provider, alone),
            )
            yield Row(f"{database}: CPU of a message in other processes", others)


async def _whole(workshop: Workshop, site: Site, count: int) -> tuple[Cost, str]:
    """From the first request at the sink to the last outcome in the database, by `campana worker`."""
    sender = await add_sender(site)
    campaign = await add_campaign(site, sender, await add_list(site, count))
    await workshop.sink.reset()
    before = workshop.others_cpu_s()
    worker = await site.product.start("worker")
    samples = await follow(site.store, campaign.id, worker.process.pid, until=count)
    others = {name: used - before[name] for name, used in workshop.others_cpu_s().items()}
    stats = await workshop.sink.stats()
    await site.stop(worker)
    if stats.count != count:
        raise RuntimeError(f"{count} messages, but {stats.count} requests")
    said = ", ".join(f"{name} {used / count * 1e6:.0f} µs" for name, used in others.items())
    return whole(samples, stats.first), said


async def _stored(site: Site, count: int) -> Cost:
    sender = await add_sender(site)
    campaign = await add_campaign(site, sender, await add_list(site, count, first=count))
    await start(site.store, campaign, sender)
    words = ("--campaign", str(campaign.id), "--count", str(count))
    return _cost(await job("store", *words, environment=site.product.environment))


def _cost(measured: dict[str, float]) -> Cost:
    return Cost(int(measured["messages"]), measured["seconds"], measured["cpu_s"])


def _both(cost: Cost) -> str:
    return f"{cost.per_s:,.0f}/s, CPU {cost.cpu_us:.0f} µs each"


def _shares(whole: Cost, client: Cost, provider: Cost, alone: Cost) -> str:
    parts = {
        "HTTP client": client.cpu_us,
        "request and answer": provider.cpu_us - client.cpu_us,
        "storing": alone.cpu_us,
        "lane and the rest": whole.cpu_us - provider.cpu_us - alone.cpu_us,
    }
    shares = ", ".join(f"{name} {cost:.0f} ({cost / whole.cpu_us:.0%})" for name, cost in parts.items())
    return f"{whole.cpu_us:.0f} µs: {shares}"
