"""Endpoints, news, and the posts made of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, and_, delete, exists, insert, or_, select, update

from campana.domain.endpoints import Delivery, DeliveryStatus, Endpoint, EventType, News
from campana.domain.errors import NotFound
from campana.engine.ports import KeptNews, Page
from campana.stores.sql.columns import from_micros, to_micros
from campana.stores.sql.cursors import newest_cursor, newest_first
from campana.stores.sql.part import Part
from campana.stores.sql.schema import deliveries, endpoints, outbox
from campana.stores.sql.transactions import Transaction

_WAITS = deliveries.c.status == DeliveryStatus.WAITING.value
_TRIED = ("failures", "failing_since", "rests_until")
_SWITCHED_OFF = ("enabled", "off_reason")


class Outgoing(Part):
    """See the port of that name."""

    async def add_endpoint(self, endpoint: Endpoint) -> None:
        await self._database.change(insert(endpoints).values(_endpoint_values(endpoint)))

    async def save_endpoint(self, endpoint: Endpoint) -> None:
        kept = {"id", "account_id", "created_at"}
        values = {name: value for name, value in _endpoint_values(endpoint).items() if name not in kept}
        mine = _mine(endpoints, endpoint.account_id, endpoint.id)
        if not await self._database.change(update(endpoints).where(mine).values(values)):
            raise NotFound("there is no such endpoint")

    async def drop_endpoint(self, account_id: UUID, endpoint_id: UUID) -> bool:
        statement = delete(endpoints).where(_mine(endpoints, account_id, endpoint_id))
        return await self._database.change(statement) == 1

    async def endpoint(self, account_id: UUID, endpoint_id: UUID) -> Endpoint | None:
        row = await self._database.row(select(endpoints).where(_mine(endpoints, account_id, endpoint_id)))
        return None if row is None else _endpoint_of(row)

    async def endpoints(self, account_ids: Collection[UUID]) -> Sequence[Endpoint]:
        query = select(endpoints).where(endpoints.c.account_id.in_(account_ids))
        rows = await self._database.rows(query.order_by(endpoints.c.created_at, endpoints.c.id))
        return [_endpoint_of(row) for row in rows]

    async def kept_news(self, *, limit: int) -> Sequence[KeptNews]:
        rows = await self._database.rows(select(outbox).order_by(outbox.c.id).limit(limit))
        return [
            KeptNews(
                row.id,
                row.account_id,
                News(EventType(row.type), row.at, row.campaign_id, tuple(row.rows)),
            )
            for row in rows
        ]

    async def pack(self, news_ids: Collection[int], made: Sequence[Delivery]) -> bool:
        async def work(tx: Transaction) -> bool:
            gone = await tx.execute(delete(outbox).where(outbox.c.id.in_(news_ids)))
            if gone.rowcount != len(news_ids):
                raise _PackedError
            if made:
                await tx.execute(insert(deliveries), [_delivery_values(one) for one in made])
            return True

        try:
            return await self._database.write(work)
        except _PackedError:
            return False

    async def add_delivery(self, delivery: Delivery) -> None:
        await self._database.change(insert(deliveries).values(_delivery_values(delivery)))

    async def due_endpoints(self, now: datetime) -> Sequence[Endpoint]:
        waiting = exists().where(deliveries.c.endpoint_id == endpoints.c.id, _WAITS)
        rested = or_(endpoints.c.rests_until.is_(None), endpoints.c.rests_until <= now)
        query = select(endpoints).where(endpoints.c.enabled.is_(True), rested, waiting)
        return [_endpoint_of(row) for row in await self._database.rows(query)]

    async def next_delivery(self, endpoint_id: UUID) -> Delivery | None:
        query = select(deliveries).where(deliveries.c.endpoint_id == endpoint_id, _WAITS)
        query = query.order_by(deliveries.c.created_at, deliveries.c.id).limit(1)
        row = await self._database.row(query)
        return None if row is None else _delivery_of(row)

    async def tried(self, was: Delivery, now: Delivery, endpoint: Endpoint) -> bool:
        async def work(tx: Transaction) -> bool:
            waits = update(deliveries).where(
                deliveries.c.id == was.id, _WAITS, deliveries.c.tries == was.tries
            )
            if (await tx.execute(waits.values(_delivery_values(now)))).rowcount == 0:
                return False
            # Whether it is on is a person's matter, but for switching it off.
            names = _TRIED if endpoint.enabled else (*_TRIED, *_SWITCHED_OFF)
            values = {name: getattr(endpoint, name) for name in names}
            await tx.execute(update(endpoints).where(endpoints.c.id == endpoint.id).values(values))
            return True

        return await self._database.write(work)

    async def delivery(self, account_id: UUID, delivery_id: UUID) -> Delivery | None:
        row = await self._database.row(select(deliveries).where(_mine(deliveries, account_id, delivery_id)))
        return None if row is None else _delivery_of(row)

    async def deliveries(
        self, account_id: UUID, endpoint_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[Delivery]:
        mine = select(deliveries).where(
            deliveries.c.account_id == account_id, deliveries.c.endpoint_id == endpoint_id
        )
        rows = await self._database.rows(newest_first(mine, deliveries, limit=limit, cursor=cursor))
        return Page(tuple(_delivery_of(row) for row in rows[:limit]), newest_cursor(rows, limit))

    async def deliver_again(self, account_id: UUID, delivery_id: UUID) -> bool:
        statement = update(deliveries).where(_mine(deliveries, account_id, delivery_id), ~_WAITS)
        values = {"status": DeliveryStatus.WAITING.value, "tries": 0}
        return await self._database.change(statement.values(values)) == 1

    async def drop_deliveries(self, before: datetime) -> int:
        return await self._database.change(delete(deliveries).where(deliveries.c.created_at < before))


class _PackedError(Exception):
    """Another process made posts of the news."""


def _mine(table: Table, account_id: UUID, identity: UUID) -> ColumnElement[bool]:
    return and_(table.c.account_id == account_id, table.c.id == identity)


def _endpoint_values(endpoint: Endpoint) -> dict[str, Any]:
    values = {name: getattr(endpoint, name) for name in Endpoint.__slots__}
    return values | {"events": sorted(endpoint.events)}


def _endpoint_of(row: Row[Any]) -> Endpoint:
    events = frozenset(EventType(event) for event in row.events)
    return Endpoint(**dict(row._mapping) | {"events": events})


def _delivery_values(delivery: Delivery) -> dict[str, Any]:
    values = {name: getattr(delivery, name) for name in Delivery.__slots__}
    return values | {"news": [_news_values(one) for one in delivery.news], "status": delivery.status.value}


def _delivery_of(row: Row[Any]) -> Delivery:
    values = dict(row._mapping) | {"status": DeliveryStatus(row.status)}
    return Delivery(**values | {"news": tuple(_news_of(one) for one in row.news)})


def _news_values(news: News) -> dict[str, Any]:
    campaign = news.campaign_id and news.campaign_id.hex
    return {"type": news.type.value, "at": to_micros(news.at), "campaign": campaign, "rows": list(news.rows)}


def _news_of(values: Mapping[str, Any]) -> News:
    campaign = UUID(values["campaign"]) if values["campaign"] else None
    return News(EventType(values["type"]), from_micros(values["at"]), campaign, tuple(values["rows"]))
