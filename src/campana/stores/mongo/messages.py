"""Messages as reports show them, page by page in row order."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from campana.domain.messages import Message, MessageStatus
from campana.domain.recipients import Recipient
from campana.engine.ports import Page
from campana.stores.mongo.changes import message_id
from campana.stores.mongo.cursors import row_cursor, write_row_cursor
from campana.stores.mongo.database import Document
from campana.stores.mongo.part import Part
from campana.stores.mongo.patterns import holding, one_of
from campana.stores.mongo.recipients import NOBODY, recipient_of
from campana.stores.packing import Search, stretches

_BY_ROW = (("row", 1),)


@dataclass(frozen=True, slots=True)
class _Look:
    """Up to `limit` of a campaign's messages behind a row, in these states, in any when none is named."""

    campaign_id: UUID
    list_id: str
    after: int
    statuses: Collection[MessageStatus]
    limit: int

    def query(self, rows: Mapping[str, Any]) -> dict[str, Any]:
        """These messages in rows like that."""
        states = {"status": {"$in": [status.value for status in self.statuses]}} if self.statuses else {}
        return {"campaignId": str(self.campaign_id), **states, "row": rows}


class Messages(Part):
    """See Catalog."""

    async def messages(
        self,
        campaign_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        statuses: Collection[MessageStatus] = (),
        q: str = "",
    ) -> Page[Message]:
        after = row_cursor(cursor)
        campaign = await self._database["campaigns"].find({"_id": str(campaign_id)}, ["recipientListId"])
        if campaign is None:
            return Page(())
        look = _Look(campaign_id, campaign["recipientListId"], after, frozenset(statuses), limit + 1)
        found = await (self._found(look, Search.of(q)) if q.strip() else self._next(look))
        people = await self._people(look.list_id, [one["row"] for one in found[:limit]])
        items = tuple(_message(one, people.get(one["row"])) for one in found[:limit])
        return Page(items, write_row_cursor(items[-1].row) if len(found) > limit else None)

    async def messages_in(self, campaign_id: UUID, rows: Collection[int]) -> Mapping[int, Message]:
        campaign = await self._database["campaigns"].find({"_id": str(campaign_id)}, ["recipientListId"])
        if campaign is None or not rows:
            return {}
        these = {"_id": {"$in": [message_id(campaign_id, row) for row in sorted(rows)]}}
        found = await self._database["messages"].find_all(these, order=_BY_ROW)
        people = await self._people(campaign["recipientListId"], [one["row"] for one in found])
        return {one["row"]: _message(one, people.get(one["row"])) for one in found}

    async def _next(self, look: _Look) -> list[Document]:
        query = look.query({"$gt": look.after})
        return await self._database["messages"].find_all(query, order=_BY_ROW, limit=look.limit)

    async def _found(self, look: _Look, search: Search) -> list[Document]:
        found: list[Document] = []
        async with aclosing(self._matching(look, search)) as portions:
            async for rows in portions:
                limit = look.limit - len(found)
                query = look.query(one_of(rows))
                found += await self._database["messages"].find_all(query, order=_BY_ROW, limit=limit)
                if len(found) >= look.limit:
                    return found
        return found

    async def _matching(self, look: _Look, search: Search) -> AsyncGenerator[list[int], None]:
        """The rows behind the look's that match, some at a time, in order."""
        packs = self._database["recipientSearch"]
        of_list = {"listId": look.list_id, "lastRow": {"$gt": look.after}}
        order = [("firstRow", 1)]
        first_rows = [one["firstRow"] for one in await packs.find_all(of_list, ["firstRow"], order=order)]
        matches = [{"names": holding(search.name)}]
        if search.digits:
            matches.append({"numbers": holding(search.digits)})
        for stretch in stretches(first_rows):
            these = {"listId": look.list_id, "firstRow": {"$gte": stretch[0], "$lte": stretch[-1]}}
            for pack in await packs.find_all(these | {"$or": matches}, ["numbers", "names"], order=order):
                rows = {row for row in search.rows_of(pack["numbers"], pack["names"]) if row > look.after}
                if rows:
                    yield sorted(rows)

    async def _people(self, list_id: str, rows: Sequence[int]) -> dict[int, Recipient]:
        these = {"listId": list_id, "row": one_of(rows)}
        return {one["row"]: recipient_of(one) for one in await self._database["recipients"].find_all(these)}


def _message(document: Document, person: Recipient | None) -> Message:
    """Of people whose data were removed there is nothing, or a row whose number is none."""
    person = person or Recipient(document["row"], NOBODY, "", ())
    return Message(
        campaign_id=UUID(document["campaignId"]),
        row=document["row"],
        phone="" if person.phone.startswith(NOBODY) else person.phone,
        name=person.name,
        status=MessageStatus(document["status"]),
        attempts=document["attempts"],
        provider_message_id=document.get("providerMessageId"),
        error_code=document.get("code"),
        error_reason=document.get("reason"),
        sent_at=document.get("sentAt"),
        delivered_at=document.get("deliveredAt"),
        read_at=document.get("readAt"),
        values=person.values,
        inferred=document.get("inferred", False),
    )
