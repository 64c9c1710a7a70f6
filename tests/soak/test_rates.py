"""What the soak calls too many requests of a sender in a second."""

import pytest

from soak.rates import MOST_ALLOWED, Most, fullest


def every(gap_s: float, count: int, *, start: float = 0.0) -> list[float]:
    return [start + number * gap_s for number in range(count)]


EVEN = every(1.001 / 29, 290)


def stalled(since: float, until: float) -> list[float]:
    """As a provider that did not look for a while notes what arrives: late, all at once."""
    return [until if since <= moment < until else moment for moment in EVEN]


def test_an_even_pace_is_all_right() -> None:
    assert fullest(EVEN, []) == Most(29, 29)
    assert 29 < MOST_ALLOWED < 34


@pytest.mark.parametrize("length", [0.3, 0.9, 2.5])
def test_what_a_provider_did_not_look_at_is_its_own_doing(length: float) -> None:
    most = fullest(stalled(4.0, 4.0 + length), [(4.0 + length + 0.01, length)])
    assert most.count > 29 * (1 + min(length, 1.0) * 0.9)
    assert not most.beyond


def test_a_burst_without_a_stall_is_ours() -> None:
    """As of a worker that stood still for a while and made up for it."""
    most = fullest(stalled(4.0, 4.7), [])
    assert most.count == most.of_its_own > 45
    assert most.beyond


def test_a_stall_excuses_no_more_than_it_was_long() -> None:
    burst = [*stalled(4.0, 4.3), *every(0.001, 10, start=4.5)]
    assert fullest(burst, [(4.3, 0.3)]).beyond


def test_a_stall_excuses_nothing_at_another_time() -> None:
    assert fullest(stalled(4.0, 4.7), [(2.0, 0.7), (9.0, 0.7)]).beyond
