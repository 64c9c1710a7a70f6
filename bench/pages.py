"""How long the server takes for a page, with a campaign of a million messages and 100,000 campaigns."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import aiohttp
from sqlalchemy import insert

from bench.million import Million
from bench.report import Row
from bench.workshop import Workshop
from campana.domain.campaigns import CampaignStatus
from campana.engine.ids import new_id
from campana.stores.quarters import quarter_of
from campana.stores.sql.rows import campaign_values
from campana.stores.sql.schema import accepted_quarters, campaigns, counts
from campana.stores.sql.store import SqlStore
from campana.stores.sql.transactions import Transaction

TITLE = "Pages: made at the server, with a campaign of a million messages in the database"
PAGE_MS = 100
TIMES = 10
CAMPAIGNS = 100_000
STATUSES = (*[CampaignStatus.COMPLETED] * 97, *[CampaignStatus.SCHEDULED] * 2, CampaignStatus.FAILED)


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """Each page several times; the slowest counts."""
    for database in workshop.databases:
        million = await workshop.million(database)
        await million.mix()
        many = workshop.size(CAMPAIGNS, quick=1000)
        await _add_campaigns(million, many)
        serve = await million.site.product.start("serve")
        async with aiohttp.ClientSession() as session:
            await _took(session, million, "/", 1)
            for name, paths in _pages(million, many).items():
                took = [(each, path) for path in paths for each in await _took(session, million, path, TIMES)]
                worst, path = max(took)
                typical = median(each for each, _ in took)
                measured = f"median {typical:.1f}, worst {worst:.1f} ms ({path[:60]})"
                yield Row(f"{database}: {name}", measured, f"at most {PAGE_MS} ms", worst <= PAGE_MS)
        await million.site.stop(serve)


def _pages(million: Million, many: int) -> dict[str, list[str]]:
    campaign = f"/campaigns/{million.campaign_id}"
    today = datetime.now(UTC).date()
    return {
        "Dashboard": ["/"],
        f"Campaign History of {many:,}, each order and status": [
            f"/campaigns?sort={order}&status={status}"
            for order in ("newest", "soonest", "latest", "name")
            for status in ("", "COMPLETED", "FAILED")
        ],
        f"Campaign History of {many:,}, searched": [
            f"/campaigns?q={q}" for q in ("offer 99", "no such campaign", "9", "offer")
        ],
        f"Campaign of {million.size:,} messages": [campaign, f"{campaign}?status=FAILED"],
        f"Campaign of {million.size:,} messages, searched": [
            f"{campaign}?q=Person+99999",
            f"{campaign}?q=4999",
        ],
        "What is reckoned anew every few seconds": [f"{campaign}/insight"],
        f"Reports, 30 days and a year of {many:,} campaigns": [
            f"/reports?since={today - timedelta(days=days)}&until={today}" for days in (30, 365)
        ],
    }


async def _took(session: aiohttp.ClientSession, million: Million, path: str, times: int) -> list[float]:
    product = million.site.product
    headers = {"Authorization": f"Bearer {product.key}", "Accept": "text/html"}
    took = []
    for _ in range(times):
        began = time.perf_counter()
        async with session.get(product.url + path, headers=headers) as answer:
            await answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        took.append((time.perf_counter() - began) * 1000)
    return took


async def _add_campaigns(million: Million, count: int) -> None:
    """Campaigns of the past as the store has them; making them by its verbs would take half an hour."""
    store = million.site.store
    if not isinstance(store, SqlStore):
        raise TypeError("only SQL stores can be filled like that")
    view = await store.campaign(million.site.account_id, million.campaign_id)
    if view is None:
        raise RuntimeError("the campaign is gone")
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        status = STATUSES[number % len(STATUSES)]
        when = now + timedelta(minutes=number - (0 if status is CampaignStatus.SCHEDULED else 2 * count))
        rows.append(
            campaign_values(view.campaign)
            | {
                "id": new_id(),
                "name": f"Offer {number}",
                "name_key": f"offer {number}",
                "status": status.value,
            }
            | {"created_at": when, "scheduled_at": when, "opened": True, "idempotency_key": None}
            | {"started_at": None if status is CampaignStatus.SCHEDULED else when}
        )
    begun = [row for row in rows if row["started_at"] is not None]

    async def work(tx: Transaction) -> None:
        await tx.execute(insert(campaigns), rows)
        await tx.execute(insert(counts), [{"campaign_id": row["id"], "sent": 5, "total": 5} for row in rows])
        await tx.execute(insert(accepted_quarters), [_quarter(row) for row in begun])

    await store._database.write(work)


def _quarter(campaign: dict[str, Any]) -> dict[str, Any]:
    return {
        "campaign_id": campaign["id"],
        "quarter": quarter_of(campaign["started_at"]),
        "account_id": campaign["account_id"],
        "sent": 5,
    }
