"""Lanes: one holder at a time, growing fences, and what a lost lease leaves behind."""

import asyncio

import pytest

from campana.domain.messages import MessageStatus
from campana.engine.ports import HostPace, LeaseLost, Store
from tests.conftest import OpenAgain
from tests.support.cast import (
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_sender,
    outcome,
    running_campaign,
    settle,
    take,
    told,
    view_of,
    wamid,
)

GONE = -1.0
"""A time to live that has run out when it begins."""


async def test_a_lane_has_one_holder(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    lease = await hold_lane(store, sender)
    assert await store.acquire(sender.id, "worker-2", ttl_s=60, day=TODAY) is None
    assert await store.acquire(sender.id, lease.owner, ttl_s=60, day=TODAY) is None
    (holder,) = await store.holders()
    assert (holder.sender_id, holder.owner, holder.fence) == (sender.id, "worker-1", lease.fence)
    assert 50 < holder.expires_in_s <= 60


async def test_of_many_who_want_a_lane_one_gets_it(store: Store, open_again: OpenAgain) -> None:
    sender = await make_sender(store, await make_account(store))
    stores = [store, await open_again(), await open_again()]
    tries = (one.acquire(sender.id, f"worker-{n}", ttl_s=60, day=TODAY) for n, one in enumerate(stores * 3))
    leases = [lease for lease in await asyncio.gather(*tries) if lease is not None]
    assert len(leases) == 1


async def test_nobody_holds_the_lane_of_no_sender(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    assert await store.acquire(sender.account_id, "worker-1", ttl_s=60, day=TODAY) is None


async def test_the_fence_grows_with_every_holding(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    fences = []
    for end in ("release", "void", "run out"):
        lease = await hold_lane(store, sender, ttl_s=GONE if end == "run out" else 60)
        fences.append(lease.fence)
        if end == "release":
            await store.release(lease)
        if end == "void":
            assert await store.void(sender.id, lease.fence)
    fences.append((await hold_lane(store, sender)).fence)
    assert fences == sorted(set(fences))


async def test_quiet_tells_how_long_nobody_can_have_sent(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    first = await hold_lane(store, sender)
    assert first.quiet_s > 1e6
    await store.release(first)
    second = await hold_lane(store, sender, ttl_s=-10)
    assert 0 <= second.quiet_s < 5
    third = await hold_lane(store, sender, ttl_s=-10)
    assert 10 <= third.quiet_s < 16
    assert await store.void(sender.id, third.fence)
    assert 0 <= (await hold_lane(store, sender)).quiet_s < 5


async def test_only_the_holder_renews(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    old = await hold_lane(store, sender, ttl_s=GONE)
    assert await store.renew(old, ttl_s=GONE), "ran out, but nobody else took it"
    new = await hold_lane(store, sender, "worker-2")
    assert not await store.renew(old, ttl_s=60)
    assert await store.renew(new, ttl_s=100)
    (holder,) = await store.holders()
    assert holder.owner == "worker-2"
    assert holder.expires_in_s > 90
    await store.release(new)
    assert not await store.renew(new, ttl_s=60)


async def test_an_old_lease_ends_nothing(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    old = await hold_lane(store, sender, ttl_s=GONE)
    await hold_lane(store, sender, "worker-2")
    await store.release(old)
    assert not await store.void(sender.id, old.fence)
    (holder,) = await store.holders()
    assert holder.owner == "worker-2"


async def test_nothing_is_taken_without_a_living_lease(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lost = await hold_lane(store, sender, ttl_s=GONE)
    with pytest.raises(LeaseLost):
        await take(store, lost, campaign)
    current = await hold_lane(store, sender, "worker-2")
    with pytest.raises(LeaseLost):
        await take(store, lost, campaign)
    await store.release(current)
    with pytest.raises(LeaseLost):
        await take(store, current, campaign)
    assert (await counts_of(store, campaign)).pending == 10


async def test_a_new_holder_finds_what_was_on_its_way_unknown(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lost = await hold_lane(store, sender)
    taken = await take(store, lost, campaign, limit=4)
    assert await settle(store, lost, taken[:1]) == 1
    await store.release(lost)
    lease = await hold_lane(store, sender, "worker-2")
    assert lease.lost_track == 3
    counts = await counts_of(store, campaign)
    assert (counts.sent, counts.unknown, counts.sending, counts.pending) == (1, 3, 0, 6)
    assert await store.usage(sender.id, TODAY) == (4, 6)
    for message in await all_messages(store, campaign, statuses=[MessageStatus.UNKNOWN]):
        assert message.error_code == "lost_track"
        assert "may have gone out" in (message.error_reason or "")


async def test_an_answer_that_comes_after_the_lane_was_lost_is_recorded(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lost = await hold_lane(store, sender)
    taken = await take(store, lost, campaign, limit=4)
    await store.release(lost)
    lease = await hold_lane(store, sender, "worker-2")
    outcomes = [
        outcome(taken[0], MessageStatus.SENT),
        outcome(taken[1], MessageStatus.FAILED, code="131026", reason="not on WhatsApp"),
        outcome(taken[2], MessageStatus.PENDING),
        outcome(taken[3], MessageStatus.UNKNOWN),
    ]
    assert await store.settle(lease, outcomes, day=TODAY) == 0, "the new holder did not take them"
    assert await store.settle(lost, outcomes, day=TODAY) == 2
    assert await store.settle(lost, outcomes, day=TODAY) == 0
    counts = await counts_of(store, campaign)
    assert (counts.sent, counts.failed, counts.unknown) == (1, 1, 2)
    assert await store.usage(sender.id, TODAY) == (4, 6), "they counted once, when track was lost"
    assert await told(
        store, sender, wamid(campaign.id, taken[0].row), MessageStatus.DELIVERED, at=campaign.created_at
    )


async def test_expire_looks_after_lanes_that_nobody_takes(store: Store) -> None:
    account = await make_account(store)
    dead, alive = await make_sender(store, account), await make_sender(store, account, "Other")
    campaigns = [await running_campaign(store, dead), await running_campaign(store, dead)]
    kept = await running_campaign(store, alive)
    lost = await hold_lane(store, dead)
    assert len(await take(store, lost, *campaigns, limit=2)) == 4
    assert len(await take(store, await hold_lane(store, alive), kept, limit=3)) == 3
    assert await store.stranded() == []
    await store.release(lost)
    assert [sender.id for sender in await store.stranded()] == [dead.id]
    days = {dead.id: TODAY, alive.id: TODAY}
    assert await store.expire(day_of={alive.id: TODAY}) == 0
    assert await store.expire(day_of=days) == 4
    assert await store.expire(day_of=days) == 0
    assert await store.stranded() == []
    assert [(await counts_of(store, one)).unknown for one in (*campaigns, kept)] == [2, 2, 0]
    assert (await counts_of(store, kept)).sending == 3
    assert await store.usage(dead.id, TODAY) == (4, 16)
    assert (await hold_lane(store, dead)).lost_track == 0
    assert (await view_of(store, campaigns[0])).reserved == 8


async def test_a_host_is_slow_for_everybody(store: Store, open_again: OpenAgain) -> None:
    assert await store.host_pace("api.test") == HostPace()
    await store.slow_host("api.test", HostPace(hold_s=60, factor=0.5, reason="429"))
    other = await open_again()
    pace = await other.host_pace("api.test")
    assert (pace.factor, pace.reason) == (0.5, "429")
    assert 50 < pace.hold_s <= 60
    assert 0 <= pace.age_s < 10
    await store.slow_host("api.test", HostPace(hold_s=5, factor=0.25, reason="again"))
    pace = await other.host_pace("api.test")
    assert pace.hold_s > 50, "the longer hold stays"
    assert (pace.factor, pace.reason) == (0.25, "again")
    await store.slow_host("api.test", HostPace(hold_s=300, factor=1.0))
    assert (await other.host_pace("api.test")).hold_s > 250
    assert await other.host_pace("other.test") == HostPace()


async def test_workers_that_say_so_live_until_their_time_runs_out(store: Store) -> None:
    await store.say_alive("first", rate=2.5, ttl_s=60)
    await store.say_alive("second", rate=0, ttl_s=60)
    await store.say_alive("late", rate=0, ttl_s=0)
    assert [(each.owner, each.rate) for each in await store.workers()] == [("first", 2.5), ("second", 0.0)]


async def test_a_worker_that_says_so_again_is_the_same_one(store: Store) -> None:
    await store.say_alive("first", rate=1, ttl_s=60)
    await store.say_alive("second", rate=1, ttl_s=60)
    await store.say_alive("first", rate=3, ttl_s=60)
    first, second = await store.workers()
    assert (first.owner, first.rate, second.owner) == ("first", 3.0, "second")
    assert first.since_s >= first.seen_s >= 0


async def test_who_says_it_is_gone_is_not_counted_any_more(store: Store) -> None:
    for owner in ("first", "second"):
        await store.say_alive(owner, rate=0, ttl_s=60)
    await store.say_gone("first")
    await store.say_gone("never seen")
    assert [each.owner for each in await store.workers()] == ["second"]
