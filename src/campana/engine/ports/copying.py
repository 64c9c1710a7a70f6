"""A store's whole content, kind by kind, in records that every store understands: for backups and moves."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

Record = tuple[Any, ...]
"""Values in the order of the kind's fields: None, bool, int, float, str, bytes, UUID, date, aware datetime,
or what JSON can hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record. `needs` are the kinds whose records have to be there before these."""

    name: str
    fields: tuple[str, ...]
    needs: frozenset[str] = frozenset()


class Snapshot(Protocol):
    """The content as it was at one moment, whatever is written meanwhile."""

    def records(self, kind: Kind) -> AsyncIterator[Sequence[Record]]:
        """All of a kind, in batches, in no order that means anything."""


class Copying(Protocol):
    """Reading everything and adding anything. No rule of the ledger is looked after: that is for the
    caller."""

    def kinds(self) -> Sequence[Kind]:
        """All there are, each behind those it needs. Stores with the same kinds understand each other."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """For as long as the block lasts; nobody else is held up by it."""

    async def add_records(self, kind: Kind, records: Sequence[Record]) -> None:
        """Add those that are not there yet, by their key, durably; what is there stays as it is."""

    async def records_added(self) -> None:
        """To be called when all are there: numbers that the store counts up itself go on behind them."""
