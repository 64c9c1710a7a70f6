"""A sender's lane as its document has it, and what a verb changes in it.

The lane is also the sender's book: what is in flight, and what was used of each day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from campana.engine.ports import Lease
from campana.stores.mongo.database import Document

SAFETY_S = 1.0
"""Holders stop sending this long before their lease runs out, so a lane is quiet from then on."""
NEVER_USED_S = 1e9
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNUSED = {"seq": 0, "fence": 0, "inFlight": 0, "used": {}}
"""A lane that nobody held yet."""


@dataclass(frozen=True, slots=True)
class Lane:
    """`seq` numbers the changes of the lane and of all that belongs to it. Times are the database's."""

    sender_id: UUID
    seq: int
    now: datetime
    owner: str | None
    fence: int
    expires_at: datetime
    quiet_from: datetime | None
    in_flight: int
    used: Mapping[str, int]

    @classmethod
    def of(cls, document: Document, now: datetime) -> "Lane":
        """The lane in its document, looked at at `now`."""
        began = document.get("renewedAt", EPOCH)
        return cls(
            sender_id=UUID(document["_id"]),
            seq=document["seq"],
            now=now,
            owner=document.get("owner"),
            fence=document["fence"],
            expires_at=began + timedelta(milliseconds=document.get("ttlMs", 0)),
            quiet_from=document.get("quietFrom"),
            in_flight=document["inFlight"],
            used=document["used"],
        )

    @property
    def live(self) -> bool:
        """Whether somebody holds it."""
        return self.owner is not None and self.expires_at > self.now

    @property
    def quiet_s(self) -> float:
        """For how many seconds nobody can have sent."""
        if self.fence == 0:
            return NEVER_USED_S
        since = self.quiet_from or self.expires_at - timedelta(seconds=SAFETY_S)
        return max(0.0, (self.now - since).total_seconds())

    def held_under(self, lease: Lease) -> bool:
        """Whether this lease lives, and is the one that holds the lane."""
        return self.live and (self.owner, self.fence) == (lease.owner, lease.fence)

    def used_on(self, day: date) -> int:
        """How many messages counted on that day."""
        return self.used.get(day.isoformat(), 0)

    def spent(self, day: date, count: int) -> dict[str, Any]:
        """The fields to set when so many more count as used on that day."""
        return {f"used.{day.isoformat()}": self.used_on(day) + count} if count else {}
