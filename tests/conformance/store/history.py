"""A store under any sequence of verbs: what is done, and what must be true after each of them.

An action is a few numbers; they choose among what there is just then, so that every sequence means something.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignStatus, OnDailyLimit, start_states
from campana.domain.messages import TRANSITIONS, Counts, Message, MessageStatus
from campana.domain.periods import ACCEPTED, Accepted
from campana.domain.receipts import Receipt
from campana.domain.senders import Sender
from campana.engine.ports import Lease, LeaseLost, MessageKey, Settlement, Share, Store, Taken
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    outcome,
    phone_of,
    suppress,
    view_of,
    wamid,
)

C, M = CampaignStatus, MessageStatus

DAILY_LIMIT = 14
PEOPLE = 6
MOST_CAMPAIGNS = 3

Action = tuple[str, int, int]
Statuses = dict[tuple[object, int], MessageStatus]


@dataclass
class History:
    """One sender with its campaigns, and all that was ever taken or leased."""

    store: Store
    account: Account
    sender: Sender
    lease: Lease
    now: datetime = MORNING
    campaigns: list[Campaign] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    taken: list[tuple[Lease, Taken]] = field(default_factory=list)
    before: Statuses = field(default_factory=dict)
    spent: int = 0

    @classmethod
    async def begin(cls, store: Store) -> "History":
        account = await make_account(store)
        sender = await make_sender(store, account, daily_limit=DAILY_LIMIT)
        lease = await store.acquire(sender.id, "first", ttl_s=600, day=TODAY)
        assert lease is not None
        history = cls(store, account, sender, lease, leases=[lease])
        await history.create(0, 0)
        return history

    async def act(self, action: Action) -> None:
        """Do it, and check everything."""
        name, one, two = action
        self.now += timedelta(seconds=1)
        verb: Callable[[int, int], Awaitable[None]] = getattr(self, name)
        await verb(one, two)
        await self.check()

    async def create(self, one: int, two: int) -> None:
        if len(self.campaigns) == MOST_CAMPAIGNS:
            return
        on_limit = (OnDailyLimit.FAIL, OnDailyLimit.WAIT)[one % 2]
        people = await make_list(self.store, self.account, PEOPLE)
        self.campaigns.append(await make_campaign(self.store, self.sender, people, on_daily_limit=on_limit))
        await self.start(len(self.campaigns) - 1, two)

    async def start(self, one: int, two: int) -> None:
        await self.store.start(self._campaign(one).id, now=self.now, day=TODAY, daily_limit=DAILY_LIMIT)

    async def reserve(self, one: int, two: int) -> None:
        await self.store.reserve(self._campaign(one).id, day=TODAY, daily_limit=DAILY_LIMIT)

    async def wait(self, one: int, two: int) -> None:
        await self.store.wait(self._campaign(one).id, self.now)

    async def move(self, one: int, two: int) -> None:
        target = (C.PAUSED, C.SCHEDULED, C.PAUSED, C.SCHEDULED, C.CANCELLED, C.FAILED)[two % 6]
        await self.store.move(self._campaign(one).id, target, origins=start_states(target), at=self.now)

    async def complete(self, one: int, two: int) -> None:
        await self.store.complete(self._campaign(one).id, self.now)

    async def sweep(self, one: int, two: int) -> None:
        await self.store.sweep(self._campaign(one).id, code="x", reason="y", at=self.now, limit=1 + two % 4)

    async def retry(self, one: int, two: int) -> None:
        status = (M.FAILED, M.UNKNOWN)[two % 2]
        await self.store.retry(self._campaign(one).id, status, now=self.now, limit=1 + two % 5)

    async def take(self, one: int, two: int) -> None:
        lease = self.lease if one % 8 else self.leases[0]
        shares = [Share(campaign.id, two % 3, 1 + two % 7) for campaign in self.campaigns]
        try:
            limit = DAILY_LIMIT - one % DAILY_LIMIT
            found = await self.store.take(lease, shares, now=self.now, day=TODAY, daily_limit=limit)
        except LeaseLost:
            assert lease is not self.lease
            return
        lane = await self.store.lane_view(self.sender.id, now=self.now, day=TODAY)
        assert lane is not None
        assert not found or lane.used + lane.in_flight <= limit
        self.taken += [(lease, taken) for taken in found]

    async def settle(self, one: int, two: int) -> None:
        """Some of what was taken, long ago or just now, once or again, all under one lease."""
        some = self.taken[-(1 + one % 9) :]
        lease = self.leases[two % len(self.leases)] if two % 5 == 0 else self.lease
        fates = (M.SENT, M.SENT, M.FAILED, M.UNKNOWN, M.PENDING)
        settlements = [self._fate(taken, fates[(one + two + n) % 5]) for n, (_, taken) in enumerate(some)]
        await self.store.settle(lease, settlements, day=TODAY)

    async def receive(self, one: int, two: int) -> None:
        """A few receipts at once, of messages with and without that id, doubled and in any order."""
        campaign = self._campaign(one)
        statuses = (M.SENT, M.DELIVERED, M.READ, M.FAILED)
        batch = [
            Receipt(name, statuses[(two + n) % 4], self.now - timedelta(seconds=n * two % 7))
            for n in range(1 + two % 5)
            for name in (wamid(campaign.id, 2 + one % 2), f"found {one % 3}")
        ]
        unknown = await self.store.receive(self.sender.id, batch)
        assert set(unknown) <= set(batch)

    async def adopt(self, one: int, two: int) -> None:
        """An UNKNOWN message gets an id that was inferred; nobody else does."""
        key = MessageKey(self._campaign(one).id, 2 + two % PEOPLE)
        was = self.before.get((key.campaign_id, key.row))
        if await self.store.adopt(key, f"found {one % 3}"):
            assert was in (M.UNKNOWN, None)

    async def rest(self, one: int, two: int) -> None:
        everything = {"now": self.now, "since": MORNING, "until": self.now, "limit": 100}
        silent = await self.store.silent(self.sender.provider, **everything)
        known = {self.before.get((each.key.campaign_id, each.key.row)) for each in silent}
        assert known <= {M.SENT, None}
        for each in silent[: one % 3]:
            await self.store.rest(each.key, self.now + timedelta(seconds=two))

    async def suppress(self, one: int, two: int) -> None:
        await suppress(self.store, self.account, phone_of(2 + one % PEOPLE))

    async def hand_over(self, one: int, two: int) -> None:
        """The holder goes away, with what it had on its way."""
        if one % 2:
            await self.store.release(self.lease)
        else:
            assert await self.store.renew(self.lease, ttl_s=-1)
        if two % 3 == 0:
            await self.store.expire(day_of={self.sender.id: TODAY})
        lease = await self.store.acquire(self.sender.id, f"{len(self.leases)}", ttl_s=600, day=TODAY)
        assert lease is not None
        assert lease.fence > self.lease.fence
        self.lease = lease
        self.leases.append(lease)

    async def check(self) -> None:
        """Counts equal a recount, nothing moved but as the table says, and the day's books add up."""
        after: Statuses = {}
        sending = promised = 0
        for campaign in self.campaigns:
            view = await view_of(self.store, campaign)
            messages = await all_messages(self.store, campaign)
            assert _recount(messages) == view.counts
            assert view.counts.total == PEOPLE
            assert await self._quarters(campaign) == _accepted(messages)
            assert view.reserved <= (view.counts.open if view.campaign.status is C.PROCESSING else 0)
            after |= {(campaign.id, message.row): message.status for message in messages}
            sending += view.counts.sending
            promised += max(0, view.reserved - view.counts.sending)
        moves = {(self.before[key], status) for key, status in after.items() if key in self.before}
        illegal = {(origin, to) for origin, to in moves if origin is not to and to not in TRANSITIONS[origin]}
        assert not illegal
        await self._check_books(after, sending, promised)
        self.before = after

    async def _check_books(self, after: Statuses, sending: int, promised: int) -> None:
        leaving = [key for key, status in self.before.items() if status is M.SENDING]
        self.spent += sum(after[key] in (M.SENT, M.UNKNOWN) for key in leaving)
        used, reserved = await self.store.usage(self.sender.id, TODAY)
        assert used == self.spent
        assert reserved == sending + promised
        assert used + sending <= DAILY_LIMIT
        lane = await self.store.lane_view(self.sender.id, now=self.now, day=TODAY)
        assert lane is not None
        assert (lane.used, lane.in_flight) == (used, sending)

    async def end(self) -> None:
        """Nothing is lost: once all is stopped and swept, every message is in a final state."""
        await self.hand_over(1, 1)
        for campaign in self.campaigns:
            await self.store.move(campaign.id, C.PAUSED, origins=start_states(C.PAUSED), at=self.now)
            await self.store.move(campaign.id, C.CANCELLED, origins=start_states(C.CANCELLED), at=self.now)
        for campaign in await self.store.unswept():
            while await self.store.sweep(campaign.id, code="x", reason="y", at=self.now, limit=4):
                pass
        await self.check()
        for campaign in self.campaigns:
            assert (await view_of(self.store, campaign)).counts.open == 0

    async def _quarters(self, campaign: Campaign) -> dict[datetime, Accepted]:
        timeline = await self.store.timeline(campaign.id)
        return {quarter.began: quarter.accepted for quarter in timeline if quarter.accepted.total}

    def _campaign(self, number: int) -> Campaign:
        return self.campaigns[number % len(self.campaigns)]

    def _fate(self, taken: Taken, status: MessageStatus) -> Settlement:
        return outcome(taken, status, at=self.now, counts=self.now.second % 3 != 0, **self._pause(status))

    def _pause(self, status: MessageStatus) -> dict[str, datetime]:
        return {"not_before": self.now + timedelta(seconds=2)} if status is M.PENDING else {}


def _accepted(messages: list[Message]) -> dict[datetime, Accepted]:
    """By the quarter of an hour, counted anew."""
    found: dict[datetime, Accepted] = {}
    for message in messages:
        if message.sent_at is not None and message.status in ACCEPTED:
            at = message.sent_at
            began = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
            one = Accepted(**{message.status.value.lower(): 1})
            found[began] = found.get(began, Accepted()) + one
    return found


def _recount(messages: list[Message]) -> Counts:
    numbers = dict.fromkeys((status.value.lower() for status in M), 0)
    for message in messages:
        numbers[message.status.value.lower()] += 1
    return Counts(**numbers)
