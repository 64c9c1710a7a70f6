"""Accounts, users, keys, senders and lists: kept as given, found only by their owners."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.domain.recipients import Blanks, RowProblem
from campana.engine.ports import Store
from tests.support.cast import (
    MORNING,
    empty_list,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    make_user,
    person,
    phone_of,
    suppress,
)


async def test_the_store_answers(store: Store) -> None:
    await store.ping()


async def test_a_sender_is_kept_and_edited(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account, rate_limit_per_s=12.5, timezone=ZoneInfo("Asia/Kolkata"))
    assert await store.sender(account.id, sender.id) == sender
    with pytest.raises(Conflict):
        await make_sender(store, account, "MAIN")
    other = await make_sender(store, account, "Other", sealed_credentials=None, credential_hints={})
    edited = replace(
        sender,
        name="Renamed",
        sealed_credentials="new",
        credential_hints={"api_token": "1234"},
        rate_limit_per_s=80,
        daily_limit=5,
        timezone=ZoneInfo("Europe/Berlin"),
        country="DE",
    )
    await store.save_sender(edited)
    assert await store.sender(account.id, sender.id) == edited
    with pytest.raises(Conflict):
        await store.save_sender(replace(other, name="renamed"))
    with pytest.raises(NotFound):
        await store.save_sender(replace(other, id=uuid4()))


async def test_senders_of_all_accounts_are_told_by_name(store: Store) -> None:
    shop, bakery = await make_account(store), await make_account(store, "Bakery")
    senders = [
        await make_sender(store, shop),
        await make_sender(store, bakery),
        await make_sender(store, bakery, "Bread"),
    ]
    named = await store.sender_names([*(sender.id for sender in senders[:2]), uuid4()])
    assert {one: str(name) for one, name in named.items()} == {
        senders[0].id: f"Main ({shop.name})",
        senders[1].id: "Main (Bakery)",
    }
    assert [named[sender.id].account_id for sender in senders[:2]] == [shop.id, bakery.id]
    assert await store.sender_names([]) == {}


async def test_lists_come_newest_first_page_by_page(store: Store) -> None:
    account = await make_account(store)
    moments = [MORNING + timedelta(milliseconds=n // 2) for n in range(5)]
    senders = [
        await make_sender(store, account, f"S{n}", created_at=moment) for n, moment in enumerate(moments)
    ]
    expected = sorted(senders, key=lambda one: (one.created_at, one.id), reverse=True)
    found, cursor = [], None
    for size in (2, 2, 1):
        page = await store.senders(account.id, limit=2, cursor=cursor)
        assert len(page.items) == size
        found += page.items
        cursor = page.next_cursor
    assert cursor is None
    assert found == expected
    whole = await store.senders(account.id, limit=5)
    assert (len(whole.items), whole.next_cursor) == (5, None)


@pytest.mark.parametrize("cursor", ["", "x", "zz-zz", "12-", "-", "1-2-3", "9" * 400 + "-" + uuid4().hex])
async def test_a_made_up_cursor_is_refused(store: Store, cursor: str) -> None:
    account = await make_account(store)
    with pytest.raises(InvalidInput):
        await store.senders(account.id, limit=10, cursor=cursor)
    with pytest.raises(InvalidInput):
        await store.recipient_lists(account.id, limit=10, cursor=cursor)


async def test_a_list_is_seen_when_it_is_closed(store: Store) -> None:
    account = await make_account(store)
    await suppress(store, account, phone_of(3), phone_of(99))
    begun = empty_list(account, created_by=uuid4(), sheet="Sheet 1")
    await store.open_list(begun)
    problems = [RowProblem(5, "phone", "12", "too short"), RowProblem(6, "phone", "", "empty")]
    await store.add_recipients(begun.id, [person(2), person(3)], problems[:1])
    await store.add_recipients(begun.id, [person(4)], problems[1:])
    await store.add_recipients(begun.id, [], [])
    assert await store.recipient_list(account.id, begun.id) is None
    assert (await store.recipient_lists(account.id, limit=10)).items == ()
    known = replace(begun, total=5, valid=3, invalid=2, blanks={"city": Blanks(2, (2, 4))}, sheet=None)
    closed = await store.close_list(known)
    assert closed == replace(known, suppressed=1)
    assert await store.recipient_list(account.id, begun.id) == closed
    assert (await store.recipient_lists(account.id, limit=10)).items == (closed,)
    assert await store.recipients(begun.id, limit=2) == [person(2), person(3)]
    assert await store.recipients(begun.id, after_row=3, limit=10) == [person(4)]
    assert await store.problems(begun.id, limit=1) == problems[:1]
    assert await store.problems(begun.id, after_row=5, limit=10) == problems[1:]


async def test_a_closed_list_is_closed(store: Store) -> None:
    account = await make_account(store)
    closed = await make_list(store, account, 1)
    with pytest.raises(NotFound):
        await store.add_recipients(closed.id, [person(9)], [])
    with pytest.raises(NotFound):
        await store.close_list(closed)
    with pytest.raises(NotFound):
        await store.add_recipients(uuid4(), [person(9)], [])
    with pytest.raises(Conflict):
        await store.open_list(closed)


async def test_a_number_stands_in_a_list_once(store: Store) -> None:
    """With a message for each recipient this is what keeps anybody from getting a campaign twice."""
    account = await make_account(store)
    begun = empty_list(account)
    await store.open_list(begun)
    await store.add_recipients(begun.id, [person(2)], [])
    for twice in ([replace(person(2), row=3)], [replace(person(3), row=2)], [person(4), person(4)]):
        with pytest.raises(Conflict):
            await store.add_recipients(begun.id, [person(5), *twice], [])
    assert await store.recipients(begun.id, limit=10) == [person(2)]
    await make_list(store, account, [person(2)])


async def test_problems_of_one_row_come_together(store: Store) -> None:
    begun = empty_list(await make_account(store))
    await store.open_list(begun)
    problems = [RowProblem(row, column, "x", "bad") for row in (2, 3) for column in ("phone", "name")]
    await store.add_recipients(begun.id, [], problems)
    assert await store.problems(begun.id, limit=1) == problems[:2]
    assert await store.problems(begun.id, after_row=2, limit=1) == problems[2:]
    assert await store.problems(begun.id, after_row=3, limit=1) == []


async def test_whatever_people_write_is_kept(store: Store) -> None:
    account = await make_account(store)
    values = ("+919800000002", 'Zoë "O\'Neil" \\ नमस्ते 🎉', "a,b;c\nd\te", "", "%_[x]", "\x1f{name}")
    odd = replace(person(2), name=values[1], values=values)
    kept = await make_list(store, account, [odd], columns=("phone", "name", "a", "b", "c", "é"))
    assert await store.recipients(kept.id, limit=1) == [odd]
    found = await store.recipient_list(account.id, kept.id)
    assert found is not None
    assert found.columns == kept.columns


async def test_an_inline_list_is_not_listed(store: Store) -> None:
    account = await make_account(store)
    inline = await make_list(store, account, 2, listed=False)
    assert (await store.recipient_lists(account.id, limit=10)).items == ()
    assert await store.recipient_list(account.id, inline.id) == inline


async def test_a_list_is_dropped_unless_a_campaign_uses_it(store: Store) -> None:
    account = await make_account(store)
    used, unused, begun = (
        await make_list(store, account),
        await make_list(store, account),
        empty_list(account),
    )
    await store.open_list(begun)
    await store.add_recipients(begun.id, [person(2)], [RowProblem(3, "phone", "x", "bad")])
    await make_campaign(store, await make_sender(store, account), used)
    with pytest.raises(Conflict, match="Diwali"):
        await store.drop_list(account.id, used.id)
    for one in (unused, begun):
        await store.drop_list(account.id, one.id)
        with pytest.raises(NotFound):
            await store.drop_list(account.id, one.id)
        assert await store.recipients(one.id, limit=10) == []
        assert await store.problems(one.id, limit=10) == []
    assert (await store.recipient_lists(account.id, limit=10)).items == (used,)
    assert len(await store.recipients(used.id, limit=100)) == 10


async def test_another_account_finds_nothing(store: Store) -> None:
    mine, other = await make_account(store), await make_account(store, "Elsewhere")
    sender, people = await make_sender(store, mine), await make_list(store, mine)
    campaign = await make_campaign(store, sender, people)
    await suppress(store, mine, phone_of(2))
    (suppression,) = (await store.suppressions(mine.id, limit=9)).items
    for account, found in ((mine, True), (other, False)):
        assert (await store.sender(account.id, sender.id) is not None) is found
        assert (await store.recipient_list(account.id, people.id) is not None) is found
        assert (await store.campaign(account.id, campaign.id) is not None) is found
        for listed in (store.senders, store.recipient_lists, store.campaigns, store.suppressions):
            assert bool((await listed(account.id, limit=9)).items) is found
    assert not await store.drop_suppression(other.id, suppression.id, at=MORNING)
    with pytest.raises(NotFound):
        await store.drop_list(other.id, people.id)
    with pytest.raises(NotFound):
        await store.save_sender(replace(sender, account_id=other.id, name="stolen"))
    assert not await store.edit_campaign(replace(campaign, account_id=other.id, name="stolen"))
    await make_sender(store, other, sender.name)


async def test_an_account_that_is_not_there_gets_nothing(store: Store) -> None:
    nobody = replace(await make_account(store), id=uuid4())
    with pytest.raises(NotFound):
        await make_sender(store, nobody)
    with pytest.raises(NotFound):
        await make_user(store, nobody)
