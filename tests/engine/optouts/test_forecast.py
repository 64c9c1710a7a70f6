"""What is said beforehand of a large list is reckoned from a part of it, and says so."""

import pytest

from campana.engine.audience import Audience
from campana.engine.optouts import forecast
from campana.engine.optouts.forecast import Forecast, Forecasts
from campana.engine.ports import Store
from tests.engine.test_scheduler import HandClock
from tests.support.cast import MORNING, make_account, make_list, phone_of, suppress


async def test_a_list_is_counted_whole_up_to_a_size_and_reckoned_beyond(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await make_account(store)
    people = await make_list(store, account, 2000)
    await suppress(store, account, *(phone_of(row) for row in range(2, 2002, 10)))
    forecasts = Forecasts(store, clock=HandClock(MORNING))
    assert await forecasts.of(account.id, Audience(people)) == Forecast(suppressed=200)
    monkeypatch.setattr(forecast, "COUNTED_WHOLE", 1000)
    monkeypatch.setattr(forecast, "STRETCH", 100)
    assert await forecasts.of(account.id, Audience(people)) == Forecast(suppressed=200, exact=False)
    nobody = Audience(await make_list(store, account, 0))
    assert await forecasts.of(account.id, nobody) == Forecast()
