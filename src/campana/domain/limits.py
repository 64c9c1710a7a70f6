"""Limits: a sender's own and its account's; which day it is for a sender, when it ends, how much is left."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campana.domain.accounts import Account
from campana.domain.senders import Sender


def capped(sender: Sender, account: Account) -> Sender:
    """The sender with the limits that count: its own, or the account's ceilings where those are lower."""
    return replace(
        sender,
        rate_limit_per_s=min(sender.rate_limit_per_s, account.rate_limit_per_s or sender.rate_limit_per_s),
        daily_limit=min(sender.daily_limit, account.daily_limit or sender.daily_limit),
    )


def day_of(moment: datetime, timezone: ZoneInfo) -> date:
    """The sender's calendar day at that moment."""
    return moment.astimezone(timezone).date()


def resets_at(day: date, timezone: ZoneInfo) -> datetime:
    """The UTC moment at which the day after `day` begins; days of 23 and 25 hours come out right.

    Where a zone skips midnight, the day begins at the first moment that exists.
    """
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone)
    moment = midnight.astimezone(UTC)
    while day_of(moment, timezone) <= day:
        moment += timedelta(minutes=15)
    return moment


@dataclass(frozen=True, slots=True)
class Usage:
    """A sender's day. `used` were accepted (or may have been); `reserved` are promised to running
    campaigns."""

    day: date
    used: int
    reserved: int
    limit: int
    resets_at: datetime

    @property
    def room(self) -> int:
        """Messages that no one has sent or reserved yet."""
        return max(0, self.limit - self.used - self.reserved)
