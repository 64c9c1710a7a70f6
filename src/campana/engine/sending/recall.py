"""Whoever opts out while a message for them waits in a lane's queue does not get it.

A message is taken a moment before it leaves, and earlier where the host is slow. The lane's look tells by one
number whether anybody opted out since; only then the queue is gone through.
"""

from collections.abc import Collection

from campana.engine.ports import LaneView, OptOuts, Taken


class Recall:
    """One lane's memory of what it saw last."""

    def __init__(self, store: OptOuts) -> None:
        self._store = store
        self._seen: int | None = None

    async def phones(self, view: LaneView, queue: Collection[Taken]) -> frozenset[str]:
        """Numbers in the queue whose people opted out since they were taken."""
        if view.opt_outs == self._seen:
            return frozenset()
        waiting = {taken.recipient.phone for taken in queue}
        gone = await self._store.suppressed_among(view.sender.account_id, waiting) if waiting else frozenset()
        self._seen = view.opt_outs
        return gone
