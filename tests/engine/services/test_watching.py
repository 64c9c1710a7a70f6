"""The hub: one look for all who watch, nothing while nobody does, and an end for everybody."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from campana.domain.campaigns import Campaign, CampaignStatus, Template
from campana.domain.errors import StoreUnavailable
from campana.domain.messages import Counts
from campana.engine.ports import CampaignView
from campana.engine.watching import ProgressHub

AT = datetime(2026, 1, 1, tzinfo=UTC)


def a_view(status=CampaignStatus.PROCESSING, **counts) -> CampaignView:
    campaign = Campaign(
        id=uuid4(),
        account_id=uuid4(),
        sender_id=uuid4(),
        recipient_list_id=uuid4(),
        name="Diwali",
        template=Template("a", "en"),
        fields={},
        header=None,
        status=status,
        scheduled_at=AT,
        created_at=AT,
    )
    return CampaignView(campaign, Counts(**counts))


class Board:
    """A catalog that knows progress alone: what stands on it, and how often it was looked at."""

    def __init__(self, *views: CampaignView) -> None:
        self.views = {view.campaign.id: view for view in views}
        self.looks: list[set[UUID]] = []
        self.away = 0
        self.error: Exception = StoreUnavailable("away")

    async def progress(self, campaign_ids):
        self.looks.append(set(campaign_ids))
        if self.away:
            self.away -= 1
            raise self.error
        return {key: self.views[key] for key in campaign_ids}

    async def running(self, account_ids):
        running = [view for view in self.views.values() if view.campaign.status is CampaignStatus.PROCESSING]
        return [view for view in running if view.campaign.account_id in account_ids]

    def change(self, view: CampaignView, **changes) -> CampaignView:
        self.views[view.campaign.id] = replace(view, **changes)
        return self.views[view.campaign.id]


@pytest.fixture
def quick():
    """A hub that looks at a board all the time."""
    return lambda board, **options: ProgressHub(board, **({"look_s": 0.001} | options))


async def test_the_first_view_comes_at_once_and_then_each_that_differs(quick):
    view = a_view(pending=3)
    board = Board(view)
    async with asyncio.timeout(10), aclosing(quick(board).watch(view, alive_s=5)) as watching:
        assert await anext(watching) == view
        for sent in (1, 2, 3):
            changed = board.change(view, counts=Counts(pending=3 - sent, sent=sent))
            assert await anext(watching) == changed


async def test_many_watchers_cost_one_look(quick):
    views = [a_view(), a_view()]
    board = Board(*views)
    hub = quick(board)
    watching = [hub.watch(view, alive_s=5) for view in views * 20]
    async with asyncio.timeout(10):
        for each in watching:
            await anext(each)
        changed = board.change(views[0], counts=Counts(sent=1))
        looks = len(board.looks)
        assert await asyncio.gather(*(anext(each) for each in watching[::2])) == [changed] * 20
    assert set().union(*board.looks) == {view.campaign.id for view in views}
    assert len(board.looks) - looks < 20
    for each in watching:
        await each.aclose()


async def test_nobody_looks_while_nobody_watches(quick):
    board = Board(a_view())
    (view,) = board.views.values()
    hub = quick(board)
    async with aclosing(hub.watch(view, alive_s=5)) as watching:
        await anext(watching)
    assert hub._poller is not None
    async with asyncio.timeout(10):
        await asyncio.wait([hub._poller])
    assert not hub._poller.cancelled()


async def test_a_quiet_campaign_gives_signs_of_life(quick):
    view = a_view()
    async with asyncio.timeout(10), aclosing(quick(Board(view)).watch(view, alive_s=0.01)) as watching:
        assert await anext(watching) == view
        assert await anext(watching) is None


async def test_an_ended_campaign_is_watched_a_while_for_late_receipts(quick):
    view = a_view(CampaignStatus.COMPLETED, sent=2)
    board = Board(view)
    seen = []
    async with asyncio.timeout(10):
        async for each in quick(board, linger_s=0.1).watch(view, alive_s=0.01):
            seen.append(each)
            if len(seen) == 2:
                board.change(view, counts=Counts(sent=1, delivered=1))
    assert [each.counts.delivered for each in seen if each] == [0, 1]


async def test_a_database_that_blinks_is_waited_for(quick):
    view = a_view()
    board = Board(view)
    async with asyncio.timeout(10), aclosing(quick(board).watch(view, alive_s=5)) as watching:
        await anext(watching)
        board.away = 3
        changed = board.change(view, rate=5.0)
        assert await anext(watching) == changed


async def test_a_look_that_breaks_lets_watchers_go_and_the_next_one_is_served(quick):
    view = a_view()
    board = Board(view)
    hub = quick(board)
    board.away, board.error = 1, RuntimeError("a bug")
    async with asyncio.timeout(10):
        assert [each async for each in hub.watch(view, alive_s=5)] == [view]
        async with aclosing(hub.watch(view, alive_s=5)) as watching:
            await anext(watching)
            changed = board.change(view, rate=1.0)
            assert await anext(watching) == changed


async def test_closing_lets_everybody_go_now_and_later(quick):
    view = a_view()
    hub = quick(Board(view))
    watching = hub.watch(view, alive_s=60)
    await anext(watching)
    waiting = asyncio.create_task(anext(watching, None))
    await asyncio.sleep(0)
    hub.close()
    hub.close()
    async with asyncio.timeout(10):
        assert await waiting is None
        assert [each async for each in hub.watch(view, alive_s=60)] == []


async def test_an_account_is_told_of_all_that_runs_and_how_it_ended(quick):
    ours, theirs, waiting = a_view(pending=3), a_view(pending=5), a_view(CampaignStatus.SCHEDULED)
    account = ours.campaign.account_id
    waiting = replace(waiting, campaign=replace(waiting.campaign, account_id=account))
    board = Board(ours, theirs, waiting)
    async with asyncio.timeout(10), aclosing(quick(board).watch_account(account, alive_s=5)) as watching:
        assert await anext(watching) == ours
        changed = board.change(ours, counts=Counts(sent=3))
        assert await anext(watching) == changed
        begun = replace(waiting, campaign=replace(waiting.campaign, status=CampaignStatus.PROCESSING))
        board.views[begun.campaign.id] = begun
        assert await anext(watching) == begun
        ended = replace(changed, campaign=replace(ours.campaign, status=CampaignStatus.COMPLETED))
        board.views[ended.campaign.id] = ended
        assert await anext(watching) == ended
        late = board.change(ended, counts=Counts(delivered=3))
        assert await anext(watching) == late


async def test_what_came_to_rest_is_forgotten_after_a_while(quick):
    view = a_view()
    board = Board(view)
    hub = quick(board, linger_s=0.05)
    async with asyncio.timeout(10), aclosing(hub.watch_account(view.campaign.account_id, alive_s=5)) as each:
        await anext(each)
        ended = replace(view, campaign=replace(view.campaign, status=CampaignStatus.COMPLETED))
        board.views[view.campaign.id] = ended
        assert await anext(each) == ended
        while hub._recent:  # noqa: ASYNC110 - the hub looks in its own time
            await asyncio.sleep(0.01)
        looks = len(board.looks)
        await asyncio.sleep(0.02)
        assert len(board.looks) == looks


async def test_closing_lets_those_go_who_watch_an_account(quick):
    hub = quick(Board())
    watching = asyncio.create_task(anext(hub.watch_account(uuid4(), alive_s=60), None))
    await asyncio.sleep(0)
    hub.close()
    async with asyncio.timeout(10):
        assert await watching is None
        assert [each async for each in hub.watch_account(uuid4(), alive_s=60)] == []
