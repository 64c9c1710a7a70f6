"""Waiting for a number to be reached, from any thread or loop: what tests await instead of sleeping."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future


class Milestones:
    """Futures that are done once a growing figure satisfies them. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Callable[[], bool], Future[None]]] = []

    def when(self, reached: Callable[[], bool]) -> Future[None]:
        """Return a future that is done once `reached` is true at a `check`, or at once when it is true
        already.
        """
        future: Future[None] = Future()
        with self._lock:
            self._waiting.append((reached, future))
        self.check()
        return future

    def check(self) -> None:
        """Settle the futures whose condition has come true. To be called after every change."""
        if not self._waiting:
            return
        with self._lock:
            done = [one for one in self._waiting if one[0]()]
            self._waiting = [one for one in self._waiting if one not in done]
        for _, future in done:
            if future.set_running_or_notify_cancel():
                future.set_result(None)


async def reached(future: Future[None], *, timeout: float) -> None:
    """Await `future` in the running loop; TimeoutError after `timeout` seconds."""
    await asyncio.wait_for(asyncio.wrap_future(future), timeout)
