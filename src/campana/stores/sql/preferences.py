"""What accounts decided about the people they message."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from campana.domain.preferences import Frequency, Preferences
from campana.stores.sql.part import Part
from campana.stores.sql.schema import preferences as table


class PreferencesPart(Part):
    """See OptOuts."""

    async def preferences(self, account_id: UUID) -> Preferences:
        row = await self._database.row(select(table).where(table.c.account_id == account_id))
        if row is None:
            return Preferences()
        return Preferences(
            stop_words=tuple(row.stop_words),
            start_words=tuple(row.start_words),
            frequency=frequency_of(row),
            unreachable_after=row.unreachable_after,
            retention_days=row.retention_days,
        )

    async def save_preferences(self, account_id: UUID, preferences: Preferences) -> None:
        cap = preferences.frequency
        values = {
            "stop_words": list(preferences.stop_words),
            "start_words": list(preferences.start_words),
            "frequency_messages": cap and cap.messages,
            "frequency_days": cap and cap.days,
            "unreachable_after": preferences.unreachable_after,
            "retention_days": preferences.retention_days,
        }
        statement = self._database.insert(table).values(account_id=account_id, **values)
        await self._database.change(
            statement.on_conflict_do_update(index_elements=["account_id"], set_=values)
        )


def frequency_of(row: Row[Any]) -> Frequency | None:
    """The cap in a row that has its two columns."""
    if row.frequency_messages is None:
        return None
    return Frequency(row.frequency_messages, row.frequency_days)
