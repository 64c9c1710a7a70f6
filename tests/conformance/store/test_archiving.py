"""Messages that go into files: noted once, while the campaign is over; removed only behind that."""

from datetime import timedelta

import pytest

from campana.domain.archives import Archive, Coded
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.messages import MessageStatus
from campana.engine.ports import Span, Store
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    hold_lane,
    make_account,
    make_sender,
    outcome,
    phone_of,
    running_campaign,
    settle,
    take,
)

C, M = CampaignStatus, MessageStatus
ARCHIVE = Archive(
    MORNING + timedelta(days=100), 3, "0" * 64, (Coded(M.FAILED, "131026", 2, "the number …0001"),)
)


async def finished(store: Store, account, sender=None) -> Campaign:
    """A campaign of three: one went out, two were refused."""
    sender = sender or await make_sender(store, account)
    campaign = await running_campaign(store, sender, 3)
    lease = await hold_lane(store, sender)
    first, *others = await take(store, lease, campaign)
    await settle(store, lease, [first])
    refused = [outcome(one, M.FAILED, code="131026") for one in others]
    await store.settle(lease, refused, day=TODAY)
    await store.release(lease)
    await store.complete(campaign.id, MORNING)
    view = await store.campaign(account.id, campaign.id)
    assert view is not None
    assert view.campaign.status is C.COMPLETED
    return view.campaign


async def test_those_that_were_over_long_ago_are_found(store: Store) -> None:
    account = await make_account(store)
    campaign = await finished(store, account)

    assert not await store.archivable(MORNING, limit=10)
    (found,) = await store.archivable(MORNING + timedelta(seconds=1), limit=10)
    assert found.campaign == campaign
    assert (found.counts.sent, found.counts.failed) == (1, 2)


async def test_messages_go_only_behind_what_is_known_of_their_file(store: Store) -> None:
    account = await make_account(store)
    campaign = await finished(store, account)

    assert await store.drop_archived(campaign.id, limit=10) == 0
    assert len(await all_messages(store, campaign)) == 3
    assert await store.keep_archive(campaign.id, ARCHIVE, completed_at=MORNING)
    assert not await store.keep_archive(campaign.id, ARCHIVE, completed_at=MORNING)
    assert [half.id for half in await store.half_archived()] == [campaign.id]
    assert [await store.drop_archived(campaign.id, limit=2) for _ in range(3)] == [2, 1, 0]
    assert await store.half_archived() == []
    assert await all_messages(store, campaign) == []
    view = await store.campaign(account.id, campaign.id)
    assert view is not None
    assert view.campaign.archive == ARCHIVE
    assert (view.counts.sent, view.counts.failed, view.counts.total) == (1, 2, 3)
    assert not await store.archivable(MORNING + timedelta(days=1), limit=10)


async def test_what_moved_meanwhile_is_not_archived_and_what_is_archived_does_not_move(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    retried, archived = await finished(store, account, sender), await finished(store, account, sender)

    assert await store.move(retried.id, C.PAUSED, origins={C.COMPLETED}, at=MORNING)
    assert not await store.keep_archive(retried.id, ARCHIVE, completed_at=MORNING)
    assert not await store.keep_archive(archived.id, ARCHIVE, completed_at=MORNING + timedelta(hours=1))
    assert await store.keep_archive(archived.id, ARCHIVE, completed_at=MORNING)
    assert not await store.move(archived.id, C.PAUSED, origins={C.COMPLETED}, at=MORNING)


@pytest.mark.parametrize("removed", [False, True])
async def test_reports_count_codes_once_before_and_after_the_messages_are_gone(
    store: Store, removed: bool
) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    campaign, _other = await finished(store, account, sender), await finished(store, account, sender)
    await store.keep_archive(campaign.id, ARCHIVE, completed_at=MORNING)
    if removed:
        await store.drop_archived(campaign.id, limit=10)

    span = Span(account.id, MORNING - timedelta(days=1), MORNING + timedelta(days=1))
    assert await store.codes(span) == [(M.FAILED, "131026", 4)]


async def test_a_number_is_found_in_archives_until_it_is_erased(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Other")
    campaign, number = await finished(store, account), phone_of(2)
    await finished(store, other)
    assert not await store.archived_rows(account.id, number)
    await store.keep_archive(campaign.id, ARCHIVE, completed_at=MORNING)

    (found,) = await store.archived_rows(account.id, number)
    people = await store.recipients(campaign.recipient_list_id, limit=9)
    (person,) = [one for one in people if one.phone == number]
    assert (found.campaign.id, found.row) == (campaign.id, person.row)
    assert not await store.archived_rows(other.id, number)
