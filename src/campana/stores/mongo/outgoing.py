"""Endpoints, news, and the posts made of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from campana.domain.endpoints import Delivery, DeliveryStatus, Endpoint, EventType, News
from campana.domain.errors import NotFound
from campana.engine.ports import KeptNews, Page
from campana.stores.mongo.cursors import newest_page
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import document_of, thing_of, update_of
from campana.stores.mongo.entries import Entries
from campana.stores.mongo.lane import EPOCH
from campana.stores.mongo.part import Part

_WAITS = {"status": DeliveryStatus.WAITING.value}
_KEPT = frozenset({"id", "account_id", "created_at"})
_TRIED = ("failures", "failing_since", "rests_until")
_SWITCHED_OFF = ("enabled", "off_reason")
_MICROSECOND = timedelta(microseconds=1)
_PACKER = "outbox"
"""The document in `meta` by whose journal news becomes posts."""


class Outgoing(Part):
    """See the port of that name."""

    async def add_endpoint(self, endpoint: Endpoint) -> None:
        await self._database["endpoints"].add(document_of(endpoint))

    async def save_endpoint(self, endpoint: Endpoint) -> None:
        values = {name: getattr(endpoint, name) for name in Endpoint.__slots__ if name not in _KEPT}
        mine = _mine(endpoint.account_id, endpoint.id)
        if not await self._database["endpoints"].change(mine, update_of(values)):
            raise NotFound("there is no such endpoint")

    async def drop_endpoint(self, account_id: UUID, endpoint_id: UUID) -> bool:
        dropped = await self._database["endpoints"].remove(_mine(account_id, endpoint_id)) == 1
        if dropped:
            await self._database["deliveries"].remove({"endpointId": str(endpoint_id)})
        return dropped

    async def endpoint(self, account_id: UUID, endpoint_id: UUID) -> Endpoint | None:
        found = await self._database["endpoints"].find(_mine(account_id, endpoint_id))
        return None if found is None else thing_of(Endpoint, found)

    async def endpoints(self, account_ids: Collection[UUID]) -> Sequence[Endpoint]:
        theirs = {"accountId": {"$in": [str(one) for one in account_ids]}}
        order = [("createdAt", 1), ("_id", 1)]
        return [
            thing_of(Endpoint, one) for one in await self._database["endpoints"].find_all(theirs, order=order)
        ]

    async def kept_news(self, *, limit: int) -> Sequence[KeptNews]:
        await self._packer().look(_PACKER)
        found = await self._database["outbox"].find_all({}, order=[("_id", 1)], limit=limit)
        return [
            KeptNews(
                one["_id"],
                UUID(one["accountId"]),
                News(EventType(one["type"]), one["at"], UUID(one["campaignId"]), tuple(one["rows"])),
            )
            for one in found
        ]

    async def pack(self, news_ids: Collection[int], deliveries: Sequence[Delivery]) -> bool:
        packer, these = self._packer(), {"_id": {"$in": sorted(news_ids)}}
        entry = {"news": sorted(news_ids), "deliveries": [_delivery_document(one) for one in deliveries]}
        while True:
            seen = await packer.look(_PACKER)
            if seen is None:
                await self._database["meta"].add_missing([{"_id": _PACKER, "seq": 0}])
            elif await self._database["outbox"].count(these) != len(news_ids):
                return False
            elif await packer.commit(seen, entry, {}):
                return True

    async def add_delivery(self, delivery: Delivery) -> None:
        await self._database["deliveries"].add(_delivery_document(delivery))

    async def due_endpoints(self, now: datetime) -> Sequence[Endpoint]:
        waiting = await self._database["deliveries"].distinct("endpointId", _WAITS)
        rested = [{"restsUntil": {"$exists": False}}, {"restsUntil": {"$lte": now}}]
        due = {"_id": {"$in": waiting}, "enabled": True, "$or": rested}
        return [thing_of(Endpoint, one) for one in await self._database["endpoints"].find_all(due)]

    async def next_delivery(self, endpoint_id: UUID) -> Delivery | None:
        order = [("createdAt", 1), ("_id", 1)]
        waiting = {"endpointId": str(endpoint_id), **_WAITS}
        found = await self._database["deliveries"].find_all(waiting, order=order, limit=1)
        return _delivery_of(found[0]) if found else None

    async def tried(self, was: Delivery, delivery: Delivery, endpoint: Endpoint) -> bool:
        """The delivery first: a try that is counted there and not at the endpoint does no harm."""
        waits = {"_id": str(was.id), "tries": was.tries, **_WAITS}
        values = {name: getattr(delivery, name) for name in Delivery.__slots__ if name not in ("id", "news")}
        if not await self._database["deliveries"].change(waits, update_of(values)):
            return False
        # Whether it is on is a person's matter, but for switching it off.
        names = _TRIED if endpoint.enabled else (*_TRIED, *_SWITCHED_OFF)
        told = update_of({name: getattr(endpoint, name) for name in names})
        await self._database["endpoints"].change({"_id": str(endpoint.id)}, told)
        return True

    async def delivery(self, account_id: UUID, delivery_id: UUID) -> Delivery | None:
        found = await self._database["deliveries"].find(_mine(account_id, delivery_id))
        return None if found is None else _delivery_of(found)

    async def deliveries(
        self, account_id: UUID, endpoint_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[Delivery]:
        mine = {"accountId": str(account_id), "endpointId": str(endpoint_id)}
        deliveries = self._database["deliveries"]
        return await newest_page(deliveries, mine, _delivery_of, limit=limit, cursor=cursor)

    async def deliver_again(self, account_id: UUID, delivery_id: UUID) -> bool:
        ended = _mine(account_id, delivery_id) | {"status": {"$ne": DeliveryStatus.WAITING.value}}
        again = {"$set": {**_WAITS, "tries": 0}}
        return await self._database["deliveries"].change(ended, again)

    async def drop_deliveries(self, before: datetime) -> int:
        return await self._database["deliveries"].remove({"createdAt": {"$lt": before}})

    def _packer(self) -> Entries:
        return Entries(self._database["meta"], partial(_put_in_place, self._database))


async def _put_in_place(database: Database, _seq: int, entry: Document) -> None:
    await database["deliveries"].add_missing(entry["deliveries"])
    await database["outbox"].remove({"_id": {"$in": entry["news"]}})


def _mine(account_id: UUID, identity: UUID) -> Document:
    return {"_id": str(identity), "accountId": str(account_id)}


def _delivery_document(delivery: Delivery) -> Document:
    """With its news as every store keeps it."""
    return document_of(delivery) | {"news": [_news_values(one) for one in delivery.news]}


def _delivery_of(document: Document) -> Delivery:
    news = tuple(_news_of(one) for one in document["news"])
    return replace(thing_of(Delivery, document | {"news": []}), news=news)


def _news_values(news: News) -> dict[str, Any]:
    campaign = news.campaign_id and news.campaign_id.hex
    return {
        "type": news.type.value,
        "at": (news.at - EPOCH) // _MICROSECOND,
        "campaign": campaign,
        "rows": list(news.rows),
    }


def _news_of(values: Mapping[str, Any]) -> News:
    campaign = UUID(values["campaign"]) if values["campaign"] else None
    return News(
        EventType(values["type"]), EPOCH + values["at"] * _MICROSECOND, campaign, tuple(values["rows"])
    )
