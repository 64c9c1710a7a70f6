"""What stands in a post: each event with its campaign or message as these are now."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from campana.domain.endpoints import Delivery, News
from campana.domain.messages import Counts, Message
from campana.domain.times import iso
from campana.engine.ports import CampaignView, Store

_COUNTED = ("total", "pending", "sending", "sent", "delivered", "read", "failed", "unknown", "skipped")


async def body_of(delivery: Delivery, store: Store) -> bytes:
    """The post's body, as JSON. Events of what is gone by now tell its ids and its state alone."""
    rows: dict[UUID, set[int]] = defaultdict(set)
    for news in delivery.news:
        if news.campaign_id is not None:
            rows[news.campaign_id] |= set(news.rows)
    views = {one: await store.campaign(delivery.account_id, one) for one in rows}
    found = {one: await store.messages_in(one, wanted) if wanted else {} for one, wanted in rows.items()}
    events: list[dict[str, Any]] = []
    for news in delivery.news:
        told = {"type": news.type.value, "at": iso(news.at)}
        if news.campaign_id is None:
            events.append(told)
        elif not news.rows:
            events.append(told | {"campaign": _campaign(news, views[news.campaign_id])})
        else:
            known = found[news.campaign_id]
            events += [told | {"message": _message(news, row, known)} for row in news.rows]
    text = {
        "id": str(delivery.id),
        "account_id": str(delivery.account_id),
        "created_at": iso(delivery.created_at),
        "events": events,
    }
    return json.dumps(text, ensure_ascii=False, separators=(",", ":")).encode()


def _campaign(news: News, view: CampaignView | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(news.campaign_id), "status": _status(news)}
    if view is None:
        return told
    campaign = view.campaign
    times = {name: getattr(campaign, name) for name in ("scheduled_at", "started_at", "completed_at")}
    return (
        told
        | {"name": campaign.name, "error": campaign.error}
        | {name: iso(moment) if moment else None for name, moment in times.items()}
        | {"counts": _counts(view.counts)}
    )


def _message(news: News, row: int, known: Mapping[int, Message]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": f"{news.campaign_id}-{row}",
        "campaign_id": str(news.campaign_id),
        "row": row,
        "status": _status(news),
    }
    message = known.get(row)
    if message is None:
        return told
    error = {"code": message.error_code, "reason": message.error_reason} if message.error_code else None
    times = {name: getattr(message, name) for name in ("sent_at", "delivered_at", "read_at")}
    return (
        told
        | {"phone": message.phone, "provider_message_id": message.provider_message_id, "error": error}
        | {name: iso(moment) if moment else None for name, moment in times.items()}
    )


def _status(news: News) -> str:
    return news.type.value.partition(".")[2].upper()


def _counts(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in _COUNTED}
