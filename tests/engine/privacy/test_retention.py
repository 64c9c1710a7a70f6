"""What an account wants to keep for so many days is gone after them; its numbers are not."""

from dataclasses import replace
from datetime import timedelta

from campana.domain.messages import MessageStatus
from campana.domain.preferences import Preferences
from campana.engine.inbox.duty import Duty
from campana.engine.privacy.duties import PrivacyService
from tests.engine.privacy.conftest import Office
from tests.engine.privacy.test_erasing import everything
from tests.support.cast import (
    MORNING,
    all_messages,
    counts_of,
    hold_lane,
    make_campaign,
    make_list,
    phone_of,
    recount,
    running_campaign,
    settle,
    take,
)

DAY = timedelta(days=1)


async def sent(office: Office):
    campaign = await running_campaign(office.store, office.sender, 4)
    lease = await hold_lane(office.store, office.sender)
    await settle(office.store, lease, await take(office.store, lease, campaign))
    await office.store.release(lease)
    assert await office.store.complete(campaign.id, MORNING)
    return campaign


async def test_people_go_after_so_many_days_and_counts_stay(office: Office) -> None:
    campaign = await sent(office)
    before = await counts_of(office.store, campaign)
    await office.store.save_preferences(office.account.id, Preferences(retention_days=30))
    office.clock.time = MORNING + 29 * DAY
    assert await office.retention.expire() == 0
    assert (await all_messages(office.store, campaign))[0].phone == phone_of(2)
    office.clock.time = MORNING + 31 * DAY
    assert await office.retention.expire() == 1
    assert await office.retention.expire() == 0
    assert phone_of(2)[3:].encode() not in await everything(office.store)
    assert await counts_of(office.store, campaign) == before == await recount(office.store, campaign)
    (entry,) = await office.trail()
    assert (entry.action, entry.actor.name) == ("recipient_list.expired", "engine")


async def test_without_a_wish_everything_stays(office: Office) -> None:
    campaign = await sent(office)
    office.clock.time = MORNING + 5000 * DAY
    assert await office.retention.expire() == 0
    assert (await all_messages(office.store, campaign))[0].phone == phone_of(2)


async def test_what_still_waits_to_be_sent_stays(office: Office) -> None:
    recipients = await make_list(office.store, office.account, 3)
    campaign = await make_campaign(office.store, office.sender, recipients, scheduled_at=MORNING + 400 * DAY)
    await office.store.save_preferences(office.account.id, Preferences(retention_days=30))
    office.clock.time = MORNING + 100 * DAY
    assert await office.retention.expire() == 0
    assert {each.status for each in await all_messages(office.store, campaign)} == {MessageStatus.PENDING}


async def test_the_service_ends_what_was_begun_and_expires_now_and_then(office: Office) -> None:
    campaign = await sent(office)
    await office.store.save_preferences(office.account.id, replace(Preferences(), retention_days=1))
    await office.desk.erasing.erase(office.account.id, phone_of(2))
    office.clock.time = MORNING + 3 * DAY
    duty = Duty("privacy", "tests", office.store, office.clock)
    service = PrivacyService(office.desk.erasing, office.retention, duty, office.clock)
    await service.tick()
    assert await office.store.erasures_under_way() == []
    assert {each.phone for each in await all_messages(office.store, campaign)} == {""}
    await service.close()
