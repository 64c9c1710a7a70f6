"""Whatever a process was doing when it died, between whichever two statements: afterwards the books add up,
nobody is lost and nobody gets a message twice, and an account is as before or as it was to become."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from campana.domain.accounts import Account, User
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.messages import MessageStatus
from campana.domain.receipts import Receipt
from campana.domain.senders import Sender
from campana.engine.ports import Lease, MessageKey, Store, Taken
from tests.stores.mongo.dying import Died, dying
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    make_user,
    outcome,
    phone_of,
    recount,
    running_campaign,
    settle,
    suppress,
    take,
    view_of,
    wamid,
)

C, M = CampaignStatus, MessageStatus
LATER = MORNING + timedelta(hours=1)
PEOPLE = 8


@dataclass(frozen=True)
class World:
    """A lane with a campaign under way: one person suppressed, two messages sent, one failed, one put back,
    one UNKNOWN, one on its way and one that waits."""

    account: Account
    owner: User
    sender: Sender
    campaign: Campaign
    lease: Lease
    on_its_way: Taken
    draft: Campaign

    @classmethod
    async def begin(cls, store: Store, name: str) -> "World":
        account = await make_account(store, name)
        owner = await make_user(store, account, f"{name}@shop.test")
        sender = await make_sender(store, account)
        await suppress(store, account, phone_of(2))
        campaign = await running_campaign(store, sender, PEOPLE)
        lease = await hold_lane(store, sender, "dead")
        taken = await take(store, lease, campaign, limit=6)
        fates = (M.SENT, M.SENT, M.FAILED, M.PENDING, M.UNKNOWN)
        settled = [outcome(one, fate) for one, fate in zip(taken, fates, strict=False)]
        assert await store.settle(lease, settled, day=TODAY) == 5
        draft = await make_campaign(store, sender, await make_list(store, sender, 3))
        return cls(account, owner, sender, campaign, lease, taken[5], draft)


Act = Callable[[Store, World], Awaitable[object]]


async def _start(store: Store, world: World) -> None:
    await store.start(world.draft.id, now=MORNING, day=TODAY, daily_limit=1000)


async def _create(store: Store, world: World) -> None:
    people = await store.recipient_list(world.account.id, world.draft.recipient_list_id)
    assert people is not None
    await make_campaign(store, world.sender, people)


async def _settle(store: Store, world: World) -> None:
    await store.settle(world.lease, [outcome(world.on_its_way, M.SENT)], day=TODAY)


async def _release(store: Store, world: World) -> None:
    await store.release(world.lease)


async def _lose_lane(store: Store, world: World) -> None:
    """The answer will come when the lane is another's."""
    await store.release(world.lease)
    await store.acquire(world.sender.id, "dead", ttl_s=60, day=TODAY)


async def _acquire(store: Store, world: World) -> None:
    await store.acquire(world.sender.id, "dead", ttl_s=60, day=TODAY)


async def _expire(store: Store, world: World) -> None:
    await store.expire(day_of={world.sender.id: TODAY})


async def _cancel(store: Store, world: World) -> None:
    await store.move(world.campaign.id, C.CANCELLED, origins={C.PROCESSING}, at=LATER)


async def _sweep(store: Store, world: World) -> None:
    await store.sweep(world.campaign.id, code="x", reason="y", at=LATER, limit=10)


async def _retry(store: Store, world: World) -> None:
    await store.retry(world.campaign.id, M.FAILED, now=MORNING, limit=10)


async def _wait(store: Store, world: World) -> None:
    await store.wait(world.campaign.id, MORNING)


async def _reserve(store: Store, world: World) -> None:
    await store.reserve(world.campaign.id, day=TODAY, daily_limit=1000)


async def _receive(store: Store, world: World) -> None:
    names = [wamid(world.campaign.id, row) for row in (3, 4)]
    await store.receive(world.sender.id, [Receipt(name, M.READ, LATER) for name in names])


async def _adopt(store: Store, world: World) -> None:
    (unknown,) = await all_messages(store, world.campaign, statuses=[M.UNKNOWN])
    await store.adopt(MessageKey(world.campaign.id, unknown.row), "found")


async def _take(store: Store, world: World) -> None:
    await take(store, world.lease, world.campaign, now=LATER)


LEDGER: dict[str, tuple[Act | None, Act]] = {
    "create": (None, _create),
    "start": (None, _start),
    "take": (None, _take),
    "settle": (None, _settle),
    "settle late": (_lose_lane, _settle),
    "acquire": (_release, _acquire),
    "expire": (_release, _expire),
    "cancel": (None, _cancel),
    "sweep": (_cancel, _sweep),
    "retry": (None, _retry),
    "wait": (None, _wait),
    "reserve": (_wait, _reserve),
    "receive": (None, _receive),
    "adopt": (None, _adopt),
}
"""What came before, and the verb in which the process dies."""


@pytest.mark.parametrize("name", LEDGER)
async def test_every_message_ends_once(store: Store, store_url: str, name: str) -> None:
    before, act = LEDGER[name]
    deaths = 0
    while True:
        world = await World.begin(store, f"{name}{deaths}")
        if before is not None:
            await before(store, world)
        try:
            async with dying(store_url, after=deaths) as mortal:
                await act(mortal, world)
        except Died:
            deaths += 1
            await _recovered(store, world)
        else:
            break
    assert deaths >= 2, "a verb of one statement proves nothing"
    await _recovered(store, world)


async def _recovered(store: Store, world: World) -> None:
    """The lane is taken over and everything goes out: who may have got a message already does not again."""
    await store.stranded()
    await store.drop_unfinished(LATER)
    before = {one.row: one for one in await all_messages(store, world.campaign)}
    await _check_books(store, world)
    await store.release(world.lease)
    lease = await store.acquire(world.sender.id, "heir", ttl_s=60, day=TODAY)
    if lease is None:  # the dead one took it once more
        (held,) = [one for one in await store.holders() if one.sender_id == world.sender.id]
        await store.void(world.sender.id, held.fence)
        lease = await hold_lane(store, world.sender, "heir")
    for campaign in await _running(store, world):
        while taken := await take(store, lease, campaign, now=LATER):
            rows = {one.row for one in taken if one.campaign_id == world.campaign.id}
            assert all(before[row].status is M.PENDING for row in rows)
            await settle(store, lease, taken)
        assert await store.complete(campaign.id, LATER)
    for campaign in await store.unswept():
        await store.sweep(campaign.id, code="x", reason="y", at=LATER, limit=100)
    await _check_books(store, world)
    assert (await view_of(store, world.campaign)).counts.open == 0


async def _running(store: Store, world: World) -> list[Campaign]:
    view = await store.lane_view(world.sender.id, now=LATER, day=TODAY)
    assert view is not None
    for one in view.campaigns:
        await store.reserve(one.campaign.id, day=TODAY, daily_limit=1000)
    return [one.campaign for one in view.campaigns]


async def _check_books(store: Store, world: World) -> None:
    found = (await store.campaigns(world.account.id, limit=9)).items
    sending = 0
    for view in found:
        assert view.counts == await recount(store, view.campaign)
        assert view.counts.total == (PEOPLE if view.campaign.id == world.campaign.id else 3)
        sending += view.counts.sending
    lane = await store.lane_view(world.sender.id, now=LATER, day=TODAY)
    assert lane is not None
    assert lane.in_flight == sending
    counted = [M.SENT, M.UNKNOWN, M.DELIVERED, M.READ]
    messages = [one for view in found for one in await all_messages(store, view.campaign, statuses=counted)]
    assert lane.used == len(messages)
