"""Who may send for which sender, who does what is done once for all, and what provider hosts asked of
everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from campana.domain.senders import Sender


@dataclass(frozen=True, slots=True)
class Lease:
    """A lane held by one owner until its time runs out. Each holding has its own, growing fence."""

    sender_id: UUID
    owner: str
    fence: int
    quiet_s: float
    """seconds for which nobody can have sent on this lane; less than one right after a hand-over"""
    lost_track: int = 0
    """messages of the former holder that became UNKNOWN with this hand-over"""


@dataclass(frozen=True, slots=True)
class LaneHolder:
    """Who holds a lane, and for how much longer (seconds; negative when the lease ran out)."""

    sender_id: UUID
    owner: str
    fence: int
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class Presence:
    """A worker that said `seen_s` seconds ago that it lives, for `since_s` by then; `rate` is messages/s."""

    owner: str
    since_s: float
    seen_s: float
    rate: float


class LeaseLost(Exception):
    """The lane belongs to somebody else by now, or to nobody; nothing was changed."""


@dataclass(frozen=True, slots=True)
class HostPace:
    """What a provider host asked of everybody: send nothing for `hold_s` seconds, then at `factor` of each
    rate."""

    hold_s: float = 0.0
    factor: float = 1.0
    reason: str = ""
    age_s: float = 0.0
    """seconds since it was asked; how the factor grows back with age is the engine's policy"""


class Lanes(Protocol):
    """Who may send for which sender, and the pace of provider hosts. Lease time is the database's own
    clock."""

    async def acquire(self, sender_id: UUID, owner: str, *, ttl_s: float, day: date) -> Lease | None:
        """Take the lane if no lease on it lives. Messages left SENDING by a former holder become UNKNOWN,
        in the same step, and count as used on `day`."""

    async def renew(self, lease: Lease, *, ttl_s: float) -> bool:
        """Whether the lease is still this one; then it lives for another `ttl_s`."""

    async def release(self, lease: Lease) -> None:
        """Give the lane back. What is still SENDING under it becomes UNKNOWN at the next acquire or
        expire."""

    async def void(self, sender_id: UUID, fence: int) -> bool:
        """End the lease of a holder that is known to be dead; whether it was still that one."""

    async def expire(self, *, day_of: Mapping[UUID, date]) -> int:
        """Turn what dead leases left SENDING into UNKNOWN, for the senders named; how many messages."""

    async def stranded(self) -> Sequence[Sender]:
        """Senders with SENDING messages and no live lease."""

    async def holders(self) -> Sequence[LaneHolder]:
        """All lanes that somebody holds or held last and did not release."""

    async def hold_duty(self, duty: str, owner: str, *, ttl_s: float) -> bool:
        """Take or keep a duty that one process does for all; whether it is this owner's for `ttl_s` seconds
        from now."""

    async def leave_duty(self, duty: str, owner: str) -> None:
        """Let somebody else have it at once, if it is this owner's."""

    async def say_alive(self, owner: str, *, rate: float, ttl_s: float) -> None:
        """The worker of that name lives, for `ttl_s` seconds from now on."""

    async def say_gone(self, owner: str) -> None:
        """It does not any more."""

    async def workers(self) -> Sequence[Presence]:
        """Those that live, the one that has for longest first."""

    async def slow_host(self, host: str, pace: HostPace) -> None:
        """Make it known to every process (replaces factor and reason, age begins anew); a longer hold that is
        already there stays."""

    async def host_pace(self, host: str) -> HostPace:
        """The pace in force; the default where nobody was asked to slow down."""
