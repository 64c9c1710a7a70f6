"""The skeleton that all background services share, and the watch over them.

A service is a named tick. A tick that finds the database away is tried again; any other error ends the
service, and a dead service ends the process: it says so, becomes unready and stops rather than limps.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable

import structlog

from campana.domain.errors import StoreUnavailable, TooOld
from campana.engine.ports import Clock

log = structlog.get_logger(__name__)

STORE_PAUSE_S = 0.5


class Service(ABC):
    """`tick` does one round and returns; it paces itself by waiting inside the tick or through
    `interval_s`."""

    name: str
    interval_s: float = 0.0
    patience_s: float = 30.0
    """a service without a good tick for longer than this is not in order"""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.last_good = clock.monotonic()
        self.trouble = ""

    @abstractmethod
    async def tick(self) -> None:
        """One round of work."""

    async def close(self) -> None:  # noqa: B027 - most services hold nothing
        """Give back what is held; called once, after the last tick was cancelled."""

    async def run(self) -> None:
        """Tick until cancelled. Raises whatever a tick raises, other than StoreUnavailable that may pass."""
        while True:
            try:
                await self.tick()
            except TooOld:
                raise
            except StoreUnavailable as error:
                self._note(str(error))
                await self.clock.sleep(STORE_PAUSE_S)
                continue
            self._note("")
            if self.interval_s:
                await self.clock.sleep(self.interval_s)

    def complaint(self) -> str | None:
        """Why this service is not in order, or None."""
        if self.trouble:
            return f"{self.name}: {self.trouble}"
        silent_s = self.clock.monotonic() - self.last_good
        return f"{self.name}: nothing done for {silent_s:.0f} s" if silent_s > self.patience_s else None

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.warning("service.trouble", service=self.name, error=trouble)
        elif self.trouble and not trouble:
            log.info("service.recovered", service=self.name)
        self.trouble = trouble
        if not trouble:
            self.last_good = self.clock.monotonic()


class ServiceDied(RuntimeError):
    """A background service ended by an error; the process must stop."""


class Watch:
    """Runs services side by side and notices when one dies."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.services = tuple(services)
        self.dead: str | None = None

    def complaints(self) -> list[str]:
        """What is not in order, for readiness."""
        if self.dead:
            return [self.dead]
        return [complaint for service in self.services if (complaint := service.complaint())]

    async def run(self) -> None:
        """Run until cancelled, then close each service. Raises ServiceDied when one of them ends by an
        error."""
        tasks = {asyncio.create_task(service.run(), name=service.name): service for service in self.services}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            first = next(iter(done))
            self.dead = _told(tasks[first].name, first.exception())
            raise ServiceDied(self.dead)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(service.close() for service in self.services))


def _told(service: str, error: BaseException | None) -> str:
    if isinstance(error, TooOld):
        log.error("process.too_old", error=str(error))
        return str(error)
    log.error("service.died", service=service, exc_info=error)
    return f"{service} died: {error!r}"
