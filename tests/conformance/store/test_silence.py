"""Messages of which too little was heard: whom to ask about, and which one a receipt may be about."""

from datetime import timedelta

from campana.domain.campaigns import Campaign
from campana.domain.messages import Counts, MessageStatus
from campana.domain.senders import Sender
from campana.engine.ports import Lease, MessageKey, Store
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
    running_campaign,
    settle,
    take,
    told,
    wamid,
)

S = MessageStatus
MINUTE = timedelta(minutes=1)
AROUND = {"since": MORNING - MINUTE, "until": MORNING + MINUTE}


async def _settled(store: Store, status: MessageStatus, people: int = 3) -> tuple[Sender, Campaign, Lease]:
    """A campaign whose messages became so, a minute apart, from the MORNING on."""
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, people)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    outcomes = [outcome(one, status, at=MORNING + number * MINUTE) for number, one in enumerate(taken)]
    assert await store.settle(lease, outcomes, day=TODAY) == people
    return sender, campaign, lease


async def test_silent_ones_come_newest_first_and_may_rest(store: Store) -> None:
    sender, campaign, _ = await _settled(store, S.SENT)
    whole = {"now": MORNING + 9 * MINUTE, "since": MORNING, "until": MORNING + 2 * MINUTE}

    async def silent(limit: int = 10, **changes: object) -> list[int]:
        found = await store.silent(sender.provider, limit=limit, **(whole | changes))
        assert all(one.sender == sender for one in found)
        assert [one.provider_message_id for one in found] == [
            wamid(campaign.id, one.key.row) for one in found
        ]
        return [one.key.row for one in found]

    assert await silent() == [4, 3, 2]
    assert await silent(limit=1) == [4]
    assert await silent(until=MORNING + MINUTE) == [3, 2]
    assert await silent(since=MORNING + MINUTE) == [4, 3]
    assert await store.silent("another", limit=10, **whole) == []
    await store.rest(MessageKey(campaign.id, 4), MORNING + 10 * MINUTE)
    assert await silent() == [3, 2]
    assert await silent(now=MORNING + 10 * MINUTE) == [4, 3, 2]
    await told(store, sender, wamid(campaign.id, 3), S.DELIVERED)
    assert await silent() == [2], "of the others something was heard"


async def test_an_unknown_one_is_found_by_number_and_time(store: Store) -> None:
    sender, campaign, _ = await _settled(store, S.UNKNOWN)
    find = store.unknown_to
    assert await find(sender.id, phone_of(2), **AROUND) == [MessageKey(campaign.id, 2)]
    assert await find(sender.id, phone_of(4), **AROUND) == [], "it became so later"
    assert await find(sender.id, phone_of(5), **AROUND) == [], "nobody has that number"
    other = await make_sender(store, await make_account(store, "Elsewhere"))
    assert await find(other.id, phone_of(2), **AROUND) == []


async def test_an_adopted_id_is_marked_and_gets_its_receipts(store: Store) -> None:
    sender, campaign, lease = await _settled(store, S.UNKNOWN)
    one = MessageKey(campaign.id, 2)
    assert await store.adopt(one, "wamid.found")
    assert not await store.adopt(one, "wamid.other"), "it has one now"
    assert not await store.adopt(MessageKey(campaign.id, 3), "wamid.found"), "that one is taken"
    assert await store.unknown_to(sender.id, phone_of(2), **AROUND) == []
    assert await told(store, sender, "wamid.found", S.DELIVERED)
    first, second, _ = await all_messages(store, campaign)
    assert (first.status, first.inferred, first.provider_message_id) == (S.DELIVERED, True, "wamid.found")
    assert (second.status, second.inferred) == (S.UNKNOWN, False)
    assert await counts_of(store, campaign) == Counts(delivered=1, unknown=2)
    assert not await store.adopt(one, "wamid.late")
    late = [outcome(taken, S.SENT) for taken in await take(store, lease, campaign)]
    assert late == [], "nothing is left to send"


async def test_a_retry_forgets_what_was_inferred(store: Store) -> None:
    sender, campaign, lease = await _settled(store, S.UNKNOWN, people=1)
    assert await store.adopt(MessageKey(campaign.id, 2), "wamid.found")
    assert await told(store, sender, "wamid.found", S.FAILED, code="131026")
    assert await store.retry(campaign.id, S.FAILED, now=MORNING, limit=10) == 1
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=100) == 1
    await settle(store, lease, await take(store, lease, campaign))
    (message,) = await all_messages(store, campaign)
    assert (message.status, message.inferred) == (S.SENT, False)
