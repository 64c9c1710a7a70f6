"""Workers as the API shows them."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from campana.engine.sending.roster import AtWork, Roster


class WorkerOut(BaseModel):
    """One process that sends."""

    name: str = Field(description="host and process")
    up_s: float = Field(description="seconds since it began")
    seen_s: float = Field(description="seconds since its last heartbeat; they come every two")
    rate: float = Field(description="messages that left in the last second")
    lanes: list[UUID] = Field(description="senders it sends for")

    @classmethod
    def of(cls, at_work: AtWork) -> Self:
        presence = at_work.presence
        return cls(
            name=at_work.name,
            up_s=round(presence.since_s, 1),
            seen_s=round(presence.seen_s, 1),
            rate=round(presence.rate, 1),
            lanes=list(at_work.lanes),
        )


class RosterOut(BaseModel):
    """All that work, and senders with work that nobody sends for just now."""

    workers: list[WorkerOut]
    without_owner: list[UUID]

    @classmethod
    def of(cls, roster: Roster) -> Self:
        return cls(
            workers=[WorkerOut.of(each) for each in roster.workers], without_owner=list(roster.without_owner)
        )
