"""Receipts: what the provider says later of messages it accepted. They come doubled and out of order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.domain.receipts import Receipt, Standing, told
from campana.engine.ports import MessageKey
from campana.stores.digests import provider_key
from campana.stores.mongo.books import held_of, shifted
from campana.stores.mongo.changes import Change, MessageChange
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import thing_of
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.part import Part
from campana.stores.mongo.quarters import Moved, quarter_changes
from campana.stores.quarters import standing

_STANDING = tuple(one.name for one in fields(Standing))

Said = Mapping[str, Sequence[Receipt]]
"""What was said, by the provider's id of the message."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A message that receipts are about, as it stands and as it does after them."""

    key: MessageKey
    before: Standing
    after: Standing
    erased: bool

    @property
    def is_news(self) -> bool:
        """Whether the receipts change anything."""
        return self.after != self.before


class Receipts(Part):
    """See Ledger."""

    async def receive(self, sender_id: UUID, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        said: dict[str, list[Receipt]] = defaultdict(list)
        for receipt in receipts:
            said[receipt.provider_message_id].append(receipt)
        known = await self._find(sender_id, said)
        news = {name: said[name] for name, message in known.items() if message.is_news}
        if news:
            await self._apply(sender_id, news)
        return [receipt for receipt in receipts if receipt.provider_message_id not in known]

    async def adopt(self, key: MessageKey, provider_message_id: str) -> bool:
        messages = self._database["messages"]
        unnamed = {"campaignId": str(key.campaign_id), "row": key.row, "status": MessageStatus.UNKNOWN.value}
        unnamed["providerMessageId"] = {"$exists": False}

        async def decide(lane: Lane, _campaign: Document) -> Entry[bool]:
            short = provider_key(lane.sender_id, provider_message_id)
            taken = await messages.find({"providerKey": short}, ["_id"])
            if taken is not None or await messages.find(unnamed, ["_id"]) is None:
                return Entry(False)
            named = {"provider_message_id": provider_message_id, "provider_key": short}
            values = named | {"inferred": True}
            return Entry(True, [MessageChange(key.campaign_id, [key.row], values)])

        return await self._journal.write_about(key.campaign_id, decide) or False

    async def _find(self, sender_id: UUID, said: Said) -> dict[str, _Known]:
        """By the short key, then by the id itself; of an erased person's message the key alone is left."""
        names = {provider_key(sender_id, name): name for name in said}
        found = await self._database["messages"].find_all({"providerKey": {"$in": sorted(names)}})
        known: dict[str, _Known] = {}
        for one in found:
            name = names[one["providerKey"]]
            if one.get("providerMessageId") in (None, name):
                known[name] = _known(one, said[name])
        return known

    async def _apply(self, sender_id: UUID, said: Said) -> None:
        async def decide(_lane: Lane) -> Entry[None]:
            news = [message for message in (await self._find(sender_id, said)).values() if message.is_news]
            moves: dict[str, Counter[MessageStatus]] = defaultdict(Counter)
            for message in news:
                moves[str(message.key.campaign_id)][message.before.status] -= 1
                moves[str(message.key.campaign_id)][message.after.status] += 1
            changes: list[Change] = [_change(message) for message in news]
            accepted: dict[str, Counter[tuple[int, MessageStatus]]] = defaultdict(Counter)
            for message in news:
                before, after = message.before, message.after
                mine = accepted[str(message.key.campaign_id)]
                mine.update(standing([(after.sent_at, after.status)]))
                mine.update(standing([(before.sent_at, before.status)], by=-1))
            these = {"_id": {"$in": sorted(moves)}}
            for campaign in await self._database["campaigns"].find_all(these):
                held = held_of(campaign)
                changes.append(shifted(held, moves[campaign["_id"]], reserved=held.reserved))
                moved = [Moved(held, accepted[campaign["_id"]])]
                changes += await quarter_changes(self._database, moved)
            return Entry(None, changes)

        await self._journal.write(sender_id, decide)


def _known(document: Document, receipts: Iterable[Receipt]) -> _Known:
    before = after = thing_of(Standing, document)
    for receipt in receipts:
        after = told(after, receipt)
    return _Known(
        MessageKey(UUID(document["campaignId"]), document["row"]),
        before,
        after,
        "providerMessageId" not in document,
    )


def _change(message: _Known) -> MessageChange:
    values: dict[str, Any] = {name: getattr(message.after, name) for name in _STANDING}
    if message.after.status is message.before.status:
        del values["status"]
    if message.erased:
        values["reason"] = None  # it may name the number
    return MessageChange(message.key.campaign_id, [message.key.row], values)
