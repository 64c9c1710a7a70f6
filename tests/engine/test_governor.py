"""A provider host's pace: down fast, up slowly, the same in every process."""

from datetime import UTC, datetime

import pytest

from campana.engine.ports import HostPace
from campana.engine.sending.governor import LONGEST_HOLD_S, LONGEST_UNREACHABLE_HOLD_S, Governor, recovered


class Time:
    """A clock in the test's hands."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Board:
    """What processes tell each other, aging by the same clock. Stands in for a table of one row."""

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.noted: tuple[float, HostPace] | None = None

    async def slow_host(self, host: str, pace: HostPace) -> None:
        self.noted = self.clock.seconds, pace

    async def host_pace(self, host: str) -> HostPace:
        if self.noted is None:
            return HostPace()
        at, pace = self.noted
        age = self.clock.seconds - at
        return HostPace(max(0.0, pace.hold_s - age), pace.factor, pace.reason, age)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def board(clock: Time) -> Board:
    return Board(clock)


@pytest.fixture
def governor(clock: Time, board: Board) -> Governor:
    return Governor("provider.test", board, clock)  # type: ignore[arg-type]


def test_many_refusals_at_once_halve_the_pace_once(governor: Governor, clock: Time) -> None:
    for _ in range(300):
        governor.throttled(None, "too fast")
    assert governor.factor(clock.seconds) == 0.5
    assert governor.hold_until == clock.seconds + 1.0


def test_refusals_in_later_seconds_halve_it_again_down_to_a_floor(governor: Governor, clock: Time) -> None:
    for _ in range(20):
        governor.throttled(None, "too fast")
        clock.seconds += 1.5
    assert 0.01 <= governor.factor(clock.seconds) < 0.02


def test_the_hosts_own_word_for_how_long_is_obeyed(governor: Governor, clock: Time) -> None:
    governor.throttled(42.0, "Retry-After")
    governor.throttled(3.0, "a later, shorter one")
    assert governor.hold_until == clock.seconds + 42.0


def test_no_host_closes_for_ever(governor: Governor, clock: Time) -> None:
    governor.throttled(10**9, "Retry-After")
    assert governor.hold_until == clock.seconds + LONGEST_HOLD_S


def test_it_comes_up_slowly_and_only_after_the_hold(governor: Governor, clock: Time) -> None:
    governor.throttled(60.0, "Retry-After")
    clock.seconds += 60
    assert governor.factor(clock.seconds) == pytest.approx(0.5)
    clock.seconds += 20
    assert governor.factor(clock.seconds) == pytest.approx(0.6)
    clock.seconds += 100
    assert governor.factor(clock.seconds) == 1.0
    assert governor.pace().reason == ""


def test_a_host_out_of_reach_is_left_alone_for_growing_pauses(governor: Governor, clock: Time) -> None:
    pauses = []
    for _ in range(9):
        governor.unreachable(1.0, "connection refused")
        governor.unreachable(1.0, "connection refused")  # another request of the same moment
        pauses.append(governor.hold_until - clock.seconds)
        clock.seconds = governor.hold_until
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert max(pauses) == LONGEST_UNREACHABLE_HOLD_S
    governor.reached()
    governor.unreachable(1.0, "connection refused")
    assert governor.hold_until - clock.seconds == 1


async def test_other_processes_slow_down_and_recover_together(
    governor: Governor, clock: Time, board: Board
) -> None:
    other = Governor("provider.test", board, clock)  # type: ignore[arg-type]
    governor.throttled(30.0, "too fast")
    await governor.share()
    clock.seconds += 10
    await other.share()
    assert other.hold_until == pytest.approx(governor.hold_until)
    clock.seconds += 20
    assert other.factor(clock.seconds) == pytest.approx(governor.factor(clock.seconds), abs=0.06)
    clock.seconds += 120
    await other.share()
    assert other.factor(clock.seconds) == 1.0


def test_recovery_never_passes_the_full_rate() -> None:
    assert recovered(0.5, -10) == 0.5
    assert recovered(0.5, 10**6) == 1.0
