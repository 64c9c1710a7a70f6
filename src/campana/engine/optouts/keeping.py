"""The background service of opt-outs: concludes what WhatsApp said of numbers, and tells the provider."""

from campana.engine.inbox.duty import Duty
from campana.engine.optouts.flags import Flags
from campana.engine.optouts.refusals import Refusals
from campana.engine.ports import Clock
from campana.engine.service import Service


class OptOutService(Service):
    """Each process concludes what its own lanes noted; one tells the provider for all."""

    name = "opt-outs"
    interval_s = 0.5
    patience_s = 90.0
    """a request to a provider that hangs takes half a minute"""

    def __init__(self, refusals: Refusals, flags: Flags, duty: Duty, clock: Clock) -> None:
        super().__init__(clock)
        self._refusals = refusals
        self._flags = flags
        self._duty = duty

    async def tick(self) -> None:
        """One round."""
        await self._refusals.conclude()
        if await self._duty.held():
            await self._flags.push()

    async def close(self) -> None:
        """Write down what lanes noted while they drained."""
        await self._refusals.conclude()
        await self._duty.leave()
