"""Signatures as the standard has them, posts of a bearable size, pauses that grow."""

from datetime import timedelta
from uuid import uuid4

import pytest

from campana.domain.campaigns import CampaignStatus
from campana.domain.endpoints import (
    CHOICES,
    MOST_EVENTS,
    MOST_TRIES,
    OFF_AFTER,
    TOLD,
    EventType,
    News,
    packed,
    pause_after,
    signature,
)
from tests.support.cast import MORNING

CAMPAIGN = uuid4()


def test_a_signature_is_that_of_the_standard() -> None:
    """The example of its specification."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_state_that_is_told_has_its_event() -> None:
    events = {EventType.of(status) for status in (*CampaignStatus, *TOLD)}
    assert events == set(CHOICES)


def sent(first: int, count: int) -> News:
    return News(EventType.MESSAGE_SENT, MORNING, CAMPAIGN, tuple(range(first, first + count)))


@pytest.mark.parametrize("sizes", [[], [1], [500], [501], [300, 300], [5000], [1] * 1200, [499, 3, 700]])
def test_posts_hold_everything_once_and_in_order(sizes: list[int]) -> None:
    first = 0
    news = []
    for size in sizes:
        news.append(sent(first, size))
        first += size
    posts = packed(news)
    assert all(0 < sum(one.count for one in post) <= MOST_EVENTS for post in posts)
    assert [row for post in posts for one in post for row in one.rows] == list(range(first))


def test_news_of_a_campaign_counts_as_one() -> None:
    news = [News(EventType.CAMPAIGN_PAUSED, MORNING, CAMPAIGN)] * 501
    assert [len(post) for post in packed(news)] == [500, 1]


def test_pauses_grow_and_an_endpoint_outlives_a_night() -> None:
    pauses = [pause_after(failures) for failures in range(1, MOST_TRIES + 5)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert timedelta(hours=12) < sum(pauses[: MOST_TRIES - 1], timedelta()) < OFF_AFTER
