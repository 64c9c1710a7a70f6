"""Erases a number from an account. It may be broken off anywhere: what was begun is ended later.

First the number is suppressed, so that nothing more goes out, and its keyed hash is remembered. Then it goes
from every place of the register. What is on its way is waited for; only then the suppression goes, too.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from campana.domain.privacy import Erasure, Waits
from campana.domain.traces import Trace
from campana.engine.ports import Clock, Place, Privacy
from campana.engine.privacy.memory import Memory
from campana.engine.privacy.register import REGISTER

log = structlog.get_logger(__name__)


class Erasing:
    """Begins erasures and brings them forward."""

    def __init__(self, store: Privacy, memory: Memory, clock: Clock) -> None:
        self._store = store
        self._memory = memory
        self._clock = clock

    async def erase(self, account_id: UUID, phone: str) -> Waits:
        """From everywhere at once; what it waits for, after which it ends by itself. Raises
        ConfigurationError."""
        digest = await self._memory.digest(account_id, phone)
        begun_at = self._clock.now()
        await self._store.begin_erasure(Erasure(account_id, phone, digest, begun_at))
        log.info("person.erasing", account=str(account_id))
        return await self._advance(account_id, phone, begun_at, meanwhile=list(REGISTER))

    async def go_on(self) -> int:
        """Bring all forward that are under way; how many still wait."""
        waiting = 0
        for account_id, phone, begun_at in await self._store.erasures_under_way():
            waiting += bool(await self._advance(account_id, phone, begun_at, meanwhile=[Place.RECIPIENTS]))
        return waiting

    async def _advance(
        self, account_id: UUID, phone: str, begun_at: datetime, *, meanwhile: Sequence[Place]
    ) -> Waits:
        """End it, where nothing is to be waited for any more; else clear `meanwhile`. What it waits for is
        looked at first: all that came up until then is cleared."""
        now = self._clock.now()
        waits = await self._store.erasure_waits(account_id, phone, since=begun_at, now=now)
        for place in meanwhile if waits else REGISTER:
            await self._store.erase(place, account_id, Trace(phone), at=now)
        if not waits and await self._store.finish_erasure(account_id, phone):
            log.info("person.erased", account=str(account_id))
        return waits
