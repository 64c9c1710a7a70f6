"""Bells inside one process: whoever changed something rings, whoever sleeps until something changes hears it.

Other processes on the same database hear nothing; what has to notice their changes also looks by itself now
and then.
"""

import asyncio


class Bell:
    """One listener's bell. It stays rung until it was heard."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the listener, now or at its next wait."""
        self._rung.set()

    async def heard(self, timeout_s: float | None = None) -> bool:
        """Wait until it rings, at most `timeout_s` seconds; whether it rang."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Signals:
    """All bells of the process."""

    def __init__(self) -> None:
        self._bells: set[Bell] = set()

    def listen(self) -> Bell:
        """A new bell that every `ring` reaches until it is dropped."""
        bell = Bell()
        self._bells.add(bell)
        return bell

    def drop(self, bell: Bell) -> None:
        """Ring that bell no more."""
        self._bells.discard(bell)

    def ring(self) -> None:
        """Something changed: campaigns, senders or limits."""
        for bell in self._bells:
            bell.ring()
