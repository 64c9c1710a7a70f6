"""What people answered, and what follows from it. Replies are kept through the account's journal: of a stop
and a start that two processes heard neither is overlooked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.optouts import Wish
from campana.domain.recipients import Suppression
from campana.domain.replies import KeptReply, ReplyCounts
from campana.engine.ports import Heard, Page
from campana.stores.mongo.account_journal import AccountEntry
from campana.stores.mongo.cursors import newest_page
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, thing_of
from campana.stores.mongo.flags import wishes
from campana.stores.mongo.part import Part
from campana.stores.mongo.suppressions import MORE, written

_Said = tuple[datetime, bool]
"""When a person asked for something, and whether for a stop: of two at the same time a stop is the newer."""


@dataclass(slots=True)
class _Following:
    """What follows from new replies of one account, worked out one after the other."""

    said: dict[str, _Said]
    """the newest wish of each number"""
    suppressed: dict[str, Suppression]
    added: dict[str, Suppression] = field(default_factory=dict)
    lifted: list[UUID] = field(default_factory=list)
    flags: dict[str, Document] = field(default_factory=dict)

    def hear(self, heard: Heard) -> None:
        """One more reply."""
        reply = heard.reply
        if reply.wish is None:
            return
        wish = (reply.at, reply.wish is Wish.STOP)
        if wish < self.said.get(reply.phone, wish):
            return
        self.said[reply.phone] = wish
        present = self.suppressed.get(reply.phone)
        if heard.stop is not None and present is None:
            self.suppressed[reply.phone] = self.added[reply.phone] = heard.stop
            self._flag(reply, opted_out=True, at=heard.stop.created_at)
        elif present is not None and present.source in heard.lifts:
            del self.suppressed[reply.phone]
            if self.added.pop(reply.phone, None) is None:
                self.lifted.append(present.id)
            self._flag(reply, opted_out=False, at=reply.at)

    def _flag(self, reply: KeptReply, *, opted_out: bool, at: datetime) -> None:
        (self.flags[reply.phone],) = wishes(reply.account_id, [reply.phone], opted_out=opted_out, at=at)


class Replies(Part):
    """See OptOuts."""

    async def keep_replies(self, heard: Sequence[Heard]) -> int:
        by_account: dict[UUID, list[Heard]] = {}
        for one in heard:
            by_account.setdefault(one.reply.account_id, []).append(one)
        return sum([await self._keep(account_id, mine) for account_id, mine in sorted(by_account.items())])

    async def replies(
        self, account_id: UUID, campaign_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[KeptReply]:
        mine = {"accountId": str(account_id), "campaignId": str(campaign_id)}
        replies = self._database["replies"]
        return await newest_page(replies, mine, _reply_of, limit=limit, cursor=cursor, by="at")

    async def reply_counts(self, campaign_ids: Collection[UUID]) -> Mapping[UUID, ReplyCounts]:
        these = {"campaignId": {"$in": [str(one) for one in campaign_ids]}}
        replies = await self._database["replies"].tally("campaignId", these)
        stops = await self._database["replies"].tally("campaignId", these | {"wish": Wish.STOP.value})
        return {UUID(name): ReplyCounts(count, stops.get(name, 0)) for name, count in replies.items()}

    async def _keep(self, account_id: UUID, heard: Sequence[Heard]) -> int:
        async def decide(account: Document) -> AccountEntry[int]:
            new = await self._new(heard)
            if not new:
                return AccountEntry(0)
            following = await self._before(account["_id"], [one.reply.phone for one in new])
            for one in new:
                following.hear(one)
            changes = {
                "replies": [document_of(one.reply) for one in new],
                "lifted": [str(one) for one in following.lifted],
                "suppressions": [written(one) for one in following.added.values()],
                "flags": list(following.flags.values()),
            }
            return AccountEntry(len(new), changes, MORE if following.added else {})

        return await self._account_journal.write(account_id, decide) or 0

    async def _new(self, heard: Sequence[Heard]) -> list[Heard]:
        """Each once, and only those that are not kept yet."""
        names = sorted({one.reply.provider_message_id for one in heard})
        fields = ["senderId", "providerMessageId"]
        known = await self._database["replies"].find_all({"providerMessageId": {"$in": names}}, fields)
        there = {(one["senderId"], one["providerMessageId"]) for one in known}
        new: dict[tuple[str, str], Heard] = {}
        for one in heard:
            key = (str(one.reply.sender_id), one.reply.provider_message_id)
            if key not in there:
                new.setdefault(key, one)
        return list(new.values())

    async def _before(self, account_id: str, phones: Sequence[str]) -> _Following:
        """What people asked for before, and which of them are suppressed."""
        theirs: dict[str, Any] = {"accountId": account_id, "phone": {"$in": sorted(set(phones))}}
        fields = ["phone", "at", "wish"]
        wished = await self._database["replies"].find_all(theirs | {"wish": {"$exists": True}}, fields)
        said: dict[str, _Said] = {}
        for one in wished:
            wish = (one["at"], one["wish"] == Wish.STOP.value)
            said[one["phone"]] = max(wish, said.get(one["phone"], wish))
        found = await self._database["suppressions"].find_all(theirs)
        return _Following(said, {one["phone"]: thing_of(Suppression, one) for one in found})


def _reply_of(document: Document) -> KeptReply:
    return thing_of(KeptReply, document)
