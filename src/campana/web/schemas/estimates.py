"""Estimates on the wire."""

from datetime import date, datetime
from typing import Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field

from campana.domain.campaigns import OnDailyLimit
from campana.domain.estimates import Estimate
from campana.engine.estimates import EstimateRequest
from campana.web.schemas.campaigns import Time
from campana.web.schemas.common import Input, Output


class EstimateIn(Input):
    """A campaign of which little is known yet: for a list, or for so many messages; one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sender_id": "01920c3e-7b1a-7000-8000-000000000001",
                    "messages": 1204,
                    "scheduled_at": "2030-10-20T10:00:00+05:30",
                }
            ]
        }
    )

    sender_id: UUID
    recipient_list_id: UUID | None = None
    messages: int | None = None
    scheduled_at: Time = Field(default=None, description="as in `POST /campaigns`; null is now")
    on_daily_limit: OnDailyLimit = OnDailyLimit.FAIL

    def request(self) -> EstimateRequest:
        """In the engine's words."""
        return EstimateRequest(**{name: getattr(self, name) for name in type(self).model_fields})


class CautionOut(Output):
    """Something to know before the campaign is made."""

    code: str
    field: str = Field(description="the part of the campaign it belongs to")
    message: str


class SlowerOut(Output):
    """The course at the pace that the provider is seen to allow, where that is less than the rate."""

    rate_per_s: float
    ends_at: datetime


class EstimateOut(Output):
    """What a campaign would come to. The real pace is the provider's."""

    messages: int = Field(description="that would leave; opted-out recipients are not among them")
    starts_at: datetime
    ends_at: datetime
    rate_per_s: float
    slower: SlowerOut | None
    day: date = Field(description="the sender's calendar day of the beginning")
    days: int = Field(description="how many days it takes")
    limit: int
    taken: int = Field(description="of that day: used, reserved, and planned by scheduled campaigns")
    left: int
    fits: bool = Field(description="whether that day has room for all of it")
    zones: dict[str, int] = Field(description="recipients by the time zone of their number")
    warnings: list[CautionOut]

    @classmethod
    def of(cls, source: object) -> Self:
        """The engine's estimate as the API shows it."""
        estimate = cast(Estimate, source)
        plan = estimate.plan
        slower = None
        if estimate.slower_ends_at is not None and estimate.slower_per_s is not None:
            slower = SlowerOut(rate_per_s=estimate.slower_per_s, ends_at=estimate.slower_ends_at)
        return cls(
            messages=plan.messages,
            starts_at=plan.starts_at,
            ends_at=estimate.ends_at,
            rate_per_s=plan.rate_per_s,
            slower=slower,
            day=estimate.day,
            days=estimate.days,
            limit=plan.limit,
            taken=plan.taken,
            left=estimate.left,
            fits=estimate.fits,
            zones=dict(estimate.zones),
            warnings=[CautionOut.of(caution) for caution in estimate.cautions],
        )
