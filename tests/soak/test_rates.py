"""What the soak calls too many requests of a sender in a second."""

import pytest

from soak.rates import bursts, silences


def every(gap_s: float, count: int, *, start: float = 0.0) -> list[float]:
    return [start + number * gap_s for number in range(count)]


EVEN = every(1.001 / 29, 290)
OTHERS = every(1 / 100, 1000, start=0.003)


def stalled(moments: list[float], since: float, until: float) -> list[float]:
    """As a provider that did not look for a while notes them: late, all at once."""
    return [until if since <= moment < until else moment for moment in moments]


def test_an_even_pace_is_all_right() -> None:
    most = bursts(EVEN, silences([*EVEN, *OTHERS]))
    assert (most.count, most.of_its_own, most.beyond) == (29, 29, False)


@pytest.mark.parametrize("length", [0.3, 0.9, 2.5])
def test_what_a_provider_did_not_look_at_is_its_own_fault(length: float) -> None:
    one, others = (stalled(moments, 4.0, 4.0 + length) for moments in (EVEN, OTHERS))
    most = bursts(one, silences([*one, *others]))
    assert most.count > 29 * (1 + min(length, 1.0) * 0.9)
    assert not most.beyond


def test_a_burst_while_the_provider_looked_is_ours() -> None:
    """One worker that stood still for a while and made up for it: the others' requests kept arriving."""
    one = stalled(EVEN, 4.0, 4.7)
    most = bursts(one, silences([*one, *OTHERS]))
    assert most.count == most.of_its_own > 45
    assert most.beyond


def test_a_silence_excuses_no_more_than_it_was_long() -> None:
    one, others = stalled(EVEN, 4.0, 4.3), stalled(OTHERS, 4.0, 4.3)
    one += every(0.001, 10, start=4.5)
    assert bursts(one, silences([*one, *others])).beyond
