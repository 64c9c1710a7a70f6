"""Takes providers' posts in: stored as they came before anything is made of them, many in one transaction.

A lone post is written at once. While one batch is being written the next one gathers, and a flood of posts
shares a hundred transactions a second.
"""

import asyncio
from uuid import UUID

from campana.domain.errors import StoreUnavailable
from campana.engine.metrics import InboxMetrics
from campana.engine.ports import Clock, Inbox, Post
from campana.engine.signals import Bell

BATCH = 1000
GATHER_S = 0.01
"""from the beginning of one transaction to that of the next"""
MOST_HELD = 64 * 1024 * 1024
"""bytes of posts that may wait for their transaction; beyond it the sender of a post is told to stop"""


class Intake:
    """`bell` rings when something was stored."""

    def __init__(self, inbox: Inbox, clock: Clock, metrics: InboxMetrics) -> None:
        self.bell = Bell()
        self._inbox = inbox
        self._clock = clock
        self._metrics = metrics
        self._gathering: list[Post] = []
        self._stored: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._held = 0
        self._began_at = float("-inf")

    async def put(self, sender_id: UUID, body: bytes) -> None:
        """Returns when the post is stored, durably. Raises StoreUnavailable when it is not."""
        if self._held + len(body) > MOST_HELD:
            raise StoreUnavailable("More posts came in than the database takes")
        if self._stored is None or len(self._gathering) >= BATCH:
            self._gathering = []
            self._stored = asyncio.create_task(self._store(self._gathering))
        self._gathering.append(Post(sender_id, self._clock.now(), body))
        self._held += len(body)
        await asyncio.shield(self._stored)

    async def _store(self, posts: list[Post]) -> None:
        async with self._turn:
            if (early_s := self._began_at + GATHER_S - self._clock.monotonic()) > 0:
                await asyncio.sleep(early_s)
            self._began_at = self._clock.monotonic()
            if posts is self._gathering:
                self._stored = None
            try:
                await self._inbox.store_posts(posts)
            finally:
                self._held -= sum(len(post.body) for post in posts)
        self._metrics.posts.inc(len(posts))
        self.bell.ring()
