"""Lanes are spread evenly: what a worker may take, and what it lets go of."""

from uuid import uuid4

import pytest

from campana.engine.clock import SystemClock
from campana.engine.sending.crew import LET_GO_AT_ONCE, Crew

LANES = [uuid4() for _ in range(10)]


@pytest.fixture
async def crews(sqlite_store):
    """Three workers that have seen each other."""
    found = [Crew(f"worker {number}", sqlite_store, SystemClock()) for number in range(3)]
    for crew in found:
        await crew.look(0.0)
    return found


async def test_a_worker_alone_takes_every_lane(sqlite_store) -> None:
    crew = Crew("alone", sqlite_store, SystemClock())
    assert crew.room(LANES, []) == 10
    await crew.look(0.0)
    assert (crew.room(LANES, []), crew.surplus(LANES, LANES)) == (10, [])


async def test_nobody_takes_more_than_an_even_part_and_all_are_taken(crews) -> None:
    last = crews[-1]
    assert (last.room(LANES, []), last.room(LANES, LANES[:3]), last.room(LANES, LANES[:4])) == (4, 1, 0)
    assert 3 * last.room(LANES, []) >= len(LANES)


async def test_who_holds_more_lets_go_of_the_last_ones_in_steps(crews) -> None:
    last = crews[-1]
    assert last.surplus(LANES, LANES) == LANES[-LET_GO_AT_ONCE:]
    assert last.surplus(LANES, LANES[:6]) == LANES[4:6]
    assert last.surplus(LANES, LANES[:4]) == []


async def test_lanes_without_work_do_not_count(crews) -> None:
    assert crews[-1].surplus(LANES[:3], LANES) == LANES[1:3]
    assert crews[-1].room(LANES[:3], LANES[5:]) == 1


async def test_who_left_is_not_counted(crews, sqlite_store) -> None:
    for crew in crews[:2]:
        await crew.leave()
    fresh = Crew("worker 2", sqlite_store, SystemClock())
    await fresh.look(0.0)
    assert fresh.room(LANES, []) == 10
