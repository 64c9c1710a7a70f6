"""Drafts are their writer's own; texts kept with a template are their account's, one set for each."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from campana.domain.accounts import User
from campana.domain.campaigns import CampaignKind, CampaignStatus, Template
from campana.domain.drafts import SavedDraft, SavedTemplate
from campana.engine.ports import Store
from tests.support.cast import (
    MORNING,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    make_user,
    settle,
    start_campaign,
    take,
)

NIGHT = MORNING + timedelta(hours=12)


def draft_of(user: User, **changes) -> SavedDraft:
    """Something that user typed in the morning."""
    draft = SavedDraft(
        id=uuid4(),
        account_id=user.account_id,
        user_id=user.id,
        typed={"name": "Diwali ✨", "field_1": "Hi {name}"},
        created_at=MORNING,
        changed_at=MORNING,
    )
    return replace(draft, **changes)


async def test_a_draft_is_kept_replaced_and_dropped(store: Store) -> None:
    user = await make_user(store, await make_account(store))
    draft = draft_of(user)
    assert await store.save_draft(draft)
    later = replace(draft, typed={"name": "Holi"}, changed_at=NIGHT, created_at=NIGHT)
    assert await store.save_draft(later)
    found = await store.draft(user.id, draft.id)
    assert found == replace(later, created_at=MORNING), "when it was begun does not change"
    assert await store.drop_draft(user.id, draft.id)
    assert not await store.drop_draft(user.id, draft.id)
    assert await store.draft(user.id, draft.id) is None


async def test_a_draft_is_nobody_elses(store: Store) -> None:
    account = await make_account(store)
    alice, olga = await make_user(store, account), await make_user(store, account, "olga@shop.test")
    draft = draft_of(alice)
    assert await store.save_draft(draft)
    assert not await store.save_draft(replace(draft, user_id=olga.id, typed={}))
    assert await store.draft(olga.id, draft.id) is None
    assert not await store.drop_draft(olga.id, draft.id)
    assert await store.drafts(olga.id, limit=10) == []
    assert await store.draft(alice.id, draft.id) == draft


async def test_drafts_come_the_one_changed_last_first(store: Store) -> None:
    user = await make_user(store, await make_account(store))
    drafts = [draft_of(user, changed_at=MORNING + timedelta(minutes=n)) for n in (2, 3, 1)]
    for draft in drafts:
        await store.save_draft(draft)
    assert await store.drafts(user.id, limit=2) == [drafts[1], drafts[0]]


async def test_texts_are_kept_once_for_each_template_and_language(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    offer = SavedTemplate(uuid4(), account.id, Template("offer", "hi"), {"field_1": "{name}"}, MORNING)
    english = replace(offer, id=uuid4(), template=Template("offer", "en"))
    for each in (offer, english, replace(offer, id=uuid4(), account_id=other.id)):
        await store.save_template(each)
    newer = replace(offer, id=uuid4(), texts={"field_1": "{city}"}, changed_at=NIGHT, changed_by=uuid4())
    await store.save_template(newer)
    assert await store.saved_templates(account.id) == [english, replace(newer, id=offer.id)]
    assert not await store.drop_template(other.id, offer.id)
    assert await store.drop_template(account.id, offer.id)
    assert await store.saved_templates(account.id) == [english]


async def test_planned_are_messages_that_wait_for_a_time_in_the_span(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    people = await make_list(store, sender, 3)
    for at in (MORNING, NIGHT, NIGHT + timedelta(days=1)):
        await make_campaign(store, sender, people, scheduled_at=at)
    await make_campaign(store, sender, people, status=CampaignStatus.DRAFT)
    assert await store.planned(sender.id, since=MORNING, until=NIGHT) == 3
    assert await store.planned(sender.id, since=MORNING, until=NIGHT + timedelta(seconds=1)) == 6
    assert await store.planned(uuid4(), since=MORNING, until=NIGHT) == 0


async def test_what_rests_until_the_next_day_is_planned_for_it(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await make_campaign(store, sender, await make_list(store, sender, 5))
    await start_campaign(store, campaign)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign, limit=2))
    assert await store.planned(sender.id, since=MORNING, until=NIGHT) == 0
    assert await store.wait(campaign.id, NIGHT)
    assert await store.planned(sender.id, since=NIGHT, until=NIGHT + timedelta(days=1)) == 3


async def test_campaigns_are_found_by_their_list(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    used, unused = await make_list(store, sender), await make_list(store, sender)
    older = await make_campaign(store, sender, used)
    newer = await make_campaign(store, sender, used, created_at=NIGHT)
    await make_campaign(store, sender, used, kind=CampaignKind.TEST)
    found = await store.campaigns_of_list(account.id, used.id, limit=10)
    assert [view.campaign.id for view in found] == [newer.id, older.id]
    assert [view.counts.total for view in found] == [10, 10]
    assert len(await store.campaigns_of_list(account.id, used.id, limit=1)) == 1
    assert await store.campaigns_of_list(account.id, unused.id, limit=10) == []
    assert await store.campaigns_of_list(uuid4(), used.id, limit=10) == []


async def test_a_list_keeps_the_zones_of_its_people(store: Store) -> None:
    account = await make_account(store)
    zones = {"Asia/Calcutta": 7, "Europe/London": 3}
    kept = await make_list(store, account, zones=zones)
    found = await store.recipient_list(account.id, kept.id)
    assert found is not None
    assert list(found.zones.items()) == list(zones.items())
