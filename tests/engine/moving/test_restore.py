"""A restored copy sends nothing that the original may have sent, and nothing before somebody says so."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from campana.domain.campaigns import CampaignStatus as C
from campana.domain.endpoints import Delivery, DeliveryStatus, Endpoint, EventType, News
from campana.domain.errors import ConfigurationError, Conflict, InvalidInput
from campana.domain.messages import Counts, MessageStatus
from campana.domain.notices import NoticeAddress, Route
from campana.engine.moving.backup import KEY_PROOF, Header, write_backup
from campana.engine.moving.caution import Caution
from campana.engine.moving.held import held_campaigns
from campana.engine.moving.restore import Backup, restore
from campana.engine.ports import Store
from campana.stores import open_store
from campana.stores.sql.store import SqlStore
from campana.vault import FernetVault
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    make_user,
    recount,
    running_campaign,
    settle,
    take,
    view_of,
)
from tests.support.stores import FreshUrl

VAULT = FernetVault("k" * 40)
LATER = MORNING + timedelta(hours=1)


@pytest.fixture
async def copy(fresh_sqlite: FreshUrl) -> AsyncIterator[SqlStore]:
    """An empty store to restore into."""
    with fresh_sqlite() as url:
        opened = await open_store(url)
        yield opened
        await opened.close()


@pytest.fixture
async def original(sqlite_store: Store) -> Store:
    """With an account, its owner and a sender."""
    account = await make_account(sqlite_store)
    await make_user(sqlite_store, account)
    await make_sender(sqlite_store, account)
    return sqlite_store


async def the_sender(store: Store):
    return (await store.senders((await store.accounts())[0].id, limit=1)).items[0]


async def saved(store: Store, folder: Path) -> Backup:
    path = folder / "backup.gz"
    await write_backup(store, path, Header(version="1", made_at=MORNING, proof=VAULT.seal(KEY_PROOF)))
    return Backup.opened(path)


async def under_way(store: Store):
    """Ten messages: three went out, one is on its way, six wait."""
    sender = await the_sender(store)
    campaign = await running_campaign(store, sender, 10)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=4)
    await settle(store, lease, taken[:3])
    return campaign


async def test_what_was_not_final_is_unknown_and_its_campaign_held(original, copy, tmp_path: Path) -> None:
    campaign = await under_way(original)
    caution = Caution(MORNING, LATER, idle_since=False)
    await restore(await saved(original, tmp_path), copy, caution)
    view = await view_of(copy, campaign)
    assert (view.campaign.status, view.reserved) == (C.PAUSED, 0)
    assert "it was running" in (view.campaign.error or "")
    assert view.counts == Counts(sent=3, unknown=7) == await recount(copy, campaign)
    assert (caution.held, caution.unknown) == (1, 7)
    reasons = {
        m.error_reason for m in await all_messages(copy, campaign) if m.status is MessageStatus.UNKNOWN
    }
    assert reasons == {"it was not final when the backup was made; the original may have sent it since"}


async def test_what_may_have_gone_out_counts_as_used(original, copy, tmp_path: Path) -> None:
    await under_way(original)
    await restore(await saved(original, tmp_path), copy, Caution(MORNING, LATER, idle_since=False))
    assert await copy.usage((await the_sender(copy)).id, TODAY) == (10, 0)


async def test_the_lane_is_free_and_its_fence_grows_on(original, copy, tmp_path: Path) -> None:
    await under_way(original)
    await restore(await saved(original, tmp_path), copy, Caution(MORNING, LATER, idle_since=False))
    lease = await hold_lane(copy, await the_sender(copy))
    assert (lease.fence, lease.lost_track) == (2, 0)


async def test_who_knows_that_nothing_was_sent_since_keeps_what_was_pending(original, copy, tmp_path) -> None:
    campaign = await under_way(original)
    await restore(await saved(original, tmp_path), copy, Caution(MORNING, LATER, idle_since=True))
    view = await view_of(copy, campaign)
    assert view.campaign.status is C.PAUSED
    assert view.counts == Counts(sent=3, unknown=1, pending=6) == await recount(copy, campaign)


@pytest.mark.parametrize(
    ("due_in", "reason"),
    [
        (timedelta(minutes=5), "the original may have sent it"),
        (timedelta(days=1), "nothing else will send it"),
    ],
)
async def test_scheduled_campaigns_are_held(original, copy, tmp_path: Path, due_in, reason: str) -> None:
    sender = await the_sender(original)
    people = await make_list(original, sender, 3)
    campaign = await make_campaign(original, sender, people, scheduled_at=MORNING + due_in)
    await restore(await saved(original, tmp_path), copy, Caution(MORNING, LATER, idle_since=False))
    view = await view_of(copy, campaign)
    assert (view.campaign.status, view.counts) == (C.PAUSED, Counts(pending=3))
    assert reason in (view.campaign.error or "")
    (held,) = await held_campaigns(copy)
    assert (held.campaign.id, held.owner.email) == (campaign.id, "alice@shop.test")


async def test_drafts_and_ends_stay_what_they_are(original, copy, tmp_path: Path) -> None:
    sender = await the_sender(original)
    people = await make_list(original, sender, 3)
    draft = await make_campaign(original, sender, people, status=C.DRAFT, scheduled_at=None)
    cancelled = await make_campaign(original, sender, people)
    await original.move(cancelled.id, C.CANCELLED, origins=[C.SCHEDULED], at=MORNING)
    await restore(await saved(original, tmp_path), copy, Caution(MORNING, LATER, idle_since=False))
    for campaign in (draft, cancelled):
        assert await view_of(copy, campaign) == await view_of(original, campaign)
        assert await counts_of(copy, campaign) == Counts(pending=3)


async def test_only_an_empty_store_is_restored_into(original, copy, tmp_path: Path) -> None:
    await make_account(copy, "Bakery")
    with pytest.raises(Conflict, match="not empty"):
        await restore(await saved(original, tmp_path), copy, Caution(MORNING, LATER, idle_since=False))


async def test_the_secret_key_has_to_fit_and_is_not_in_the_file(original, tmp_path: Path) -> None:
    backup = await saved(original, tmp_path)
    backup.check_key(VAULT)
    with pytest.raises(ConfigurationError, match="not the key of the original"):
        backup.check_key(FernetVault("x" * 40))


@pytest.mark.parametrize("keep", [10, 200, -20])
async def test_a_damaged_file_is_refused_before_anything_is_done(original, tmp_path: Path, keep: int) -> None:
    await saved(original, tmp_path)
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes((tmp_path / "backup.gz").read_bytes()[:keep])
    with pytest.raises(InvalidInput, match="no backup of Campana, or damaged"):
        Backup.opened(damaged)


async def test_a_backup_is_its_owners_alone_and_never_written_over(original, tmp_path: Path) -> None:
    await saved(original, tmp_path)
    assert (tmp_path / "backup.gz").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict, match="exists already"):
        await saved(original, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["backup.gz"]


async def test_a_copy_posts_nothing_that_the_original_may_have_posted(original, copy, tmp_path: Path) -> None:
    account = (await original.accounts())[0]
    endpoint = Endpoint(uuid4(), account.id, "https://shop.test", frozenset(), "sealed", MORNING)
    await original.add_endpoint(endpoint)
    news = (News(EventType.TEST, MORNING),)
    waiting = Delivery(uuid4(), account.id, endpoint.id, MORNING, news)
    done = replace(waiting, id=uuid4(), status=DeliveryStatus.DELIVERED)
    for one in (waiting, done):
        await original.add_delivery(one)
    address = NoticeAddress(uuid4(), account.id, Route.MAIL, "ana@shop.test", True, "sealed", MORNING)
    await original.add_notice_address(address)
    await running_campaign(original, await the_sender(original), 2)
    assert await original.kept_news(limit=10)
    await restore(await saved(original, tmp_path), copy, Caution(MORNING, LATER, idle_since=False))
    assert await copy.kept_news(limit=10) == []
    assert await copy.next_delivery(endpoint.id) is None
    (restored,) = await copy.endpoints([account.id])
    assert not restored.enabled
    assert "Held after the restore" in restored.off_reason
    ((silent, _),) = await copy.notice_addresses(account.id)
    assert silent == replace(address, enabled=False, off_reason=restored.off_reason)
    assert await copy.delivery(account.id, done.id) == done
    assert (await copy.delivery(account.id, waiting.id)).status is DeliveryStatus.GAVE_UP
