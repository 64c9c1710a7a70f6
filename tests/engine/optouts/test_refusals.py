"""WhatsApp's own word about a number becomes a suppression."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from campana.domain.campaigns import Campaign
from campana.domain.messages import MessageStatus
from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.preferences import Preferences
from campana.domain.senders import Sender
from campana.engine.optouts.refusals import Refusals, Refused
from campana.engine.ports import Store
from tests.engine.test_scheduler import HandClock
from tests.support.cast import (
    MORNING,
    hold_lane,
    make_account,
    make_sender,
    phone_of,
    running_campaign,
    settle,
    take,
)
from tests.support.house import House, campaign, open_house, people, running_engine
from tests.support.product import until

PHONE = phone_of(2)
UNREACHABLE, OPTED_OUT = "131026", "131050"


@pytest.fixture
async def house(sqlite_store: Store) -> AsyncIterator[House]:
    async with open_house(sqlite_store) as house:
        yield house


@pytest.fixture
async def shop(store: Store) -> Sender:
    return await make_sender(store, await make_account(store))


@pytest.fixture
def refusals(store: Store) -> Refusals:
    return Refusals(store, clock=HandClock(MORNING + timedelta(hours=1)))


async def failed(store: Store, sender: Sender, code: str = UNREACHABLE, minutes: int = 0) -> Campaign:
    """A campaign to one person that failed with that code (none: it was sent)."""
    made = await running_campaign(store, sender, 1)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, made)
    at = MORNING + timedelta(minutes=minutes)
    if code:
        await settle(store, lease, taken, MessageStatus.FAILED, code=code, at=at)
    else:
        await settle(store, lease, taken, at=at)
    await store.release(lease)
    return made


async def reasons(store: Store, account_id: UUID) -> list[tuple[str, str]]:
    page = await store.suppressions(account_id, limit=9)
    return [(one.source.value, one.reason) for one in page.items]


async def test_who_opted_out_at_whatsapp_is_suppressed_and_marked(
    store: Store, shop: Sender, refusals: Refusals
) -> None:
    refusals.note(Refused(shop.account_id, PHONE, OPTED_OUT))
    refusals.note(Refused(shop.account_id, phone_of(3), "131049"))
    assert await refusals.conclude() == 1
    ((source, reason),) = await reasons(store, shop.account_id)
    assert source == "whatsapp"
    assert "131050" in reason
    assert [flag.phone for flag in await store.due_flags(MORNING + timedelta(1), limit=9)] == [PHONE]
    assert await refusals.conclude() == 0


async def test_unreachable_twice_in_a_row_is_enough(store: Store, shop: Sender, refusals: Refusals) -> None:
    one = await failed(store, shop)
    refusals.note(Refused(shop.account_id, PHONE, UNREACHABLE, one.id))
    assert await refusals.conclude() == 0
    two = await failed(store, shop, minutes=1)
    refusals.note(Refused(shop.account_id, PHONE, UNREACHABLE, two.id))
    assert await refusals.conclude() == 1
    assert await reasons(store, shop.account_id) == [
        ("whatsapp", "the number could not be reached on WhatsApp in 2 campaigns in a row (131026)")
    ]
    assert await store.due_flags(MORNING + timedelta(1), limit=9) == [], "nobody asked for that"


async def test_one_that_arrived_in_between_begins_anew(
    store: Store, shop: Sender, refusals: Refusals
) -> None:
    await failed(store, shop)
    await failed(store, shop, "", minutes=1)
    last = await failed(store, shop, minutes=2)
    refusals.note(Refused(shop.account_id, PHONE, UNREACHABLE, last.id))
    refusals.note(Refused(shop.account_id, PHONE, UNREACHABLE))
    assert await refusals.conclude() == 0


async def test_a_receipt_may_say_it_without_the_campaign(
    store: Store, shop: Sender, refusals: Refusals
) -> None:
    await failed(store, shop)
    refusals.note(Refused(shop.account_id, PHONE, UNREACHABLE))
    assert await refusals.conclude() == 0
    await failed(store, shop, minutes=1)
    refusals.note(Refused(shop.account_id, PHONE, UNREACHABLE))
    assert await refusals.conclude() == 1


@pytest.mark.parametrize(("after", "suppressed"), [(0, False), (1, True), (3, False)])
async def test_the_account_decides_after_how_many(
    store: Store, shop: Sender, refusals: Refusals, after: int, suppressed: bool
) -> None:
    await store.save_preferences(shop.account_id, Preferences(unreachable_after=after))
    await failed(store, shop)
    two = await failed(store, shop, minutes=1)
    refusals.note(Refused(shop.account_id, PHONE, UNREACHABLE, two.id))
    assert bool(await refusals.conclude()) is suppressed


async def test_what_a_lane_is_told_reaches_the_list_and_the_provider(house: House) -> None:
    house.provider.outcome = Outcome(OutcomeKind.RECIPIENT, OPTED_OUT, "opted out")
    wanted = campaign(await house.sender(), recipients=people(1), scheduled_at="now")
    await house.post("olga", "/campaigns", wanted)

    async def marked() -> bool:
        return bool(house.provider.flagged)

    async with running_engine(house):
        await until(marked, what="the mark at the provider")
    assert house.provider.flagged == [(people(1)[0]["phone"], True)]
    (there,) = (await house.get("victor", "/suppressions")).json["items"]
    assert there["source"] == "whatsapp"
