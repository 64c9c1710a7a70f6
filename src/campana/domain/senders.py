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


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the provider posts what becomes of a sender's messages: an address with a secret in it.

    Digests find the sender of a post; `sealed` is the secret as the vault keeps it, to be shown again. The
    former secret is still good until `former_until`.
    """

    sender_id: UUID
    digest: str
    sealed: str = field(repr=False)
    former_digest: str | None = None
    former_until: datetime | None = None
    last_event_at: datetime | None = None
