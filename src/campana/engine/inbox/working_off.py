"""Works off what providers posted: receipts to their messages, replies to the desk.

A batch of posts is dropped only when all it said was recorded; whoever dies before that leaves it for the
next process, and what was recorded twice is as if recorded once.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.domain.receipts import Receipt, Reply
from campana.domain.senders import Sender
from campana.engine.inbox.desk import ReplyDesk
from campana.engine.inbox.duty import Duty
from campana.engine.metrics import InboxMetrics
from campana.engine.ports import Clock, Provider, Store, StoredPost, Tracing, Unmatched
from campana.engine.service import Service
from campana.engine.signals import Bell
from campana.engine.untraced import UNTRACED

LOOK_S = 0.5
"""how often posts that other processes stored are looked for, in seconds"""
GATHER_S = 0.2
"""how long what trickles in is gathered: a few large batches cost less than many small ones"""
POSTS = 500
MOST_BYTES = 4 * 1024 * 1024
RECEIPTS = 500
"""so many in one transaction: whoever sends or stores meanwhile waits for one of them"""
PARSED_AT_ONCE = 50
"""posts; then whatever else this process does has its turn"""
FIRST_LOOK = timedelta(seconds=1)
"""an early receipt's message is known once our own answer is recorded, usually within a second"""


class WorkingOff(Service):
    """One process at a time does it, under its duty."""

    name = "receipts"

    def __init__(
        self,
        store: Store,
        providers: Mapping[str, Provider],
        duty: Duty,
        *,
        clock: Clock,
        metrics: InboxMetrics,
        bell: Bell,
        desk: ReplyDesk,
        tracing: Tracing = UNTRACED,
    ) -> None:
        super().__init__(clock)
        self._store = store
        self._providers = providers
        self._duty = duty
        self._metrics = metrics
        self._bell = bell
        self._desk = desk
        self._tracing = tracing

    async def tick(self) -> None:
        """Work off a batch; then go on at once if it was full, else wait until something has gathered."""
        posts: Sequence[StoredPost] = ()
        if await self._duty.held():
            posts = await self._store.waiting_posts(limit=POSTS, most_bytes=MOST_BYTES)
            if posts:
                with self._tracing.step("inbox.work_off", {"posts": len(posts)}):
                    await self._work_off(posts)
        if len(posts) < POSTS:
            await self._bell.heard(LOOK_S)
            await self.clock.sleep(GATHER_S)

    async def close(self) -> None:
        """Let the next process begin at once."""
        await self._duty.leave()

    async def _work_off(self, posts: Sequence[StoredPost]) -> None:
        unmatched: list[Unmatched] = []
        for sender, mine in _by_sender(posts):
            unmatched += await self._work_off_sender(sender, mine)
        await self._store.drop_posts(posts, unmatched)

    async def _work_off_sender(self, sender: Sender, posts: Sequence[StoredPost]) -> list[Unmatched]:
        """What of a sender's posts found no message."""
        receipts, replies = await self._read(sender, posts)
        unknown: list[Receipt] = []
        for batch in _batches(receipts):
            unknown += await self._store.receive(sender.id, batch)
        refused = [receipt for receipt in receipts if receipt.status is MessageStatus.FAILED]
        if refused:
            await self._desk.refused(sender, refused)
        if replies:
            await self._desk.handle(sender, replies)
        self._metrics.worked_off(receipts=len(receipts), replies=len(replies))
        came = posts[-1].received_at
        return [Unmatched(sender.id, receipt, came, came + FIRST_LOOK) for receipt in unknown]

    async def _read(self, sender: Sender, posts: Sequence[StoredPost]) -> tuple[list[Receipt], list[Reply]]:
        """What the posts tell, each with a time: the provider's, else that of its coming."""
        receipts: list[Receipt] = []
        replies: list[Reply] = []
        provider = self._providers.get(sender.provider)
        if provider is None:
            return receipts, replies
        for number, post in enumerate(posts):
            for event in provider.events(post.body):
                if isinstance(event, Receipt):
                    receipts.append(event if event.at else replace(event, at=post.received_at))
                else:
                    replies.append(event if event.at else replace(event, at=post.received_at))
            if number % PARSED_AT_ONCE == PARSED_AT_ONCE - 1:
                await asyncio.sleep(0)
        return receipts, replies


def _by_sender(posts: Sequence[StoredPost]) -> Collection[tuple[Sender, list[StoredPost]]]:
    found: dict[UUID, tuple[Sender, list[StoredPost]]] = {}
    for post in posts:
        found.setdefault(post.sender.id, (post.sender, []))[1].append(post)
    return found.values()


def _batches(receipts: Sequence[Receipt]) -> Iterator[list[Receipt]]:
    rest = iter(receipts)
    while batch := list(islice(rest, RECEIPTS)):
        yield batch
