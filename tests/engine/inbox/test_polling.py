"""What stays silent is asked about: gently, the newest first, after growing pauses, for a day."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from campana.domain.campaigns import Campaign
from campana.domain.messages import Counts, MessageStatus
from campana.domain.receipts import Receipt, StatusReport
from campana.domain.senders import Credentials, Sender
from campana.engine.audit import Audit
from campana.engine.credentials import seal_credentials
from campana.engine.inbox.duty import Duty
from campana.engine.inbox.polling import Polling
from campana.engine.metrics import Metrics
from campana.engine.optouts.refusals import Refusals
from campana.engine.ports import Envelope, HostPace, Provider, Store
from campana.engine.sending.tools import LaneTools
from campana.engine.signals import Signals
from campana.providers.bizchat import BizChat
from campana.simulator import Simulator, SimulatorConfig, in_thread
from campana.vault import FernetVault
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_sender,
    outcome,
    running_campaign,
    take,
    wamid,
)
from tests.support.house import ObedientProvider
from tests.support.inbox import HandClock

S = MessageStatus
VAULT = FernetVault("k" * 40)
CREDENTIALS = Credentials("token-of-a-test", "5f0c7a52-3f0e-4a57-9d21-7c3f2f6f0a11")


@dataclass
class Knowing(ObedientProvider):
    """Answers questions with `reports`, by id; nothing is known of others."""

    reports: dict[str, StatusReport] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def message_status(self, credentials: Credentials, provider_message_id: str) -> StatusReport:
        assert credentials == CREDENTIALS
        self.asked.append(provider_message_id)
        return self.reports.get(provider_message_id, StatusReport(None, "nothing is known"))


class Round:
    """A polling service on a store, and its clock."""

    def __init__(self, store: Store, provider: Provider, owner: str = "one") -> None:
        self.store = store
        self.clock = HandClock()
        audit = Audit(store, self.clock)
        metrics = Metrics(CollectorRegistry())
        tools = LaneTools(
            store, VAULT, self.clock, Signals(), metrics, audit, Refusals(store, clock=self.clock)
        )
        duty = Duty("polling", owner, store, self.clock)
        self.polling = Polling(tools, {"bizchat": provider, "practice": provider}, duty)

    async def ticks(self, count: int, **apart: float) -> None:
        """So many rounds, a second apart or as told."""
        for _ in range(count):
            self.clock.pass_by(**(apart or {"seconds": 1}))
            await self.polling.tick()


async def sent(store: Store, people: int) -> tuple[Sender, Campaign]:
    """Messages that were sent a second apart from the MORNING on."""
    sealed = seal_credentials(CREDENTIALS, VAULT)
    sender = await make_sender(store, await make_account(store), sealed_credentials=sealed)
    campaign = await running_campaign(store, sender, people)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    outcomes = [outcome(one, S.SENT, at=MORNING + n * timedelta(seconds=1)) for n, one in enumerate(taken)]
    await store.settle(lease, outcomes, day=TODAY)
    return sender, campaign


async def test_the_newest_are_asked_first_one_a_second_and_not_at_once(store: Store) -> None:
    _, campaign = await sent(store, 3)
    provider = Knowing()
    round_ = Round(store, provider)
    await round_.ticks(60)
    assert provider.asked == [], "webhooks get two minutes"
    await round_.ticks(1, minutes=2)
    assert len(provider.asked) == 1
    await round_.ticks(30)
    assert provider.asked == [wamid(campaign.id, row) for row in (4, 3, 2)]


async def test_what_is_heard_becomes_the_state(store: Store) -> None:
    _, campaign = await sent(store, 4)
    names = {row: wamid(campaign.id, row) for row in range(2, 6)}
    at = MORNING + timedelta(seconds=40)
    reports = {
        names[2]: StatusReport(Receipt(names[2], S.READ, at)),
        names[3]: StatusReport(Receipt(names[3], S.FAILED, None, "failed", "no reason given")),
        names[4]: StatusReport(Receipt(names[4], S.SENT, at)),
    }
    round_ = Round(store, Knowing(reports=reports))
    await round_.ticks(1, minutes=3)
    await round_.ticks(10)
    assert await counts_of(store, campaign) == Counts(sent=2, read=1, failed=1)
    read = (await all_messages(store, campaign))[0]
    assert read.read_at == at


async def test_the_pauses_grow_and_a_day_is_the_end(store: Store) -> None:
    await sent(store, 1)
    provider = Knowing()
    round_ = Round(store, provider)
    asked_after: list[float] = []
    for minutes in [*itertools.repeat(1, 2 * 60), *itertools.repeat(10, 3 * 24 * 6)]:
        before = len(provider.asked)
        await round_.ticks(1, minutes=minutes)
        if len(provider.asked) > before:
            asked_after.append((round_.clock.now() - MORNING) / timedelta(minutes=1))
    assert 8 <= len(asked_after) <= 11
    assert all(late >= 2 * early - 1 for early, late in itertools.pairwise(asked_after))
    assert asked_after[-1] <= 24 * 60


@pytest.mark.parametrize(
    "pace", [HostPace(hold_s=600, reason="asked"), HostPace(factor=0.5, reason="too fast")]
)
async def test_nobody_is_asked_while_the_host_is_slowed_down(store: Store, pace: HostPace) -> None:
    await sent(store, 3)
    provider = Knowing()
    await store.slow_host(provider.host, pace)
    round_ = Round(store, provider)
    await round_.ticks(1, minutes=3)
    await round_.ticks(20)
    assert provider.asked == []


async def test_a_host_that_is_asked_too_much_is_left_alone_by_all(store: Store) -> None:
    _, campaign = await sent(store, 3)
    report = StatusReport(None, "too many requests", hold_s=30.0, throttled=True)
    provider = Knowing(reports={wamid(campaign.id, 4): report})
    round_ = Round(store, provider)
    await round_.ticks(1, minutes=3)
    await round_.ticks(20)
    assert len(provider.asked) == 1
    pace = await store.host_pace(provider.host)
    assert (pace.hold_s > 20, pace.factor) == (True, 0.5), "every lane of the host is told"


async def test_one_process_asks_for_all(store: Store) -> None:
    await sent(store, 3)
    provider = Knowing()
    first, second = Round(store, provider, "one"), Round(store, provider, "two")
    for each in (first, second):
        await each.ticks(1, minutes=3)
    assert len(provider.asked) == 1
    await first.polling.close()
    await second.ticks(1, seconds=5)
    assert len(provider.asked) == 2


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    people = {"delivered": 1, "read": 1, "reply": 0, "pace": 0}
    with in_thread(SimulatorConfig(latency_ms=0, jitter_ms=0)) as simulator:
        simulator.control(people=people)
        yield simulator


async def test_the_simulator_answers(sqlite_store: Store, simulator: Simulator) -> None:
    """Messages that it really took, with no webhook set up."""
    sealed = seal_credentials(CREDENTIALS, VAULT)
    sender = await make_sender(sqlite_store, await make_account(sqlite_store), sealed_credentials=sealed)
    campaign = await running_campaign(sqlite_store, sender, 2)
    lease = await hold_lane(sqlite_store, sender)
    async with BizChat(simulator.base_url) as bizchat:
        for one in await take(sqlite_store, lease, campaign):
            envelope = Envelope(one.recipient.phone, campaign.template, {"field_1": "you", "field_2": "x"})
            answer = await bizchat.send(CREDENTIALS, envelope)
            settled = outcome(one, S.SENT, provider_message_id=answer.provider_message_id)
            assert await sqlite_store.settle(lease, [settled], day=TODAY) == 1
        round_ = Round(sqlite_store, bizchat)
        await round_.ticks(1, minutes=3)
        await round_.ticks(5)
    assert await counts_of(sqlite_store, campaign) == Counts(read=2)
