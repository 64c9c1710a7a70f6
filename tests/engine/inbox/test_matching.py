"""Receipts without a message: early ones find it, some tell what became of an UNKNOWN one, the rest goes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campana.domain.campaigns import Campaign
from campana.domain.messages import Counts, MessageStatus
from campana.domain.receipts import Receipt
from campana.domain.senders import Sender
from campana.engine.ports import Lease, Store, Taken
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
    settle,
    take,
    wamid,
)
from tests.support.inbox import PostRoom, status_event, status_post

S = MessageStatus


async def on_their_way(store: Store, people: int = 2) -> tuple[Sender, Campaign, Lease, list[Taken]]:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, people)
    lease = await hold_lane(store, sender)
    return sender, campaign, lease, await take(store, lease, campaign)


async def come_in(
    room: PostRoom, sender: Sender, name: str, status: str, row: int, *, at: datetime = MORNING
) -> None:
    await room.come_in(sender, [status_post(status_event(name, status, phone_of(row), at))])
    await room.work_off()


async def wait(room: PostRoom, **span: float) -> None:
    room.clock.pass_by(**span)
    await room.matching.tick()


async def test_an_early_receipt_finds_its_message_when_our_answer_is_recorded(store: Store) -> None:
    sender, campaign, lease, taken = await on_their_way(store)
    room = PostRoom(store)
    await come_in(room, sender, wamid(campaign.id, 2), "delivered", 2)
    await come_in(room, sender, wamid(campaign.id, 2), "read", 2)
    await wait(room, seconds=1)
    assert await counts_of(store, campaign) == Counts(sending=2)
    await settle(store, lease, taken)
    await wait(room, seconds=1)
    assert await counts_of(store, campaign) == Counts(sent=1, read=1) == await recount(store, campaign)
    assert (await store.backlog()).unmatched == 0
    assert room.count("campana_receipts_late_total", outcome="matched") == 2
    assert not any(message.inferred for message in await all_messages(store, campaign))


class Asleep:
    """A store for a process that is stopped after it saw which receipts are not known; meanwhile another one
    deals with them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._other = PostRoom(store)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def receive(self, sender_id: UUID, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        unknown = await self._store.receive(sender_id, receipts)
        self._other.clock.time = MORNING + timedelta(seconds=90)
        await self._other.matching.tick()
        return unknown


async def test_what_another_process_dealt_with_meanwhile_is_left_alone(store: Store) -> None:
    sender, campaign, lease, taken = await on_their_way(store)
    await settle(store, lease, taken, S.UNKNOWN, code="read_timeout", reason="no answer")
    await come_in(PostRoom(store), sender, "wamid.who", "read", 2, at=MORNING - timedelta(seconds=20))
    room = PostRoom(Asleep(store))
    await wait(room, seconds=90)
    first, _ = await all_messages(store, campaign)
    assert (first.status, first.inferred) == (S.READ, True)
    assert (await store.backlog()).unmatched == 0
    assert room.count("campana_receipts_late_total", outcome="inferred") == 0, "the other one did"


async def test_an_unknown_message_is_found_by_number_and_time(store: Store) -> None:
    sender, campaign, lease, taken = await on_their_way(store)
    await settle(store, lease, taken, S.UNKNOWN, code="read_timeout", reason="no answer")
    room = PostRoom(store)
    await come_in(room, sender, "wamid.who", "sent", 2, at=MORNING - timedelta(seconds=20))
    await come_in(room, sender, "wamid.who", "read", 2, at=MORNING + timedelta(minutes=9))
    await wait(room, seconds=30)
    assert await counts_of(store, campaign) == Counts(unknown=2), "our answer may still come"
    await wait(room, seconds=60)
    await wait(room, seconds=120)
    first, second = await all_messages(store, campaign)
    assert (first.status, first.inferred, first.provider_message_id) == (S.READ, True, "wamid.who")
    assert (first.error_code, second.status, second.inferred) == (None, S.UNKNOWN, False)
    assert await recount(store, campaign) == await counts_of(store, campaign)
    assert (await store.backlog()).unmatched == 0
    await come_in(room, sender, "wamid.who", "delivered", 2, at=MORNING + timedelta(minutes=1))
    (message, _) = await all_messages(store, campaign)
    assert message.delivered_at == MORNING + timedelta(minutes=1), "later ones come by the id"


async def test_a_late_refusal_of_an_unknown_message_tells_its_reason(store: Store) -> None:
    sender, campaign, lease, taken = await on_their_way(store)
    await settle(store, lease, taken, S.UNKNOWN)
    room = PostRoom(store)
    refusal = status_event("wamid.who", "failed", phone_of(3), MORNING, 131026)
    await room.come_in(sender, [status_post(refusal)])
    await room.work_off()
    await wait(room, seconds=90)
    message = (await all_messages(store, campaign))[1]
    assert (message.status, message.inferred, message.error_code) == (S.FAILED, True, "131026")


async def _stays_unknown(room: PostRoom, store: Store, *campaigns: Campaign) -> None:
    for seconds in (1, 30, 60, 120, 600, 1800, 3600):
        await wait(room, seconds=seconds)
    for campaign in campaigns:
        assert {message.status for message in await all_messages(store, campaign)} == {S.UNKNOWN}


async def test_two_messages_it_could_be_leave_both_as_they_are(store: Store) -> None:
    sender, campaign, lease, taken = await on_their_way(store)
    other = await running_campaign(store, sender, 2, name="Another")
    await settle(store, lease, [*taken, *await take(store, lease, other)], S.UNKNOWN)
    room = PostRoom(store)
    await come_in(room, sender, "wamid.who", "delivered", 2)
    await _stays_unknown(room, store, campaign, other)


async def test_two_ids_it_could_be_leave_it_as_it_is(store: Store) -> None:
    sender, campaign, lease, taken = await on_their_way(store)
    await settle(store, lease, taken, S.UNKNOWN)
    room = PostRoom(store)
    await come_in(room, sender, "wamid.who", "delivered", 2)
    await come_in(room, sender, "wamid.another", "sent", 2, at=MORNING + timedelta(minutes=5))
    await _stays_unknown(room, store, campaign)


async def test_another_time_number_or_sender_is_no_match(store: Store) -> None:
    sender, campaign, lease, taken = await on_their_way(store)
    await settle(store, lease, taken, S.UNKNOWN)
    stranger = await make_sender(store, await make_account(store, "Elsewhere"))
    room = PostRoom(store)
    await come_in(room, sender, "wamid.later", "read", 2, at=MORNING + timedelta(hours=5))
    await come_in(room, sender, "wamid.earlier", "read", 3, at=MORNING - timedelta(hours=5))
    await come_in(room, sender, "wamid.number", "read", 9)
    await come_in(room, stranger, "wamid.sender", "read", 2)
    await _stays_unknown(room, store, campaign)


async def test_an_answer_that_comes_late_wins_over_guessing(store: Store) -> None:
    """What became UNKNOWN and is settled under the same fence has its own id."""
    sender, campaign, lease, taken = await on_their_way(store)
    await settle(store, lease, taken, S.UNKNOWN)
    room = PostRoom(store)
    await come_in(room, sender, wamid(campaign.id, 2), "delivered", 2)
    assert await store.settle(lease, [outcome(taken[0], S.SENT)], day=TODAY) == 1
    await wait(room, seconds=90)
    first = (await all_messages(store, campaign))[0]
    assert (first.status, first.inferred) == (S.DELIVERED, False)


async def test_what_nobody_knows_is_forgotten_after_three_days(store: Store) -> None:
    sender, _, _, _ = await on_their_way(store)
    room = PostRoom(store)
    await come_in(room, sender, "wamid.elsewhere", "delivered", 9)
    looks = 0
    while (await store.backlog()).unmatched:
        assert room.clock.now() - MORNING < timedelta(days=7)
        looks += bool(await store.unmatched(room.clock.now(), limit=1))
        await wait(room, minutes=30)
    assert room.clock.now() - MORNING > timedelta(days=3)
    assert looks < 20, "fewer and fewer looks"
    assert room.count("campana_receipts_late_total", outcome="dropped") == 1
