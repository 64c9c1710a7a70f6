"""What is held about a number, as plain JSON for the person who asks."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from campana.domain.accounts import Account
from campana.domain.times import iso
from campana.domain.traces import Trace
from campana.engine.ports import Clock, Store
from campana.engine.privacy.memory import Memory
from campana.engine.privacy.register import REGISTER


class Exporting:
    """Looks at every place of the register."""

    def __init__(self, store: Store, memory: Memory, clock: Clock) -> None:
        self._store = store
        self._memory = memory
        self._clock = clock

    async def of(self, account: Account, phone: str) -> dict[str, Any]:
        """All that the account holds about it, by place. Raises ConfigurationError."""
        erased_at = (await self._memory.of(account.id)).when(phone)
        found = {
            place.value: [_plain(each) for each in await self._store.held(place, account.id, Trace(phone))]
            for place in REGISTER
        }
        about = {"number": phone, "account": account.name, "made_at": iso(self._clock.now())}
        return about | {"erased_at": iso(erased_at) if erased_at else None} | found


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime():
            return iso(value)
        case date() | UUID():
            return str(value)
    return value
