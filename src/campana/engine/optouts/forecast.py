"""How many people of a list would be left alone, said before the campaign is made."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from campana.domain.recipients import Recipient
from campana.engine.audience import Audience
from campana.engine.optouts.caps import cap_of
from campana.engine.ports import Clock, Store

COUNTED_WHOLE = 5000
"""recipients of lists up to this size are all looked at"""
STRETCH = 200
"""of larger ones so many in a row, at places spread evenly, are; COUNTED_WHOLE altogether"""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Recipients who would be SKIPPED if the campaign went out now, by the reason. With `exact` False the
    numbers are reckoned from a part of a large list."""

    suppressed: int = 0
    frequency: int = 0
    exact: bool = True


NOBODY = Forecast()


class Forecasts:
    """Looks at lists, and changes nothing."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, account_id: UUID, audience: Audience) -> Forecast:
        """The forecast for these people, in the time that some thousand look-ups take."""
        frequency = (await self._store.preferences(account_id)).frequency
        cap = cap_of(frequency, self._clock.now())
        seen = suppressed = beyond = 0
        async for people in self._sample(audience):
            phones = {each.phone for each in people}
            gone = await self._store.suppressed_among(account_id, phones)
            over = await self._store.over_cap(account_id, cap, phones - gone) if cap else frozenset()
            seen, suppressed, beyond = seen + len(phones), suppressed + len(gone), beyond + len(over)
        total = audience.list.valid
        if seen == total or not seen:
            return Forecast(suppressed, beyond)
        return Forecast(round(suppressed * total / seen), round(beyond * total / seen), exact=False)

    async def _sample(self, audience: Audience) -> AsyncIterator[Sequence[Recipient]]:
        if audience.list.valid <= COUNTED_WHOLE:
            after = 0
            while people := await audience.read(self._store, after_row=after, limit=STRETCH):
                yield people
                after = people[-1].row
            return
        stretches = COUNTED_WHOLE // STRETCH
        # Rows that became no recipients stand between the others, so the last row is about the total.
        apart = audience.list.total / stretches
        for number in range(stretches):
            people = await audience.read(self._store, after_row=int(number * apart), limit=STRETCH)
            if people:
                yield people
