"""What providers posted, as it came, until it is worked off."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from campana.engine.ports import Backlog, Post, StoredPost, Unmatched
from campana.stores.sql.columns import BigNumbers, Moment, among
from campana.stores.sql.part import Part
from campana.stores.sql.rows import sender_of
from campana.stores.sql.schema import inbox, senders, unmatched_receipts, webhooks
from campana.stores.sql.transactions import Transaction
from campana.stores.sql.unmatched import keep_aside

_STORE = insert(inbox)
_SIZES = (
    select(inbox.c.id, func.length(inbox.c.body).label("size")).order_by(inbox.c.id).limit(bindparam("most"))
)
_BODIES = select(inbox).where(among(inbox.c.id, bindparam("ids", type_=BigNumbers()))).order_by(inbox.c.id)
_SENDERS = select(senders).where(senders.c.id.in_(bindparam("ids", expanding=True)))
_DROP = delete(inbox).where(among(inbox.c.id, bindparam("ids", type_=BigNumbers())))
_WAITING = select(
    func.count().label("number"), func.min(inbox.c.received_at, type_=Moment()).label("oldest")
).select_from(inbox)
_HEARD = (
    update(webhooks)
    .where(
        webhooks.c.sender_id == bindparam("sender"),
        or_(webhooks.c.last_event_at.is_(None), webhooks.c.last_event_at < bindparam("at", type_=Moment())),
    )
    .values(last_event_at=bindparam("at", type_=Moment()))
)


class Inbox(Part):
    """See the port of that name."""

    async def store_posts(self, posts: Sequence[Post]) -> None:
        values = [
            {"sender_id": post.sender_id, "received_at": post.received_at, "body": post.body}
            for post in posts
        ]

        async def work(tx: Transaction) -> None:
            await tx.execute(_STORE, values)

        if values:
            await self._database.write(work)

    async def waiting_posts(self, *, limit: int, most_bytes: int) -> Sequence[StoredPost]:
        async def look(tx: Transaction) -> list[StoredPost]:
            sizes = (await tx.execute(_SIZES, {"most": limit})).all()
            before = accumulate((row.size for row in sizes), initial=0)
            ids = [row.id for row, sum_before in zip(sizes, before, strict=False) if sum_before < most_bytes]
            rows = (await tx.execute(_BODIES, {"ids": ids})).all() if ids else []
            found = await tx.execute(_SENDERS, {"ids": sorted({row.sender_id for row in rows})})
            by_id = {row.id: sender_of(row) for row in found}
            return [StoredPost(row.id, by_id[row.sender_id], row.received_at, row.body) for row in rows]

        return await self._database.read(look)

    async def drop_posts(self, posts: Sequence[StoredPost], unmatched: Sequence[Unmatched]) -> None:
        heard: dict[UUID, datetime] = {}
        for post in posts:
            heard[post.sender.id] = max(post.received_at, heard.get(post.sender.id, post.received_at))

        async def work(tx: Transaction) -> None:
            await keep_aside(tx, self._database.insert(unmatched_receipts), unmatched)
            await tx.execute(_DROP, {"ids": [post.id for post in posts]})
            await tx.execute(_HEARD, [{"sender": sender, "at": at} for sender, at in sorted(heard.items())])

        if posts:
            await self._database.write(work)

    async def backlog(self) -> Backlog:
        async def look(tx: Transaction) -> Backlog:
            posts = (await tx.execute(_WAITING)).one()
            aside = (await tx.execute(select(func.count()).select_from(unmatched_receipts))).scalar_one()
            return Backlog(posts.number, posts.oldest, aside)

        return await self._database.read(look)
