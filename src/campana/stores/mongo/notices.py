"""Addresses for notices, and what they were told."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from campana.domain.notices import NoticeAddress, Told
from campana.stores.mongo.database import Collection, Document
from campana.stores.mongo.documents import document_of, thing_of, update_of
from campana.stores.mongo.part import Part


class Notices(Part):
    """See the port of that name."""

    async def add_notice_address(self, address: NoticeAddress) -> None:
        await self._addresses.add(document_of(address) | document_of(Told()))

    async def switch_notice_address(self, account_id: UUID, address_id: UUID, *, enabled: bool) -> bool:
        values = update_of({"enabled": enabled, "off_reason": "", **asdict(Told())})
        return await self._addresses.change(_mine(account_id, address_id), values)

    async def drop_notice_address(self, account_id: UUID, address_id: UUID) -> bool:
        return await self._addresses.remove(_mine(account_id, address_id)) == 1

    async def notice_addresses(self, account_id: UUID) -> Sequence[tuple[NoticeAddress, Told]]:
        theirs, order = {"accountId": str(account_id)}, [("createdAt", 1), ("_id", 1)]
        return [_pair_of(one) for one in await self._addresses.find_all(theirs, order=order)]

    async def notice_addresses_on(self) -> Sequence[tuple[NoticeAddress, Told]]:
        return [_pair_of(one) for one in await self._addresses.find_all({"enabled": True})]

    async def keep_told(self, address_id: UUID, was: Told, told: Told) -> bool:
        tried = {"$exists": False} if was.tried_at is None else was.tried_at
        same = {"_id": str(address_id), "enabled": True, "memory": was.memory, "triedAt": tried}
        return await self._addresses.change(same, update_of(asdict(told)))

    @property
    def _addresses(self) -> Collection:
        return self._database["noticeAddresses"]


def _mine(account_id: UUID, address_id: UUID) -> Document:
    return {"_id": str(address_id), "accountId": str(account_id)}


def _pair_of(document: Document) -> tuple[NoticeAddress, Told]:
    return thing_of(NoticeAddress, document), thing_of(Told, document)
