"""A snapshot that is taken while lanes send: the books in it add up, whatever was written in between."""

import asyncio
from collections import Counter
from typing import Any

from campana.domain.messages import MessageStatus
from campana.engine.ports import Store
from campana.engine.ports.copying import Snapshot
from tests.conftest import OpenAgain
from tests.support.cast import (
    TODAY,
    hold_lane,
    make_account,
    make_sender,
    running_campaign,
    settle,
    take,
    told,
    wamid,
)


async def test_the_books_add_up_in_the_midst_of_sending(store: Store, open_again: OpenAgain) -> None:
    other = await open_again()
    account = await make_account(store)
    sender = await make_sender(store, account)
    begun = asyncio.Event()
    done = asyncio.Event()

    async def send() -> None:
        lease = await hold_lane(other, sender)
        while not done.is_set():
            campaign = await running_campaign(other, sender, 6)
            taken = await take(other, lease, campaign, limit=4)
            begun.set()
            await settle(other, lease, taken[:2])
            await told(other, sender, wamid(campaign.id, taken[0].row), MessageStatus.READ)
            await settle(other, lease, taken[2:3], MessageStatus.FAILED)

    sending = asyncio.create_task(send())
    await begun.wait()
    for _ in range(3):
        async with store.snapshot() as snapshot:
            await _check(store, snapshot)
    done.set()
    await sending


async def _check(store: Store, snapshot: Snapshot) -> None:
    found = {kind.name: await _records(store, snapshot, kind.name) for kind in store.kinds()}
    open_ones = {one["id"] for one in found["campaigns"] if one["opened"]}
    assert open_ones
    of_campaign = {campaign: Counter[str]() for campaign in open_ones}
    for message in found["messages"]:
        if message["campaign_id"] in open_ones:
            of_campaign[message["campaign_id"]][message["status"]] += 1
    for counts in found["counts"]:
        if counts["campaign_id"] in open_ones:
            told = {status: counts[status.value.lower()] for status in MessageStatus}
            assert +Counter(told) == +of_campaign[counts["campaign_id"]]
    (lane,) = found["lanes"]
    # A campaign that was opened meanwhile is told as in the making; the lane may have begun with it.
    assert lane["in_flight"] >= sum(counted["SENDING"] for counted in of_campaign.values())
    used = sum(counted["SENT"] + counted["READ"] for counted in of_campaign.values())
    assert {one["day"] for one in found["usage"]} <= {TODAY}
    assert sum(one["used"] for one in found["usage"]) >= used
    accepted = [one for one in found["accepted_quarters"] if one["campaign_id"] in open_ones]
    assert sum(one["sent"] + one["read"] for one in accepted) == used


async def _records(store: Store, snapshot: Snapshot, name: str) -> list[dict[str, Any]]:
    kind = next(kind for kind in store.kinds() if kind.name == name)
    return [
        dict(zip(kind.fields, record, strict=True))
        async for records in snapshot.records(kind)
        for record in records
    ]
