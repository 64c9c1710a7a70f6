"""What is done to it: one harm after the other, chosen by the seed."""

import asyncio
import contextlib
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from soak.scene import Scene
from tests.support.product import Running

EVERY_S = (8.0, 40.0)
ALWAYS = (
    "meta:131026=0.02",
    "late:131049=0.01",
    "500_after=0.0005",
    "reset_after=0.0005",
    "unreadable_cut=0.0003",
)
"""faults that are there all the time"""
BAD_TIMES = (
    ("throttle:3=1x2",),
    ("throttle_html:2=1x1",),
    ("maintenance_503=1x40",),
    ("500_before=0.2",),
    ("504_after=0.05",),
    ("reset_before=0.2", "reset_after=0.05"),
    ("close_after=0.05", "close_before=0.2"),
    ("hang_after=0.01", "hang_before=0.01"),
    ("slow:5=0.5",),
    ("unreadable_garbage=0.02", "unreadable_empty=0.02", "unreadable_no_ids=0.02"),
)
"""faults for some seconds, one set at a time"""


@dataclass
class Harm:
    """Does it, and counts what it did."""

    scene: Scene
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    deaths: list[str] = field(default_factory=list)
    """how processes ended that nobody had told to"""

    async def run(self) -> None:
        """Until cancelled; what is half-done then is put right first."""
        await self._faults(())
        kinds: dict[Callable[[], Awaitable[None]], int] = {
            self._worker_killed: 5,
            self._worker_ended: 2,
            self._worker_stopped: 3,
            self._web_killed: 3,
            self._web_ended: 2,
            self._database_restarted: 2,
            self._database_crashed: 2,
            self._provider_fails: 6,
            self._storm: 3,
        }
        while True:
            await asyncio.sleep(self.dice.uniform(*EVERY_S))
            (harm,) = self.dice.choices(list(kinds), list(kinds.values()))
            await asyncio.shield(asyncio.ensure_future(harm()))

    async def settle(self) -> None:
        """No more faults of the provider."""
        await self._faults((), always=())

    async def _worker_killed(self) -> None:
        await self._replaced(self.scene.workers, "worker", kill=True)

    async def _worker_ended(self) -> None:
        await self._replaced(self.scene.workers, "worker", kill=False)

    async def _web_killed(self) -> None:
        await self._replaced(self.scene.webs, "web", kill=True)

    async def _web_ended(self) -> None:
        await self._replaced(self.scene.webs, "web", kill=False)

    async def _replaced(self, among: list[Running], command: str, *, kill: bool) -> None:
        """Any but the last of its kind, which lives from beginning to end."""
        number = self.dice.randrange(len(among) - 1)
        if among[number].process.returncode is not None:
            self.deaths.append(last_words(among[number]))
        elif kill:
            await among[number].kill()
            self.done[f"`campana {command}` killed with -9"] += 1
        else:
            if await among[number].terminate() != 0:
                self.deaths.append(last_words(among[number]))
            self.done[f"`campana {command}` ended with SIGTERM"] += 1
        await asyncio.sleep(self.dice.uniform(0, 12))
        among[number] = await self._started(command)

    async def _started(self, command: str) -> Running:
        """The database may just be away: then it does not start, and a supervisor would try again."""
        while True:
            with contextlib.suppress(AssertionError, TimeoutError):
                return await self.scene.product.start(command)
            self.done[f"`campana {command}` had to be started again"] += 1
            await asyncio.sleep(1)

    async def _worker_stopped(self) -> None:
        """Longer than its lease, or shorter."""
        worker = self.dice.choice(self.scene.workers)
        worker.signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.choice((1.0, 4.0, 12.0)))
        worker.signal(signal.SIGCONT)
        self.done["`campana worker` stopped for 1, 4 or 12 s (SIGSTOP) and let go on"] += 1

    async def _database_restarted(self) -> None:
        await asyncio.to_thread(self.scene.cluster.stop)
        await asyncio.sleep(self.dice.uniform(0, 5))
        await asyncio.to_thread(self.scene.cluster.start)
        self.done["PostgreSQL stopped and started"] += 1

    async def _database_crashed(self) -> None:
        await asyncio.to_thread(self.scene.cluster.restart, crash=True)
        self.done["PostgreSQL crashed (SIGQUIT) and started"] += 1

    async def _provider_fails(self) -> None:
        faults = self.dice.choice(BAD_TIMES)
        await self._faults(faults)
        await asyncio.sleep(self.dice.uniform(5, 20))
        await self._faults(())
        self.done["the provider had a bad time"] += 1

    async def _storm(self) -> None:
        posts = await self.scene.relay.storm(self.dice.uniform(3, 8))
        self.done["webhook storms"] += 1
        self.done["posts in them"] += posts

    async def _faults(self, faults: tuple[str, ...], *, always: tuple[str, ...] = ALWAYS) -> None:
        await asyncio.to_thread(self.scene.simulator.control, faults=[*faults, *always])


def last_words(running: Running) -> str:
    """The end of its log."""
    return running.log_file.read_text()[-500:]
