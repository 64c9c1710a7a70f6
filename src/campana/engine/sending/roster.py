"""Who works, which lanes each holds, and which lanes with work nobody holds: for whoever runs all this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.permissions import Action, permit
from campana.engine.ports import Clock, Presence, SenderName, Store


@dataclass(frozen=True, slots=True)
class AtWork:
    """A worker with the senders whose lanes it holds."""

    presence: Presence
    lanes: tuple[UUID, ...]

    @property
    def name(self) -> str:
        """Host and process, for people."""
        parts = self.presence.owner.split("|")
        return f"{parts[0]}:{parts[3]}" if len(parts) == 5 else self.presence.owner


@dataclass(frozen=True, slots=True)
class Roster:
    """All workers that live, and the senders that have work and no holder."""

    workers: tuple[AtWork, ...]
    without_owner: tuple[UUID, ...]


class Rosters:
    """Looks it up; over all accounts, so only for platform administrators and the machine's own commands."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def find(self, principal: Principal) -> Roster:
        """Raises Forbidden."""
        permit(principal, Action.ADMIN)
        return await self.look()

    async def look(self) -> Roster:
        """The same, for monitoring."""
        alive = await self._store.workers()
        holders = [holder for holder in await self._store.holders() if holder.expires_in_s > 0]
        working = await self._store.working_senders(self._clock.now())
        held = {holder.sender_id for holder in holders}

        def lanes_of(owner: str) -> Sequence[UUID]:
            return [holder.sender_id for holder in holders if holder.owner == owner]

        return Roster(
            tuple(AtWork(presence, tuple(lanes_of(presence.owner))) for presence in alive),
            tuple(sender_id for sender_id in working if sender_id not in held),
        )

    async def names(self, roster: Roster) -> Mapping[UUID, SenderName]:
        """Of its senders and their accounts, for whoever may see the roster. One question for all of them."""
        return await self._store.sender_names(
            {*roster.without_owner, *(sender_id for each in roster.workers for sender_id in each.lanes)}
        )
