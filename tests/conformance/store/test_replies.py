"""Replies: kept once, obeyed in the order in which people wrote them, whatever order they arrive in."""

import asyncio
import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campana.domain.messages import MessageStatus
from campana.domain.optouts import Wish
from campana.domain.recipients import FROM_THE_PERSON, Suppression, SuppressionSource
from campana.domain.replies import KeptReply, ReplyCounts
from campana.domain.senders import Sender
from campana.engine.ports import Addressed, Heard, Store, SuppressionFilter
from campana.stores import open_store
from tests.conftest import OpenAgain
from tests.support.cast import (
    MORNING,
    hold_lane,
    make_account,
    make_sender,
    phone_of,
    running_campaign,
    settle,
    suppress,
    take,
    wamid,
)
from tests.support.stores import FreshUrl

PHONE = phone_of(2)


def reply(sender: Sender, name: str = "r1", wish: Wish | None = None, **changes: Any) -> KeptReply:
    kept = KeptReply(
        id=uuid4(),
        account_id=sender.account_id,
        sender_id=sender.id,
        phone=PHONE,
        text=wish or "Thanks!",
        at=MORNING,
        provider_message_id=name,
        wish=wish,
    )
    return replace(kept, **changes)


def heard(kept: KeptReply) -> Heard:
    """What the engine makes of it."""
    if kept.wish is not Wish.STOP:
        return Heard(kept, lifts=FROM_THE_PERSON if kept.wish else frozenset())
    asked = Suppression(uuid4(), kept.account_id, kept.phone, "wrote stop", SuppressionSource.REPLY, MORNING)
    return Heard(kept, stop=asked)


async def sources(store: Store, sender: Sender) -> list[str]:
    page = await store.suppressions(sender.account_id, limit=9, which=SuppressionFilter(PHONE))
    return [one.source for one in page.items]


async def test_a_reply_is_kept_once_and_as_given(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    full = reply(sender, name="r1", text="Sí 🙏", is_button=True, campaign_id=campaign.id, row=2)
    full = replace(full, wish=Wish.STOP, at=MORNING + timedelta(seconds=1))
    other = reply(sender, "r2", campaign_id=campaign.id)
    elsewhere = reply(sender, "r3")
    assert await store.keep_replies([heard(full), heard(other), heard(elsewhere)]) == 3
    again = replace(full, id=uuid4(), text="other")
    assert await store.keep_replies([heard(again), heard(replace(other, id=uuid4()))]) == 0
    assert await store.keep_replies([]) == 0
    first = await store.replies(sender.account_id, campaign.id, limit=1)
    assert first.items == (full,)
    second = await store.replies(sender.account_id, campaign.id, limit=1, cursor=first.next_cursor)
    assert (second.items, second.next_cursor) == ((other,), None)
    assert (await store.replies(uuid4(), campaign.id, limit=9)).items == ()
    assert await store.reply_counts([campaign.id, uuid4()]) == {campaign.id: ReplyCounts(2, 1)}


async def test_another_senders_reply_may_have_the_same_name(store: Store) -> None:
    account = await make_account(store)
    one, two = await make_sender(store, account), await make_sender(store, account, "Other")
    assert await store.keep_replies([heard(reply(one)), heard(reply(two))]) == 2


async def test_a_stop_is_obeyed_at_once_and_a_start_takes_it_back(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    await store.keep_replies([heard(reply(sender, "r1", Wish.STOP))])
    assert await sources(store, sender) == ["reply"]
    assert await store.suppressed_among(sender.account_id, [PHONE, phone_of(3)]) == {PHONE}
    assert await store.suppressed_among(sender.account_id, []) == frozenset()
    later = MORNING + timedelta(minutes=1)
    await store.keep_replies([heard(reply(sender, "r2", Wish.START, at=later))])
    assert await sources(store, sender) == []


@pytest.mark.parametrize("source", list(SuppressionSource))
async def test_a_start_ends_only_what_came_from_the_person(store: Store, source: SuppressionSource) -> None:
    sender = await make_sender(store, await make_account(store))
    known = Suppression(uuid4(), sender.account_id, PHONE, "why", source, MORNING)
    await store.add_suppressions([known])
    await store.keep_replies([heard(reply(sender, "r1", Wish.STOP))])
    assert await sources(store, sender) == [source], "what is there stays as it is"
    await store.keep_replies([heard(reply(sender, "r2", Wish.START, at=MORNING + timedelta(1)))])
    assert await sources(store, sender) == ([] if source in FROM_THE_PERSON else [source])


async def test_a_stop_that_comes_again_does_not_undo_what_was_decided_since(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    stop = heard(reply(sender, "r1", Wish.STOP))
    await store.keep_replies([stop])
    (there,) = (await store.suppressions(sender.account_id, limit=9)).items
    assert await store.drop_suppression(sender.account_id, there.id, at=MORNING)
    await store.keep_replies([replace(stop, reply=replace(stop.reply, id=uuid4()))])
    assert await sources(store, sender) == []


EVENTS = st.lists(
    st.tuples(st.sampled_from([Wish.STOP, Wish.START, None]), st.integers(0, 4)), min_size=1, max_size=5
)


@pytest.fixture
def fresh(store_kind: str, request: pytest.FixtureRequest) -> FreshUrl:
    """Makes databases of the kind under test, one for each history."""
    maker: FreshUrl = request.getfixturevalue(f"fresh_{store_kind}")
    return maker


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=EVENTS, data=st.data())
def test_any_order_of_arrival_ends_the_same(fresh: FreshUrl, events: list[Any], data: st.DataObject) -> None:
    """Doubled and shuffled; the last word counts, and of two at the same moment the stop."""
    arrivals = data.draw(st.permutations([*range(len(events)), *range(len(events))]))
    wishes = [(second, wish is Wish.STOP) for wish, second in events if wish]
    with fresh() as url:
        suppressed = asyncio.run(_suppressed_after(url, events, arrivals))
    assert suppressed == (bool(wishes) and max(wishes)[1])


async def _suppressed_after(url: str, events: list[Any], arrivals: list[int]) -> bool:
    store = await open_store(url)
    try:
        sender = await make_sender(store, await make_account(store))
        for number in arrivals:
            wish, second = events[number]
            kept = reply(sender, f"r{number}", wish, at=MORNING + timedelta(seconds=second))
            await store.keep_replies([heard(kept)])
        return bool(await sources(store, sender))
    finally:
        await store.close()


async def test_two_processes_hear_a_stop_and_a_start_at_once(store: Store, open_again: OpenAgain) -> None:
    other = await open_again()
    sender = await make_sender(store, await make_account(store))
    names = (f"r{number}" for number in itertools.count())
    for minute in range(0, 20, 2):
        stop = reply(sender, next(names), Wish.STOP, at=MORNING + timedelta(minutes=minute))
        start = reply(sender, next(names), Wish.START, at=MORNING + timedelta(minutes=minute + 1))
        await asyncio.gather(store.keep_replies([heard(stop)]), other.keep_replies([heard(start)]))
        assert await sources(store, sender) == []


async def test_lanes_see_that_somebody_opted_out(store: Store) -> None:
    account = await make_account(store)
    sender, elsewhere = await make_sender(store, account), await make_account(store, "Elsewhere")

    async def seen() -> int:
        view = await store.lane_view(sender.id, now=MORNING, day=MORNING.date())
        assert view is not None
        return view.opt_outs

    numbers = [await seen()]
    await suppress(store, elsewhere, PHONE)
    assert await seen() == numbers[-1]
    await suppress(store, account, PHONE)
    numbers.append(await seen())
    await suppress(store, account, PHONE)
    assert await seen() == numbers[-1], "what is known already is no news"
    await store.keep_replies([heard(reply(sender, "r1", Wish.STOP, phone=phone_of(5)))])
    numbers.append(await seen())
    assert numbers == sorted(set(numbers))


async def test_messages_to_a_number_are_found_the_latest_first(store: Store) -> None:
    account = await make_account(store)
    sender, other = await make_sender(store, account), await make_sender(store, account, "Other")

    async def message(by: Sender, at: datetime, status: MessageStatus, **changes: Any) -> Addressed:
        campaign = await running_campaign(store, by, 2)
        lease = await hold_lane(store, by)
        taken = await take(store, lease, campaign)
        await settle(store, lease, taken, status, at=at, **changes)
        await store.release(lease)
        return Addressed(campaign.id, 2, status, changes.get("code", ""), at)

    hours = [MORNING + timedelta(hours=hour) for hour in range(4)]
    old = await message(sender, hours[0], MessageStatus.SENT)
    failed = await message(sender, hours[1], MessageStatus.FAILED, code="131026")
    foreign = await message(other, hours[2], MessageStatus.UNKNOWN)
    new = await message(sender, hours[3], MessageStatus.SENT)
    await running_campaign(store, sender, 2)  # nothing of it left yet
    leaving = await running_campaign(store, other, 2)
    await take(store, await hold_lane(store, other), leaving, limit=1)
    on_its_way = Addressed(leaving.id, 2, MessageStatus.SENDING, "", None)

    def found(limit: int = 9, since: datetime = MORNING, sender_id: Any = None) -> Any:
        return store.messages_to(account.id, PHONE, since=since, limit=limit, sender_id=sender_id)

    assert await found() == [on_its_way, new, foreign, failed, old]
    assert await found(limit=2) == [on_its_way, new]
    assert await found(sender_id=sender.id) == [new, failed, old]
    assert await found(since=hours[2]) == [on_its_way, new, foreign]
    assert await store.messages_to(uuid4(), PHONE, since=MORNING, limit=9) == []
    assert await store.messages_to(account.id, "+919999999999", since=MORNING, limit=9) == []
    assert await store.message_named(sender.id, wamid(new.campaign_id, 2)) == new
    assert await store.message_named(other.id, wamid(new.campaign_id, 2)) is None
    assert await store.message_named(sender.id, "wamid.other") is None
