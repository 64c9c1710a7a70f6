"""WhatsApp's own word that a number wants no messages, or cannot be reached, becomes a suppression.

Lanes note what they see; it is written down a moment later. What a crash takes along WhatsApp says again with
the next message.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from campana.domain.messages import MessageStatus
from campana.domain.recipients import Suppression, SuppressionSource
from campana.domain.refusals import REFUSALS, Refusal
from campana.engine.ids import new_id
from campana.engine.ports import Addressed, Clock, OptOuts

log = structlog.get_logger(__name__)

OPTED_OUT_REASON = "WhatsApp says that the person wants no marketing messages of this business (131050)"
LOOK_BACK = timedelta(days=90)
"""campaigns in a row are looked for in this span; a number that was left alone for longer begins anew"""
MOST_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Refused:
    """A failed message: to whom, in which campaign if that is known, with which code."""

    account_id: UUID
    phone: str = field(repr=False)
    code: str
    campaign_id: UUID | None = None


class Refusals:
    """Notes refusals, and draws the conclusions when asked to. Only one task concludes."""

    def __init__(self, store: OptOuts, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._noted: deque[Refused] = deque()

    def note(self, refused: Refused) -> None:
        """Remember it, if its code says something about the number."""
        if refused.code in REFUSALS:
            self._noted.append(refused)

    async def conclude(self) -> int:
        """Write down what was noted so far; how many numbers were suppressed. What StoreUnavailable
        interrupts is done next time."""
        added = 0
        while self._noted:
            added += await self.draw(self._noted[0])
            self._noted.popleft()
        return added

    async def draw(self, refused: Refused) -> int:
        """Draw the conclusion from one whose code is known, at once; whether a number was suppressed."""
        if REFUSALS[refused.code] is Refusal.OPTED_OUT:
            added = await self._suppress(refused, OPTED_OUT_REASON, flag=True)
        else:
            added = await self._unreachable(refused)
        if added:
            log.info("suppression.by_whatsapp", account=str(refused.account_id), code=refused.code)
        return added

    async def _unreachable(self, refused: Refused) -> int:
        wanted = (await self._store.preferences(refused.account_id)).unreachable_after
        if wanted == 0 or not await self._in_a_row(refused, wanted):
            return 0
        times = "" if wanted == 1 else f" in {wanted} campaigns in a row"
        return await self._suppress(
            refused, f"the number could not be reached on WhatsApp{times} (131026)", flag=False
        )

    async def _in_a_row(self, refused: Refused, wanted: int) -> bool:
        """Whether the number's last campaigns all ended that way: this one, which may not be written down
        yet, and those before it."""
        messages = await self._store.messages_to(
            refused.account_id, refused.phone, since=self._clock.now() - LOOK_BACK, limit=MOST_LOOKED_AT
        )
        others = [each for each in messages if each.at and each.campaign_id != refused.campaign_id]
        before = wanted if refused.campaign_id is None else wanted - 1
        return len(others) >= before and all(map(_was_unreachable, others[:before]))

    async def _suppress(self, refused: Refused, reason: str, *, flag: bool) -> int:
        suppression = Suppression(
            id=new_id(),
            account_id=refused.account_id,
            phone=refused.phone,
            reason=reason,
            source=SuppressionSource.WHATSAPP,
            created_at=self._clock.now(),
        )
        return await self._store.add_suppressions([suppression], flag=flag)


def _was_unreachable(message: Addressed) -> bool:
    return message.status is MessageStatus.FAILED and REFUSALS.get(message.code) is Refusal.UNREACHABLE
