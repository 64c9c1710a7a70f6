"""Asks the provider about messages of which nothing was heard since it accepted them.

Gently, for a question counts as a request: one at a time for each host, at most one a second, none while the
host asked anybody to slow down. The newest first; each message after growing pauses, and not at all after a
day.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from campana.domain.errors import ConfigurationError
from campana.domain.receipts import StatusReport
from campana.engine.credentials import open_credentials
from campana.engine.inbox.duty import Duty
from campana.engine.ports import Provider, Silent
from campana.engine.sending.governor import Governor
from campana.engine.sending.tools import LaneTools
from campana.engine.service import Service

FIRST_AFTER = timedelta(minutes=2)
"""webhooks usually come within seconds"""
GIVEN_UP_AFTER = timedelta(days=1)
AT_ONCE = 30
"""so many are looked up together: half a minute's worth"""
LOOK_S = 5.0
"""how often silent messages are looked for while there are none, in seconds"""


@dataclass(slots=True)
class _Host:
    """What is known of one provider host: its pace, and whom to ask about next."""

    governor: Governor
    providers: dict[str, Provider]
    waiting: deque[Silent] = field(default_factory=deque)
    looked_at: float = float("-inf")


class Polling(Service):
    """One process at a time does it, under its duty."""

    name = "polling"
    interval_s = 1.0
    patience_s = 120.0

    def __init__(
        self,
        tools: LaneTools,
        providers: Mapping[str, Provider],
        duty: Duty,
        *,
        first_after: timedelta = FIRST_AFTER,
    ) -> None:
        super().__init__(tools.clock)
        self._tools = tools
        self._duty = duty
        self._first_after = first_after
        self._hosts: dict[str, _Host] = {}
        for name, provider in providers.items():
            governor = Governor(provider.host, tools.store, tools.clock)
            self._hosts.setdefault(provider.host, _Host(governor, {})).providers[name] = provider

    async def tick(self) -> None:
        """Ask each host about one message, if any is silent and the host has room."""
        if await self._duty.held():
            await asyncio.gather(*(self._ask_host(host) for host in self._hosts.values()))

    async def close(self) -> None:
        """Let the next process begin at once."""
        await self._duty.leave()

    async def _ask_host(self, host: _Host) -> None:
        await host.governor.share()
        pace = host.governor.pace()
        if pace.hold_s > 0 or pace.factor < 1:
            return
        if not host.waiting and self.clock.monotonic() - host.looked_at >= LOOK_S:
            await self._look(host)
        if host.waiting:
            await self._ask(host, host.waiting.popleft())

    async def _look(self, host: _Host) -> None:
        """Whom to ask next, the newest first."""
        host.looked_at = self.clock.monotonic()
        now = self.clock.now()
        window = {"since": now - GIVEN_UP_AFTER, "until": now - self._first_after}
        found: list[Silent] = []
        for name in host.providers:
            found += await self._tools.store.silent(name, now=now, limit=AT_ONCE, **window)
        found.sort(key=lambda one: one.sent_at, reverse=True)
        host.waiting.extend(found[:AT_ONCE])

    async def _ask(self, host: _Host, one: Silent) -> None:
        """The message rests for as long as it is old: the pauses double."""
        now = self.clock.now()
        await self._tools.store.rest(one.key, now + (now - one.sent_at))
        try:
            credentials = open_credentials(one.sender, self._tools.vault)
        except ConfigurationError:
            return
        provider = host.providers[one.sender.provider]
        report = await provider.message_status(credentials, one.provider_message_id)
        await self._obey(host.governor, report)
        if report.receipt is not None:
            receipt = replace(report.receipt, at=report.receipt.at or self.clock.now())
            await self._tools.store.receive(one.sender.id, [receipt])
        self._tools.metrics.inbox.polls.labels("heard" if report.receipt else "nothing").inc()

    async def _obey(self, governor: Governor, report: StatusReport) -> None:
        """What the host asks for, it asks of everybody."""
        if report.throttled:
            governor.throttled(report.hold_s, report.reason)
        elif report.hold_s is not None:
            governor.hold(report.hold_s, report.reason)
        await governor.share()
