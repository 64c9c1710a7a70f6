"""Outgoing webhooks: what verbs keep as news, posts made of it, and how their tries are kept."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from campana.domain.campaigns import CampaignKind, CampaignStatus
from campana.domain.endpoints import Delivery, DeliveryStatus, Endpoint, EventType, News
from campana.domain.errors import NotFound
from campana.domain.messages import MessageStatus
from campana.engine.ports import Store
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
    suppress,
    take,
    told,
    wamid,
)
from tests.support.cast import TODAY as DAY

C, E, M, D = CampaignStatus, EventType, MessageStatus, DeliveryStatus


async def make_endpoint(store: Store, account, **changes) -> Endpoint:
    endpoint = Endpoint(
        id=uuid4(),
        account_id=account.id,
        url="https://shop.test/hook",
        events=frozenset({E.CAMPAIGN_COMPLETED, E.MESSAGE_READ}),
        sealed="sealed",
        created_at=MORNING,
    )
    endpoint = replace(endpoint, **changes)
    await store.add_endpoint(endpoint)
    return endpoint


def post(endpoint: Endpoint, **changes) -> Delivery:
    news = (News(E.MESSAGE_READ, MORNING, uuid4(), (2, 3)), News(E.TEST, MORNING))
    delivery = Delivery(uuid4(), endpoint.account_id, endpoint.id, MORNING, news)
    return replace(delivery, **changes)


async def kept(store: Store):
    """What was kept, and made posts of: (type, rows)."""
    found = await store.kept_news(limit=100)
    assert await store.pack([one.id for one in found], [])
    return [(one.news.type, one.news.rows) for one in found]


async def test_a_draft_that_gets_its_time_is_told_and_another_name_is_not(store: Store) -> None:
    account = await make_account(store)
    sender, people = await make_sender(store, account), await make_list(store, account)
    await make_endpoint(store, account)
    campaign = await make_campaign(store, sender, people)
    await kept(store)
    draft = replace(campaign, status=C.DRAFT, scheduled_at=None)
    for edited in (draft, replace(draft, name="Other"), campaign):
        assert await store.edit_campaign(edited)
    assert await kept(store) == [(E.CAMPAIGN_DRAFT, ()), (E.CAMPAIGN_SCHEDULED, ())]


async def test_what_happens_to_campaigns_and_messages_is_kept(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    await make_endpoint(store, account)
    campaign = await running_campaign(store, sender, 7)
    assert await kept(store) == [(E.CAMPAIGN_SCHEDULED, ()), (E.CAMPAIGN_PROCESSING, ())]
    await suppress(store, account, phone_of(6))
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=6)
    assert await kept(store) == [(E.MESSAGE_SKIPPED, (6,))]
    fates = (M.SENT, M.SENT, M.FAILED, M.UNKNOWN, M.PENDING)
    await store.settle(lease, [outcome(*one) for one in zip(taken, fates, strict=False)], day=DAY)
    assert set(await kept(store)) == {
        (E.MESSAGE_SENT, (2, 3)),
        (E.MESSAGE_FAILED, (4,)),
        (E.MESSAGE_UNKNOWN, (5,)),
    }
    for _ in range(2):  # the second one says nothing new
        await told(store, sender, wamid(campaign.id, 2), M.READ)
    assert await kept(store) == [(E.MESSAGE_READ, (2,))]
    await store.release(lease)
    await store.expire(day_of={sender.id: DAY})
    assert await kept(store) == [(E.MESSAGE_UNKNOWN, (8,))]
    for status in (C.PAUSED, C.CANCELLED):
        await store.move(campaign.id, status, origins={C.PROCESSING, C.PAUSED} - {status}, at=MORNING)
    await store.sweep(campaign.id, code="cancelled", reason="", at=MORNING, limit=10)
    assert await kept(store) == [
        (E.CAMPAIGN_PAUSED, ()),
        (E.CAMPAIGN_CANCELLED, ()),
        (E.MESSAGE_SKIPPED, (7,)),
    ]


async def test_nothing_is_kept_where_nobody_asks(store: Store) -> None:
    ours, theirs = await make_account(store), await make_account(store, "Bakery")
    await make_endpoint(store, ours, enabled=False)
    await make_endpoint(store, theirs)
    await running_campaign(store, await make_sender(store, ours), 2)
    await running_campaign(store, await make_sender(store, theirs), 1, kind=CampaignKind.TEST)
    assert await store.kept_news(limit=10) == []


async def test_what_is_undone_is_not_told(store: Store) -> None:
    account = await make_account(store)
    await make_endpoint(store, account)
    campaign = await running_campaign(store, await make_sender(store, account), 2)
    await kept(store)
    assert not await store.move(campaign.id, C.COMPLETED, origins={C.PROCESSING}, at=MORNING)
    assert await kept(store) == []


async def test_news_becomes_posts_once(store: Store) -> None:
    account = await make_account(store)
    endpoint = await make_endpoint(store, account)
    await running_campaign(store, await make_sender(store, account), 1)
    ids = [one.id for one in await store.kept_news(limit=10)]
    assert await store.pack(ids, [post(endpoint)])
    assert not await store.pack(ids, [post(endpoint)])
    page = await store.deliveries(account.id, endpoint.id, limit=10)
    assert len(page.items) == 1


async def test_an_endpoint_is_its_accounts_own(store: Store) -> None:
    ours, theirs = await make_account(store), await make_account(store, "Bakery")
    endpoint = await make_endpoint(store, ours)
    assert await store.endpoint(ours.id, endpoint.id) == endpoint
    assert await store.endpoint(theirs.id, endpoint.id) is None
    assert await store.endpoints([theirs.id]) == []
    assert not await store.drop_endpoint(theirs.id, endpoint.id)
    with pytest.raises(NotFound):
        await store.save_endpoint(replace(endpoint, account_id=theirs.id))
    changed = replace(endpoint, url="https://shop.test/other", events=frozenset({E.MESSAGE_SENT}))
    await store.save_endpoint(changed)
    assert await store.endpoints([ours.id, theirs.id]) == [changed]
    await store.add_delivery(post(endpoint))
    assert await store.drop_endpoint(ours.id, endpoint.id)
    assert (await store.deliveries(ours.id, endpoint.id, limit=10)).items == ()


async def test_the_oldest_post_is_due_at_endpoints_that_are_on_and_rested(store: Store) -> None:
    account = await make_account(store)
    on = await make_endpoint(store, account)
    for changes in ({"enabled": False}, {"rests_until": MORNING + timedelta(seconds=1)}, {}):
        other = await make_endpoint(store, account, **changes)
        if changes:
            await store.add_delivery(post(other))
    old, new = post(on), post(on, created_at=MORNING + timedelta(seconds=1))
    for one in (new, old):
        await store.add_delivery(one)
    assert await store.due_endpoints(MORNING) == [on]
    assert len(await store.due_endpoints(MORNING + timedelta(seconds=1))) == 2
    assert await store.next_delivery(on.id) == old
    done = replace(old, status=D.DELIVERED, tries=1, tried_at=MORNING, answered=204, took_ms=7)
    assert await store.tried(old, done, on)
    assert await store.next_delivery(on.id) == new
    assert await store.delivery(account.id, old.id) == done
    assert await store.delivery(uuid4(), old.id) is None


async def test_a_try_counts_once_and_leaves_the_switch_to_people(store: Store) -> None:
    account = await make_account(store)
    endpoint = await make_endpoint(store, account)
    first = post(endpoint)
    await store.add_delivery(first)
    failed = replace(first, tries=1, tried_at=MORNING, said="no route")
    resting = replace(endpoint, failures=1, failing_since=MORNING, rests_until=MORNING + timedelta(seconds=5))
    await store.save_endpoint(replace(endpoint, enabled=False))
    assert await store.tried(first, failed, resting)
    assert not await store.tried(first, failed, resting)
    assert await store.endpoint(account.id, endpoint.id) == replace(resting, enabled=False)
    gave_up = replace(failed, status=D.GAVE_UP, tries=2)
    off = replace(resting, enabled=False, off_reason="nothing could be delivered for a day")
    assert await store.tried(failed, gave_up, off)
    assert await store.endpoint(account.id, endpoint.id) == off
    assert await store.next_delivery(endpoint.id) is None
    assert await store.deliver_again(account.id, first.id)
    assert not await store.deliver_again(account.id, first.id)
    again = await store.next_delivery(endpoint.id)
    assert (again.id, again.tries, again.status) == (first.id, 0, D.WAITING)


async def test_old_posts_are_forgotten(store: Store) -> None:
    account = await make_account(store)
    endpoint = await make_endpoint(store, account)
    for days in (0, 1, 2):
        await store.add_delivery(post(endpoint, created_at=MORNING + timedelta(days=days)))
    assert await store.drop_deliveries(MORNING + timedelta(days=1)) == 1
    page = await store.deliveries(account.id, endpoint.id, limit=1)
    assert [one.created_at for one in page.items] == [MORNING + timedelta(days=2)]
    page = await store.deliveries(account.id, endpoint.id, limit=1, cursor=page.next_cursor)
    assert ([one.created_at for one in page.items], page.next_cursor) == ([MORNING + timedelta(days=1)], None)


async def test_messages_are_found_by_their_rows(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 5)
    found = await store.messages_in(campaign.id, [3, 5, 99])
    assert {row: (one.phone, one.status) for row, one in found.items()} == {
        3: (phone_of(3), M.PENDING),
        5: (phone_of(5), M.PENDING),
    }
    assert await store.messages_in(uuid4(), [3]) == {}
