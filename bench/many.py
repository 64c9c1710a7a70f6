"""Many senders on one PostgreSQL, shared by one, two and four workers: what they send, and what it costs."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from bench.gauges import cpu_s
from bench.pace import HELD, JITTER_MS, LATENCY_MS
from bench.prepare import NO_LIMIT, add_list, add_sender, load_campaign, open_campaign
from bench.report import Row, at_least, at_most
from bench.sinks import Sink, sink
from bench.site import Site
from bench.workshop import Workshop
from tests.support.product import Running

TITLE = "Many: 64 senders over 1, 2 and 4 workers on one PostgreSQL, all on this machine"
SENDERS = 64
RATE = 29
CREWS = (1, 2, 4)
LOOK_S = 0.25
ACQUAINTED_S = 3.0
"""workers hear of each other every two seconds"""
PATIENCE_S = 180.0
_RAMP = 0.2
"""of the messages: before, lanes are being taken up; as many are left aside at the end"""


@dataclass(frozen=True, slots=True)
class Look:
    """At that monotonic time: messages sent over each lane, who held it, processor seconds by process."""

    at: float
    sent: Mapping[UUID, int]
    holders: Mapping[UUID, str]
    cpu_s: Mapping[str, float]

    @property
    def total(self) -> int:
        """Messages over all lanes."""
        return sum(self.sent.values())


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """Per number of workers: with no rate limit, then with 29 messages/s for each sender."""
    if "PostgreSQL" not in workshop.databases:
        return
    senders = workshop.size(SENDERS, quick=8)
    for size in CREWS:
        named = f"{size} worker{'s' if size > 1 else ''}"
        async with workshop.site("PostgreSQL") as site:
            each = workshop.size(1000, quick=200)
            looks = await _sent(workshop, site, workshop.sink, size, senders, each=each, rate=NO_LIMIT)
        for row in _costs(f"{named}, no limit", looks):
            yield row
        async for row in _paced(workshop, named, size, senders):
            yield row


async def _paced(workshop: Workshop, named: str, size: int, senders: int) -> AsyncIterator[Row]:
    each, whole = RATE * workshop.size(20, quick=6), RATE * senders
    async with (
        sink(latency_ms=LATENCY_MS, jitter_ms=JITTER_MS) as provider,
        workshop.site("PostgreSQL", sink_url=provider.base_url) as site,
    ):
        looks = await _sent(workshop, site, provider, size, senders, each=each, rate=RATE)
        stats = await provider.stats()
    what = f"{named}, {senders} at {RATE}/s"
    first, last = _window(looks)
    held = (last.total - first.total) / (last.at - first.at) / whole * 100
    yield at_least(f"{what}: rate held", held, HELD, "%", digits=2)
    yield at_most(f"{what}: most requests in any sliding second", stats.max_in_any_second, whole, "")
    yield _processors(what, first, last)


async def _sent(
    workshop: Workshop, site: Site, provider: Sink, size: int, senders: int, *, each: int, rate: float
) -> Sequence[Look]:
    """Looks from the first message to the last of a campaign for each sender, all due at once."""
    lanes = [await add_sender(site, rate_per_s=rate) for _ in range(senders)]
    people = await add_list(site, each)
    campaigns = {lane.id: await load_campaign(site, lane, people) for lane in lanes}
    crew = [await site.product.start("worker") for _ in range(size)]
    await asyncio.sleep(ACQUAINTED_S)
    await provider.reset()
    for campaign in campaigns.values():
        await open_campaign(site, campaign)
    by_lane = {lane_id: campaign.id for lane_id, campaign in campaigns.items()}
    looks = [await _look(workshop, site, provider, crew, by_lane)]
    async with asyncio.timeout(PATIENCE_S):
        while looks[-1].total < each * senders:
            await asyncio.sleep(LOOK_S)
            looks.append(await _look(workshop, site, provider, crew, by_lane))
    for worker in crew:
        await site.stop(worker)
    return looks


async def _look(
    workshop: Workshop, site: Site, provider: Sink, crew: Sequence[Running], by_lane: Mapping[UUID, UUID]
) -> Look:
    views = await site.store.progress(list(by_lane.values()))
    holders = {holder.sender_id: holder.owner for holder in await site.store.holders()}
    used = {f"worker {number}": cpu_s(each.process.pid) for number, each in enumerate(crew, 1)}
    used |= workshop.others_cpu_s() | {"sink": cpu_s(provider.pid)}
    sent = {lane_id: views[campaign_id].counts.sent for lane_id, campaign_id in by_lane.items()}
    return Look(time.monotonic(), sent, holders, used)


def _window(looks: Sequence[Look]) -> tuple[Look, Look]:
    """The looks between which all lanes were at work."""
    whole = looks[-1].total
    first = next(look for look in looks if look.total >= whole * _RAMP)
    last = next(look for look in looks if look.total >= whole * (1 - _RAMP))
    return first, last


def _costs(what: str, looks: Sequence[Look]) -> Sequence[Row]:
    first, last = _window(looks)
    seconds, messages = last.at - first.at, last.total - first.total
    of_workers: dict[str, int] = {}
    for before, after in pairwise(looks[looks.index(first) : looks.index(last) + 1]):
        for lane_id, owner in after.holders.items():
            of_workers[owner] = of_workers.get(owner, 0) + after.sent[lane_id] - before.sent[lane_id]
    shares = ", ".join(f"{count / seconds:,.0f}" for count in sorted(of_workers.values(), reverse=True))
    crew_s = sum(last.cpu_s[name] - first.cpu_s[name] for name in last.cpu_s if name.startswith("worker"))
    return (
        Row(f"{what}: together", f"{messages / seconds:,.0f}/s"),
        Row(f"{what}: each worker", f"{shares}/s"),
        Row(f"{what}: a worker's CPU of a message", f"{crew_s / messages * 1e6:.0f} µs"),
        _processors(what, first, last),
    )


def _processors(what: str, first: Look, last: Look) -> Row:
    seconds = last.at - first.at
    said = (f"{name} {(used - first.cpu_s[name]) / seconds:.0%}" for name, used in last.cpu_s.items())
    return Row(f"{what}: share of a processor", ", ".join(said))
