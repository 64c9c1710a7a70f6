"""A draft keeps what was typed until it is a campaign, once."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from campana.domain.accounts import Principal, Role
from campana.domain.campaigns import CampaignStatus
from campana.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from campana.engine.audit import Audit
from campana.engine.campaigns import Campaigns
from campana.engine.drafting import Drafting
from campana.engine.drafts import MOST, Desk, Drafts
from campana.engine.estimates import Estimates
from campana.engine.ports import Store
from campana.engine.privacy.memory import Memory
from campana.engine.saved_templates import SavedTemplates
from campana.engine.signals import Signals
from campana.vault import FernetVault
from tests.support.cast import MORNING, make_account, make_list, make_sender, make_user
from tests.support.clock import HandClock


class House:
    """Alice and Olga of the shop, with a sender and a list, and the services on a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = HandClock(MORNING)
        drafting = Drafting(store, Memory(store, FernetVault("k" * 40)), clock=self.clock)
        self.audit = Audit(store, self.clock)
        self.campaigns = Campaigns(store, drafting, self.audit, clock=self.clock, signals=Signals())
        estimates = Estimates(store, {}, clock=self.clock)
        self.drafts = Drafts(store, Desk(drafting, self.campaigns, estimates), clock=self.clock)
        self.templates = SavedTemplates(store, self.audit, clock=self.clock)

    async def furnish(self) -> "House":
        account = await make_account(self.store)
        self.sender = await make_sender(self.store, account)
        self.list = await make_list(self.store, self.sender)
        alice = await make_user(self.store, account)
        olga = await make_user(self.store, account, "olga@shop.test")
        self.alice = Principal(account.id, alice.id, alice.email, Role.OWNER)
        self.olga = Principal(account.id, olga.id, olga.email, Role.OPERATOR)
        return self

    def typed(self, **changes: str) -> dict[str, str]:
        return {
            "name": "Diwali",
            "sender_id": str(self.sender.id),
            "template_name": "offer",
            "template_language": "en_US",
            "recipient_list_id": str(self.list.id),
            "field_1": "Hi {name}",
            "when": "now",
        } | changes

    async def draft(self, **changes: str) -> UUID:
        return (await self.drafts.save(self.alice, uuid4(), self.typed(**changes).items())).id


@pytest.fixture
async def home(sqlite_store: Store) -> House:
    return await House(sqlite_store).furnish()


async def test_what_was_typed_is_there_again_right_or_wrong(home: House) -> None:
    draft = await home.draft(name="", sender_id="nonsense", field_1="{unclosed")
    typed = (await home.drafts.get(home.alice, draft)).typed
    assert (typed["name"], typed["sender_id"], typed["field_1"]) == ("", "nonsense", "{unclosed")
    with pytest.raises(NotFound):
        await home.drafts.get(home.olga, draft)
    with pytest.raises(NotFound):
        await home.drafts.save(home.olga, draft, [])
    with pytest.raises(NotFound):
        await home.drafts.drop(home.olga, draft)


async def test_a_look_tells_every_problem_at_its_field(home: House) -> None:
    look = await home.drafts.look(home.alice, {"when": "later", "field_1": "{town}", "header_kind": "image"})
    assert set(look.problems) >= {
        "name", "sender_id", "recipient_list_id", "template_name", "template_language", "header_url", "date"
    }  # fmt: skip
    look = await home.drafts.look(home.alice, home.typed(field_1="{town}", field_2=""))
    assert set(look.problems) == {"field_1", "field_2"}
    assert look.estimate is not None
    assert look.estimate.plan.messages == 10


async def test_a_look_reckons_no_time_that_cannot_be_made_out(home: House) -> None:
    look = await home.drafts.look(home.alice, home.typed(when="later", date="2026-03-05", time=""))
    assert look.estimate is None
    assert set(look.problems) == {"time"}
    past = await home.drafts.look(home.alice, home.typed(when="later", date="2026-03-01", time="10:00"))
    assert past.estimate is not None
    assert set(past.problems) == {"time"}
    assert past.estimate.cautions[0].code == "past_time"


async def test_a_draft_becomes_one_campaign_however_often_it_is_asked_for(home: House) -> None:
    draft = await home.draft(when="later", date="2026-03-05", time="10:00", zone="Asia/Kolkata")
    look = await home.drafts.look(home.alice, (await home.drafts.get(home.alice, draft)).typed)
    made = await asyncio.gather(
        *(home.drafts.schedule(home.alice, draft, confirmed=look.digest) for _ in range(3))
    )
    again = await home.drafts.schedule(home.alice, draft, confirmed="whatever")
    assert {view.campaign.id for view in (*made, again)} == {again.campaign.id}
    assert again.campaign.status is CampaignStatus.SCHEDULED
    assert again.campaign.scheduled_at is not None
    assert again.campaign.scheduled_at.isoformat() == "2026-03-05T04:30:00+00:00"
    assert again.counts.pending == 10
    assert await home.drafts.find(home.alice) == []
    with pytest.raises(Conflict, match="has become a campaign"):
        await home.drafts.save(home.alice, draft, home.typed().items())


async def test_a_draft_with_problems_stays_a_draft(home: House) -> None:
    draft = await home.draft(name=" ", template_language="")
    with pytest.raises(InvalidInput) as refused:
        await home.drafts.schedule(home.alice, draft)
    assert {problem.field for problem in refused.value.problems} == {"name", "template_language"}
    assert (await home.drafts.get(home.alice, draft)).typed["name"] == " "
    assert (await home.campaigns.find(home.alice, limit=1)).items == ()


async def test_what_was_confirmed_is_what_is_made(home: House) -> None:
    draft = await home.draft()
    look = await home.drafts.look(home.alice, home.typed())
    await home.drafts.save(home.alice, draft, home.typed(field_1="Bye {name}").items())
    with pytest.raises(Conflict, match="changed"):
        await home.drafts.schedule(home.alice, draft, confirmed=look.digest)


async def test_a_copy_is_a_draft_like_the_campaign_without_its_time(home: House) -> None:
    draft = await home.draft(
        when="later", date="2026-03-05", time="10:00", header_kind="text", header_text="Hi"
    )
    campaign = (await home.drafts.schedule(home.alice, draft)).campaign
    copy = await home.drafts.copy_of(home.olga, campaign.id)
    assert copy.typed == {
        key: value
        for key, value in home.typed(header_kind="text", header_text="Hi", on_daily_limit="fail").items()
        if key != "when"
    }
    assert [each.id for each in await home.drafts.find(home.olga)] == [copy.id]
    with pytest.raises(NotFound):
        await home.drafts.copy_of(home.olga, uuid4())


async def test_the_oldest_draft_makes_room(home: House) -> None:
    drafts = []
    for _ in range(MOST + 2):
        home.clock.time += timedelta(seconds=1)
        drafts.append(await home.draft())
    found = {each.id for each in await home.drafts.find(home.alice)}
    assert found == set(drafts[2:])


async def test_a_viewer_makes_no_campaigns(home: House) -> None:
    viewer = Principal(home.alice.account_id, uuid4(), "victor@shop.test", Role.VIEWER)
    for act in (
        home.drafts.find(viewer),
        home.drafts.save(viewer, uuid4(), []),
        home.drafts.schedule(viewer, uuid4()),
        home.templates.find(viewer),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_texts_kept_with_a_template_are_there_for_the_account(home: House) -> None:
    saved = await home.templates.keep(
        home.alice, home.typed(header_kind="image", header_url="https://a.test/b")
    )
    assert await home.templates.find(home.olga) == [saved]
    over = await home.templates.over(
        home.olga, saved.id, {"name": "Holi", "field_1": "old", "field_2": "old", "template_name": "other"}
    )
    assert over == {
        "name": "Holi",
        "template_name": "offer",
        "template_language": "en_US",
        "field_1": "Hi {name}",
        "header_kind": "image",
        "header_url": "https://a.test/b",
    }
    await home.templates.drop(home.olga, saved.id)
    with pytest.raises(NotFound):
        await home.templates.over(home.alice, saved.id, {})


async def test_texts_of_no_template_are_not_kept(home: House) -> None:
    with pytest.raises(InvalidInput) as refused:
        await home.templates.keep(home.alice, {"template_name": "not a name", "field_1": "x"})
    assert {problem.field for problem in refused.value.problems} == {"template_name", "template_language"}
