"""Recipients come in: a file is checked and stored as a list.

A file is read by a process of its own (`reading`); here its recipients only pass through, some thousand at a
time. A list is there whole or not at all.
"""

import asyncio
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Detail, subject_of
from campana.domain.columns import Columns, Wanted
from campana.domain.consent import Consent
from campana.domain.errors import NotFound, StoreUnavailable
from campana.domain.masking import masked
from campana.domain.permissions import Action, permit
from campana.domain.phones import known_country
from campana.domain.privacy import ERASED_REASON, ErasedNumbers
from campana.domain.recipients import Recipient, RecipientList, RowProblem
from campana.domain.zones import ZoneTally
from campana.engine.audit import Audit
from campana.engine.ports import Catalog, Clock
from campana.engine.privacy.memory import Memory
from campana.engine.reading.limits import Limits
from campana.engine.reading.process import reading
from campana.engine.reading.wire import End, Order, Rows

log = structlog.get_logger(__name__)

PREVIEWED = 10
PROBLEMS_SHOWN = 100
STORED_AT_ONCE = 1000
LONGEST_FILENAME = 255


class Imported(NamedTuple):
    """The list, its first recipients as people see them, and its first problems; the store has the rest."""

    recipients: RecipientList
    preview: tuple[dict[str, Any], ...]
    problems: tuple[RowProblem, ...]


class Imports:
    """Makes lists of files. So many files are read `at_once`; others wait."""

    def __init__(
        self,
        catalog: Catalog,
        clock: Clock,
        new_id: Callable[[], UUID],
        audit: Audit,
        limits: Limits | None = None,
        *,
        memory: Memory,
        at_once: int = 2,
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._new_id = new_id
        self._audit = audit
        self._memory = memory
        self._limits = limits or Limits()
        self._room = asyncio.Semaphore(at_once)

    async def add_file(
        self,
        principal: Principal,
        filename: str,
        file: BinaryIO,
        country: str,
        *,
        phone_column: str | None = None,
        name_column: str | None = None,
        sheet: str | None = None,
        consent: Consent | None = None,
    ) -> Imported:
        """Check and store a file: a real one, with a descriptor, that can be read from its beginning.

        `country` is where numbers without a country code belong; columns and sheet are found where they are
        not named. Raises InvalidInput with every reason when the file is refused; nothing stays behind then.
        """
        permit(principal, Action.UPLOAD)
        if consent is not None:
            consent.check(self._clock.now().date())
        wanted = Wanted(_asked(phone_column), _asked(name_column))
        order = Order(known_country(country), wanted, _asked(sheet), self._limits)
        async with self._room, reading(file, order) as answer:
            head = await answer.head()
            draft = self._draft(principal, order.country, head.columns)
            draft = replace(draft, filename=_plain_name(filename), sheet=head.sheet, consent=consent)
            imported = await self._store(draft, answer.rest())
        made = imported.recipients
        numbers: dict[str, Detail] = {"total": made.total, "valid": made.valid, "country": made.country}
        await self._audit.note(principal, AuditAction.LIST_UPLOADED, subject_of(made), numbers)
        return imported

    def _draft(self, principal: Principal, country: str, columns: Columns) -> RecipientList:
        return RecipientList(
            id=self._new_id(),
            account_id=principal.account_id,
            filename="",
            columns=columns.names,
            phone_column=columns.phone_column,
            name_column=columns.name_column,
            country=country,
            total=0,
            valid=0,
            invalid=0,
            duplicates=0,
            suppressed=0,
            blanks={},
            created_at=self._clock.now(),
            created_by=principal.user_id,
        )

    async def _store(self, draft: RecipientList, parts: AsyncGenerator[Rows | End, None]) -> Imported:
        """All parts into the list; if that fails or is cancelled, none of it stays."""
        tally = _Tally(draft)
        writer = _Writer(self._catalog, draft.id)
        kept = False
        try:
            await self._catalog.open_list(draft)
            # An erasure that begins from here on sees the list, and waits for it.
            erased = await self._memory.of(draft.account_id)
            async with aclosing(parts):
                await _pass_on(_but(erased, draft, parts), tally, writer)
            closed = await self._catalog.close_list(tally.total)
            kept = True
        finally:
            if not kept:
                await asyncio.shield(asyncio.ensure_future(self._drop(draft, writer)))
        log.info("recipients.imported", list=str(closed.id), total=closed.total, valid=closed.valid)
        return Imported(closed, tuple(tally.preview), tuple(tally.problems))

    async def _drop(self, draft: RecipientList, writer: "_Writer") -> None:
        await writer.settle()
        # A store that can't be reached now sweeps the unfinished list away later (Catalog.drop_unfinished).
        with suppress(NotFound, StoreUnavailable):
            await self._catalog.drop_list(draft.account_id, draft.id)


@dataclass(slots=True)
class _Tally:
    """The numbers of a list, and what its uploader is shown of it."""

    total: RecipientList
    preview: list[dict[str, Any]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    zones: ZoneTally = field(default_factory=ZoneTally)

    def add(self, part: Rows | End) -> None:
        if isinstance(part, End):
            self.total = replace(self.total, blanks=part.blanks, zones=self.zones.zones())
            return
        self.zones.add(recipient.phone for recipient in part.recipients)
        valid, invalid, duplicates = len(part.recipients), len(part.invalid), len(part.duplicates)
        self.total = replace(
            self.total,
            total=self.total.total + len(part),
            valid=self.total.valid + valid,
            invalid=self.total.invalid + invalid,
            duplicates=self.total.duplicates + duplicates,
        )
        if len(self.problems) < PROBLEMS_SHOWN:
            merged = sorted(part.invalid + part.duplicates, key=lambda problem: problem.row)
            self.problems += merged[: PROBLEMS_SHOWN - len(self.problems)]
        if len(self.preview) < PREVIEWED:
            first = part.recipients[: PREVIEWED - len(self.preview)]
            self.preview += [_shown(recipient, self.total.columns) for recipient in first]


class _Writer:
    """Batches on their way into the store: one is written while the next is gathered."""

    def __init__(self, catalog: Catalog, list_id: UUID) -> None:
        self._catalog = catalog
        self._list_id = list_id
        self._recipients: list[Recipient] = []
        self._problems: list[RowProblem] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, rows: Rows) -> None:
        self._recipients += rows.recipients
        self._problems += rows.invalid
        self._problems += rows.duplicates
        if len(self._recipients) + len(self._problems) >= STORED_AT_ONCE:
            await self._begin()

    async def finish(self) -> None:
        """All of it is stored. Raises what the store raised."""
        if self._recipients or self._problems:
            await self._begin()
        await self._written()

    async def settle(self) -> None:
        """Nothing is being written any more, whatever became of it."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _begin(self) -> None:
        await self._written()
        recipients, self._recipients = self._recipients, []
        problems, self._problems = self._problems, []
        self._writing = asyncio.create_task(self._catalog.add_recipients(self._list_id, recipients, problems))

    async def _written(self) -> None:
        # Shielded: a caller who goes away must not cut off a batch half-way, only what follows it.
        if self._writing is not None:
            await asyncio.shield(self._writing)
            self._writing = None


async def _but(
    erased: ErasedNumbers, draft: RecipientList, parts: AsyncIterator[Rows | End]
) -> AsyncIterator[Rows | End]:
    """The parts without people who were erased: their rows have a problem that does not name them."""
    async for part in parts:
        if not erased.digests or isinstance(part, End):
            yield part
            continue
        gone = {each.row: each for each in part.recipients if erased.when(each.phone)}
        kept = [each for each in part.recipients if each.row not in gone]
        column = draft.phone_column
        told = [RowProblem(row, column, masked(each.phone), ERASED_REASON) for row, each in gone.items()]
        yield Rows(kept, part.invalid + told, part.duplicates)


async def _pass_on(parts: AsyncIterator[Rows | End], tally: _Tally, writer: _Writer) -> None:
    async for part in parts:
        tally.add(part)
        if isinstance(part, Rows):
            await writer.add(part)
    await writer.finish()


def _shown(recipient: Recipient, columns: tuple[str, ...]) -> dict[str, Any]:
    values = dict(zip(columns, recipient.values, strict=True))
    return {"row": recipient.row, "phone": recipient.phone, "name": recipient.name, "values": values}


def _asked(text: str | None) -> str | None:
    """An empty field of a form asks for nothing."""
    return text.strip() or None if text is not None else None


def _plain_name(filename: str) -> str:
    """The last part of whatever path the browser sent, without characters that can't be seen."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    visible = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    return visible.strip()[:LONGEST_FILENAME] or "recipients"
