"""Campaigns at a glance: in every order, page by page; what runs; why messages did not arrive; the pace."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from campana.domain.campaigns import CampaignStatus
from campana.domain.errors import InvalidInput
from campana.domain.messages import MessageStatus
from campana.engine.ports import PACE_SPAN_S, CampaignOrder, Store
from tests.support.cast import (
    MORNING,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    outcome,
    phone_of,
    running_campaign,
    settle,
    suppress,
    take,
)
from tests.support.cast import TODAY as DAY

C, M = CampaignStatus, MessageStatus
ORDERS = list(CampaignOrder)


async def walk(store: Store, account_id, *, page=3, **query):
    """Every campaign of a list, page by page."""
    found, cursor = [], None
    while True:
        got = await store.campaigns(account_id, limit=page, cursor=cursor, **query)
        found += [view.campaign for view in got.items]
        cursor = got.next_cursor
        if cursor is None:
            return found
        assert len(got.items) == page


async def some_campaigns(store: Store, account):
    """Eleven campaigns of three statuses; times and names fall together in places."""
    sender, people = await make_sender(store, account), await make_list(store, account, 1)
    made = []
    for number in range(11):
        planned = None if number % 3 == 0 else MORNING + timedelta(hours=number % 4)
        campaign = await make_campaign(
            store,
            sender,
            people,
            name=f"{'Zebra' if number % 2 else 'äpple'} {number % 5}",
            created_at=MORNING + timedelta(minutes=number // 2),
            scheduled_at=planned,
            status=C.SCHEDULED if planned else C.DRAFT,
        )
        if number == 4:
            await store.move(campaign.id, C.PAUSED, origins={C.SCHEDULED}, at=MORNING)
        made.append((await store.campaign(account.id, campaign.id)).campaign)
    return made


def sorted_by(order: CampaignOrder, campaigns):
    """As the order says; equal ones by id, in the direction of the order."""
    timed = [one for one in campaigns if one.scheduled_at]
    match order:
        case CampaignOrder.NEWEST:
            return sorted(campaigns, key=lambda one: (one.created_at, one.id), reverse=True)
        case CampaignOrder.SOONEST:
            return sorted(timed, key=lambda one: (one.scheduled_at, one.id))
        case CampaignOrder.LATEST:
            return sorted(timed, key=lambda one: (one.scheduled_at, one.id), reverse=True)
    return None


@pytest.mark.parametrize("order", ORDERS)
async def test_pages_of_every_order_hold_each_campaign_once(store: Store, order: CampaignOrder) -> None:
    account = await make_account(store)
    made = await some_campaigns(store, account)
    for statuses in ((), (C.SCHEDULED,), (C.SCHEDULED, C.PAUSED, C.DRAFT)):
        wanted = [one for one in made if not statuses or one.status in statuses]
        for page in (1, 3, 50):
            found = await walk(store, account.id, page=page, statuses=statuses, order=order)
            expected = sorted_by(order, wanted)
            if expected is not None:
                assert found == expected
                continue
            assert {one.id for one in found} == {one.id for one in wanted}
            keys = [(one.name.casefold(), one.id) for one in found]
            assert all(before <= after for before, after in pairwise(keys))


@pytest.mark.parametrize("order", ORDERS)
async def test_a_part_of_a_name_narrows_every_order(store: Store, order: CampaignOrder) -> None:
    account = await make_account(store)
    made = await some_campaigns(store, account)
    found = await walk(store, account.id, page=1, q="PPLE 2", order=order)
    named = [one for one in made if one.name == "äpple 2"]
    if order in (CampaignOrder.SOONEST, CampaignOrder.LATEST):
        named = [one for one in named if one.scheduled_at]
    assert len(named) >= 1
    assert sorted(one.id for one in found) == sorted(one.id for one in named)


async def test_a_cursor_belongs_to_its_order(store: Store) -> None:
    account = await make_account(store)
    await some_campaigns(store, account)
    for order in ORDERS:
        cursor = (await store.campaigns(account.id, limit=2, order=order)).next_cursor
        assert cursor is not None
        for other in ORDERS:
            if other is not order:
                with pytest.raises(InvalidInput, match="not a cursor of this list"):
                    await store.campaigns(account.id, limit=2, order=other, cursor=cursor)
    for rubbish in (
        "",
        "newest",
        "newest..",
        "newest.zz.zz",
        "newest." + "f" * 400 + "." + "0" * 32,
        "newest.ff.0",
    ):
        with pytest.raises(InvalidInput):
            await store.campaigns(account.id, limit=2, cursor=rubbish)


async def test_running_campaigns_of_the_accounts_named(store: Store) -> None:
    ours, theirs = await make_account(store), await make_account(store, "Bakery")
    sender, other = await make_sender(store, ours), await make_sender(store, theirs)
    running = await running_campaign(store, sender, 4)
    paused = await running_campaign(store, sender, 4)
    await store.move(paused.id, C.PAUSED, origins={C.PROCESSING}, at=MORNING)
    foreign = await running_campaign(store, other, 4)
    await make_campaign(store, sender, await make_list(store, ours))

    async def found(*accounts):
        return {view.campaign.id for view in await store.running([one.id for one in accounts])}

    assert await found(ours) == {running.id}
    assert await found(ours, theirs) == {running.id, foreign.id}
    assert await found() == set()
    (view,) = await store.running([ours.id])
    assert view.counts.pending == 4


async def test_reasons_are_counted_as_messages_stand_now(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    campaign = await running_campaign(store, sender, 8)
    await suppress(store, account, phone_of(8))
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=8)
    results = [
        outcome(taken[0], M.FAILED, code="131026", reason="cannot be reached"),
        outcome(taken[1], M.FAILED, code="131026", reason="cannot be reached"),
        outcome(taken[2], M.FAILED, code="bad_recipient", reason="no number"),
        outcome(taken[3], M.UNKNOWN, code="read_timeout", reason="no answer"),
        outcome(taken[4], M.PENDING, code="dns", reason="later", not_before=MORNING),
        *(outcome(one, M.SENT) for one in taken[5:]),
    ]
    await store.settle(lease, results, day=DAY)

    async def told():
        return [(one.status, one.code, one.count) for one in await store.reasons(campaign.id)]

    found = await store.reasons(campaign.id)
    assert found[0].count == 2
    assert {
        (one.status, one.code): (one.count, one.example) for one in found if one.code != "suppressed"
    } == {
        (M.FAILED, "131026"): (2, "cannot be reached"),
        (M.FAILED, "bad_recipient"): (1, "no number"),
        (M.UNKNOWN, "read_timeout"): (1, "no answer"),
    }
    assert Counter(status for status, _, _ in await told())[M.SKIPPED] == 1
    await store.retry(campaign.id, M.FAILED, now=MORNING, limit=50)
    assert M.FAILED not in {status for status, _, _ in await told()}


async def test_the_pace_holds_all_that_was_accepted(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 6)
    assert await store.pace(campaign.id) == []
    began = datetime.now(UTC) - timedelta(seconds=PACE_SPAN_S + 5)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign, limit=2))
    await settle(store, lease, await take(store, lease, campaign, limit=1), M.FAILED)
    await settle(store, lease, await take(store, lease, campaign, limit=3))
    samples = await store.pace(campaign.id)
    assert sum(one.accepted for one in samples) == 5
    assert all(began < one.began < datetime.now(UTC) + timedelta(seconds=5) for one in samples)
    assert [one.began for one in samples] == sorted({one.began for one in samples})
