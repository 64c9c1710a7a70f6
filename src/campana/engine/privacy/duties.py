"""The background service of privacy: ends erasures that had to wait, and removes what has expired."""

from campana.engine.inbox.duty import Duty
from campana.engine.ports import Clock
from campana.engine.privacy.erasing import Erasing
from campana.engine.privacy.retention import Retention
from campana.engine.service import Service

EXPIRE_EVERY_S = 3600.0


class PrivacyService(Service):
    """One process does it for all."""

    name = "privacy"
    interval_s = 2.0
    patience_s = 1800.0
    """the people of very large lists are removed in one round, in small pieces"""

    def __init__(self, erasing: Erasing, retention: Retention, duty: Duty, clock: Clock) -> None:
        super().__init__(clock)
        self._erasing = erasing
        self._retention = retention
        self._duty = duty
        self._expired_at = float("-inf")

    async def tick(self) -> None:
        """One round."""
        if not await self._duty.held():
            return
        await self._erasing.go_on()
        if self.clock.monotonic() - self._expired_at >= EXPIRE_EVERY_S:
            await self._retention.end_begun()
            await self._retention.expire()
            self._expired_at = self.clock.monotonic()

    async def close(self) -> None:
        """Let another process do it."""
        await self._duty.leave()
