"""Everything a store holds, out of one moment and into another store of whatever kind."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace

import pytest

from campana.domain.archives import Archive, Coded
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.errors import Conflict
from campana.domain.messages import MessageStatus
from campana.engine.moving.copy import campaigns_last, copy
from campana.engine.ports import Post, Store
from campana.engine.ports.copying import Kind, Record
from campana.stores import open_store
from tests.support.cast import (
    MORNING,
    all_messages,
    hold_lane,
    make_account,
    make_sender,
    make_session,
    make_user,
    running_campaign,
    settle,
    suppress,
    take,
    view_of,
)

PAIRS = [
    "sqlite postgresql",
    "postgresql sqlite",
    "sqlite sqlite",
    *(
        pytest.param(pair, marks=pytest.mark.mongodb)
        for pair in ("sqlite mongodb", "mongodb sqlite", "mongodb mongodb")
    ),
]


@pytest.fixture(params=PAIRS)
def urls(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Two fresh databases of those kinds."""
    with ExitStack() as stack:
        kinds = str(request.param).split()
        yield [stack.enter_context(request.getfixturevalue(f"fresh_{kind}")()) for kind in kinds]


@pytest.fixture
async def stores(urls: list[str]) -> AsyncIterator[tuple[Store, Store]]:
    """From and to."""
    async with AsyncExitStack() as stack:
        one, other = [await open_store(url) for url in urls]
        for store in (one, other):
            stack.push_async_callback(store.close)
        yield one, other


async def lived_in(store: Store) -> Campaign:
    """Somebody, and a campaign of which some went out, some failed, some wait and one is on its way."""
    account = await make_account(store)
    user = await make_user(store, account)
    await make_session(store, user, "digest")
    sender = await make_sender(store, account)
    await suppress(store, account, "+919800000099")
    campaign = await running_campaign(store, sender, 10)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=6)
    await settle(store, lease, taken[:3])
    await settle(store, lease, taken[3:5], MessageStatus.FAILED, code="131026", reason="no WhatsApp")
    await store.release(lease)
    return campaign


async def copied(one: Store, other: Store) -> dict[str, int]:
    return {name: count async for name, count in copy(one, other)}


async def test_all_is_there_and_reads_the_same(stores: tuple[Store, Store]) -> None:
    one, other = stores
    campaign = await lived_in(one)
    counts = await copied(one, other)
    assert (counts["messages"], counts["campaigns"], counts["users"]) == (10, 1, 1)
    views = [await view_of(store, campaign) for store in (one, other)]
    assert replace(views[0], rate=0.0) == replace(views[1], rate=0.0), "the pace falls from look to look"
    assert await all_messages(other, campaign) == await all_messages(one, campaign)


async def test_what_is_known_of_an_archive_goes_along(stores: tuple[Store, Store]) -> None:
    one, other = stores
    campaign = await lived_in(one)
    await one.move(campaign.id, CampaignStatus.CANCELLED, origins={CampaignStatus.PROCESSING}, at=MORNING)
    archive = Archive(MORNING, 10, "0" * 64, (Coded(MessageStatus.FAILED, "131026", 2, "no WhatsApp"),))
    assert await one.keep_archive(campaign.id, archive, completed_at=MORNING)
    await copied(one, other)
    assert (await view_of(other, campaign)).campaign.archive == archive
    assert [half.id for half in await other.half_archived()] == [campaign.id]


async def test_a_copy_goes_on_where_it_was_broken_off(stores: tuple[Store, Store]) -> None:
    one, other = stores
    campaign = await lived_in(one)
    async for name, _ in copy(one, other):
        if name == "recipients":
            break
    counts = await copied(one, other)
    assert await copied(one, other) == counts
    assert await all_messages(other, campaign) == await all_messages(one, campaign)


async def test_what_the_store_counts_up_goes_on_behind_the_copied(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await lived_in(one)
    (sender,) = (await one.senders((await one.accounts())[0].id, limit=1)).items
    for store in (one, other):
        await store.store_posts([Post(sender.id, MORNING, b"{}")])
        if store is one:
            await copied(one, other)
    assert len(await other.waiting_posts(limit=10, most_bytes=1000)) == 2


async def test_it_says_so_when_the_target_held_something_else(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await lived_in(one)
    await make_account(other, "Bakery")
    with pytest.raises(Conflict, match="accounts"):
        await copied(one, other)


async def test_a_lane_that_is_alive_is_in_the_way(stores: tuple[Store, Store]) -> None:
    one, other = stores
    sender = await make_sender(one, await make_account(one))
    lease = await hold_lane(one, sender, "host|1|2|3|4")
    with pytest.raises(Conflict, match="of the source are held"):
        await copied(one, other)
    await one.release(lease)
    assert (await copied(one, other))["lanes"] == 1


async def test_stores_have_the_same_kinds(stores: tuple[Store, Store]) -> None:
    one, other = [{kind.name: kind.fields for kind in store.kinds()} for store in stores]
    assert one == other


async def test_a_snapshot_sees_one_moment(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    account = await make_account(store)
    kinds = {kind.name: kind for kind in store.kinds()}
    async with store.snapshot() as snapshot:
        before = [records async for records in snapshot.records(kinds["accounts"])]
        await make_sender(store, account)
        await make_account(store, "Bakery")
        assert [records async for records in snapshot.records(kinds["senders"])] == []
        assert [records async for records in snapshot.records(kinds["accounts"])] == before


async def test_campaigns_are_copied_when_all_they_need_is_there(stores: tuple[Store, Store]) -> None:
    """Whoever starts a server on the target too early finds nothing to send."""
    names = [kind.name for kind in campaigns_last(stores[0].kinds())]
    assert max(names.index(name) for name in ("messages", "recipients", "lanes")) < names.index("campaigns")
    assert names.index("campaigns") < names.index("counts")


async def test_records_that_are_there_stay_as_they_are(stores: tuple[Store, Store]) -> None:
    one, other = stores
    sender = await make_sender(one, await make_account(one))
    await copied(one, other)
    kinds = {kind.name: kind for kind in one.kinds()}
    changed = [await _renamed(one, kinds["senders"])]
    await other.add_records(kinds["senders"], changed)
    assert await other.sender(sender.account_id, sender.id) == sender


async def _renamed(store: Store, kind: Kind) -> Record:
    async with store.snapshot() as snapshot:
        ((record,),) = [records async for records in snapshot.records(kind)]
    return tuple(dict(zip(kind.fields, record, strict=True), name="Other").values())
