"""A sender: one WhatsApp identity, with its credentials, limits, time zone and default country."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the provider wants to see, in clear. Lives in memory only; never printed, logged or stored like
    this."""

    api_token: str = field(repr=False)
    vendor_uid: str = field(repr=False)
    from_phone_number_id: str | None = None

    def hints(self) -> dict[str, str]:
        """The last four characters of each secret: all that anybody is ever shown again."""
        return {"api_token": self.api_token[-4:], "vendor_uid": self.vendor_uid[-4:]}


@dataclass(frozen=True, slots=True)
class Sender:
    """Rates are messages per second; the daily limit is messages per calendar day in `timezone`.

    `sealed_credentials` is what the vault made of the Credentials, None where none were given.
    """

    id: UUID
    account_id: UUID
    name: str
    provider: str
    sealed_credentials: str | None = field(repr=False)
    credential_hints: Mapping[str, str]
    rate_limit_per_s: float
    daily_limit: int
    timezone: ZoneInfo
    country: str
    created_at: datetime
