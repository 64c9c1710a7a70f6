"""How campaigns move from state to state, and what that does to messages that are not on their way."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.campaigns import OVER, RETRYING, SWEPT, Campaign, CampaignStatus, start_states
from campana.domain.messages import RETRYABLE, MessageStatus
from campana.domain.senders import Sender
from campana.stores.held import Held
from campana.stores.mongo.books import held_of, shifted
from campana.stores.mongo.changes import CampaignChange, MessageChange
from campana.stores.mongo.database import Document
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.part import Part
from campana.stores.mongo.quarters import Moved, quarter_changes
from campana.stores.mongo.senders import sender_of
from campana.stores.mongo.views import campaign_of
from campana.stores.quarters import standing

_SCHEDULED = {"opened": True, "status": CampaignStatus.SCHEDULED.value}
_AS_NEW: dict[str, Any] = dict.fromkeys(
    (
        "fence",
        "provider_message_id",
        "provider_key",
        "inferred",
        "code",
        "reason",
        "sent_at",
        "delivered_at",
        "read_at",
        "settled_at",
    )
) | {"attempts": 0}


class Moves(Part):
    """See Ledger."""

    async def move(
        self,
        campaign_id: UUID,
        target: CampaignStatus,
        *,
        origins: Collection[CampaignStatus],
        at: datetime,
        error: str | None = None,
        scheduled_at: datetime | None = None,
    ) -> bool:
        """Raises ValueError for a move that the transition table lacks, and for PROCESSING, which is
        `start`'s.

        A campaign becomes COMPLETED only when nothing is open, SCHEDULED only when it has a time.
        """
        if target is CampaignStatus.PROCESSING or not set(origins) <= start_states(target):
            raise ValueError(f"no move leads from {sorted(origins)} to {target}")
        # Outside of PROCESSING nothing is reserved, and nothing waits for the next day.
        values: dict[str, Any] = {"status": target, "waiting_until": None, "reserved": 0}
        values |= {"error": error, "completed_at": at if target in OVER else None}
        if scheduled_at is not None:
            values["scheduled_at"] = scheduled_at
        if target is CampaignStatus.DRAFT:
            values["scheduled_at"] = None

        async def decide(_lane: Lane, campaign: Document) -> Entry[bool]:
            held = held_of(campaign)
            if not held.may_move(target, origins, scheduled_at):
                return Entry(False)
            return Entry(True, [CampaignChange(held.id, values)])

        return await self._journal.write_about(campaign_id, decide) or False

    async def complete(self, campaign_id: UUID, at: datetime) -> bool:
        return await self.move(
            campaign_id, CampaignStatus.COMPLETED, origins={CampaignStatus.PROCESSING}, at=at
        )

    async def due(self, now: datetime, *, limit: int) -> Sequence[tuple[Campaign, Sender]]:
        campaigns = self._database["campaigns"]
        order = [("scheduledAt", 1), ("_id", 1)]
        found = await campaigns.find_all(
            _SCHEDULED | {"scheduledAt": {"$lte": now}}, order=order, limit=limit
        )
        these = {"_id": {"$in": sorted({one["senderId"] for one in found})}}
        senders = {one["_id"]: sender_of(one) for one in await self._database["senders"].find_all(these)}
        return [(campaign_of(one), senders[one["senderId"]]) for one in found]

    async def next_due(self) -> datetime | None:
        found = await self._database["campaigns"].find_all(
            _SCHEDULED, ["scheduledAt"], order=[("scheduledAt", 1)], limit=1
        )
        return found[0]["scheduledAt"] if found else None

    async def unswept(self) -> Sequence[Campaign]:
        stopped = {
            "status": {"$in": [status.value for status in SWEPT]},
            "opened": True,
            "counts.pending": {"$gt": 0},
        }
        found = await self._database["campaigns"].find_all(stopped, order=[("_id", 1)])
        return [campaign_of(one) for one in found]

    async def sweep(self, campaign_id: UUID, *, code: str, reason: str, at: datetime, limit: int) -> int:
        async def decide(_lane: Lane, campaign: Document) -> Entry[int]:
            held = held_of(campaign)
            target = SWEPT.get(held.status) if held.opened else None
            if target is None:
                return Entry(0)
            values = {"code": code, "reason": reason, "settled_at": at, "not_before": None}
            return await self._turn(held, (MessageStatus.PENDING, target), values, limit)

        return await self._journal.write_about(campaign_id, decide) or 0

    async def retry(self, campaign_id: UUID, status: MessageStatus, *, now: datetime, limit: int) -> int:
        """Raises ValueError for a status other than FAILED and UNKNOWN."""
        if status not in RETRYABLE:
            raise ValueError(f"{status} messages cannot be tried again")

        async def decide(_lane: Lane, campaign: Document) -> Entry[int]:
            held = held_of(campaign)
            if held.status not in RETRYING or await self._has_nobody(held):
                return Entry(0)
            values = _AS_NEW | {"not_before": now}
            return await self._turn(held, (status, MessageStatus.PENDING), values, limit)

        return await self._journal.write_about(campaign_id, decide) or 0

    async def _has_nobody(self, held: Held) -> bool:
        """Whether the people of the campaign's list were removed."""
        removed = {"_id": str(held.recipient_list_id), "removedAt": {"$exists": True}}
        return await self._database["recipientLists"].find(removed, ["_id"]) is not None

    async def _turn(
        self, held: Held, move: tuple[MessageStatus, MessageStatus], values: Mapping[str, Any], limit: int
    ) -> Entry[int]:
        """Up to `limit` messages of a campaign from one state to another, in row order; how many."""
        origin, target = move
        mine = {"campaignId": str(held.id), "status": origin.value}
        found = await self._database["messages"].find_all(
            mine, ["row", "sentAt"], order=[("row", 1)], limit=limit
        )
        if not found:
            return Entry(0)
        rows = [one["row"] for one in found]
        by = {origin: -len(rows), target: len(rows)}
        turned = MessageChange(held.id, rows, {**values, "status": target})
        left = Moved(held, standing(((one.get("sentAt"), origin) for one in found), by=-1))
        quarters = await quarter_changes(self._database, [left])
        return Entry(len(rows), [turned, shifted(held, by, reserved=held.reserved), *quarters])
