"""Promise 3, the rate: never more than it in any sliding second, whatever stalls, and hardly less without."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.engine.sending.pacer import (
    CATCH_UP_S,
    OPENING_SLACK_S,
    SCHEDULE_S,
    STEP_S,
    STEP_SLACK_S,
    WINDOW_S,
    Pacer,
)

RATES = [0.2, 0.5, 1, 1.5, 2, 29, 29.5, 80, 1000]


def run(pacer: Pacer, *, seconds: float, stalls: list[float], start: float = 100.0) -> list[float]:
    """Departures of a lane that always has work; each stall keeps it from looking for that long."""
    now, departures, pending = start, [], list(stalls)
    while now < start + seconds:
        slot = pacer.next_slot(now)
        if slot > now:
            now = slot
            continue
        pacer.call(now)
        pacer.depart(now)
        departures.append(now)
        if pending and random.random() < 0.1:
            now += pending.pop()
    return departures


def most_in_any(span: float, moments: list[float]) -> int:
    """The largest number of moments in any half-open span of that many seconds."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("rate", RATES)
def test_a_lane_with_work_holds_99_percent_of_its_rate(rate: float) -> None:
    seconds = max(30.0, 60 / rate)
    departures = run(Pacer(rate), seconds=seconds, stalls=[])
    held = (len(departures) - 1) / (departures[-1] - departures[0])
    steps_lost_to_whole_messages = int(rate) / rate if rate > 1 else 1
    assert held >= 0.99 * rate * steps_lost_to_whole_messages


@given(
    rate=st.sampled_from(RATES),
    stalls=st.lists(st.floats(0, 5), max_size=30),
    seed=st.integers(0, 1000),
)
def test_no_stall_makes_it_pass_the_rate(rate: float, stalls: list[float], seed: int) -> None:
    random.seed(seed)
    departures = run(Pacer(rate), seconds=max(5.0, 5 / rate), stalls=stalls)
    span = 1.0 if rate >= 1 else 1 / rate
    assert most_in_any(span, departures) <= max(1, int(rate))


@given(jitter=st.lists(st.floats(0, 0.0029), min_size=1, max_size=50), seed=st.integers(0, 1000))
def test_arrivals_that_overtake_each_other_a_little_stay_within_the_rate(
    jitter: list[float], seed: int
) -> None:
    random.seed(seed)
    departures = run(Pacer(29), seconds=8, stalls=[0.3, 0.02, 0.1])
    arrivals = sorted(moment + random.choice(jitter) for moment in departures)
    assert WINDOW_S - 1 > 2 * 0.0029
    assert most_in_any(1.0, arrivals) <= 29


def test_after_an_idle_time_it_catches_up_only_for_a_moment() -> None:
    pacer = Pacer(29)
    first = run(pacer, seconds=2, stalls=[])
    later = run(pacer, seconds=0.01, stalls=[], start=first[-1] + 3600)
    assert len(later) <= CATCH_UP_S * 29 + 1


@given(stalls=st.lists(st.floats(0, 0.05), max_size=10), seed=st.integers(0, 1000))
def test_what_is_late_leaves_in_steps_not_in_a_burst(stalls: list[float], seed: int) -> None:
    """So that a provider that sees a few messages late, too, still counts no more than the rate."""
    random.seed(seed)
    departures = run(Pacer(1000), seconds=3, stalls=stalls)
    assert most_in_any(0.1, departures) <= (0.1 + STEP_SLACK_S) / STEP_S * 1000 + 1


def test_the_first_messages_may_arrive_late_while_connections_are_opened() -> None:
    departures = run(Pacer(29), seconds=4, stalls=[])
    late = [moment + OPENING_SLACK_S if moment < 100.4 else moment for moment in departures]
    assert most_in_any(1.0, late) <= 29


def test_what_a_stall_lost_is_made_up_for() -> None:
    random.seed(0)
    opened = 102.0
    departures = [moment for moment in run(Pacer(1000), seconds=60, stalls=[0.03]) if moment > opened]
    assert (len(departures) - 1) / (departures[-1] - departures[0]) >= 1000 / SCHEDULE_S * 0.9999


def test_a_hold_lets_nothing_leave_and_a_shorter_one_does_not_cut_it() -> None:
    pacer = Pacer(29)
    pacer.hold(200.0)
    pacer.hold(150.0)
    assert pacer.next_slot(100.0) == 200.0


def test_a_slowed_host_spaces_messages_at_once_and_recovery_brings_the_next_slot_nearer() -> None:
    pacer = Pacer(10)
    pacer.call(100.0)
    pacer.depart(100.0)
    pacer.factor = 0.01
    slowed = pacer.next_slot(100.0)
    pacer.factor = 1.0
    assert slowed - 100.0 == pytest.approx(10.1, rel=0.01)
    assert pacer.next_slot(100.0) - 100.0 == pytest.approx(SCHEDULE_S / 10)


def test_a_lowered_rate_takes_the_past_second_into_account() -> None:
    pacer = Pacer(100)
    departures = run(pacer, seconds=1, stalls=[])
    pacer.rate_per_s = 10
    later = run(pacer, seconds=3, stalls=[], start=departures[-1])
    assert most_in_any(1.0, later) <= 10


@given(rate=st.sampled_from(RATES), delays=st.lists(st.floats(0, 0.5), min_size=1), seed=st.integers(0, 1000))
def test_messages_that_a_busy_loop_lets_wait_count_when_they_leave(
    rate: float, delays: list[float], seed: int
) -> None:
    random.seed(seed)
    pacer, now, called, departures = Pacer(rate), 100.0, 0, []
    while now < 100.0 + max(5.0, 5 / rate):
        slot = pacer.next_slot(now)
        if slot <= now:
            pacer.call(now)
            called += 1
        if called and (slot > now or random.random() < 0.2):
            now += random.choice(delays) if random.random() < 0.1 else 0.0
            for _ in range(called):
                pacer.depart(now)
                departures.append(now)
            called = 0
        elif slot > now:
            now = slot
    assert most_in_any(1.0 if rate >= 1 else 1 / rate, departures) <= max(1, int(rate))


def test_a_rate_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Pacer(0)
