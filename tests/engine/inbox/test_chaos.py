"""Whatever happens to events on their way, every message ends where its best news says.

The posts are the simulator's own: doubled, shuffled, lost, early and up to a thousand events in one.
"""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campana.domain.messages import RECEIPT_RANK, Message, MessageStatus
from campana.engine.ports import Settlement, Store
from campana.simulator.events import Event, EventKind, in_chunks, webhook_body
from campana.stores import open_store
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_sender,
    outcome,
    phone_of,
    recount,
    running_campaign,
    take,
    wamid,
)
from tests.support.inbox import PostRoom
from tests.support.stores import FreshUrl

S = MessageStatus
JOURNEYS = (("sent",), ("sent", "delivered"), ("sent", "delivered", "read"), ("failed",), ())
REFUSAL = 131049


@dataclass(frozen=True)
class Chaos:
    """What happens to one campaign's events. Shares are of the events; `recorded` says after which share of
    the posts our own answers are."""

    people: int
    journeys: Sequence[int]
    lost: float
    doubled: float
    shuffled: bool
    batch: int
    recorded: float
    unknown: float
    seed: int


CHAOS = st.builds(
    Chaos,
    people=st.integers(1, 25),
    journeys=st.lists(st.integers(0, len(JOURNEYS) - 1), min_size=1, max_size=25),
    lost=st.sampled_from([0.0, 0.3, 0.9]),
    doubled=st.sampled_from([0.0, 0.5, 1.0]),
    shuffled=st.booleans(),
    batch=st.sampled_from([1, 2, 7, 1000]),
    recorded=st.sampled_from([0.0, 0.5, 1.0]),
    unknown=st.sampled_from([0.0, 0.4]),
    seed=st.integers(0, 2**32),
)


@pytest.fixture
def fresh(store_kind: str, request: pytest.FixtureRequest) -> FreshUrl:
    """Makes databases of the kind under test, one for each example."""
    maker: FreshUrl = request.getfixturevalue(f"fresh_{store_kind}")
    return maker


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(chaos=CHAOS)
def test_every_message_ends_where_its_best_news_says(fresh: FreshUrl, chaos: Chaos) -> None:
    with fresh() as url:
        asyncio.run(_live_through(url, chaos))


async def _live_through(url: str, chaos: Chaos) -> None:
    store = await open_store(url)
    try:
        await _one_campaign(store, chaos)
    finally:
        await store.close()


async def _one_campaign(store: Store, chaos: Chaos) -> None:
    dice = random.Random(chaos.seed)
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, chaos.people)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    rows = [one.row for one in taken]
    heard = list(_on_the_way(chaos, dice, {row: wamid(campaign.id, row) for row in rows}))
    answers = [outcome(one, S.UNKNOWN if dice.random() < chaos.unknown else S.SENT) for one in taken]
    room = PostRoom(store)
    posts = [
        json.dumps(webhook_body(chunk, old_install=dice.random() < 0.5)).encode()
        for chunk in in_chunks(heard, chaos.batch)
    ]
    early = int(len(posts) * chaos.recorded)
    await room.come_in(sender, posts[:early])
    await room.work_off()
    assert await store.settle(lease, answers, day=TODAY) == len(answers)
    await room.come_in(sender, posts[early:])
    await room.work_off()
    for seconds in (1, 2, 60, 120, 240, 480):
        room.clock.pass_by(seconds=seconds)
        await room.matching.tick()
    found = await all_messages(store, campaign)
    assert await recount(store, campaign) == await counts_of(store, campaign)
    for message, answer in zip(found, answers, strict=True):
        _check(message, answer, {event.status or "" for event in heard if event.phone == _digits(message)})


def _on_the_way(chaos: Chaos, dice: random.Random, ids: dict[int, str]) -> Iterator[Event]:
    """The events that arrive, in their order."""
    events = [
        Event(
            kind=EventKind.STATUS,
            at=MORNING.timestamp() + step,
            vendor_uid="a vendor",
            phone=phone_of(row).lstrip("+"),
            from_id="",
            wamid=name,
            status=status,
            code=REFUSAL if status == "failed" else None,
        )
        for number, (row, name) in enumerate(ids.items())
        for step, status in enumerate(JOURNEYS[chaos.journeys[number % len(chaos.journeys)]])
    ]
    if chaos.shuffled:
        dice.shuffle(events)
    for event in events:
        if dice.random() >= chaos.lost:
            yield event
            if dice.random() < chaos.doubled:
                yield event


def _digits(message: Message) -> str:
    return message.phone.lstrip("+")


def _check(message: Message, answer: Settlement, heard: set[str]) -> None:
    """`heard` is what arrived about it."""
    if not heard:
        assert message.status is answer.status
        return
    if "failed" in heard:
        assert (message.status, message.error_code) == (S.FAILED, str(REFUSAL))
    else:
        best = max((MessageStatus(status.upper()) for status in heard), key=RECEIPT_RANK.__getitem__)
        assert message.status is best
        assert (message.read_at is not None) is ("read" in heard)
        assert (message.delivered_at is not None) is bool(heard & {"read", "delivered"})
        assert message.error_code is None
    assert message.inferred is (answer.status is S.UNKNOWN)
