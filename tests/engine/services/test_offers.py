"""Templates are offered from what is known; the provider is asked beside that, and not again for a while."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from campana.domain.accounts import Principal, Role
from campana.domain.errors import Forbidden, NotFound
from campana.domain.outcomes import ApprovedTemplate, Check, CheckVerdict
from campana.domain.senders import Credentials, Sender
from campana.engine.audit import Audit
from campana.engine.credentials import seal_credentials
from campana.engine.offers import AGAIN_AFTER_S, GOOD_FOR_S, Offer, TemplateOffers
from campana.engine.ports import Store
from campana.engine.sender_rules import SenderPolicy
from campana.engine.senders import Gate, Senders
from campana.engine.signals import Signals
from campana.vault import FernetVault
from tests.support.cast import MORNING, make_account, make_sender
from tests.support.clock import HandClock
from tests.support.house import ObedientProvider

LIST = (ApprovedTemplate("offer", "en_US", "MARKETING", "APPROVED"),)
REFUSED = Check(CheckVerdict.REFUSED, "the token is not valid")


class TimedClock(HandClock):
    """Its monotonic time is the test's as well."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class AwaitedProvider(ObedientProvider):
    """Answers a check when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[asyncio.Future[Check]] = []

    async def check(self, credentials: Credentials) -> Check:
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]


class Counter:
    """Offers for a sender of Alice's."""

    def __init__(self, store: Store, sender: Sender) -> None:
        self.store, self.sender = store, sender
        self.clock, self.provider = TimedClock(MORNING), AwaitedProvider()
        self.who = Principal(sender.account_id, uuid4(), "alice@shop.test", Role.OPERATOR)
        gate = Gate(VAULT, {"bizchat": self.provider})
        senders = Senders(
            store, gate, Audit(store, self.clock), clock=self.clock, signals=Signals(), policy=SenderPolicy()
        )
        self.offers = TemplateOffers(senders, clock=self.clock)

    async def offer(self) -> Offer:
        return await self.offers.offer(self.who, self.sender.id)

    async def answer(self, check: Check | Exception) -> Offer:
        """Let the provider answer what it was asked last."""
        while not self.provider.answers or self.provider.answers[-1].done():  # noqa: ASYNC110
            await asyncio.sleep(0)
        if isinstance(check, Exception):
            self.provider.answers[-1].set_exception(check)
        else:
            self.provider.answers[-1].set_result(check)
        while (offer := await self.offer()).asking:  # noqa: ASYNC110
            await asyncio.sleep(0)
        return offer


VAULT = FernetVault("k" * 40)


def sealed(token: str) -> str:
    return seal_credentials(Credentials(token, "vendor"), VAULT)


@pytest.fixture
async def counter(sqlite_store: Store):
    account = await make_account(sqlite_store)
    sender = await make_sender(sqlite_store, account, sealed_credentials=sealed("one"))
    made = Counter(sqlite_store, sender)
    yield made
    await made.offers.close()


async def test_nobody_waits_for_the_provider(counter: Counter) -> None:
    assert await counter.offer() == Offer(asking=True)
    assert await counter.offer() == Offer(asking=True)
    assert await counter.answer(Check(CheckVerdict.OK, "", LIST)) == Offer(LIST)
    assert len(counter.provider.answers) == 1


async def test_an_answer_is_good_for_some_minutes_and_offered_until_the_next(counter: Counter) -> None:
    await counter.offer()
    await counter.answer(Check(CheckVerdict.OK, "", LIST))
    counter.clock.seconds = GOOD_FOR_S - 1
    assert await counter.offer() == Offer(LIST)
    counter.clock.seconds = GOOD_FOR_S
    assert await counter.offer() == Offer(LIST, asking=True)
    assert await counter.answer(REFUSED) == Offer(LIST, reason="the token is not valid")


@pytest.mark.parametrize("failure", [REFUSED, OSError("away")])
async def test_without_an_answer_it_is_asked_again_sooner(counter: Counter, failure) -> None:
    await counter.offer()
    offer = await counter.answer(failure)
    assert offer.templates == ()
    assert offer.reason
    counter.clock.seconds = AGAIN_AFTER_S - 1
    assert await counter.offer() == offer
    counter.clock.seconds = AGAIN_AFTER_S
    assert (await counter.offer()).asking


async def test_other_credentials_are_asked_anew(counter: Counter) -> None:
    await counter.offer()
    await counter.answer(Check(CheckVerdict.OK, "", LIST))
    await counter.store.save_sender(replace(counter.sender, sealed_credentials=sealed("two")))
    assert await counter.offer() == Offer(asking=True)


async def test_only_who_makes_campaigns_asks_and_only_for_senders_of_the_account(counter: Counter) -> None:
    with pytest.raises(Forbidden):
        await counter.offers.offer(replace(counter.who, role=Role.VIEWER), counter.sender.id)
    with pytest.raises(NotFound):
        await counter.offers.offer(replace(counter.who, account_id=uuid4()), counter.sender.id)
    assert counter.provider.answers == []
