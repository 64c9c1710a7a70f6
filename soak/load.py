"""The work: campaigns over the whole time, some of them paused, resumed or cancelled while they run."""

import asyncio
import io
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp

from soak.scene import Scene, Sender

EACH = 5000
FINAL = ("COMPLETED", "FAILED", "CANCELLED")
LOOK_S = 5.0
LEAD_S = 20.0
"""how long before its time a campaign is made"""


@dataclass(slots=True)
class Campaign:
    """One of the load. Its template bears its name, so the ledger
    knows which one a message is of."""

    tag: str
    sender: Sender
    size: int
    id: str = ""
    status: str = "DRAFT"


@dataclass(frozen=True, slots=True)
class Halt:
    """Somebody stopped a campaign: nothing leaves from a second after `acknowledged_at` until `ended_at`."""

    tag: str
    acknowledged_at: float
    ended_at: float


@dataclass
class Load:
    """The campaigns, and what was done to them."""

    scene: Scene
    dice: random.Random
    campaigns: list[Campaign] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)
    resumed_by_us: list[str] = field(default_factory=list)
    cancelled: int = 0

    async def run(self, messages: int, seconds: float) -> None:
        """Make campaigns of `messages` in all, evenly over the time; returns when all of them have ended."""
        count = -(-messages // EACH)
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look())
            steering = group.create_task(self._steer())
            begun = time.monotonic()
            for number in range(count):
                size = min(EACH, messages - number * EACH)
                await asyncio.sleep(max(0.0, begun + number * seconds / count - time.monotonic()))
                await self._make(number, size)
            while any(one.status not in FINAL for one in self.campaigns):  # noqa: ASYNC110 - other processes
                await asyncio.sleep(1)
            looking.cancel()
            steering.cancel()

    async def _make(self, number: int, size: int) -> None:
        """A list as a CSV file, half of whose people were in the one before, and a campaign to it."""
        sender = self.scene.senders[number % len(self.scene.senders)]
        one = Campaign(f"soak-{number}", sender, size)
        first = number * EACH // 2
        rows = [f"+9198{first + row:08d},Person {row}" for row in range(size)]
        text = "\n".join(["Mobile,Name", *rows]).encode()

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData()
            data.add_field("file", io.BytesIO(text), filename=f"{one.tag}.csv")
            data.add_field("country", "IN")
            return data

        status, listed = await self.scene.ask(sender.key, "POST", "/recipient-lists", data=form)
        assert status == 201, listed
        body = {
            "name": one.tag,
            "sender_id": sender.id,
            "template": {"name": one.tag, "language": "en_US"},
            "fields": {"field_1": "{name}"},
            "recipient_list_id": listed["id"],
            "scheduled_at": (datetime.now(UTC) + timedelta(seconds=LEAD_S)).isoformat(),
        }
        headers = {"Idempotency-Key": one.tag}
        status, made = await self.scene.ask(sender.key, "POST", "/campaigns", json=body, headers=headers)
        assert status in (200, 201), made
        one.id, one.status = made["id"], made["status"]
        self.campaigns.append(one)

    async def _look(self) -> None:
        """Follow the campaigns; what the engine paused by itself is resumed, as its owner would."""
        while True:
            await asyncio.sleep(LOOK_S)
            for one in self.campaigns:
                if one.status in FINAL:
                    continue
                _, shown = await self.scene.ask(one.sender.key, "GET", f"/campaigns/{one.id}")
                one.status = shown["status"]
                if one.status == "PAUSED" and not self._is_ours(one):
                    self.resumed_by_us.append(f"{one.tag}: {shown['error']}")
                    await self._do(one, "resume")

    def _is_ours(self, one: Campaign) -> bool:
        return any(halt.tag == one.tag and halt.ended_at == float("inf") for halt in self.halts)

    async def _steer(self) -> None:
        while True:
            await asyncio.sleep(self.dice.uniform(10, 40))
            running = [one for one in self.campaigns if one.status == "PROCESSING" and not self._is_ours(one)]
            if running:
                await self._stop(self.dice.choice(running))

    async def _stop(self, one: Campaign) -> None:
        """Pause it for a while; one in ten is cancelled then."""
        status, _ = await self._do(one, "pause")
        if status != 200:  # it ended meanwhile
            return
        stopped_at, number = time.time(), len(self.halts)
        self.halts.append(Halt(one.tag, stopped_at, float("inf")))
        await asyncio.sleep(self.dice.uniform(2, 12))
        if self.dice.random() < 0.1:
            await self._do(one, "cancel")
            self.cancelled += 1
            return
        ended_at = time.time()
        await self._do(one, "resume")
        self.halts[number] = Halt(one.tag, stopped_at, ended_at)

    async def _do(self, one: Campaign, verb: str) -> tuple[int, object]:
        return await self.scene.ask(one.sender.key, "POST", f"/campaigns/{one.id}/{verb}")
