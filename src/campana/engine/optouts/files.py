"""Opt-outs from a file: read as recipient lists are, by a process of its own. Its numbers are added, and
every row without one is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Detail, Subject
from campana.domain.columns import Columns, Wanted, key
from campana.domain.errors import InvalidInput
from campana.domain.permissions import Action, permit
from campana.domain.phones import known_country
from campana.domain.recipients import Recipient, RowProblem, SuppressionSource
from campana.engine.audit import Audit
from campana.engine.optouts.suppressions import LONGEST_REASON, suppression
from campana.engine.ports import Clock, Store
from campana.engine.reading.limits import Limits
from campana.engine.reading.process import reading
from campana.engine.reading.wire import End, Order, Rows

log = structlog.get_logger(__name__)

DEFAULT_REASON = "imported"
PROBLEMS_SHOWN = 100
_REASON_COLUMN = key("reason")


@dataclass(slots=True)
class Imported:
    """What became of a file's rows: `total = added + known + invalid + duplicates`; the first problems."""

    total: int = 0
    added: int = 0
    known: int = 0
    invalid: int = 0
    duplicates: int = 0
    problems: tuple[RowProblem, ...] = ()


class SuppressionFiles:
    """Adds opt-outs from files; so many are read `at_once`, others wait."""

    def __init__(
        self, store: Store, audit: Audit, *, clock: Clock, limits: Limits | None = None, at_once: int = 1
    ) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._limits = limits or Limits()
        self._room = asyncio.Semaphore(at_once)

    async def add_file(
        self,
        principal: Principal,
        file: BinaryIO,
        *,
        country: str,
        reason: str = "",
        phone_column: str | None = None,
        sheet: str | None = None,
    ) -> Imported:
        """Add the numbers of a file: a real one, with a descriptor.

        `country` is where numbers without a country code belong. A column "reason" says why, row by row;
        `reason` stands where it says nothing. What was added before a failure stays: it can be read again.
        Raises InvalidInput when the file is refused.
        """
        permit(principal, Action.SUPPRESS)
        if len(reason) > LONGEST_REASON:
            raise InvalidInput.of("reason", f"has more than {LONGEST_REASON} characters")
        order = Order(known_country(country), Wanted(phone_column, None), sheet, self._limits)
        done = Imported()
        async with self._room, reading(file, order) as answer:
            head = await answer.head()
            reasons = _Reasons(head.columns, reason.strip() or DEFAULT_REASON)
            await self._add(principal, answer.rest(), reasons, done)
        log.info("suppressions.imported", added=done.added, total=done.total, user=str(principal.user_id))
        numbers: dict[str, Detail] = {"numbers": done.added + done.known, "new": done.added}
        subject = Subject("suppression", None)
        await self._audit.note(principal, AuditAction.SUPPRESSIONS_IMPORTED, subject, numbers)
        return done

    async def _add(
        self, principal: Principal, parts: AsyncIterator[Rows | End], reasons: "_Reasons", done: Imported
    ) -> None:
        async for part in parts:
            if isinstance(part, End):
                return
            now = self._clock.now()
            added = await self._store.add_suppressions(
                [
                    suppression(principal, each.phone, reasons.of(each), SuppressionSource.IMPORT, now)
                    for each in part.recipients
                ]
            )
            done.total += len(part)
            done.added += added
            done.known += len(part.recipients) - added
            done.invalid += len(part.invalid)
            done.duplicates += len(part.duplicates)
            more = sorted((*part.invalid, *part.duplicates), key=lambda problem: problem.row)
            done.problems = (*done.problems, *more)[:PROBLEMS_SHOWN]


class _Reasons:
    """Why each row's number is to be left alone."""

    def __init__(self, columns: Columns, otherwise: str) -> None:
        names = [key(name) for name in columns.names]
        self._place = names.index(_REASON_COLUMN) if _REASON_COLUMN in names else None
        self._otherwise = otherwise

    def of(self, row: Recipient) -> str:
        told = "" if self._place is None else row.values[self._place][:LONGEST_REASON]
        return told or self._otherwise
