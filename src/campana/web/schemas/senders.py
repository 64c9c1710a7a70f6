"""Senders on the wire."""

from datetime import date, datetime
from typing import Annotated, Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from campana.domain.outcomes import Check, CheckVerdict
from campana.domain.senders import Sender
from campana.engine.inbox.addresses import Address
from campana.engine.sender_rules import SenderRequest
from campana.web.schemas.common import Input, Output, Patch

_EXAMPLE: JsonDict = {
    "name": "Shop",
    "provider": "bizchat",
    "credentials": {"api_token": "YOUR-API-TOKEN", "vendor_uid": "5b0c2a1e-6d7f-4c6b-9a55-0a8d2f4e9b11"},
    "rate_limit_per_s": 29,
    "daily_limit": 1000,
    "timezone": "Asia/Kolkata",
    "country": "IN",
}

Rate = Annotated[
    float, Field(description="messages per second at most; the ceiling, not a promise", allow_inf_nan=False)
]
Daily = Annotated[int, Field(description="messages per calendar day of the sender's time zone")]
Zone = Annotated[str, Field(description="IANA name; the day of the daily limit is a day of this zone")]
Country = Annotated[str, Field(description="ISO 3166 code for numbers without a country code")]


class CredentialsIn(Input):
    """Given once; never given back but for the last four characters."""

    api_token: str | None = Field(default=None, repr=False)
    vendor_uid: str | None = Field(default=None, repr=False)
    from_phone_number_id: str | None = Field(default=None, description="empty: BizChat's default number")

    def given(self) -> dict[str, str]:
        """What the caller named."""
        return {name: text for name, text in self if text is not None}


class SenderIn(Input):
    """A new sender. What is left out gets the server's defaults."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str
    provider: str | None = None
    credentials: CredentialsIn | None = None
    rate_limit_per_s: Rate | None = None
    daily_limit: Daily | None = None
    timezone: Zone | None = None
    country: Country | None = None

    def request(self) -> SenderRequest:
        """In the engine's words."""
        return _request(self)


class SenderPatch(Patch):
    """What to change; of the credentials, too, only what is named."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"daily_limit": 2000}]})

    name: str | None = None
    provider: str | None = None
    credentials: CredentialsIn | None = None
    rate_limit_per_s: Rate | None = None
    daily_limit: Daily | None = None
    timezone: Zone | None = None
    country: Country | None = None

    def request(self) -> SenderRequest:
        """In the engine's words."""
        return _request(self)


def _request(given: SenderIn | SenderPatch) -> SenderRequest:
    return SenderRequest(
        name=given.name,
        provider=given.provider,
        credentials=given.credentials.given() if given.credentials else None,
        rate_limit_per_s=given.rate_limit_per_s,
        daily_limit=given.daily_limit,
        timezone=given.timezone,
        country=given.country,
    )


class CredentialsOut(Output):
    """The last four characters, to recognise them by."""

    api_token: str = Field(examples=["…9f3a"])
    vendor_uid: str = Field(examples=["…9b11"])


class SenderOut(Output):
    """A sender as it is; `credentials` is null where it has none yet."""

    id: UUID
    name: str
    provider: str
    credentials: CredentialsOut | None
    rate_limit_per_s: float
    daily_limit: int
    timezone: str
    country: str
    created_at: datetime

    @classmethod
    def of(cls, source: object) -> Self:
        """The sender without its secrets."""
        sender = cast(Sender, source)
        ends = {name: f"…{end}" for name, end in sender.credential_hints.items()}
        shown = {name: getattr(sender, name, None) for name in cls.model_fields}
        shown |= {"timezone": sender.timezone.key, "credentials": ends or None}
        return cls.model_validate(shown)


class AddressOut(Output):
    """Where BizChat posts what becomes of this sender's messages. `url` is shown to owners only."""

    url: str | None = Field(examples=["https://campana.example/webhooks/bizchat/…"])
    former_valid_until: datetime | None = Field(description="until then the address before this one works")
    last_event_at: datetime | None = Field(description="when the last event came in")

    @classmethod
    def of(cls, source: object) -> Self:
        """The address as the API shows it."""
        address = cast(Address, source)
        return cls(
            url=address.url,
            former_valid_until=address.former_valid_until,
            last_event_at=address.last_event_at,
        )


class SenderDetailsOut(SenderOut):
    """A sender with its webhook; `webhook` is null until one is made by rotating."""

    webhook: AddressOut | None

    @classmethod
    def with_webhook(cls, sender: Sender, address: Address | None) -> Self:
        """The two together."""
        shown = SenderOut.of(sender).model_dump()
        return cls.model_validate(shown | {"webhook": AddressOut.of(address) if address else None})


class TemplateOut(Output):
    """An approved template, as the provider lists it."""

    name: str
    language: str
    category: str
    status: str


class CheckOut(Output):
    """What the provider says of the sender's credentials."""

    ok: bool
    verdict: CheckVerdict
    reason: str
    templates: list[TemplateOut]

    @classmethod
    def of(cls, source: object) -> Self:
        """The check, with its verdict as a plain yes or no besides."""
        check = cast(Check, source)
        return cls(
            ok=check.verdict is CheckVerdict.OK,
            verdict=check.verdict,
            reason=check.reason,
            templates=[TemplateOut.of(template) for template in check.templates],
        )


class UsageOut(Output):
    """The sender's day: used up, promised to running campaigns, and when it starts anew."""

    day: date
    used: int
    reserved: int
    limit: int
    resets_at: datetime
