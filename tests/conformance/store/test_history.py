"""Whatever verbs come in whatever order, the books are right and no message moves but as the table says."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campana.stores import open_store
from tests.conformance.store.history import Action, History
from tests.support.stores import FreshUrl

OFTEN = ["take", "take", "settle", "settle"]
SELDOM = [
    *("create", "start", "reserve", "wait", "move", "complete", "sweep", "retry"),
    *("receive", "receive", "adopt", "rest", "suppress", "hand_over"),
]
NUMBER = st.integers(0, 100)
ACTIONS = st.lists(st.tuples(st.sampled_from(OFTEN + SELDOM), NUMBER, NUMBER), max_size=60)


@pytest.fixture
def fresh(store_kind: str, request: pytest.FixtureRequest) -> FreshUrl:
    """Makes databases of the kind under test, one for each history."""
    maker: FreshUrl = request.getfixturevalue(f"fresh_{store_kind}")
    return maker


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(actions=ACTIONS)
def test_the_books_are_right_after_any_history(fresh: FreshUrl, actions: list[Action]) -> None:
    with fresh() as url:
        asyncio.run(_live_through(url, actions))


async def _live_through(url: str, actions: list[Action]) -> None:
    store = await open_store(url)
    try:
        history = await History.begin(store)
        for action in actions:
            await history.act(action)
        await history.end()
    finally:
        await store.close()
