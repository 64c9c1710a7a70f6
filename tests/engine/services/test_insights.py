"""What is told of a campaign: reasons with advice, a pace that a picture can hold, the time left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import Counts
from campana.engine.insights import MOST_POINTS, OWN, curve, time_left
from campana.engine.ports import PACE_SPAN_S, CampaignView, HostPace, PaceSample
from campana.stores.reasons import DUPLICATE_CODE, LOST_TRACK_CODE, SUPPRESSED_CODE
from tests.support.cast import make_account, make_sender, running_campaign

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG = (BEGAN - DAY, BEGAN + 9 * DAY)


def samples(*accepted: int | None) -> list[PaceSample]:
    """One for each ten seconds; None where there is none."""
    times = (BEGAN + timedelta(seconds=PACE_SPAN_S * number) for number in range(len(accepted)))
    return [PaceSample(at, count) for at, count in zip(times, accepted, strict=True) if count is not None]


def test_a_curve_has_a_place_for_each_ten_seconds():
    found = curve(samples(100, None, None, 290), LONG)
    assert (found.began, found.span_s, found.rates) == (BEGAN, 10, (10.0, 0.0, 0.0, 29.0))
    assert found.mean == 19.5


def test_nothing_sent_is_an_empty_curve():
    assert curve([], LONG).rates == ()
    assert curve([], LONG).mean == 0


def test_the_first_and_the_last_span_count_with_the_time_the_campaign_ran_in_them():
    ran = (BEGAN + timedelta(seconds=6), BEGAN + timedelta(seconds=22))
    assert curve(samples(100, 250, 50), ran).rates == (25.0, 25.0, 25.0)


@pytest.mark.parametrize("count", [MOST_POINTS, MOST_POINTS + 1, 3_456, 60_480])
def test_a_long_campaign_keeps_its_sum_in_few_points(count):
    found = curve(samples(*[290] * count), LONG)
    assert len(found.rates) <= MOST_POINTS
    assert set(found.rates[:-1]) == {29.0}
    assert sum(found.rates) * found.span_s == pytest.approx(290 * count, rel=0.01)


@pytest.fixture
async def going(sqlite_store):
    """A sender with 29 a second, and its campaign with 300 messages left, of which none has gone."""
    sender = await make_sender(sqlite_store, await make_account(sqlite_store), rate_limit_per_s=29.0)
    campaign = await running_campaign(sqlite_store, sender, 3)
    return CampaignView(campaign, Counts(pending=290)), sender


async def test_the_time_left_goes_by_the_pace_and_before_it_by_the_limit(going):
    view, sender = going
    assert time_left(view, sender) == timedelta(seconds=10)
    assert time_left(replace(view, rate=14.5), sender) == timedelta(seconds=20)
    slowed = HostPace(hold_s=5, factor=0.5, reason="", age_s=0)
    assert time_left(view, sender, slowed) == timedelta(seconds=25)


async def test_there_is_no_time_left_where_nothing_goes_out(going):
    view, sender = going
    paused = replace(view.campaign, status=CampaignStatus.PAUSED)
    waiting = replace(view.campaign, waiting_until=BEGAN + DAY)
    for other in (
        replace(view, campaign=paused),
        replace(view, campaign=waiting),
        replace(view, counts=Counts()),
    ):
        assert time_left(other, sender) is None


def test_codes_of_our_own_are_explained():
    assert {SUPPRESSED_CODE, LOST_TRACK_CODE, DUPLICATE_CODE, "cancelled", "campaign_failed"} <= set(OWN)
    assert all(one.meaning.endswith(".") for one in OWN.values())
