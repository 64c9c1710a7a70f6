"""People's data: found wherever they lie, erased so that counts and receipts stay right, and let go with
time."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignStatus, start_states
from campana.domain.drafts import SavedDraft
from campana.domain.errors import Conflict, NotFound
from campana.domain.messages import MessageStatus
from campana.domain.preferences import Preferences
from campana.domain.privacy import Erasure, Waits
from campana.domain.receipts import Receipt
from campana.domain.recipients import RecipientList, RowProblem, SuppressionSource
from campana.domain.replies import KeptReply
from campana.domain.senders import Sender
from campana.domain.traces import Trace
from campana.engine.ports import Heard, Lease, Place, Post, Store, Unmatched
from tests.support.cast import (
    MORNING,
    all_messages,
    counts_of,
    empty_list,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    make_user,
    new_campaign,
    person,
    phone_of,
    recount,
    running_campaign,
    settle,
    suppress,
    take,
    told,
)

C, M = CampaignStatus, MessageStatus
ROW = 3
PHONE = phone_of(ROW)
TRACE = Trace(PHONE)
LATER = MORNING + timedelta(hours=1)
WAMID = "wamid." + base64.b64encode(f"\x1d\x0b\x18{PHONE[1:]}\x15\x02".encode()).decode()


@dataclass
class Shop:
    """A running campaign of five, in which the person of ROW was sent a message and answered."""

    store: Store
    account: Account
    sender: Sender
    campaign: Campaign
    lease: Lease

    async def erase(self, *places: Place) -> None:
        for place in places or Place:
            await self.store.erase(place, self.account.id, TRACE, at=LATER)

    async def begin(self) -> None:
        await self.store.begin_erasure(Erasure(self.account.id, PHONE, "digest", MORNING))

    async def message(self) -> Any:
        return next(each for each in await all_messages(self.store, self.campaign) if each.row == ROW)

    async def waits(self) -> Waits:
        return await self.store.erasure_waits(self.account.id, PHONE, since=MORNING, now=LATER)


@pytest.fixture
async def shop(store: Store) -> Shop:
    account = await make_account(store)
    sender = await make_sender(store, account)
    friend = replace(person(4), values=(phone_of(4), "Person 4", f"ask {PHONE[3:8]} {PHONE[8:]}"))
    people = [*(person(row) for row in (2, ROW)), friend, person(5), person(6)]
    campaign = await running_campaign(store, sender, people)
    return Shop(store, account, sender, campaign, await hold_lane(store, sender))


def answer(shop: Shop, **changes: Any) -> KeptReply:
    reply = KeptReply(
        *(uuid4(), shop.account.id, shop.sender.id, PHONE, "My number changed", MORNING, WAMID),
        name="Asha",
        campaign_id=shop.campaign.id,
        row=ROW,
    )
    return replace(reply, **changes)


async def test_a_message_that_waits_is_skipped_and_counted(shop: Shop) -> None:
    await shop.erase()
    counts = await counts_of(shop.store, shop.campaign)
    assert (counts.pending, counts.skipped) == (4, 1)
    assert counts == await recount(shop.store, shop.campaign)
    message = await shop.message()
    assert (message.status, message.error_code, message.phone, message.name) == (M.SKIPPED, "erased", "", "")
    taken = await take(shop.store, shop.lease, shop.campaign)
    assert [each.row for each in taken] == [2, 4, 5, 6]
    assert await shop.store.recipients(shop.campaign.recipient_list_id, limit=10) == [
        each.recipient for each in taken
    ]


async def test_a_message_that_went_out_loses_its_id_and_still_hears_its_receipts(shop: Shop) -> None:
    taken = await take(shop.store, shop.lease, shop.campaign, limit=2)
    await settle(shop.store, shop.lease, taken[1:], provider_message_id=WAMID, reason=f"to {PHONE}")
    await shop.erase()
    message = await shop.message()
    assert (message.status, message.provider_message_id) == (M.SENT, None)
    assert PHONE[-10:] not in message.error_reason
    assert await told(shop.store, shop.sender, WAMID, M.FAILED, code="131026", reason=f"no {PHONE}")
    message = await shop.message()
    assert (message.status, message.error_code, message.error_reason) == (M.FAILED, "131026", None)
    assert await counts_of(shop.store, shop.campaign) == await recount(shop.store, shop.campaign)
    assert not await told(shop.store, shop.sender, "wamid.unknown", M.READ)


async def test_what_is_on_its_way_is_waited_for(shop: Shop) -> None:
    await shop.begin()
    taken = await take(shop.store, shop.lease, shop.campaign, limit=2)
    assert [each.row for each in taken] == [2, 4], "suppressed from the first moment"
    again = await make_campaign(shop.store, shop.sender, await make_list(shop.store, shop.account, 5))
    assert (await counts_of(shop.store, again)).skipped == 1
    assert await shop.waits() == Waits()


async def test_sending_is_left_to_its_end_then_erased(shop: Shop) -> None:
    taken = await take(shop.store, shop.lease, shop.campaign, limit=2)
    await shop.begin()
    await shop.erase()
    assert (await shop.waits()).sending == 1
    assert (await shop.message()).phone == PHONE
    await settle(shop.store, shop.lease, taken[1:], provider_message_id=WAMID)
    assert not await shop.waits()
    await shop.erase()
    message = await shop.message()
    assert (message.status, message.phone, message.provider_message_id) == (M.SENT, "", None)


async def test_a_late_answer_brings_nothing_back(shop: Shop) -> None:
    taken = await take(shop.store, shop.lease, shop.campaign, limit=2)
    await settle(shop.store, shop.lease, taken[1:], M.UNKNOWN)
    await shop.erase()
    await settle(shop.store, shop.lease, taken[1:], provider_message_id=WAMID)
    message = await shop.message()
    assert (message.status, message.provider_message_id) == (M.UNKNOWN, None)
    assert await counts_of(shop.store, shop.campaign) == await recount(shop.store, shop.campaign)


async def test_a_retry_or_a_campaign_made_later_writes_to_nobody(shop: Shop) -> None:
    taken = await take(shop.store, shop.lease, shop.campaign, limit=2)
    await settle(shop.store, shop.lease, taken, M.FAILED)
    await shop.erase()
    assert await shop.store.retry(shop.campaign.id, M.FAILED, now=MORNING, limit=10) == 2
    await shop.store.reserve(shop.campaign.id, day=MORNING.date(), daily_limit=1000)
    taken = await take(shop.store, shop.lease, shop.campaign)
    assert [each.row for each in taken] == [2, 4, 5, 6]
    assert (await shop.message()).error_code == "erased"
    people = await shop.store.recipient_list(shop.account.id, shop.campaign.recipient_list_id)
    assert people is not None
    anew = await make_campaign(shop.store, shop.sender, people)
    skipped = [each.row for each in await all_messages(shop.store, anew) if each.error_code == "erased"]
    assert skipped == [ROW]


async def test_nobody_is_found_by_what_was_erased(shop: Shop) -> None:
    await shop.erase()
    assert await all_messages(shop.store, shop.campaign, q=PHONE[-6:]) == []
    assert await all_messages(shop.store, shop.campaign, q=f"Person {ROW}") == []
    (neighbour,) = await all_messages(shop.store, shop.campaign, q="Person 4")
    assert neighbour.values == (phone_of(4), "Person 4", f"ask …{PHONE[-4:]}")
    assert await shop.store.held(Place.MENTIONS, shop.account.id, TRACE) == []


async def everywhere(shop: Shop) -> None:
    """The person in every place, beside somebody else."""
    store, account = shop.store, shop.account
    user = await make_user(store, account)
    await store.keep_replies(
        [
            Heard(answer(shop)),
            Heard(
                answer(
                    shop, id=uuid4(), phone=phone_of(9), provider_message_id="other", text=f"write to {PHONE}"
                )
            ),
        ]
    )
    await suppress(store, account, PHONE, phone_of(9))
    await store.drop_suppression(account.id, (await _suppressions(shop))[0].id, at=MORNING)
    await suppress(store, account, PHONE)
    receipt = Receipt(WAMID, M.READ, MORNING, phone=PHONE)
    others = Receipt("wamid.x", M.READ, MORNING, phone=phone_of(9))
    aside = [Unmatched(shop.sender.id, each, MORNING, MORNING) for each in (receipt, others)]
    await store.store_posts([Post(shop.sender.id, MORNING, b"{}")])
    await store.drop_posts(await store.waiting_posts(limit=1, most_bytes=100), aside)
    typed = {"test_phone": PHONE, "name": "Diwali"}
    await store.save_draft(SavedDraft(uuid4(), account.id, user.id, typed, MORNING, MORNING))
    begun = empty_list(account)
    await store.open_list(begun)
    problems = [
        RowProblem(7, "phone", f"{PHONE[3:8]}-{PHONE[8:]}", "twice"),
        RowProblem(8, "phone", "x", "y"),
    ]
    await store.add_recipients(begun.id, [], problems)
    await store.close_list(begun)


async def _suppressions(shop: Shop) -> Sequence[Any]:
    return (await shop.store.suppressions(shop.account.id, limit=10)).items


async def test_every_place_tells_what_it_holds_and_forgets_it(shop: Shop) -> None:
    await everywhere(shop)
    held = {place: await shop.store.held(place, shop.account.id, TRACE) for place in Place}
    counted = {place: len(found) for place, found in held.items()}
    assert counted == dict.fromkeys(Place, 1) | {Place.TEMPLATES: 0}
    (row,) = held[Place.RECIPIENTS]
    assert row["values"] == {"phone": PHONE, "name": f"Person {ROW}", "city": "Pune"}
    assert [each["status"] for each in row["messages"]] == ["PENDING"]
    assert held[Place.REPLIES][0]["text"] == "My number changed"
    other = Trace(phone_of(9))
    before = [await shop.store.held(place, shop.account.id, other) for place in Place]
    await shop.erase()
    left = {place: await shop.store.held(place, shop.account.id, TRACE) for place in Place}
    assert {place for place, found in left.items() if found} == {Place.SUPPRESSIONS}
    after = [await shop.store.held(place, shop.account.id, other) for place in Place]
    assert [len(each) for each in after] == [len(each) for each in before]
    counts = await shop.store.reply_counts([shop.campaign.id])
    assert counts[shop.campaign.id].replies == 2


async def test_other_accounts_are_not_touched(shop: Shop) -> None:
    elsewhere = await make_account(shop.store, "Elsewhere")
    sender = await make_sender(shop.store, elsewhere)
    theirs = await running_campaign(shop.store, sender, 5)
    before = await all_messages(shop.store, theirs)
    await everywhere(shop)
    await shop.begin()
    await shop.erase()
    assert await all_messages(shop.store, theirs) == before
    assert await shop.store.suppressed_among(elsewhere.id, [PHONE]) == frozenset()


async def test_an_erasure_is_under_way_until_it_is_finished(shop: Shop) -> None:
    await suppress(shop.store, shop.account, PHONE)
    await shop.begin()
    assert await shop.store.erasures_under_way() == [(shop.account.id, PHONE, MORNING)]
    (standing,) = await _suppressions(shop)
    assert standing.source is SuppressionSource.ERASURE
    assert not await shop.store.drop_suppression(shop.account.id, standing.id, at=MORNING)
    await shop.begin()
    assert await shop.store.erased(shop.account.id) == {"digest": MORNING}
    assert await shop.store.finish_erasure(shop.account.id, PHONE)
    assert not await shop.store.finish_erasure(shop.account.id, PHONE)
    assert await shop.store.erasures_under_way() == []
    assert await shop.store.erased(shop.account.id) == {"digest": MORNING}
    assert await shop.store.forget_erased(shop.account.id) == 1


async def test_lanes_hear_of_it(shop: Shop) -> None:
    options = {"now": MORNING, "day": MORNING.date()}
    before = await shop.store.lane_view(shop.sender.id, **options)
    await shop.begin()
    after = await shop.store.lane_view(shop.sender.id, **options)
    assert before is not None
    assert after is not None
    assert after.opt_outs > before.opt_outs


async def test_lists_in_the_making_and_posts_are_waited_for(shop: Shop) -> None:
    begun = empty_list(shop.account)
    await shop.store.open_list(begun)
    await shop.store.store_posts([Post(shop.sender.id, MORNING, b"{}"), Post(shop.sender.id, LATER, b"{}")])
    assert await shop.waits() == Waits(0, 1, 1)
    await shop.store.drop_list(shop.account.id, begun.id)
    await shop.store.drop_posts(await shop.store.waiting_posts(limit=1, most_bytes=100), [])
    assert not await shop.waits()


async def test_the_first_key_stays(shop: Shop) -> None:
    assert await shop.store.privacy_key(shop.account.id) is None
    assert await shop.store.keep_privacy_key(shop.account.id, "one") == "one"
    assert await shop.store.keep_privacy_key(shop.account.id, "two") == "one"


async def over(shop: Shop) -> RecipientList:
    """The campaign, sent to its end."""
    taken = await take(shop.store, shop.lease, shop.campaign)
    await settle(shop.store, shop.lease, taken[:3])
    await settle(shop.store, shop.lease, taken[3:], M.FAILED, code="1", reason=f"{PHONE} is no number")
    assert await shop.store.complete(shop.campaign.id, MORNING)
    people = await shop.store.recipient_list(shop.account.id, shop.campaign.recipient_list_id)
    assert people is not None
    return people


async def test_the_people_of_a_list_go_and_its_numbers_stay(shop: Shop) -> None:
    people = await over(shop)
    await shop.store.keep_replies([Heard(answer(shop))])
    before = await counts_of(shop.store, shop.campaign)
    assert await shop.store.remove_people(shop.account.id, people.id, at=LATER)
    assert await shop.store.recipient_list(shop.account.id, people.id) == replace(people, removed_at=LATER)
    assert await shop.store.recipients(people.id, limit=10) == []
    messages = await all_messages(shop.store, shop.campaign)
    assert {(each.phone, each.name, each.provider_message_id) for each in messages} == {("", "", None)}
    assert not any(TRACE.is_in(each.error_reason or "") for each in messages)
    assert await counts_of(shop.store, shop.campaign) == before == await recount(shop.store, shop.campaign)
    assert await shop.store.held(Place.REPLIES, shop.account.id, TRACE) == []
    assert await shop.store.half_removed_lists() == []
    with pytest.raises(NotFound):
        await shop.store.add_campaign(new_campaign(shop.sender, people))


async def test_nobody_who_was_removed_is_tried_again(shop: Shop) -> None:
    people = await over(shop)
    await shop.store.remove_people(shop.account.id, people.id, at=LATER)
    assert await shop.store.move(shop.campaign.id, C.PAUSED, origins=start_states(C.PAUSED), at=LATER)
    assert await shop.store.retry(shop.campaign.id, M.FAILED, now=LATER, limit=10) == 0


async def test_people_of_a_campaign_that_is_not_over_stay(shop: Shop) -> None:
    list_id = shop.campaign.recipient_list_id
    with pytest.raises(Conflict, match="Diwali"):
        await shop.store.remove_people(shop.account.id, list_id, at=LATER)
    people = await shop.store.recipient_list(shop.account.id, list_id)
    assert people is not None
    assert people.removed_at is None
    assert await shop.store.list_is_used(list_id)
    assert not await shop.store.remove_people((await make_account(shop.store, "B")).id, list_id, at=LATER)


async def test_what_is_past_is_known(shop: Shop) -> None:
    store, account = shop.store, shop.account
    unused = await make_list(store, account, 2)
    recent = await make_list(store, account, 2, created_at=LATER)
    waiting = await make_campaign(store, shop.sender, await make_list(store, account, 2))
    people = await over(shop)
    past = {each.list_id for each in await store.past_lists(account.id, LATER, limit=10)}
    assert past == {unused.id, people.id}
    assert len(await store.past_lists(account.id, LATER, limit=1)) == 1
    assert await store.past_lists(account.id, MORNING, limit=10) == []
    await store.remove_people(account.id, people.id, at=LATER)
    assert {each.list_id for each in await store.past_lists(account.id, LATER, limit=10)} == {unused.id}
    assert recent.id not in past
    assert waiting.recipient_list_id not in past


async def test_replies_and_receipts_of_before_are_forgotten(shop: Shop) -> None:
    await everywhere(shop)
    assert await shop.store.forget_replies(shop.account.id, MORNING) == 0
    assert await shop.store.forget_replies(shop.account.id, LATER) == 2
    assert await shop.store.forget_replies(shop.account.id, LATER) == 0
    assert await shop.store.forget_unmatched(shop.account.id, LATER) == 2
    assert (await shop.store.backlog()).unmatched == 0


async def test_accounts_say_how_long(shop: Shop) -> None:
    assert await shop.store.retentions() == {}
    await shop.store.save_preferences(shop.account.id, Preferences(retention_days=30))
    assert await shop.store.retentions() == {shop.account.id: 30}
    assert (await shop.store.preferences(shop.account.id)).retention_days == 30
