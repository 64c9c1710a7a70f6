"""What comes back, for tests: a clock that the test sets, posts as BizChat writes them, and the services that
work them off."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from campana.domain.receipts import Receipt, Reply
from campana.domain.senders import Sender
from campana.engine.inbox.duty import Duty
from campana.engine.inbox.intake import Intake
from campana.engine.inbox.matching import Matching
from campana.engine.inbox.working_off import WorkingOff
from campana.engine.metrics import InboxMetrics
from campana.engine.ports import Store
from tests.support.cast import MORNING
from tests.support.house import ObedientProvider


@dataclass
class HandClock:
    """A wall clock that the test sets, its monotonic clock with it; sleeping lets real time pass."""

    time: datetime = MORNING

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def pass_by(self, **span: float) -> None:
        """So much later."""
        self.time += timedelta(**span)


@dataclass
class Listener:
    """A desk that remembers what it was given."""

    replies: list[tuple[Sender, Reply]] = field(default_factory=list)
    refusals: list[tuple[Sender, Receipt]] = field(default_factory=list)

    async def handle(self, sender: Sender, replies: Sequence[Reply]) -> None:
        self.replies += [(sender, reply) for reply in replies]

    async def refused(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        self.refusals += [(sender, receipt) for receipt in receipts]


class PostRoom:
    """The inbox of one process: what takes posts in, works them off and matches the rest."""

    def __init__(self, store: Store, clock: HandClock | None = None, owner: str = "tests") -> None:
        self.store = store
        self.clock = clock or HandClock()
        self.registry = CollectorRegistry()
        metrics = InboxMetrics(self.registry)
        self.desk = Listener()
        self.intake = Intake(store, self.clock, metrics)
        duty = Duty("receipts", owner, store, self.clock)
        self.working_off = WorkingOff(
            store,
            {"bizchat": ObedientProvider()},
            duty,
            clock=self.clock,
            metrics=metrics,
            bell=self.intake.bell,
            desk=self.desk,
        )
        self.matching = Matching(store, duty, clock=self.clock, metrics=metrics)

    async def come_in(self, sender: Sender, bodies: Iterable[bytes]) -> None:
        """Posts of many connections at once."""
        await asyncio.gather(*(self.intake.put(sender.id, body) for body in bodies))

    async def work_off(self) -> None:
        """Until nothing waits."""
        while (await self.store.backlog()).posts:
            await self.working_off.tick()

    def count(self, name: str, **labels: str) -> float:
        """A metric's value."""
        return self.registry.get_sample_value(name, labels) or 0.0


def status_event(name: str, status: str, phone: str, at: datetime, code: int | None = None) -> dict[str, Any]:
    """One status as Meta writes it."""
    told: dict[str, Any] = {
        "id": name,
        "status": status,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": phone.lstrip("+"),
    }
    if code is not None:
        told["errors"] = [{"code": code, "title": "refused"}]
    return told


def status_post(*events: dict[str, Any]) -> bytes:
    """A post with these statuses."""
    return _post({"statuses": list(events)})


def reply_post(phone: str, text: str, name: str = "wamid.reply", **changes: Any) -> bytes:
    """A post with a message that somebody wrote."""
    message = {"from": phone.lstrip("+"), "id": name, "type": "text", "text": {"body": text}} | changes
    return _post({"messages": [message]})


def _post(value: dict[str, Any]) -> bytes:
    payload = {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
    return json.dumps({"whatsapp_webhook_payload": payload}).encode()
