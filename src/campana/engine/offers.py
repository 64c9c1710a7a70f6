"""The approved templates of a sender, as its provider tells them: offered at once where they are known,
asked for beside that where they are not. A page never waits for a provider."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.outcomes import ApprovedTemplate, Check, CheckVerdict
from campana.domain.permissions import Action, permit
from campana.domain.senders import Sender
from campana.engine.ports import Clock
from campana.engine.senders import Senders

log = structlog.get_logger(__name__)

GOOD_FOR_S = 600.0
AGAIN_AFTER_S = 60.0
"""how soon a provider that gave no list is asked again"""


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be offered now. `asking`: an answer is on its way. `reason` says why there is no list."""

    templates: tuple[ApprovedTemplate, ...] = ()
    asking: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    answer: asyncio.Task[Check]
    at: float
    sealed: str | None
    former: tuple[ApprovedTemplate, ...]

    def offer(self) -> Offer:
        if not self.answer.done():
            return Offer(self.former, asking=True)
        if self.answer.cancelled() or self.answer.exception() is not None:
            return Offer(self.former, reason="the provider could not be asked")
        check = self.answer.result()
        if check.verdict is not CheckVerdict.OK:
            return Offer(self.former, reason=check.reason)
        return Offer(check.templates)

    def holds(self, sender: Sender, now: float) -> bool:
        """Whether it is still an answer about this sender."""
        if self.sealed != sender.sealed_credentials:
            return False
        known = not self.answer.done() or not self.offer().reason
        return now - self.at < (GOOD_FOR_S if known else AGAIN_AFTER_S)


class TemplateOffers:
    """Remembers each sender's answer for some minutes, in this process. Close it before the provider."""

    def __init__(self, senders: Senders, *, clock: Clock) -> None:
        self._senders = senders
        self._clock = clock
        self._asked: dict[UUID, _Asked] = {}

    async def offer(self, principal: Principal, sender_id: UUID) -> Offer:
        """What is known of the sender's templates now; asks the provider where that is old. Raises
        NotFound."""
        permit(principal, Action.CAMPAIGN)
        sender = await self._senders.get(principal, sender_id)
        asked = self._asked.get(sender.id)
        if asked is None or not asked.holds(sender, self._clock.monotonic()):
            asked = self._ask(sender, asked)
        return asked.offer()

    async def close(self) -> None:
        """Stop asking."""
        running = [asked.answer for asked in self._asked.values()]
        for answer in running:
            answer.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ask(self, sender: Sender, before: _Asked | None) -> _Asked:
        same = before is not None and before.sealed == sender.sealed_credentials
        former = before.offer().templates if before is not None and same else ()
        answer = asyncio.create_task(self._senders.check(sender))
        asked = _Asked(answer, self._clock.monotonic(), sender.sealed_credentials, former)
        self._asked[sender.id] = asked
        return asked
