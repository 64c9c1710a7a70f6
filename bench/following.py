"""Follows a campaign from outside while the product sends it: what is recorded, and what it costs."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bench.gauges import cpu_s
from campana.domain.campaigns import CampaignStatus
from campana.engine.ports import Store

LOOK_S = 0.04
PATIENCE_S = 180.0


@dataclass(frozen=True, slots=True)
class Sample:
    """At that monotonic time, so many messages were recorded as sent, for so much processor time."""

    at: float
    sent: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What a number of messages took: seconds, and processor seconds of the sending process."""

    messages: int
    seconds: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_us(self) -> float:
        """Processor microseconds a message."""
        return self.cpu_s / self.messages * 1e6

    @property
    def wall_us(self) -> float:
        """Microseconds a message."""
        return self.seconds / self.messages * 1e6


async def follow(store: Store, campaign_id: UUID, pid: int, *, until: int) -> Sequence[Sample]:
    """Samples from now until that many messages of the campaign are recorded as SENT.

    Raises RuntimeError when something else than sending happens to it.
    """
    samples = []
    async with asyncio.timeout(PATIENCE_S):
        while True:
            view = (await store.progress([campaign_id]))[campaign_id]
            samples.append(Sample(time.monotonic(), view.counts.sent, cpu_s(pid)))
            if view.counts.sent >= until:
                return samples
            if view.campaign.status not in (CampaignStatus.SCHEDULED, CampaignStatus.PROCESSING):
                raise RuntimeError(
                    f"the campaign is {view.campaign.status}: {view.campaign.error}, {view.counts}"
                )
            await asyncio.sleep(LOOK_S)


async def completed(store: Store, campaign_id: UUID) -> None:
    """Wait until the campaign is COMPLETED."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            view = (await store.progress([campaign_id]))[campaign_id]
            if view.campaign.status is CampaignStatus.COMPLETED:
                return
            await asyncio.sleep(LOOK_S)


def whole(samples: Sequence[Sample], first: float) -> Cost:
    """The cost of a whole campaign: processor time since it was waiting, time since its first request."""
    last = samples[-1]
    return Cost(last.sent, last.at - first, last.cpu_s - samples[0].cpu_s)


def window(samples: Sequence[Sample], begin: int, end: int) -> Cost:
    """The cost between the first samples with at least `begin` and at least `end` messages."""
    first = next(sample for sample in samples if sample.sent >= begin)
    last = next(sample for sample in samples if sample.sent >= end)
    return Cost(last.sent - first.sent, last.at - first.at, last.cpu_s - first.cpu_s)
