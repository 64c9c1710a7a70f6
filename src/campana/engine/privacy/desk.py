"""Erasure and export as owners ask for them, and whoever runs the installation by command."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from campana.domain.accounts import Account, Principal
from campana.domain.audit import Actor, AuditAction, Subject
from campana.domain.errors import InvalidInput, NotFound
from campana.domain.masking import masked
from campana.domain.permissions import Action, permit
from campana.domain.phones import InvalidPhone, Normaliser
from campana.domain.privacy import Waits
from campana.engine.archiving.reading import Archives
from campana.engine.audit import Audit
from campana.engine.ports import Clock, Store
from campana.engine.privacy.erasing import Erasing
from campana.engine.privacy.exporting import Exporting
from campana.engine.privacy.memory import Memory

_ANY_COUNTRY = "IN"
"""for numbers with a plus, which say their country themselves"""


@dataclass(frozen=True, slots=True)
class PrivacyDesk:
    """Notes in the trail whatever it does, with a number's last four digits."""

    store: Store
    audit: Audit
    erasing: Erasing
    exporting: Exporting
    memory: Memory

    @classmethod
    def over(cls, store: Store, archives: Archives, memory: Memory, audit: Audit, clock: Clock) -> Self:
        """The desk on that store."""
        return cls(
            store, audit, Erasing(store, memory, clock), Exporting(store, archives, memory, clock), memory
        )

    async def erase(self, principal: Principal, number: str, *, country: str | None = None) -> Waits:
        """Erase it from the principal's account. Raises InvalidInput, ConfigurationError."""
        permit(principal, Action.PRIVACY)
        return await self.erase_from(principal.account_id, phone_of(number, country), principal)

    async def export(
        self, principal: Principal, number: str, *, country: str | None = None
    ) -> Mapping[str, Any]:
        """What the principal's account holds about it. Raises InvalidInput, ConfigurationError."""
        permit(principal, Action.PRIVACY)
        account = await self.store.account(principal.account_id)
        if account is None:
            raise NotFound("there is no such account")
        return await self.export_from(account, phone_of(number, country), principal)

    async def erase_from(self, account_id: UUID, phone: str, who: Principal | Actor) -> Waits:
        """Erase an E.164 number from that account."""
        waits = await self.erasing.erase(account_id, phone)
        subject = Subject("person", None, masked(phone))
        details = {"finished": not waits}
        await self.audit.note(who, AuditAction.PERSON_ERASED, subject, details, account_id=account_id)
        return waits

    async def export_from(self, account: Account, phone: str, who: Principal | Actor) -> Mapping[str, Any]:
        """What that account holds about an E.164 number; noted first."""
        subject = Subject("person", None, masked(phone))
        await self.audit.note(who, AuditAction.PERSON_EXPORTED, subject, account_id=account.id)
        return await self.exporting.of(account, phone)


def phone_of(number: str, country: str | None) -> str:
    """The number in E.164; a national one needs its country. Raises InvalidInput."""
    if not country and not number.strip().startswith("+"):
        raise InvalidInput.of("phone", "write it with a plus and the country's code, or name the country")
    try:
        return Normaliser(country or _ANY_COUNTRY)(number)
    except InvalidPhone as error:
        raise InvalidInput.of("phone", error.reason) from None
