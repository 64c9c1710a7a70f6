"""A new secret key: seals everything anew that former keys have sealed. Safe to break off and to repeat."""

from collections import Counter
from dataclasses import dataclass, field

import structlog

from campana.domain.audit import COMMAND_LINE, AuditAction, Subject
from campana.domain.errors import ConfigurationError
from campana.engine.audit import Audit
from campana.engine.ports import Clock, SealedPlace, SealedTexts, Vault

log = structlog.get_logger(__name__)

SETTLING_S = 2.0
"""how long a process that runs may take to store what it sealed just before the key was changed"""


@dataclass(slots=True)
class Resealed:
    """How many texts of each place are under the present key now that were not, and how many cannot be opened
    by any key there is."""

    done: Counter[SealedPlace] = field(default_factory=Counter)
    unreadable: Counter[SealedPlace] = field(default_factory=Counter)


class Rotation:
    """Brings every sealed text under the vault's present key."""

    def __init__(self, texts: SealedTexts, vault: Vault, audit: Audit, clock: Clock) -> None:
        self._texts = texts
        self._vault = vault
        self._audit = audit
        self._clock = clock

    async def reseal(self) -> Resealed:
        """Two rounds, a moment apart: a process that runs may have sealed something with the former key just
        before it heard of the new one, and stored it behind the first round's back."""
        resealed = Resealed()
        await self._round(resealed)
        await self._clock.sleep(SETTLING_S)
        resealed.unreadable.clear()
        await self._round(resealed)
        log.info("secrets.resealed", texts=resealed.done.total(), unreadable=resealed.unreadable.total())
        details = {"resealed": resealed.done.total(), "unreadable": resealed.unreadable.total()}
        await self._audit.note(COMMAND_LINE, AuditAction.KEY_ROTATED, Subject("secret key", None), details)
        return resealed

    async def _round(self, resealed: Resealed) -> None:
        for place in SealedPlace:
            for known in await self._texts.sealed_texts(place):
                try:
                    anew = self._vault.reseal(known.text)
                except ConfigurationError:
                    resealed.unreadable[place] += 1
                    continue
                # Where somebody replaced it meanwhile, what they put there is under the new key already.
                if anew is not None and await self._texts.replace_sealed_text(place, known, anew):
                    resealed.done[place] += 1
