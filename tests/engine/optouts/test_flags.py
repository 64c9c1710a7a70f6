"""The provider is told who opted out: once for each vendor, patiently, within what the host asks for."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.recipients import Suppression, SuppressionSource
from campana.domain.senders import Credentials
from campana.engine.credentials import seal_credentials
from campana.engine.ids import new_id
from campana.engine.optouts.flags import PAUSES, Flags
from campana.engine.ports import Store
from campana.providers.bizchat import BizChat
from campana.vault import FernetVault
from tests.engine.test_scheduler import HandClock
from tests.simulator_fixture import StartSimulator
from tests.support.cast import MORNING, make_account, make_sender, phone_of
from tests.support.house import ObedientProvider

VENDOR = "5f0c7a52-3f0e-4a57-9d21-7c3f2f6f0a11"


class Clock(HandClock):
    """Both clocks are the test's."""

    def monotonic(self) -> float:
        return self.time.timestamp()


@dataclass
class Office:
    """An account with two numbers of one vendor, a provider, and the queue between them."""

    store: Store
    provider: ObedientProvider | BizChat
    clock: Clock = field(default_factory=lambda: Clock(MORNING))
    vault: FernetVault = field(default_factory=lambda: FernetVault("k" * 40))

    async def open(self) -> "Office":
        self.account = await make_account(self.store)
        sealed = seal_credentials(Credentials("simulator-token-0001", VENDOR), self.vault)
        for name in ("One", "Two"):
            await make_sender(self.store, self.account, name, sealed_credentials=sealed)
        await make_sender(self.store, self.account, "No credentials", sealed_credentials=None)
        self.flags = Flags(self.store, self.vault, {"bizchat": self.provider}, clock=self.clock)
        return self

    async def suppress(self, row: int) -> Suppression:
        one = Suppression(
            new_id(), self.account.id, phone_of(row), "asked", SuppressionSource.REPLY, self.clock.now()
        )
        await self.store.add_suppressions([one], flag=True)
        return one

    async def push_all(self, *, after_s: float = 3.0) -> int:
        pushed = 0
        while await self.flags.push():
            pushed += 1
            self.clock.time += timedelta(seconds=after_s)
        return pushed


@pytest.fixture
async def office(sqlite_store: Store) -> Office:
    return await Office(sqlite_store, ObedientProvider()).open()


async def test_the_stand_in_learns_of_a_stop_and_of_a_start(
    sqlite_store: Store, simulator: StartSimulator
) -> None:
    stand_in = simulator()
    async with BizChat(stand_in.base_url) as provider:
        office = await Office(sqlite_store, provider).open()
        one = await office.suppress(2)
        await office.suppress(3)
        assert await office.push_all() == 2
        digits = [phone_of(row).removeprefix("+") for row in (2, 3)]
        assert stand_in.opt_outs == {(VENDOR, digits[0]), (VENDOR, digits[1])}
        await office.store.drop_suppression(office.account.id, one.id, at=office.clock.now())
        assert await office.push_all() == 1
        assert stand_in.opt_outs == {(VENDOR, digits[1])}


async def test_one_request_for_each_vendor_and_seldom(office: Office) -> None:
    for row in (2, 3):
        await office.suppress(row)
    assert await office.flags.push()
    assert not await office.flags.push(), "the next one waits for its turn"
    office.clock.time += timedelta(seconds=3)
    assert await office.flags.push()
    assert isinstance(office.provider, ObedientProvider)
    assert office.provider.flagged == [(phone_of(2), True), (phone_of(3), True)]
    office.clock.time += timedelta(days=9)
    assert not await office.flags.push()


async def test_what_is_not_taken_is_tried_again_and_given_up_at_last(office: Office) -> None:
    assert isinstance(office.provider, ObedientProvider)
    office.provider.outcome = Outcome(OutcomeKind.UNKNOWN, "http_500", "broke")
    await office.suppress(2)
    for pause in PAUSES:
        assert await office.push_all() == 1
        office.clock.time += pause
    assert await office.push_all() == 1
    office.clock.time += timedelta(days=9)
    assert await office.push_all() == 0
    assert len(office.provider.flagged) == len(PAUSES) + 1


async def test_a_refused_contact_is_left_alone(office: Office) -> None:
    assert isinstance(office.provider, ObedientProvider)
    office.provider.outcome = Outcome(OutcomeKind.RECIPIENT, "bad_recipient", "no such number")
    await office.suppress(2)
    assert await office.push_all() == 1
    assert await office.store.due_flags(MORNING + timedelta(9), limit=9) == []


async def test_a_host_that_says_wait_is_left_alone_by_everybody(office: Office) -> None:
    assert isinstance(office.provider, ObedientProvider)
    office.provider.outcome = Outcome(OutcomeKind.THROTTLED, "throttled", "too many", hold_s=120.0)
    await office.suppress(2)
    await office.suppress(3)
    assert await office.flags.push()
    office.clock.time += timedelta(seconds=10)
    assert await office.flags.push()
    assert len(office.provider.flagged) == 1, "the second one is put off without a request"
    assert (await office.store.host_pace("provider.test")).hold_s > 60


async def test_an_account_without_credentials_has_nobody_to_tell(sqlite_store: Store) -> None:
    office = await Office(sqlite_store, ObedientProvider()).open()
    other = await make_account(sqlite_store, "Elsewhere")
    one = Suppression(new_id(), other.id, phone_of(2), "asked", SuppressionSource.HAND, MORNING)
    await sqlite_store.add_suppressions([one], flag=True)
    assert await office.push_all() == 1
    assert await sqlite_store.due_flags(MORNING + timedelta(9), limit=9) == []
