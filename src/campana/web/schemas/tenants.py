"""Accounts on the wire, as their owners and as administrators see them."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field

from campana.domain.accounts import Account
from campana.domain.campaigns import CampaignStatus
from campana.engine.people.links import Handed
from campana.engine.ports import AccountUsage
from campana.engine.requests import UNSET
from campana.engine.tenants import AccountRequest
from campana.web.schemas.common import Input, Output, Patch
from campana.web.schemas.people import HandedOut

Rate = Annotated[
    float | None,
    Field(description="messages per second that no sender may pass; null: no ceiling", allow_inf_nan=False),
]
Daily = Annotated[int | None, Field(description="messages a day that no sender may pass; null: no ceiling")]


class TenantIn(Input):
    """A new account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Bakery", "daily_limit": 5000, "owner_email": "bob@bakery.example"}]
        }
    )

    name: str
    rate_limit_per_s: Rate = None
    daily_limit: Daily = None
    owner_email: str = Field("", max_length=254, description="invites its first owner; empty: nobody yet")

    def request(self) -> AccountRequest:
        """In the engine's words."""
        return AccountRequest(
            name=self.name, rate_limit_per_s=self.rate_limit_per_s, daily_limit=self.daily_limit
        )


class TenantPatch(Patch):
    """What to change; null takes a ceiling away."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset({"rate_limit_per_s", "daily_limit"})
    model_config = ConfigDict(json_schema_extra={"examples": [{"daily_limit": None}]})

    name: str | None = None
    rate_limit_per_s: Rate = None
    daily_limit: Daily = None

    def request(self) -> AccountRequest:
        """In the engine's words."""
        return AccountRequest(
            **{name: getattr(self, name) if name in self.model_fields_set else UNSET for name in _SETTABLE}
        )


_SETTABLE = ("name", "rate_limit_per_s", "daily_limit")


class AdminAccessIn(Input):
    """For how long administrators may look at the account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hours": 24}]})

    hours: int


class SuspensionIn(Input):
    """Why; the account's people read it at their campaigns."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the invoice of March is open"}]})

    reason: str


class StandingOut(Output):
    """An account. `admin_access_until` says how long administrators may look at it, null: not at all."""

    id: UUID
    name: str
    created_at: datetime
    rate_limit_per_s: float | None
    daily_limit: int | None
    suspended_at: datetime | None
    suspension_reason: str
    admin_access_until: datetime | None


class OwnerInvitationIn(Input):
    """Who is to be the first owner."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"owner_email": "bob@bakery.example"}]})

    owner_email: str = Field(max_length=254)


class OpenedOut(StandingOut):
    """A new account, and the invitation of its owner where one was asked for."""

    invitation: HandedOut | None

    @classmethod
    def opened(cls, account: Account, handed: Handed | None) -> Self:
        """The account as it begins."""
        shown = StandingOut.of(account).model_dump()
        return cls(**shown, invitation=HandedOut.of(handed) if handed else None)


class DayOut(Output):
    """Messages that counted on a day of the sender's time zone."""

    day: date
    messages: int


class TenantUsageOut(Output):
    """How much an account does."""

    days: list[DayOut]
    campaigns: dict[CampaignStatus, int]
    senders: int
    users: int

    @classmethod
    def of(cls, source: object) -> Self:
        """Days in order; those without messages are missing."""
        usage = cast(AccountUsage, source)
        days = [DayOut(day=day, messages=count) for day, count in sorted(usage.messages.items())]
        return cls(days=days, campaigns=dict(usage.campaigns), senders=usage.senders, users=usage.users)
