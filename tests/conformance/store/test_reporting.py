"""Reports over campaigns: what was accepted by the quarter of an hour, campaigns by their start and template,
reasons; other accounts, other times and tests left out."""

from datetime import timedelta

from campana.domain.campaigns import CampaignKind, Template
from campana.domain.messages import MessageStatus
from campana.domain.periods import QUARTER, Accepted, Quarter
from campana.domain.replies import ReplyCounts
from campana.engine.ports import Span, Store
from tests.support.cast import (
    MORNING,
    hold_lane,
    make_account,
    make_sender,
    outcome,
    running_campaign,
    settle,
    take,
    told,
    wamid,
)
from tests.support.cast import TODAY as DAY

M = MessageStatus
ALL_DAY = timedelta(hours=12)


def around(account) -> Span:
    """The half day before and after MORNING."""
    return Span(account.id, MORNING - ALL_DAY, MORNING + ALL_DAY)


async def sent(store: Store, sender, people: int, *, at=MORNING, **changes):
    """A campaign of so many people, all accepted at that time."""
    campaign = await running_campaign(store, sender, people, **changes)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign), at=at)
    await store.release(lease)
    return campaign


async def test_quarters_follow_each_message(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 6)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    later = MORNING + QUARTER
    results = [
        *(outcome(one, M.SENT) for one in taken[:3]),
        outcome(taken[3], M.SENT, at=later - timedelta(microseconds=1)),
        outcome(taken[4], M.SENT, at=later),
        outcome(taken[5], M.FAILED),
    ]
    await store.settle(lease, results, day=DAY)
    assert await store.timeline(campaign.id) == [
        Quarter(MORNING, Accepted(sent=4)),
        Quarter(later, Accepted(sent=1)),
    ]
    ids = [wamid(campaign.id, one.row) for one in taken]
    await told(store, sender, ids[0], M.DELIVERED, at=later + QUARTER)
    await told(store, sender, ids[1], M.READ, at=later + QUARTER)
    await told(store, sender, ids[4], M.FAILED, at=later + QUARTER, code="131026")
    expected = [
        Quarter(MORNING, Accepted(sent=2, delivered=1, read=1)),
        Quarter(later, Accepted(failed=1)),
    ]
    assert await store.timeline(campaign.id) == expected
    assert await store.quarters(around(await _account(store, sender))) == expected
    await store.retry(campaign.id, M.FAILED, now=MORNING, limit=50)
    assert [one.accepted.total for one in await store.timeline(campaign.id)] == [4, 0]


async def test_quarters_of_an_account_lie_in_the_span_and_leave_tests_out(store: Store) -> None:
    ours, theirs = await make_account(store), await make_account(store, "Bakery")
    sender, other = await make_sender(store, ours), await make_sender(store, theirs)
    await sent(store, sender, 2)
    await sent(store, sender, 3, at=MORNING + QUARTER)
    await sent(store, sender, 1, kind=CampaignKind.TEST)
    await sent(store, other, 4)
    first = Span(ours.id, MORNING, MORNING + QUARTER)
    assert await store.quarters(first) == [Quarter(MORNING, Accepted(sent=2))]
    assert [one.accepted.sent for one in await store.quarters(around(ours))] == [2, 3]
    assert await store.quarters(Span(ours.id, MORNING - ALL_DAY, MORNING)) == []


async def test_campaigns_come_by_their_start(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    made = [
        await running_campaign(store, sender, 1, scheduled_at=MORNING + timedelta(hours=n)) for n in range(3)
    ]
    await running_campaign(store, sender, 1, kind=CampaignKind.TEST)
    await running_campaign(store, await make_sender(store, await make_account(store, "Bakery")), 1)
    span = Span(account.id, MORNING, MORNING + timedelta(hours=2))
    page = await store.begun(span, limit=1)
    assert [view.campaign.id for view in page.items] == [made[1].id]
    page = await store.begun(span, limit=1, cursor=page.next_cursor)
    assert ([view.campaign.id for view in page.items], page.next_cursor) == ([made[0].id], None)
    assert len((await store.begun(around(account), limit=10)).items) == 3


async def test_campaigns_add_up_by_their_template(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    for people, name in ((2, "offer"), (3, "offer"), (4, "news")):
        await sent(store, sender, people, template=Template(name, "en"))
    await sent(store, sender, 1, template=Template("offer", "hi"))
    totals = await store.template_totals(around(account))
    assert [(one.template, one.campaigns, one.counts.sent) for one in totals] == [
        (Template("offer", "en"), 2, 5),
        (Template("news", "en"), 1, 4),
        (Template("offer", "hi"), 1, 1),
    ]
    assert {one.replies for one in totals} == {ReplyCounts()}
    assert await store.template_totals(Span(account.id, MORNING - ALL_DAY, MORNING)) == []


async def test_reasons_add_up_over_campaigns(store: Store) -> None:
    ours, theirs = await make_account(store), await make_account(store, "Bakery")
    for account, people in ((ours, 2), (ours, 3), (theirs, 4)):
        sender = await make_sender(store, account, f"{people}")
        campaign = await running_campaign(store, sender, people + 1)
        lease = await hold_lane(store, sender)
        taken = await take(store, lease, campaign)
        await settle(store, lease, taken[1:], M.FAILED, code="131026", reason="no WhatsApp")
        await settle(store, lease, taken[:1], M.UNKNOWN, code="read_timeout")
    assert await store.codes(around(ours)) == [(M.FAILED, "131026", 5), (M.UNKNOWN, "read_timeout", 2)]
    assert await store.codes(Span(ours.id, MORNING - ALL_DAY, MORNING)) == []


async def _account(store: Store, sender):
    return next(one for one in await store.accounts() if one.id == sender.account_id)
