"""Numbers that must not be messaged: the account's opt-outs. Lanes look at them whenever they take
messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Subject
from campana.domain.errors import FieldProblem, InvalidInput, NotFound
from campana.domain.masking import masked
from campana.domain.permissions import Action, permit
from campana.domain.phones import InvalidPhone, Normaliser
from campana.domain.recipients import Suppression
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.ports import Clock, Page, Store

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 10_000
MOST_SHOWN = 100
LONGEST_REASON = 500
DEFAULT_REASON = "added by hand"
_ANY_COUNTRY = "IN"
"""for numbers with a plus, which say their country themselves"""


@dataclass(frozen=True, slots=True)
class Added:
    """How many were new and how many known already, and, where they are not too many, each as it is now."""

    added: int
    known: int
    items: tuple[Suppression, ...]


class Suppressions:
    """Adds, lists and removes opt-outs."""

    def __init__(self, store: Store, audit: Audit, *, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    async def add(
        self,
        principal: Principal,
        phones: Sequence[str],
        *,
        country: str | None = None,
        reason: str | None = None,
    ) -> Added:
        """Add the numbers; national ones need the country. Raises InvalidInput with every problem."""
        permit(principal, Action.SUPPRESS)
        numbers = tuple(dict.fromkeys(_checked(phones, country=country, reason=reason)))
        now = self._clock.now()
        added = await self._store.add_suppressions(
            [
                Suppression(
                    id=new_id(),
                    account_id=principal.account_id,
                    phone=phone,
                    reason=(reason or "").strip() or DEFAULT_REASON,
                    source=principal.email,
                    created_at=now,
                )
                for phone in numbers
            ]
        )
        log.info("suppressions.added", added=added, given=len(phones), user=str(principal.user_id))
        await self._audit.note(
            principal,
            AuditAction.SUPPRESSIONS_ADDED,
            Subject("suppression", None, masked(numbers[0]) if len(numbers) == 1 else ""),
            {"numbers": len(numbers), "new": added},
        )
        items = [await self._of(principal, phone) for phone in numbers] if len(numbers) <= MOST_SHOWN else []
        return Added(added, len(numbers) - added, tuple(each for found in items for each in found))

    async def remove(self, principal: Principal, suppression_id: UUID) -> None:
        """Let the number be messaged again. Raises NotFound."""
        permit(principal, Action.SUPPRESS)
        if not await self._store.drop_suppression(principal.account_id, suppression_id):
            raise NotFound("there is no such opt-out")
        log.info("suppression.removed", suppression=str(suppression_id), user=str(principal.user_id))
        subject = Subject("suppression", suppression_id)
        await self._audit.note(principal, AuditAction.SUPPRESSION_REMOVED, subject)

    async def find(
        self, principal: Principal, *, limit: int, cursor: str | None = None, q: str = ""
    ) -> Page[Suppression]:
        """The account's opt-outs by number; `q` is a part of one."""
        permit(principal, Action.READ)
        return await self._store.suppressions(principal.account_id, limit=limit, cursor=cursor, q=q)

    async def _of(self, principal: Principal, phone: str) -> list[Suppression]:
        page = await self._store.suppressions(principal.account_id, limit=10, q=phone)
        return [each for each in page.items if each.phone == phone]


def _checked(phones: Sequence[str], *, country: str | None, reason: str | None) -> list[str]:
    problems = []
    if not 1 <= len(phones) <= MOST_AT_ONCE:
        problems.append(FieldProblem("phones", f"give 1 to {MOST_AT_ONCE:,} numbers"))
    if len(reason or "") > LONGEST_REASON:
        problems.append(FieldProblem("reason", f"has more than {LONGEST_REASON} characters"))
    normalise = Normaliser(country or _ANY_COUNTRY)
    numbers = []
    for index, phone in enumerate(phones[:MOST_AT_ONCE]):
        try:
            if country is None and not phone.strip().startswith("+"):
                raise InvalidPhone("write it with a plus and the country's code, or name the country")
            numbers.append(normalise(phone))
        except InvalidPhone as error:
            problems.append(FieldProblem(f"phones.{index}", error.reason))
    if problems:
        raise InvalidInput(problems)
    return numbers
