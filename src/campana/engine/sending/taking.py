"""What a lane takes next, and from whom: a short queue's worth, in equal shares over running campaigns."""

from collections.abc import Container, Sequence
from uuid import UUID

from campana.domain.limits import day_of
from campana.engine.optouts.caps import cap_of
from campana.engine.ports import LaneCampaign, LaneView, Lease, Ledger, Taken
from campana.engine.sending.shares import interleaved, shares
from campana.engine.sending.tools import LaneTools

QUEUE_S = 0.5
"""seconds' worth of messages that are taken ahead: what a crash makes UNKNOWN, beside what is under way"""
MOST_QUEUED = 2000
LONGEST_REST_S = 2.0
"""how long a campaign that only waits for pauses of its messages is left alone"""


def queue_target(rate_per_s: float) -> int:
    """Messages to have in the queue at this pace."""
    return max(1, min(MOST_QUEUED, round(rate_per_s * QUEUE_S)))


class Taking:
    """Remembers how far each campaign came, so that a take is a look behind a key and never a search."""

    def __init__(self, lease: Lease, tools: LaneTools) -> None:
        self._ledger: Ledger = tools.store
        self._lease = lease
        self._clock = tools.clock
        self._tracing = tools.tracing
        self._after_row: dict[UUID, int] = {}
        self._rests_until: dict[UUID, float] = {}

    async def take(self, view: LaneView, running: Container[UUID], room: int) -> list[Taken]:
        """Up to `room` messages of the campaigns in `running`, in the order in which they shall leave.

        Raises LeaseLost; StoreUnavailable, after which nobody knows whether they were taken.
        """
        asked = [seen for seen in view.campaigns if seen.campaign.id in running and not self._rests(seen)]
        now = self._clock.now()
        wanted = shares(asked, room, self._after_row, cap_of(view.frequency, now))
        if not wanted:
            return []
        with self._tracing.sample("lane.take", {"sender": view.sender.id, "wanted": room}) as step:
            taken = await self._ledger.take(
                self._lease,
                wanted,
                now=now,
                day=day_of(now, view.sender.timezone),
                daily_limit=view.sender.daily_limit,
            )
            step.note({"messages": len(taken)})
        self._note(asked, taken)
        return interleaved(taken)

    def _rests(self, seen: LaneCampaign) -> bool:
        return self._clock.monotonic() < self._rests_until.get(seen.campaign.id, float("-inf"))

    def _note(self, asked: Sequence[LaneCampaign], taken: Sequence[Taken]) -> None:
        for message in taken:
            if message.fresh:
                known = self._after_row.get(message.campaign_id, 0)
                self._after_row[message.campaign_id] = max(known, message.row)
        served = {message.campaign_id for message in taken}
        for seen in asked:
            if seen.campaign.id not in served and seen.next_retry is not None:
                wait_s = (seen.next_retry - self._clock.now()).total_seconds()
                self._rests_until[seen.campaign.id] = self._clock.monotonic() + min(wait_s, LONGEST_REST_S)
