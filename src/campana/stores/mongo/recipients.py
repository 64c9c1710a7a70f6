"""What is in a recipient list: the people, and the rows that did not become any."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from bson import ObjectId

from campana.domain.errors import Conflict, NotFound
from campana.domain.recipients import Recipient, RowProblem
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of
from campana.stores.mongo.failures import Duplicate
from campana.stores.mongo.lists import State
from campana.stores.mongo.part import Part
from campana.stores.packing import packs

_PROBLEM_FIELDS = tuple(one.name for one in fields(RowProblem))
_IN_ORDER = (("row", 1), ("_id", 1))


NOBODY = "-"
"""Where an erased person was the row keeps its place: this and the row stand for the number. Numbers begin
with a plus, which comes before it."""


class Recipients(Part):
    """See Catalog."""

    async def add_recipients(
        self, list_id: UUID, recipients: Sequence[Recipient], problems: Sequence[RowProblem]
    ) -> None:
        """Raises NotFound when the list is not in the making, Conflict when it has one of the rows or
        numbers; then nothing of the batch stays."""
        await self._require_open(list_id)
        batch = {
            "recipients": [_document(list_id, one) for one in recipients],
            "recipientSearch": [_document(list_id, one) for one in packs(recipients)],
            "rowProblems": await self._numbered(list_id, problems),
        }
        try:
            for kind, documents in batch.items():
                await self._database[kind].add_all(documents)
            await self._require_open(list_id)  # it may have been dropped meanwhile
        except (Duplicate, NotFound) as error:
            for kind, documents in batch.items():
                await self._database[kind].remove({"_id": {"$in": [one["_id"] for one in documents]}})
            if isinstance(error, NotFound):
                raise
            raise Conflict("The list has a recipient with that row or phone number already") from None

    async def recipients(self, list_id: UUID, *, after_row: int = 0, limit: int) -> Sequence[Recipient]:
        behind = {"listId": str(list_id), "row": {"$gt": after_row}, "phone": {"$lt": NOBODY}}
        found = await self._database["recipients"].find_all(behind, order=[("row", 1)], limit=limit)
        return [recipient_of(one) for one in found]

    async def problems(self, list_id: UUID, *, after_row: int = 0, limit: int) -> Sequence[RowProblem]:
        """A row's problems come together, even where that is more than `limit`."""
        behind = {"listId": str(list_id), "row": {"$gt": after_row}}
        problems = self._database["rowProblems"]
        portion = await problems.find_all(behind, ["row"], order=[("row", 1)], limit=limit)
        if not portion:
            return []
        these = behind | {"row": {"$gt": after_row, "$lte": portion[-1]["row"]}}
        found = await problems.find_all(these, order=_IN_ORDER)
        return [RowProblem(**{name: one[name] for name in _PROBLEM_FIELDS}) for one in found]

    async def _numbered(self, list_id: UUID, problems: Sequence[RowProblem]) -> list[Document]:
        numbers = await self._database.numbers("rowProblems", len(problems)) if problems else ()
        return [
            document_of(one, id=number, list_id=list_id)
            for number, one in zip(numbers, problems, strict=True)
        ]

    async def _require_open(self, list_id: UUID) -> None:
        is_open = {"_id": str(list_id), "state": State.OPEN.value}
        if await self._database["recipientLists"].find(is_open, ["_id"]) is None:
            raise NotFound("There is no such list in the making")


def recipient_of(document: Document) -> Recipient:
    """The person in its document."""
    return Recipient(document["row"], document["phone"], document["name"], tuple(document["values"]))


def _document(list_id: UUID, thing: Any) -> Document:
    """With an id that tells this batch's documents from others, should they have to go again."""
    return document_of(thing, list_id=list_id) | {"_id": ObjectId()}
