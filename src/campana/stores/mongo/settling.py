"""Recording what became of messages that were taken. The truth about the past: no living lease is needed
for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from campana.domain.messages import TRANSITIONS, MessageStatus
from campana.engine.ports import Lease, Settlement
from campana.stores.digests import provider_key
from campana.stores.mongo.books import counts_by, held_of, paced
from campana.stores.mongo.changes import CampaignChange, Change, MessageChange, QuarterChange
from campana.stores.mongo.database import Document
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.part import Part
from campana.stores.mongo.patterns import one_of
from campana.stores.mongo.quarters import Moved, quarter_changes
from campana.stores.quarters import standing
from campana.stores.reasons import DUPLICATE_CODE, DUPLICATE_REASON

_ALLOWED = frozenset(TRANSITIONS[MessageStatus.SENDING])
_LATE = frozenset({MessageStatus.SENT, MessageStatus.FAILED})
_USED = (MessageStatus.SENT, MessageStatus.UNKNOWN)

_Key = tuple[str, int]
"""A message: its campaign and its row."""


@dataclass(slots=True)
class _Batch:
    """What is settled of one campaign: from SENDING, and from UNKNOWN because the answer came late."""

    campaign: Document
    changes: list[MessageChange] = field(default_factory=list)
    timely: Counter[MessageStatus] = field(default_factory=Counter)
    late: Counter[MessageStatus] = field(default_factory=Counter)
    accepted: Counter[tuple[int, MessageStatus]] = field(default_factory=Counter)

    def books(self, now: datetime) -> list[Change]:
        """What changes in the campaign: all but those put back give up the room they were promised."""
        held = held_of(self.campaign)
        by = self.timely + self.late
        by[MessageStatus.SENDING] -= self.timely.total()
        by[MessageStatus.UNKNOWN] -= self.late.total()
        final = self.timely.total() - self.timely[MessageStatus.PENDING]
        pace, over = paced(self.campaign, self.timely[MessageStatus.SENT], now)
        values = {
            "counts": counts_by(held.counts, by),
            "reserved": max(0, held.reserved - final),
            "pace": asdict(pace),
        }
        return [CampaignChange(held.id, values), *over]


class Settling(Part):
    """See Ledger."""

    async def settle(self, lease: Lease, settlements: Sequence[Settlement], *, day: date) -> int:
        """Raises ValueError for a status that a message on its way cannot take, or a pause without an end."""
        for one in settlements:
            _check(one)
        if not settlements:
            return 0

        async def decide(lane: Lane) -> Entry[int]:
            batches = await self._batches(lease, settlements)
            messages = await self._messages(batches, settlements)
            owners = await self._owners_of_ids(lease, settlements)
            for one in settlements:
                key = (str(one.campaign_id), one.row)
                message = messages.pop(key, None)
                if message is not None and message.get("fence") == lease.fence:
                    _settle(batches[key[0]], message, _with_own_id(lease.sender_id, one, owners))
            touched = [batch for batch in batches.values() if batch.changes]
            moved = [Moved(held_of(batch.campaign), batch.accepted) for batch in touched]
            return _entry(lane, lease, day, touched, await quarter_changes(self._database, moved))

        return await self._journal.write(lease.sender_id, decide) or 0

    async def _batches(self, lease: Lease, settlements: Sequence[Settlement]) -> dict[str, _Batch]:
        """Fences are counted for each sender; another sender's message may carry the same number."""
        ids = sorted({str(one.campaign_id) for one in settlements})
        mine = {"_id": {"$in": ids}, "senderId": str(lease.sender_id)}
        return {one["_id"]: _Batch(one) for one in await self._database["campaigns"].find_all(mine)}

    async def _messages(
        self, batches: Mapping[str, _Batch], settlements: Sequence[Settlement]
    ) -> dict[_Key, Document]:
        found: dict[_Key, Document] = {}
        for campaign_id in batches:
            rows = sorted({one.row for one in settlements if str(one.campaign_id) == campaign_id})
            these = {"campaignId": campaign_id, "row": one_of(rows)}
            messages = await self._database["messages"].find_all(
                these, ["row", "status", "fence", "attempts"]
            )
            found |= {(campaign_id, message["row"]): message for message in messages}
        return found

    async def _owners_of_ids(self, lease: Lease, settlements: Sequence[Settlement]) -> dict[int, _Key]:
        """Which messages have the ids that the provider gave these, by their key: each belongs to the
        first."""
        ids = [one.provider_message_id for one in settlements if one.provider_message_id is not None]
        if not ids:
            return {}
        keys = sorted(provider_key(lease.sender_id, one) for one in ids)
        known = {"providerKey": {"$in": keys}}
        found = await self._database["messages"].find_all(known, ["campaignId", "row", "providerKey"])
        return {one["providerKey"]: (one["campaignId"], one["row"]) for one in found}


def _check(one: Settlement) -> None:
    if one.status not in _ALLOWED:
        raise ValueError(f"a message cannot go from SENDING to {one.status}")
    if one.status is MessageStatus.PENDING and one.not_before is None:
        raise ValueError("a message that is put back needs a time from which it may be tried again")


def _with_own_id(sender_id: UUID, one: Settlement, owners: dict[int, _Key]) -> Settlement:
    """An id that another message has already must not hold up the rest: then it is recorded without."""
    if one.provider_message_id is None:
        return one
    key = (str(one.campaign_id), one.row)
    if owners.setdefault(provider_key(sender_id, one.provider_message_id), key) == key:
        return one
    return replace(one, provider_message_id=None, code=DUPLICATE_CODE, reason=DUPLICATE_REASON)


def _settle(batch: _Batch, message: Document, one: Settlement) -> None:
    origin = MessageStatus(message["status"])
    if origin is MessageStatus.SENDING:
        batch.timely[one.status] += 1
    elif origin is MessageStatus.UNKNOWN and one.status in _LATE:
        batch.late[one.status] += 1
    else:
        return
    if one.status is MessageStatus.SENT:
        batch.accepted.update(standing([(one.at, one.status)]))
    sender_id = UUID(batch.campaign["senderId"])
    batch.changes.append(MessageChange(one.campaign_id, [one.row], _values(sender_id, message, one)))


def _values(sender_id: UUID, message: Document, one: Settlement) -> dict[str, Any]:
    put_back = one.status is MessageStatus.PENDING
    name = one.provider_message_id
    return {
        "status": one.status,
        "provider_message_id": name,
        "provider_key": None if name is None else provider_key(sender_id, name),
        "code": one.code,
        "reason": one.reason,
        "sent_at": one.at if one.status is MessageStatus.SENT else None,
        "settled_at": None if put_back else one.at,
        "not_before": one.not_before if put_back else None,
        "attempts": message["attempts"] if one.counts else max(0, message["attempts"] - 1),
    }


def _entry(
    lane: Lane, lease: Lease, day: date, touched: Sequence[_Batch], quarters: Sequence[QuarterChange]
) -> Entry[int]:
    if not touched:
        return Entry(0)
    changes: list[Change] = [change for batch in touched for change in batch.changes]
    changes += quarters
    changes += [change for batch in touched for change in batch.books(lane.now)]
    timely = sum((batch.timely for batch in touched), Counter[MessageStatus]())
    books = lane.spent(day, sum(timely[status] for status in _USED))
    if lane.fence == lease.fence:
        books["inFlight"] = lane.in_flight - timely.total()
    settled = timely.total() + sum(batch.late.total() for batch in touched)
    return Entry(settled, changes, {"$set": books} if books else {})
