"""Addresses for notices, and what they were told."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, insert, select, update

from campana.domain.notices import NoticeAddress, Route, Told
from campana.stores.sql.part import Part
from campana.stores.sql.schema import notice_addresses

_TABLE = notice_addresses


class Notices(Part):
    """See the port of that name."""

    async def add_notice_address(self, address: NoticeAddress) -> None:
        values = {name: getattr(address, name) for name in NoticeAddress.__slots__}
        values |= {"route": address.route.value, **asdict(Told())}
        await self._database.change(insert(_TABLE).values(values))

    async def switch_notice_address(self, account_id: UUID, address_id: UUID, *, enabled: bool) -> bool:
        mine = and_(_TABLE.c.account_id == account_id, _TABLE.c.id == address_id)
        values = {"enabled": enabled, "off_reason": "", **asdict(Told())}
        return await self._database.change(update(_TABLE).where(mine).values(values)) == 1

    async def drop_notice_address(self, account_id: UUID, address_id: UUID) -> bool:
        mine = and_(_TABLE.c.account_id == account_id, _TABLE.c.id == address_id)
        return await self._database.change(delete(_TABLE).where(mine)) == 1

    async def notice_addresses(self, account_id: UUID) -> Sequence[tuple[NoticeAddress, Told]]:
        query = select(_TABLE).where(_TABLE.c.account_id == account_id)
        rows = await self._database.rows(query.order_by(_TABLE.c.created_at, _TABLE.c.id))
        return [_pair_of(row) for row in rows]

    async def notice_addresses_on(self) -> Sequence[tuple[NoticeAddress, Told]]:
        rows = await self._database.rows(select(_TABLE).where(_TABLE.c.enabled.is_(True)))
        return [_pair_of(row) for row in rows]

    async def keep_told(self, address_id: UUID, was: Told, told: Told) -> bool:
        same = [_TABLE.c.memory == was.memory, _TABLE.c.tried_at.is_not_distinct_from(was.tried_at)]
        statement = update(_TABLE).where(_TABLE.c.id == address_id, _TABLE.c.enabled.is_(True), *same)
        return await self._database.change(statement.values(asdict(told))) == 1


def _pair_of(row: Row[Any]) -> tuple[NoticeAddress, Told]:
    values = row._mapping
    address = {name: values[name] for name in NoticeAddress.__slots__} | {"route": Route(row.route)}
    return NoticeAddress(**address), Told(**{name: values[name] for name in Told.__slots__})
