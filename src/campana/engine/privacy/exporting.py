"""What is held about a number, as plain JSON for the person who asks."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign
from campana.domain.messages import Message
from campana.domain.times import iso
from campana.domain.traces import Trace
from campana.engine.archiving.reading import Archives
from campana.engine.ports import Clock, Store
from campana.engine.privacy.memory import Memory
from campana.engine.privacy.register import REGISTER


class Exporting:
    """Looks at every place of the register."""

    def __init__(self, store: Store, archives: Archives, memory: Memory, clock: Clock) -> None:
        self._store = store
        self._archives = archives
        self._memory = memory
        self._clock = clock

    async def of(self, account: Account, phone: str) -> dict[str, Any]:
        """All that the account holds about it, by place. Raises ConfigurationError; StoreUnavailable
        where an archive file cannot be read: an export that lacks something would be wrong."""
        erased_at = (await self._memory.of(account.id)).when(phone)
        found = {
            place.value: [_plain(each) for each in await self._store.held(place, account.id, Trace(phone))]
            for place in REGISTER
        }
        archived = [_archived(each) async for each in self._archived(account, phone)]
        about = {"number": phone, "account": account.name, "made_at": iso(self._clock.now())}
        return (
            about
            | {"erased_at": iso(erased_at) if erased_at else None}
            | found
            | {"archived_messages": archived}
        )

    async def _archived(self, account: Account, phone: str) -> AsyncIterator[tuple[Campaign, Message]]:
        for each in await self._store.archived_rows(account.id, phone):
            message = await self._archives.message(each.campaign, each.row)
            if message is not None:
                yield each.campaign, message


def _archived(each: tuple[Campaign, Message]) -> dict[str, Any]:
    campaign, message = each
    return {
        "campaign": campaign.name,
        "row": message.row,
        "status": message.status.value,
        "code": message.error_code,
        "reason": message.error_reason,
        "sent_at": iso(message.sent_at) if message.sent_at else None,
        "delivered_at": iso(message.delivered_at) if message.delivered_at else None,
        "read_at": iso(message.read_at) if message.read_at else None,
    }


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
