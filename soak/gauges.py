"""Memory, open files and connections over the time, of the processes that live from beginning to end."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psutil

from soak.scene import Scene

EVERY_S = 5.0
MEBIBYTE = 1024 * 1024
MORE_MEMORY = 1.25
"""at the end, against what it was when the work had run for a tenth of its time"""
MORE_HANDLES = 8
"""at the end, idle, against the beginning, idle"""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at one moment."""

    at: float
    memory_mib: dict[str, float]
    handles: dict[str, int]


@dataclass
class Gauges:
    """Looks at them while it runs."""

    scene: Scene
    samples: list[Sample] = field(default_factory=list)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.samples.append(self.look())
            await asyncio.sleep(EVERY_S)

    def look(self) -> Sample:
        """One sample, now."""
        pids = {
            "campana worker": self.scene.workers[-1].process.pid,
            "campana web": self.scene.webs[-1].process.pid,
        }
        processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        return Sample(
            time.monotonic(),
            {name: one.memory_info().rss / MEBIBYTE for name, one in processes.items()},
            {name: one.num_fds() for name, one in processes.items()},
        )

    def memory(self, name: str, begin: float, end: float) -> float:
        """The median in a stretch of the samples, given as shares of them."""
        count = len(self.samples)
        part = self.samples[int(begin * count) : max(int(begin * count) + 1, int(end * count))]
        return median(one.memory_mib[name] for one in part)


async def connections(scene: Scene) -> int:
    """Of all processes to the database."""
    count: Any = None
    while count is None:
        with contextlib.suppress(Exception):  # it may just be starting
            query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            count = await asyncio.to_thread(scene.cluster.execute, query)
    return int(count) - 1
