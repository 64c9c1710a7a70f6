"""How long after its scheduled time a campaign's first request is at the provider."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from bench.prepare import add_sender
from bench.report import Row, at_most
from bench.sinks import Sink
from bench.site import Site
from bench.workshop import Workshop
from campana.domain.senders import Sender

TITLE = "Start lag: from the scheduled time to the first request at the provider, `campana serve`"
ALONE_MS = 100
TOGETHER_S = 1.0
RATE = 29
RECIPIENTS = 10
AHEAD_S = 0.3
QUIET_S = 0.3
LONG_QUIET_S = 2.5
ROUNDS = 3


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """Tries of one campaign on its own, at odd moments; then many due at the same moment."""
    tries, senders = workshop.size(50, quick=5), workshop.size(50, quick=10)
    for database in workshop.databases:
        async with workshop.site(database) as site:
            serve = await site.product.start("serve")
            lags = await _one_by_one(site, workshop.sink, tries)
            yield _alone(database, lags)
            worst = [
                await _together(site, workshop.sink, senders) for _ in range(workshop.size(ROUNDS, quick=1))
            ]
            what = f"{database}: {senders} campaigns of as many senders due at once, worst of {len(worst)}"
            yield at_most(what, max(worst), TOGETHER_S, "s", digits=3)
            await site.stop(serve)


def _alone(database: str, lags: Sequence[float]) -> Row:
    ordered = sorted(lags)
    middle, worst = ordered[len(ordered) // 2], ordered[-1]
    within = sum(1 for lag in lags if lag * 1000 < ALONE_MS)
    return Row(
        f"{database}: one campaign, {len(lags)} tries",
        f"{within} under {ALONE_MS} ms; median {middle * 1000:.0f}, worst {worst * 1000:.0f} ms",
        f"99 of 100 under {ALONE_MS} ms",
        within >= 0.99 * len(lags),
    )


async def _one_by_one(site: Site, provider: Sink, tries: int) -> list[float]:
    sender = await add_sender(site, rate_per_s=RATE)
    lags = []
    for _ in range(tries):
        await provider.reset()
        due = datetime.now(UTC) + timedelta(seconds=AHEAD_S + random.random() / 2)
        campaign = await _schedule(site, sender, due, first=0)
        await _until(due)
        await site.product.ended(campaign)
        (first,) = (await provider.firsts()).values()
        lags.append(_wall(first) - due.timestamp())
    return lags


async def _together(site: Site, provider: Sink, count: int) -> float:
    """The longest lag, in seconds."""
    await provider.reset()
    senders = [await add_sender(site, rate_per_s=RATE) for _ in range(count)]
    due = datetime.now(UTC) + timedelta(seconds=2 + count * 0.05)
    campaigns = await asyncio.gather(
        *(_schedule(site, sender, due, first=number * RECIPIENTS) for number, sender in enumerate(senders))
    )
    if datetime.now(UTC) >= due:
        raise RuntimeError("the campaigns were not ready before their time")
    await _until(due, quiet_s=LONG_QUIET_S)
    for campaign in campaigns:
        await site.product.ended(campaign)
    firsts = await provider.firsts()
    if len(firsts) != count:
        raise RuntimeError(f"{count} senders, but requests of {len(firsts)}")
    return max(_wall(first) for first in firsts.values()) - due.timestamp()


async def _until(due: datetime, *, quiet_s: float = QUIET_S) -> None:
    """Leave the server alone until then, and while it starts what is due."""
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds() + quiet_s)


async def _schedule(site: Site, sender: Sender, due: datetime, *, first: int) -> str:
    return await site.product.make_campaign(
        str(sender.id), RECIPIENTS, first=first, scheduled_at=due.isoformat()
    )


def _wall(monotonic: float) -> float:
    """The sink's clock as seconds since 1970."""
    return time.time() - time.monotonic() + monotonic
