"""What providers posted, as it came, until it is worked off; and where they post to."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from uuid import UUID

from campana.domain.senders import Webhook
from campana.engine.ports import Backlog, Post, StoredPost, Unmatched
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, thing_of, update_of
from campana.stores.mongo.part import Part
from campana.stores.mongo.senders import sender_of
from campana.stores.mongo.unmatched import keep_aside

_IN_ORDER = (("_id", 1),)
_SECRETS = ("digest", "sealed", "former_digest", "former_until")


class Inbox(Part):
    """See the port of that name."""

    async def store_posts(self, posts: Sequence[Post]) -> None:
        numbers = await self._database.numbers("inbox", len(posts)) if posts else ()
        documents = [
            document_of(post, id=number, size=len(post.body))
            for number, post in zip(numbers, posts, strict=True)
        ]
        await self._database["inbox"].add_all(documents)

    async def waiting_posts(self, *, limit: int, most_bytes: int) -> Sequence[StoredPost]:
        inbox = self._database["inbox"]
        waiting = await inbox.find_all({}, ["size"], order=_IN_ORDER, limit=limit)
        before = accumulate((one["size"] for one in waiting), initial=0)
        ids = [
            one["_id"] for one, sum_before in zip(waiting, before, strict=False) if sum_before < most_bytes
        ]
        posts = await inbox.find_all({"_id": {"$in": ids}}, order=_IN_ORDER) if ids else []
        these = {"_id": {"$in": sorted({one["senderId"] for one in posts})}}
        senders = {one["_id"]: sender_of(one) for one in await self._database["senders"].find_all(these)}
        return [
            StoredPost(one["_id"], senders[one["senderId"]], one["receivedAt"], bytes(one["body"]))
            for one in posts
        ]

    async def drop_posts(self, posts: Sequence[StoredPost], unmatched: Sequence[Unmatched]) -> None:
        """What is kept aside comes first: a post that is worked off twice changes nothing more."""
        heard: dict[UUID, datetime] = {}
        for post in posts:
            heard[post.sender.id] = max(post.received_at, heard.get(post.sender.id, post.received_at))
        await keep_aside(self._database, unmatched)
        for sender_id, at in heard.items():
            last = {"$max": {"lastEventAt": at}}
            await self._database["webhooks"].change({"_id": str(sender_id)}, last)
        if posts:
            await self._database["inbox"].remove({"_id": {"$in": [post.id for post in posts]}})

    async def backlog(self) -> Backlog:
        inbox = self._database["inbox"]
        oldest = await inbox.find_all({}, ["receivedAt"], order=[("receivedAt", 1)], limit=1)
        return Backlog(
            posts=await inbox.count({}),
            oldest=oldest[0]["receivedAt"] if oldest else None,
            unmatched=await self._database["unmatchedReceipts"].count({}),
        )

    async def webhooks(self) -> Sequence[Webhook]:
        return [_webhook_of(one) for one in await self._database["webhooks"].find_all({})]

    async def webhook(self, sender_id: UUID) -> Webhook | None:
        found = await self._database["webhooks"].find({"_id": str(sender_id)})
        return None if found is None else _webhook_of(found)

    async def save_webhook(self, webhook: Webhook) -> None:
        secrets = update_of({name: getattr(webhook, name) for name in _SECRETS})
        await self._database["webhooks"].change({"_id": str(webhook.sender_id)}, secrets, upsert=True)


def _webhook_of(document: Document) -> Webhook:
    return thing_of(Webhook, document | {"senderId": document["_id"]})
