"""Numbers that must not be messaged: the account's opt-outs. Lanes look at them whenever they take
messages."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from campana.domain.accounts import Principal, Way
from campana.domain.audit import AuditAction, Subject
from campana.domain.errors import FieldProblem, InvalidInput, NotFound
from campana.domain.masking import masked
from campana.domain.permissions import Action, permit
from campana.domain.phones import InvalidPhone, Normaliser
from campana.domain.recipients import Suppression, SuppressionSource
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.ports import EVERY_SUPPRESSION, Clock, Page, Store, SuppressionFilter
from campana.engine.tables import csv_text, safe

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 10_000
MOST_SHOWN = 100
LONGEST_REASON = 500
DEFAULT_REASON = "added by hand"
EXPORTED_AT_ONCE = 2000
COLUMNS = ("phone", "reason", "source", "added_by", "created_at")
"""of an export; an import finds number and reason in it again"""
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
        source = SuppressionSource.API if principal.way is Way.KEY else SuppressionSource.HAND
        why = (reason or "").strip() or DEFAULT_REASON
        added = await self._store.add_suppressions(
            [suppression(principal, phone, why, source, self._clock.now()) for phone in numbers], flag=True
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
        now = self._clock.now()
        if not await self._store.drop_suppression(principal.account_id, suppression_id, at=now):
            raise NotFound("there is no such opt-out")
        log.info("suppression.removed", suppression=str(suppression_id), user=str(principal.user_id))
        subject = Subject("suppression", suppression_id)
        await self._audit.note(principal, AuditAction.SUPPRESSION_REMOVED, subject)

    async def find(
        self,
        principal: Principal,
        *,
        limit: int,
        cursor: str | None = None,
        which: SuppressionFilter = EVERY_SUPPRESSION,
    ) -> Page[Suppression]:
        """The account's opt-outs by number."""
        permit(principal, Action.READ)
        return await self._store.suppressions(principal.account_id, limit=limit, cursor=cursor, which=which)

    async def csv(
        self, principal: Principal, which: SuppressionFilter = EVERY_SUPPRESSION
    ) -> AsyncIterator[bytes]:
        """The account's opt-outs as a CSV file, piece by piece."""
        permit(principal, Action.READ)
        await self._audit.note(principal, AuditAction.SUPPRESSIONS_EXPORTED, Subject("suppression", None))
        return self._csv(principal.account_id, which)

    async def _csv(self, account_id: UUID, which: SuppressionFilter) -> AsyncIterator[bytes]:
        yield csv_text([COLUMNS], first=True).encode()
        cursor: str | None = None
        while True:
            page = await self._store.suppressions(
                account_id, limit=EXPORTED_AT_ONCE, cursor=cursor, which=which
            )
            yield csv_text(map(_line, page.items)).encode()
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _of(self, principal: Principal, phone: str) -> list[Suppression]:
        page = await self._store.suppressions(principal.account_id, limit=10, which=SuppressionFilter(phone))
        return [each for each in page.items if each.phone == phone]


def suppression(
    principal: Principal, phone: str, reason: str, source: SuppressionSource, at: datetime
) -> Suppression:
    """A suppression that a user adds."""
    return Suppression(
        id=new_id(),
        account_id=principal.account_id,
        phone=phone,
        reason=reason,
        source=source,
        created_at=at,
        added_by=principal.email,
    )


def _line(each: Suppression) -> tuple[str | float | None, ...]:
    moment = each.created_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return (each.phone, safe(each.reason), each.source.value, safe(each.added_by), moment)


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
