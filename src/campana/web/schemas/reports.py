"""Reports over campaigns on the wire."""

from datetime import date, datetime
from typing import Self, cast
from uuid import UUID

from pydantic import Field

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import MessageStatus
from campana.domain.periods import Accepted, Quarter
from campana.domain.replies import ReplyCounts
from campana.engine.comparisons import WEEKDAYS, Compared
from campana.engine.ports import TemplateTotals
from campana.web.schemas.campaigns import CountsOut, RepliesOut, TemplateIO
from campana.web.schemas.common import Output


class PeriodOut(Output):
    """The days that a report is about, both included, and whose days they are."""

    since: date
    until: date
    timezone: str


class AcceptedOut(Output):
    """Messages that the provider accepted, by where they stand now; `failed` ones were refused late."""

    accepted: int
    sent: int
    delivered: int
    read: int
    failed: int

    @classmethod
    def of(cls, source: object) -> Self:
        given = cast(Accepted, source)
        return cls(**accepted_fields(given))


class ComparedOut(Output):
    """A campaign beside others."""

    id: UUID
    name: str
    template: TemplateIO
    status: CampaignStatus
    started_at: datetime | None
    completed_at: datetime | None
    counts: CountsOut
    replies: RepliesOut

    @classmethod
    def of(cls, source: object) -> Self:
        given = cast(Compared, source)
        campaign = given.view.campaign
        return cls(
            id=campaign.id,
            name=campaign.name,
            template=TemplateIO.model_validate(campaign.template),
            status=campaign.status,
            started_at=campaign.started_at,
            completed_at=campaign.completed_at,
            counts=CountsOut.of(given.view.counts),
            replies=_replies(given.replies),
        )


class TemplateTotalsOut(Output):
    """All campaigns with a template together."""

    template: TemplateIO
    campaigns: int
    counts: CountsOut
    replies: RepliesOut

    @classmethod
    def of(cls, source: object) -> Self:
        given = cast(TemplateTotals, source)
        return cls(
            template=TemplateIO.model_validate(given.template),
            campaigns=given.campaigns,
            counts=CountsOut.of(given.counts),
            replies=_replies(given.replies),
        )


class DayOut(AcceptedOut):
    """What was accepted on a day."""

    day: date


class HourOut(AcceptedOut):
    """What was accepted in an hour of the week, in all weeks of the period together."""

    weekday: str = Field(description=", ".join(WEEKDAYS))
    hour: int = Field(description="0 to 23")


class QuarterOut(AcceptedOut):
    """What was accepted in the quarter of an hour that began then."""

    began: datetime

    @classmethod
    def of(cls, source: object) -> Self:
        given = cast(Quarter, source)
        return cls(began=given.began, **accepted_fields(given.accepted))


class ReasonOut(Output):
    """How many messages did not arrive for one reason, what it means and what a person can do."""

    status: MessageStatus
    code: str
    count: int
    meaning: str
    advice: str


class TemplatesReportOut(Output):
    """By template, the one with the most messages first."""

    period: PeriodOut
    items: list[TemplateTotalsOut]


class DaysReportOut(Output):
    """Every day of the period, in order."""

    period: PeriodOut
    items: list[DayOut]


class HoursReportOut(Output):
    """All 168 hours of a week, from Monday on."""

    period: PeriodOut
    items: list[HourOut]


class ReasonsReportOut(Output):
    """The most frequent reason first."""

    period: PeriodOut
    items: list[ReasonOut]


class TimelineOut(Output):
    """A campaign over time; quarters in which nothing was accepted are left out."""

    items: list[QuarterOut]


def accepted_fields(accepted: Accepted) -> dict[str, int]:
    """The numbers of an AcceptedOut."""
    return {
        "accepted": accepted.total,
        "sent": accepted.sent,
        "delivered": accepted.delivered,
        "read": accepted.read,
        "failed": accepted.failed,
    }


def _replies(counts: ReplyCounts) -> RepliesOut:
    return RepliesOut(total=counts.replies, stops=counts.stops)
