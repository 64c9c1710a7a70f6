"""An estimate says what a campaign would come to, with what else is going on that day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from campana.domain.accounts import Principal, Role
from campana.domain.campaigns import OnDailyLimit
from campana.domain.errors import InvalidInput, NotFound
from campana.domain.estimates import Estimate
from campana.domain.senders import Sender
from campana.engine.estimates import EstimateRequest, Estimates
from campana.engine.ports import HostPace, Store
from tests.support.cast import (
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    settle,
    start_campaign,
    take,
)
from tests.support.clock import HandClock
from tests.support.house import ObedientProvider

KOLKATA = ZoneInfo("Asia/Kolkata")
TEN = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
"""10:00 in Kolkata."""


class Desk:
    """Estimates for a sender in Kolkata with 8000 messages a day, at ten in the morning."""

    def __init__(self, store: Store, sender: Sender) -> None:
        self.store = store
        self.sender = sender
        self.clock = HandClock(TEN)
        self.estimates = Estimates(store, {"bizchat": ObedientProvider()}, clock=self.clock)
        self.who = Principal(sender.account_id, uuid4(), "victor@shop.test", Role.VIEWER)

    async def __call__(self, **asked: Any) -> Estimate:
        if "recipient_list_id" not in asked:
            asked.setdefault("messages", 1204)
        return await self.estimates.estimate(self.who, EstimateRequest(sender_id=self.sender.id, **asked))


@pytest.fixture
async def desk(sqlite_store: Store) -> Desk:
    account = await make_account(sqlite_store)
    sender = await make_sender(
        sqlite_store, account, timezone=KOLKATA, daily_limit=8000, rate_limit_per_s=10.0
    )
    return Desk(sqlite_store, sender)


def codes(estimate: Estimate) -> dict[str, str]:
    return {caution.code: caution.message for caution in estimate.cautions}


async def test_a_free_day_and_a_number(desk: Desk) -> None:
    estimate = await desk()
    assert estimate.plan.starts_at == TEN
    assert estimate.ends_at == TEN + timedelta(seconds=120.4)
    assert (estimate.left, estimate.fits, codes(estimate)) == (8000, True, {})


async def test_a_day_counts_what_was_used_is_promised_and_is_planned(desk: Desk) -> None:
    people = await make_list(desk.store, desk.sender, 5)
    running = await make_campaign(desk.store, desk.sender, people, scheduled_at=TEN)
    await make_campaign(desk.store, desk.sender, people, scheduled_at=TEN - timedelta(days=2))  # overdue
    await make_campaign(desk.store, desk.sender, people, scheduled_at=TEN + timedelta(hours=5))
    await make_campaign(desk.store, desk.sender, people, scheduled_at=TEN + timedelta(hours=15))  # tomorrow
    await start_campaign(desk.store, running, day=TEN.date())
    lease = await hold_lane(desk.store, desk.sender)
    taken = await take(desk.store, lease, running, limit=2, now=TEN)
    await settle(desk.store, lease, taken)
    today = await desk()
    assert today.plan.taken == 2 + 3 + 5 + 5
    assert set(codes(today)) == {"shared_pace"}
    tomorrow = await desk(scheduled_at="2026-03-03T10:00:00+05:30")
    assert (tomorrow.plan.taken, codes(tomorrow)) == (5, {})


async def test_a_day_without_room_is_told_before(desk: Desk) -> None:
    told = codes(await desk(messages=8001))
    assert told["daily_limit"].startswith("8,001 messages, but only 8,000 of 8,000 are left that day")
    assert "could not start" in told["daily_limit"]
    waiting = await desk(messages=8001, on_daily_limit=OnDailyLimit.WAIT)
    assert "the rest goes out on the day after, from 00:00" in codes(waiting)["daily_limit"]
    assert waiting.days == 2


async def test_running_past_midnight_is_told(desk: Desk) -> None:
    told = codes(await desk(messages=700, scheduled_at="2026-03-02T23:59:00+05:30"))
    assert "past midnight in Kolkata" in told["over_midnight"]


async def test_nights_are_told_by_place(desk: Desk) -> None:
    zones = {"Asia/Calcutta": 300, "Europe/London": 40}
    people = await make_list(desk.store, desk.sender, 5, zones=zones)
    told = codes(await desk(recipient_list_id=people.id))
    assert told["night"].startswith("40 recipients")
    assert told["night"].endswith("(London 40)")
    noon_in_london = await desk(recipient_list_id=people.id, scheduled_at="2026-03-02T12:00:00+00:00")
    assert "night" not in codes(noon_in_london)


async def test_what_a_list_leaves_out_is_told_and_not_counted(desk: Desk) -> None:
    people = await make_list(desk.store, desk.sender, 5, duplicates=2, invalid=1)
    whole = await desk.store.recipient_list(desk.sender.account_id, people.id)
    assert whole is not None
    estimate = await desk(recipient_list_id=people.id)
    assert estimate.plan.messages == 5
    assert set(codes(estimate)) == {"duplicates", "invalid"}


async def test_a_rate_that_the_provider_may_not_allow_has_a_second_end(desk: Desk) -> None:
    fast = replace(desk.sender, rate_limit_per_s=29.0)
    await desk.store.save_sender(fast)
    estimate = await desk(messages=7200)
    assert estimate.slower_per_s == 12.0
    assert estimate.slower_ends_at == TEN + timedelta(minutes=10)
    assert codes(estimate)["slower_provider"].endswith("about 10:10")
    assert codes(await desk(messages=1200)) == {}, "half a minute later is not worth a word"


async def test_a_host_that_slows_everybody_down_is_told_for_what_begins_soon(desk: Desk) -> None:
    await desk.store.slow_host("provider.test", HostPace(hold_s=60, factor=0.5, reason="429"))
    assert "50%" in codes(await desk())["slowed"]
    assert codes(await desk(scheduled_at="2026-03-02T12:00:00+05:30")) == {}


async def test_a_past_time_is_reckoned_from_now(desk: Desk) -> None:
    hour_ago = TEN - timedelta(hours=1)
    estimate = await desk.estimates.of(desk.sender, 10, hour_ago, OnDailyLimit.FAIL)
    assert (estimate.plan.starts_at, set(codes(estimate))) == (TEN, {"past_time"})


@pytest.mark.parametrize(
    "asked",
    [
        {"messages": -1},
        {"messages": 1, "recipient_list_id": uuid4()},
        {"messages": None},
        {"scheduled_at": "2026-03-01T10:00:00+05:30"},
        {"scheduled_at": "9999-12-31T23:00:00+00:00"},
    ],
)
async def test_what_cannot_be_reckoned_is_refused(desk: Desk, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await desk(**asked)


async def test_only_what_the_account_has_is_reckoned_with(desk: Desk) -> None:
    other = await make_account(desk.store, "Elsewhere")
    theirs = await make_list(desk.store, other)
    with pytest.raises(NotFound):
        await desk(recipient_list_id=theirs.id)
    desk.sender = await make_sender(desk.store, other)
    with pytest.raises(NotFound):
        await desk()
