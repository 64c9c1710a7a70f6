"""The store alone: how fast lists are stored, campaigns loaded, messages taken and settled, on a database.

`python -m bench.store URL [SIZE …]` prints a table; `run` gives the same as data.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignStatus, Template
from campana.domain.messages import MessageStatus
from campana.domain.recipients import Recipient, RecipientList
from campana.domain.senders import Sender
from campana.engine.ports import Settlement, Share, Store, Taken
from campana.stores import open_store, upgrade

BATCH = 500
LIST_BATCH = 10_000
LOAD_BATCH = 10_000


async def run(url: str, sizes: Sequence[int] = (10_000, 1_000_000)) -> list[dict[str, Any]]:
    """For each size: recipients stored, messages loaded, taken and settled a second, and reports."""
    await upgrade(url)
    store = await open_store(url)
    try:
        return [await _measure(store, size) for size in sizes]
    finally:
        await store.close()


async def _measure(store: Store, size: int) -> dict[str, Any]:
    sender = await _sender(store, size)
    recipients, stored_s = await _list(store, sender, size)
    campaign, loaded_s = await _campaign(store, sender, recipients)
    now = datetime.now(UTC)
    await store.start(campaign.id, now=now, day=now.date(), daily_limit=sender.daily_limit)
    taken_s, settled_s = await _send_all(store, sender, campaign, size)
    return {
        "messages": size,
        "stored/s": round(size / stored_s),
        "loaded/s": round(size / loaded_s),
        "taken/s": round(size / taken_s),
        "settled/s": round(size / settled_s),
        "both/s": round(size / (taken_s + settled_s)),
    } | await _reads(store, campaign, size)


async def _send_all(store: Store, sender: Sender, campaign: Campaign, size: int) -> tuple[float, float]:
    """Seconds spent taking and settling all of the campaign, in batches."""
    lease = await store.acquire(sender.id, "bench", ttl_s=3600, day=datetime.now(UTC).date())
    assert lease is not None
    taken_s = settled_s = 0.0
    after = done = 0
    while done < size:
        began = time.perf_counter()
        now = datetime.now(UTC)
        taken = await store.take(
            lease, [Share(campaign.id, after, BATCH)], now=now, day=now.date(), daily_limit=sender.daily_limit
        )
        taken_s += time.perf_counter() - began
        settlements = [_accepted(one) for one in taken]
        began = time.perf_counter()
        changed = await store.settle(lease, settlements, day=now.date())
        settled_s += time.perf_counter() - began
        assert changed == len(taken) > 0
        after, done = taken[-1].row, done + len(taken)
    await store.release(lease)
    return taken_s, settled_s


def _accepted(taken: Taken) -> Settlement:
    return Settlement(
        campaign_id=taken.campaign_id,
        row=taken.row,
        status=MessageStatus.SENT,
        at=datetime.now(UTC),
        provider_message_id=f"wamid.HBgMOTE5ODc2NTQzMjEw{uuid4().hex}",
    )


async def _reads(store: Store, campaign: Campaign, size: int) -> dict[str, Any]:
    """Milliseconds for what pages show, the slowest of five tries each."""
    middle = (await store.messages(campaign.id, limit=1)).items[0].row + size // 2
    phone = f"{middle:08d}"

    async def slowest(*reads: Any) -> float:
        worst = 0.0
        for read in reads * 5:
            began = time.perf_counter()
            await read()
            worst = max(worst, time.perf_counter() - began)
        return round(worst * 1000, 1)

    def page(**query: Any) -> Any:
        return lambda: store.messages(campaign.id, limit=100, **query)

    return {
        "campaign ms": await slowest(lambda: store.campaign(campaign.account_id, campaign.id)),
        "page ms": await slowest(
            page(), page(statuses=[MessageStatus.SENT]), page(statuses=[MessageStatus.READ])
        ),
        "found ms": await slowest(page(q=f"+9198{phone}"), page(q=f"Person {middle}")),
        "not found ms": await slowest(page(q="0000000000000"), page(q="Nobody")),
    }


async def _sender(store: Store, size: int) -> Sender:
    now = datetime.now(UTC)
    account = Account(id=uuid4(), name=f"Bench {uuid4()}", created_at=now)
    await store.add_account(account)
    sender = Sender(
        id=uuid4(),
        account_id=account.id,
        name="Bench",
        provider="bizchat",
        sealed_credentials=None,
        credential_hints={},
        rate_limit_per_s=1000,
        daily_limit=2 * size,
        timezone=ZoneInfo("UTC"),
        country="IN",
        created_at=now,
    )
    await store.add_sender(sender)
    return sender


async def _list(store: Store, sender: Sender, size: int) -> tuple[RecipientList, float]:
    begun = RecipientList(
        id=uuid4(),
        account_id=sender.account_id,
        filename="bench.csv",
        columns=("phone", "name", "field_1", "field_2", "field_3"),
        phone_column="phone",
        name_column="name",
        country="IN",
        total=0,
        valid=0,
        invalid=0,
        duplicates=0,
        suppressed=0,
        blanks={},
        created_at=datetime.now(UTC),
    )
    await store.open_list(begun)
    spent = 0.0
    for start in range(0, size, LIST_BATCH):
        people = [_person(row) for row in range(start + 2, min(start + LIST_BATCH, size) + 2)]
        began = time.perf_counter()
        await store.add_recipients(begun.id, people, [])
        spent += time.perf_counter() - began
    began = time.perf_counter()
    closed = await store.close_list(replace(begun, total=size, valid=size))
    return closed, spent + time.perf_counter() - began


def _person(row: int) -> Recipient:
    # Numbers come in no order in people's lists; the factor has no common divisor with the count of numbers.
    phone = f"+9198{row * 77_777_777 % 100_000_000:08d}"
    name = f"Person {row}"
    return Recipient(
        row=row, phone=phone, name=name, values=(phone, name, "Pune", "20 % off", f"ORDER-{row}")
    )


async def _campaign(store: Store, sender: Sender, recipients: RecipientList) -> tuple[Campaign, float]:
    now = datetime.now(UTC)
    campaign = await store.add_campaign(
        Campaign(
            id=uuid4(),
            account_id=sender.account_id,
            sender_id=sender.id,
            recipient_list_id=recipients.id,
            name="Bench",
            template=Template("offer", "en_US"),
            fields={"field_1": "Hi {name}"},
            header=None,
            status=CampaignStatus.DRAFT,
            scheduled_at=now,
            created_at=now,
        )
    )
    began = time.perf_counter()
    while await store.load(campaign.id, limit=LOAD_BATCH):
        pass
    await store.open_campaign(campaign.id, CampaignStatus.SCHEDULED)
    return campaign, time.perf_counter() - began


def main() -> None:
    """A row for each size."""
    rows = asyncio.run(run(sys.argv[1], [int(size) for size in sys.argv[2:]] or (10_000, 1_000_000)))
    for name in rows[0]:
        print(f"{name:>14}", *(f"{row[name]:>12,}" for row in rows))


if __name__ == "__main__":
    main()
