"""Taking messages: PENDING to SENDING, durable before anything leaves (docs/architecture.md, Never twice)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.domain.preferences import FREQUENCY_CODE
from campana.domain.privacy import ERASED_REASON
from campana.domain.recipients import Recipient
from campana.engine.ports import Lease, LeaseLost, Share, Taken
from campana.stores.held import Held
from campana.stores.mongo.addressed import got
from campana.stores.mongo.books import held_of, shifted
from campana.stores.mongo.changes import Change, MessageChange
from campana.stores.mongo.database import Document
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.part import Part
from campana.stores.mongo.patterns import one_of
from campana.stores.mongo.recipients import NOBODY, recipient_of
from campana.stores.mongo.suppressions import suppressed_among
from campana.stores.reasons import ERASED_CODE, SUPPRESSED_CODE, SUPPRESSED_REASON

_SKIPS_IN_A_ROUND = 20
"""How often a share is filled up again behind people who are to be left alone in one round."""
_FIELDS = ("row", "attempts")
_PENDING = MessageStatus.PENDING.value
_SUPPRESSED = (SUPPRESSED_CODE, SUPPRESSED_REASON)
_ERASED = (ERASED_CODE, ERASED_REASON)


@dataclass(slots=True)
class _Round:
    """What one take decides: for each campaign what is taken, and who gets something of it under a cap."""

    now: datetime
    room: int
    parts: list["_Part"] = field(default_factory=list)
    capped: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Part:
    """What one campaign gives: messages taken, and rows whose people are to be left alone, with why."""

    held: Held
    share: Share
    taken: list[Taken] = field(default_factory=list)
    skipped: dict[int, tuple[str, str]] = field(default_factory=dict)


class Taking(Part):
    """See Ledger."""

    async def take(
        self, lease: Lease, shares: Sequence[Share], *, now: datetime, day: date, daily_limit: int
    ) -> Sequence[Taken]:
        """One share a campaign; the order of the shares decides who gets what is left of the day."""

        async def decide(lane: Lane) -> Entry[list[Taken]]:
            if not lane.held_under(lease):
                raise LeaseLost
            this = _Round(now, daily_limit - lane.in_flight - lane.used_on(day))
            sources = await self._sources(lease, shares)
            for share in shares:
                held = sources.pop(str(share.campaign_id), None)
                if held is not None and held.sends:
                    await self._choose(this, _Part(held, share))
            return _entry(lane, lease, this)

        rivals = await self._rivals(lease.sender_id) if any(share.cap for share in shares) else ()
        taken = await self._journal.write(lease.sender_id, decide, rivals=rivals)
        if taken is None:
            raise LeaseLost
        return taken

    async def _rivals(self, sender_id: UUID) -> Sequence[str]:
        """The account's other senders: they count on the same people."""
        senders = self._database["senders"]
        me = await senders.find({"_id": str(sender_id)}, ["accountId"])
        if me is None:
            return ()
        others = {"accountId": me["accountId"], "_id": {"$ne": str(sender_id)}}
        return [one["_id"] for one in await senders.find_all(others, ["_id"])]

    async def _sources(self, lease: Lease, shares: Sequence[Share]) -> dict[str, Held]:
        ids = [str(share.campaign_id) for share in shares]
        mine = {"_id": {"$in": ids}, "senderId": str(lease.sender_id)}
        return {one["_id"]: held_of(one) for one in await self._database["campaigns"].find_all(mine)}

    async def _choose(self, this: _Round, part: _Part) -> None:
        """Those whose pause is over, then fresh ones in row order, going on behind those left alone."""
        held, share = part.held, part.share
        this.parts.append(part)
        wanted = min(share.limit, this.room, held.reserved - held.counts.sending)
        after = share.after_row
        for _ in range(_SKIPS_IN_A_ROUND):
            portion = wanted - len(part.taken)
            if portion <= 0:
                break
            skipped_before = len(part.skipped)
            rested = await self._rested(part, this.now, portion)
            await self._decide_on(this, part, rested, fresh=False)
            fresh = await self._fresh(held, after, portion - len(rested))
            await self._decide_on(this, part, fresh, fresh=True)
            after = fresh[-1]["row"] if fresh else after
            if len(rested) + len(fresh) < portion or len(part.skipped) == skipped_before:
                break
        this.room -= len(part.taken)

    async def _rested(self, part: _Part, now: datetime, limit: int) -> list[Document]:
        chosen = [*part.skipped, *(one.row for one in part.taken if not one.fresh)]
        rested = {"campaignId": str(part.held.id), "notBefore": {"$lte": now}, "row": {"$nin": chosen}}
        return await self._database["messages"].find_all(
            rested, _FIELDS, order=[("notBefore", 1)], limit=limit
        )

    async def _fresh(self, held: Held, after: int, limit: int) -> list[Document]:
        if limit <= 0:
            return []
        waiting = {"campaignId": str(held.id), "status": _PENDING, "notBefore": {"$exists": False}}
        return await self._database["messages"].find_all(
            waiting | {"row": {"$gt": after}}, _FIELDS, order=[("row", 1)], limit=limit
        )

    async def _decide_on(
        self, this: _Round, part: _Part, messages: Sequence[Document], *, fresh: bool
    ) -> None:
        """Take these messages, or skip those whose people are to be left alone."""
        if not messages:
            return
        people = await self._recipients(part.held, sorted(message["row"] for message in messages))
        part.skipped |= await self._left_alone(this, part, list(people.values()))
        taken = [
            Taken(part.held.id, one["row"], one["attempts"] + 1, fresh, people[one["row"]])
            for one in messages
            if one["row"] not in part.skipped
        ]
        part.taken += taken
        if part.share.cap is not None:
            this.capped.update(one.recipient.phone for one in taken)

    async def _recipients(self, held: Held, rows: Sequence[int]) -> dict[int, Recipient]:
        these = {"listId": str(held.recipient_list_id), "row": one_of(rows)}
        return {one["row"]: recipient_of(one) for one in await self._database["recipients"].find_all(these)}

    async def _left_alone(
        self, this: _Round, part: _Part, people: Sequence[Recipient]
    ) -> dict[int, tuple[str, str]]:
        """Rows of people who were erased, are suppressed, or beyond the share's cap, with why."""
        account_id, cap = part.held.account_id, part.share.cap
        phones = [person.phone for person in people]
        suppressed = await suppressed_among(self._database, account_id, phones)
        alone = {person.row: _SUPPRESSED for person in people if person.phone in suppressed}
        alone |= {person.row: _ERASED for person in people if person.phone.startswith(NOBODY)}
        if cap is not None:
            counted = await got(self._database, account_id, cap, set(phones) - suppressed) + this.capped
            beyond = (one for one in people if counted[one.phone] >= cap.messages)
            alone = {one.row: (FREQUENCY_CODE, cap.reason) for one in beyond} | alone
        return alone


def _entry(lane: Lane, lease: Lease, this: _Round) -> Entry[list[Taken]]:
    taken = [one for part in this.parts for one in part.taken]
    changes = [change for part in this.parts for change in _changes(part, lease, this.now)]
    in_flight = {"$set": {"inFlight": lane.in_flight + len(taken)}} if taken else {}
    return Entry(taken, changes, in_flight)


def _changes(part: _Part, lease: Lease, now: datetime) -> list[Change]:
    rows = sorted(one.row for one in part.taken)
    changes: list[Change] = []
    if rows:
        sending: dict[str, Any] = dict.fromkeys(("not_before", "code", "reason", "settled_at"))
        sending |= {"status": MessageStatus.SENDING, "fence": lease.fence}
        changes.append(MessageChange(part.held.id, rows, sending, tries=1))
    for (code, reason), skipped in _by_reason(part.skipped).items():
        values = {"status": MessageStatus.SKIPPED, "not_before": None, "settled_at": now}
        why = {"code": code, "reason": reason}
        changes.append(MessageChange(part.held.id, skipped, values | why))
    if changes:
        by = {
            MessageStatus.PENDING: -len(rows) - len(part.skipped),
            MessageStatus.SENDING: len(rows),
            MessageStatus.SKIPPED: len(part.skipped),
        }
        changes.append(shifted(part.held, by, reserved=part.held.reserved - len(part.skipped)))
    return changes


def _by_reason(skipped: Mapping[int, tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
    """The rows of each reason, in ascending order."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row in sorted(skipped):
        rows.setdefault(skipped[row], []).append(row)
    return rows
