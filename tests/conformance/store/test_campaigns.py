"""Campaigns and their messages as reports show them, and how a campaign comes into being."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from campana.domain.campaigns import CampaignKind, CampaignStatus, Header, OnDailyLimit, Template
from campana.domain.errors import InvalidInput, NotFound
from campana.domain.messages import Counts, MessageStatus
from campana.engine.ports import CampaignView, Statistics, Store
from tests.conftest import OpenAgain
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
    new_campaign,
    person,
    phone_of,
    recount,
    running_campaign,
    settle,
    suppress,
    take,
    view_of,
)

C, M = CampaignStatus, MessageStatus


async def test_a_campaign_is_kept_as_it_is(store: Store) -> None:
    account = await make_account(store)
    sender, people = await make_sender(store, account), await make_list(store, account)
    header = Header(document="https://cdn.test/a.pdf", document_name="a.pdf")
    campaign = await make_campaign(
        store,
        sender,
        people,
        name="Diwali ✨",
        template=Template("offer", "en_US"),
        fields={"field_2": "{city|there}", "field_1": "Hi {name}"},
        header=header,
        on_daily_limit=OnDailyLimit.WAIT,
        created_by=uuid4(),
        idempotency_key="key",
        request_digest="digest",
        scheduled_at=MORNING + timedelta(milliseconds=1),
    )
    view = await store.campaign(account.id, campaign.id)
    assert view == CampaignView(campaign, Counts(pending=10))
    assert list(view.campaign.fields) == ["field_2", "field_1"]


async def test_nobody_sees_a_campaign_before_it_is_opened(store: Store) -> None:
    account = await make_account(store)
    sender, people = await make_sender(store, account), await make_list(store, account)
    campaign = await store.add_campaign(new_campaign(sender, people, status=C.SCHEDULED))
    assert campaign.status is C.DRAFT
    assert await store.load(campaign.id, limit=4) == 4
    assert await store.campaign(account.id, campaign.id) is None
    assert (await store.campaigns(account.id, limit=9)).items == ()
    assert await store.due(MORNING, limit=9) == []
    assert await store.next_due() is None
    assert not await store.edit_campaign(replace(campaign, name="x"))
    for target in (C.CANCELLED, C.SCHEDULED):
        assert not await store.move(campaign.id, target, origins={C.DRAFT}, at=MORNING)
    assert await store.load(campaign.id, limit=100) == 6
    assert await store.load(campaign.id, limit=100) == 0
    with pytest.raises(ValueError, match="PAUSED"):
        await store.open_campaign(campaign.id, C.PAUSED)
    assert await store.open_campaign(campaign.id, C.SCHEDULED)
    assert not await store.open_campaign(campaign.id, C.SCHEDULED)
    assert not await store.open_campaign(uuid4(), C.DRAFT)
    assert await store.load(campaign.id, limit=100) == 0
    view = await view_of(store, campaign)
    assert (view.campaign.status, view.counts) == (C.SCHEDULED, Counts(pending=10))


async def test_loading_makes_one_message_for_each_recipient(store: Store) -> None:
    account = await make_account(store)
    await suppress(store, account, phone_of(3), phone_of(7))
    sender, people = await make_sender(store, account), await make_list(store, account)
    campaign = await store.add_campaign(new_campaign(sender, people))
    loads = await asyncio.gather(*(store.load(campaign.id, limit=3) for _ in range(6)))
    assert sum(loads) == 10
    await store.open_campaign(campaign.id, C.SCHEDULED)
    messages = await all_messages(store, campaign)
    assert [(one.row, one.phone, one.name, one.values) for one in messages] == [
        (row, *(getattr(person(row), name) for name in ("phone", "name", "values"))) for row in range(2, 12)
    ]
    assert {one.row: one.error_code for one in messages if one.status is M.SKIPPED} == {
        3: "suppressed",
        7: "suppressed",
    }
    assert await counts_of(store, campaign) == Counts(pending=8, skipped=2) == await recount(store, campaign)
    assert await store.load(uuid4(), limit=9) == 0


async def test_the_same_key_gives_the_same_campaign(store: Store, open_again: OpenAgain) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    sender, people = await make_sender(store, account), await make_list(store, account)
    stores = [store, await open_again()] * 3
    wanted = [new_campaign(sender, people, idempotency_key="key", name=f"{n}") for n in range(6)]
    made = await asyncio.gather(*(one.add_campaign(new) for one, new in zip(stores, wanted, strict=True)))
    assert len({campaign.id for campaign in made}) == 1
    assert made[0].id in {campaign.id for campaign in wanted}
    found = await store.campaign_by_key(account.id, "key")
    assert found == made[0]
    assert await store.campaign_by_key(other.id, "key") is None
    assert await store.campaign_by_key(account.id, "other") is None
    elsewhere = await make_sender(store, other), await make_list(store, other)
    foreign = await store.add_campaign(new_campaign(*elsewhere, idempotency_key="key"))
    assert foreign.id != made[0].id
    for _ in range(2):
        await store.add_campaign(new_campaign(sender, people, idempotency_key=None))


async def test_a_campaign_needs_a_list_and_a_sender_of_its_account(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    sender, people = await make_sender(store, account), await make_list(store, account)
    strangers = await make_sender(store, other), await make_list(store, other)
    begun = empty_list(account)
    await store.open_list(begun)
    for wrong in (
        new_campaign(sender, strangers[1]),
        new_campaign(strangers[0], people, account_id=account.id),
        new_campaign(sender, begun),
        new_campaign(sender, people, recipient_list_id=uuid4()),
    ):
        with pytest.raises(NotFound):
            await store.add_campaign(wrong)


async def test_only_drafts_and_scheduled_ones_are_edited(store: Store) -> None:
    account = await make_account(store)
    sender, people = await make_sender(store, account), await make_list(store, account)
    campaign = await make_campaign(store, sender, people)
    draft = replace(
        campaign,
        name="New",
        fields={"field_1": "x"},
        status=C.DRAFT,
        scheduled_at=None,
        header=Header(text="T"),
    )
    assert await store.edit_campaign(draft)
    assert (await view_of(store, campaign)).campaign == draft
    later = replace(draft, status=C.SCHEDULED, scheduled_at=MORNING + timedelta(hours=1), header=None)
    assert await store.edit_campaign(later)
    assert (await view_of(store, campaign)).campaign == later
    assert (await store.campaigns(account.id, limit=9, q="new")).items
    with pytest.raises(ValueError, match="CANCELLED"):
        await store.edit_campaign(replace(later, status=C.CANCELLED))
    assert await store.move(campaign.id, C.PAUSED, origins={C.SCHEDULED}, at=MORNING)
    assert not await store.edit_campaign(draft)


async def test_campaigns_are_listed_and_searched(store: Store) -> None:
    account = await make_account(store)
    sender, people = await make_sender(store, account), await make_list(store, account)
    names = ["Été 2026", "Sale 100%", "sale_summer", "Été again"]
    made = [
        await make_campaign(store, sender, people, name=name, created_at=MORNING + timedelta(seconds=n))
        for n, name in enumerate(names)
    ]
    await make_campaign(store, sender, people, name="Test", kind=CampaignKind.TEST)
    await store.move(made[1].id, C.CANCELLED, origins={C.SCHEDULED}, at=MORNING)

    async def listed(**query: object) -> list[str]:
        return [view.campaign.name for view in (await store.campaigns(account.id, limit=9, **query)).items]

    assert await listed() == names[::-1]
    assert await listed(q="ÉTÉ") == ["Été again", "Été 2026"]
    assert await listed(q="100%") == ["Sale 100%"]
    assert await listed(q="e_s") == ["sale_summer"]
    assert await listed(statuses=[C.CANCELLED, C.DRAFT]) == ["Sale 100%"]
    assert await listed(statuses=[C.SCHEDULED], q="sale") == ["sale_summer"]
    first = await store.campaigns(account.id, limit=3)
    second = await store.campaigns(account.id, limit=3, cursor=first.next_cursor)
    assert ([view.campaign.name for view in second.items], second.next_cursor) == (["Été 2026"], None)
    progress = await store.progress([made[0].id, made[1].id, uuid4()])
    assert {view.campaign.name for view in progress.values()} == {"Été 2026", "Sale 100%"}
    assert await store.progress([]) == {}


async def test_messages_are_paged_filtered_and_searched(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 40)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=20)
    await settle(store, lease, taken[::2])
    await settle(store, lease, taken[1:9:2], M.FAILED)

    async def rows(**query: object) -> list[int]:
        return [one.row for one in await all_messages(store, campaign, page=7, **query)]

    everybody = list(range(2, 42))
    assert await rows() == everybody
    assert await rows(statuses=[M.FAILED]) == [3, 5, 7, 9]
    assert await rows(statuses=[M.SENT, M.FAILED]) == sorted([*range(2, 22, 2), 3, 5, 7, 9])
    assert await rows(statuses=[M.READ]) == []
    assert await rows(statuses=list(M)) == everybody
    assert await rows(q="0000012") == [12]
    assert await rows(q=phone_of(12)) == [12]
    assert await rows(q="98 0000-0012") == [12]
    assert await rows(q="person 3") == [3, *range(30, 40)]
    assert await rows(q="erson") == []
    assert await rows(q="%") == []
    assert await rows(q="000000", statuses=[M.FAILED]) == [3, 5, 7, 9]
    assert await rows(q="PERSON 1", statuses=[M.PENDING]) == []
    with pytest.raises(InvalidInput):
        await store.messages(campaign.id, limit=10, cursor="!")
    assert (await store.messages(uuid4(), limit=10)).items == ()


async def test_names_are_found_in_any_case_and_script(store: Store) -> None:
    account = await make_account(store)
    names = ("Éric", "éric", "ÉRIC B", "Eric", "Ünal", "राम", "50% off")
    people = [replace(person(row), name=name) for row, name in enumerate(names, 2)]
    campaign = await make_campaign(
        store, await make_sender(store, account), await make_list(store, account, people)
    )

    async def found(q: str) -> list[str]:
        return [one.name for one in await all_messages(store, campaign, q=q)]

    assert await found("éri") == ["Éric", "éric", "ÉRIC B"]
    assert await found("ERIC") == ["Eric"]
    assert await found("ünal") == ["Ünal"]
    assert await found("रा") == ["राम"]
    assert await found("50%") == ["50% off"]


async def test_unfinished_things_are_dropped(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    old, recent = MORNING - timedelta(days=2), MORNING
    kept = await make_campaign(store, sender, await make_list(store, account, created_at=old), created_at=old)
    inline = await make_list(store, account, created_at=old, listed=False)
    orphan = await make_list(store, account, 3, created_at=old, listed=False)
    half = await store.add_campaign(new_campaign(sender, inline, created_at=old))
    await store.load(half.id, limit=5)
    begun, fresh = empty_list(account, created_at=old), empty_list(account, created_at=recent)
    for one in (begun, fresh):
        await store.open_list(one)
        await store.add_recipients(one.id, [person(2)], [])
    fresh_campaign = await store.add_campaign(new_campaign(sender, await make_list(store, account)))
    assert await store.drop_unfinished(MORNING - timedelta(days=1)) == 4
    assert await store.drop_unfinished(MORNING - timedelta(days=1)) == 0
    for gone in (inline, orphan, begun):
        assert await store.recipients(gone.id, limit=9) == []
    assert (await store.messages(half.id, limit=9)).items == ()
    assert await store.load(half.id, limit=9) == 0
    assert not await store.open_campaign(half.id, C.DRAFT)
    assert (await counts_of(store, kept)).total == 10
    await store.close_list(fresh)
    assert await store.load(fresh_campaign.id, limit=100) == 10


async def test_numbers_for_monitoring(store: Store) -> None:
    nothing = Statistics(queued=0, campaigns=dict.fromkeys(C, 0), oldest_due=None)
    assert await store.statistics() == nothing
    account = await make_account(store)
    sender, people = await make_sender(store, account), await make_list(store, account)
    other = await make_account(store, "Elsewhere")
    await running_campaign(store, sender, 7)
    await running_campaign(store, await make_sender(store, other), 5)
    overdue = datetime(2020, 1, 1, tzinfo=UTC)
    await make_campaign(store, sender, people, scheduled_at=overdue)
    await make_campaign(store, sender, people, scheduled_at=datetime.now(UTC) + timedelta(days=1))
    found = await store.statistics()
    assert (found.queued, found.oldest_due) == (12, overdue)
    assert {status: number for status, number in found.campaigns.items() if number} == {
        C.PROCESSING: 2,
        C.SCHEDULED: 2,
    }


async def test_a_search_finds_all_there_are_in_a_long_list(store: Store) -> None:
    """What is found is what looking at each message would find, page by page, in row order."""
    people = [replace(person(row), name=f"Name\t{row % 37}\n of {row}") for row in range(2, 1202)]
    account = await make_account(store)
    begun = empty_list(account)
    await store.open_list(begun)
    for start in range(0, 1200, 1100):
        await store.add_recipients(begun.id, people[start : start + 1100], [])
    await suppress(store, account, *(one.phone for one in people if one.row % 50 == 0))
    closed = await store.close_list(replace(begun, total=1200, valid=1200))
    campaign = await make_campaign(store, await make_sender(store, account), closed)

    async def rows(q: str, page: int, **query: object) -> list[int]:
        return [one.row for one in await all_messages(store, campaign, q=q, page=page, **query)]

    for q in ("98", "0000", "00001", "1199", "0234", "77", "9999999"):
        expected = [one.row for one in people if q in one.phone]
        assert await rows(q, 150) == expected
        assert await rows(q, 5000) == expected
        skipped = [row for row in expected if row % 50 == 0]
        assert await rows(q, 7, statuses=[M.SKIPPED, M.SENT]) == skipped
    for name in ("name 5 of", "NAME 5  OF 4", "Name\t36", "5", "of"):
        expected = [
            one.row
            for one in people
            if " ".join(one.name.lower().split()).startswith(" ".join(name.lower().split()))
        ]
        found = await rows(name, 30)
        assert found == (expected or [one.row for one in people if name in one.phone])
