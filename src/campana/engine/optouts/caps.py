"""From "no more than N messages in D days" to what the ledger is told."""

from datetime import datetime, timedelta

from campana.domain.preferences import Frequency
from campana.engine.ports import Cap


def cap_of(frequency: Frequency | None, now: datetime) -> Cap | None:
    """The cap as it is now; the days are spans of 24 hours, so that no time zone is asked for."""
    if frequency is None:
        return None
    return Cap(frequency.messages, now - timedelta(days=frequency.days), frequency.reason)
