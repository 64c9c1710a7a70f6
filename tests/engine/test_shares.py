"""Fairness in a lane: equal shares, nothing given away that somebody could use, campaigns taking turns."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from campana.domain.campaigns import Campaign, CampaignStatus, Template
from campana.domain.messages import Counts
from campana.domain.recipients import Recipient
from campana.engine.ports import LaneCampaign, Taken
from campana.engine.sending.shares import interleaved, shares, takable

ACCOUNT = uuid4()
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def seen(pending: int, reserved: int | None = None, sending: int = 0) -> LaneCampaign:
    campaign = Campaign(
        id=uuid4(),
        account_id=ACCOUNT,
        sender_id=uuid4(),
        recipient_list_id=uuid4(),
        name="c",
        template=Template("t", "en"),
        fields={},
        header=None,
        status=CampaignStatus.PROCESSING,
        scheduled_at=NOW,
        created_at=NOW,
    )
    return LaneCampaign(
        campaign=campaign,
        columns=(),
        name_column=None,
        counts=Counts(pending=pending, sending=sending),
        reserved=pending + sending if reserved is None else reserved,
        next_retry=None,
    )


@given(st.lists(st.integers(0, 1000), max_size=20), st.integers(0, 500))
def test_the_room_is_used_up_or_everybody_is_served(pending: list[int], room: int) -> None:
    campaigns = [seen(count) for count in pending]
    given_out = shares(campaigns, room, {})
    assert sum(share.limit for share in given_out) == min(room, sum(pending))


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=20), st.integers(1, 500))
def test_nobody_gets_less_than_somebody_else_and_could_use_more(pending: list[int], room: int) -> None:
    campaigns = {campaign.campaign.id: campaign for campaign in map(seen, pending)}
    limits = dict.fromkeys(campaigns, 0) | {
        share.campaign_id: share.limit for share in shares(campaigns.values(), room, {})
    }
    most = max(limits.values())
    for campaign_id, limit in limits.items():
        assert limit >= most - 1 or limit == campaigns[campaign_id].counts.pending


def test_a_campaign_takes_no_more_than_what_is_reserved_for_it() -> None:
    assert takable(seen(100, reserved=30, sending=10)) == 20
    assert takable(seen(100, reserved=0)) == 0
    assert takable(seen(0, reserved=50, sending=60)) == 0


def test_campaigns_take_turns_in_the_order_of_their_rows() -> None:
    def taken(campaign_id: UUID, row: int) -> Taken:
        return Taken(campaign_id, row, 1, fresh=True, recipient=Recipient(row, "+911234567890", "", ()))

    large, small = uuid4(), uuid4()
    batch = [taken(large, row) for row in range(5)] + [taken(small, row) for row in range(2)]
    order = [(message.campaign_id == small, message.row) for message in interleaved(batch)]
    assert order == [(False, 0), (True, 0), (False, 1), (True, 1), (False, 2), (False, 3), (False, 4)]
