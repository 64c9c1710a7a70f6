"""The sending side of a lane: a short queue of taken messages, the gates before the wire, and what is under
way.

A message leaves only while the lease lives, the look at the database is fresh, its campaign is running, the
pacer has a slot and the host is not on hold. Whatever is still in the queue when the lane ends never left,
and is given back.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.senders import Credentials
from campana.engine.ports import Provider, Taken
from campana.engine.sending.dispatch import EmptyField, Script
from campana.engine.sending.governor import Governor
from campana.engine.sending.pacer import Pacer
from campana.engine.sending.tools import LaneTools

log = structlog.get_logger(__name__)

QUICK_LOOK_S = 0.001
GATE_LOOK_S = 0.05
"""how often a closed gate is looked at again, in seconds"""
UNANSWERED_S = 3.0
"""no more than this many seconds' worth of messages may wait for an answer: a provider that hangs gets no
more"""
FEWEST_UNANSWERED = 8
MOST_UNANSWERED = 2048
PLENTY = 256
QUICK_ANSWER_S = 0.05
"""with plenty under way and answers coming quicker than this, more at once would only wait in line"""
BREATH = 32
"""departures in a row before other tasks get a turn"""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom to tell: every message's outcome and how long it took (seconds), and that the queue runs low."""

    settle: Callable[[Taken, Outcome, float], None]
    runs_low: Callable[[], None]


class Departures:
    """Sends what is put into it, as long as the lane keeps the gates open.

    `scripts` holds the running campaigns, `open_until` is the monotonic time up to which lease and look are
    good.
    """

    def __init__(
        self, *, provider: Provider, pacer: Pacer, governor: Governor, tools: LaneTools, desk: Desk
    ) -> None:
        self.queue: deque[Taken] = deque()
        self.scripts: Mapping[UUID, Script] = {}
        self.open_until = float("-inf")
        self._credentials = Credentials("", "")
        self.low_water = 0
        self._provider = provider
        self._pacer = pacer
        self._governor = governor
        self._clock = tools.clock
        self._tracing = tools.tracing
        self._desk = desk
        self._more = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], tuple[UUID, float]] = {}

    @property
    def under_way(self) -> int:
        """Messages that left and have no answer yet."""
        return len(self._under_way)

    def under_way_of(self, campaign_id: UUID) -> int:
        """The same, of one campaign."""
        return sum(1 for campaign, _ in self._under_way.values() if campaign == campaign_id)

    def open_gates(self, until: float, credentials: Credentials) -> None:
        """Let messages leave with these credentials, up to that monotonic time."""
        self.open_until = until
        self._credentials = credentials

    def put(self, messages: list[Taken]) -> None:
        """Queue messages, in the order in which they shall leave."""
        self.queue.extend(messages)
        self._more.set()

    def recall(self, phones: Collection[str]) -> list[Taken]:
        """Take what is for these numbers out of the queue."""
        gone = [taken for taken in self.queue if taken.recipient.phone in phones]
        if gone:
            self.queue = deque(taken for taken in self.queue if taken.recipient.phone not in phones)
        return gone

    def withdraw(self, keep: Collection[UUID] = ()) -> list[Taken]:
        """Take everything out of the queue that does not belong to the campaigns to keep."""
        gone = [taken for taken in self.queue if taken.campaign_id not in keep]
        if gone:
            self.queue = deque(taken for taken in self.queue if taken.campaign_id in keep)
        return gone

    async def run(self) -> None:
        """Send until cancelled; what is under way then goes on."""
        in_a_row = 0
        while True:
            if len(self.queue) <= self.low_water:
                self._desk.runs_low()
            while not self.queue:
                self._more.clear()
                await self._more.wait()
            now = self._clock.monotonic()
            pause_s = self._pause_s(now)
            if pause_s > 0:
                in_a_row = 0
                await self._clock.sleep(pause_s)
                continue
            self._pacer.call(now)
            self._send(self.queue.popleft(), now)
            in_a_row += 1
            if in_a_row % BREATH == 0:
                await asyncio.sleep(0)

    async def landed(self, timeout_s: float) -> None:
        """Wait for what is under way; what has no answer after `timeout_s` is given up and settled as
        UNKNOWN."""
        tasks = set(self._under_way)
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _pause_s(self, now: float) -> float:
        """Seconds to wait before looking again; 0 when the next message may leave now."""
        if now >= self.open_until or len(self._under_way) >= self._most_unanswered():
            return GATE_LOOK_S
        if len(self._under_way) >= PLENTY:
            _, oldest = next(iter(self._under_way.values()))
            if now - oldest < QUICK_ANSWER_S:
                return QUICK_LOOK_S
        self._pacer.factor = self._governor.factor(now)
        slot = max(self._pacer.next_slot(now), self._governor.hold_until)
        return min(slot - now, GATE_LOOK_S) if slot > now else 0.0

    def _most_unanswered(self) -> int:
        worth = int(self._pacer.rate_per_s * UNANSWERED_S)
        return max(FEWEST_UNANSWERED, min(MOST_UNANSWERED, worth))

    def _send(self, taken: Taken, now: float) -> None:
        task = asyncio.create_task(self._deliver(taken, self.scripts[taken.campaign_id]))
        self._under_way[task] = taken.campaign_id, now
        task.add_done_callback(self._under_way.pop)

    async def _deliver(self, taken: Taken, script: Script) -> None:
        left_at = self._clock.monotonic()
        self._pacer.depart(left_at)
        outcome = await self._attempt(taken, script)
        self._desk.settle(taken, outcome, self._clock.monotonic() - left_at)

    async def _attempt(self, taken: Taken, script: Script) -> Outcome:
        told = {"campaign": taken.campaign_id, "row": taken.row}
        try:
            with self._tracing.sample("attempt", told) as step:
                envelope = script.envelope(taken.recipient)
                outcome = await self._provider.send(self._credentials, envelope)
                step.note({"outcome": outcome.kind.value, "code": outcome.code})
                return outcome
        except EmptyField as empty:
            return Outcome(OutcomeKind.RECIPIENT, "empty_field", f"{empty} is empty for this recipient")
        except asyncio.CancelledError:
            return Outcome(
                OutcomeKind.UNKNOWN,
                "stopped",
                "Campana was stopped while the provider had not answered yet; the message may have gone out",
            )
        except Exception as error:  # a lane must not stop at one message, nor leave it SENDING for ever
            log.exception("message.broken", campaign=str(taken.campaign_id), row=taken.row)
            return Outcome(
                OutcomeKind.UNKNOWN, "internal_error", f"Campana itself failed here ({type(error).__name__})"
            )
