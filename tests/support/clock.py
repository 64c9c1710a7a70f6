"""A clock that the test sets."""

import asyncio
from datetime import datetime


class HandClock:
    """A wall clock that stands where it was put; sleeping lets real time pass."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
