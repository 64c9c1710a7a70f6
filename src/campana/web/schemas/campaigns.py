"""Campaigns on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Self, cast
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from campana.domain.campaigns import CampaignStatus, Header, OnDailyLimit, Template
from campana.domain.consent import Consent
from campana.domain.messages import MessageStatus
from campana.domain.replies import ReplyCounts
from campana.engine.ports import CampaignView, HostPace
from campana.engine.requests import UNSET, CampaignChanges, CampaignRequest
from campana.web.schemas.common import Input, Output, Patch
from campana.web.schemas.lists import ConsentOut

_EXAMPLE: JsonDict = {
    "name": "Diwali offer",
    "sender_id": "01920c3e-7b1a-7000-8000-000000000001",
    "template": {"name": "diwali_offer", "language": "en_US"},
    "fields": {"field_1": "Hi {name|there}", "field_2": "{city}"},
    "recipient_list_id": "01920c3e-7b1a-7000-8000-000000000002",
    "scheduled_at": "2030-10-20T09:00:00+05:30",
    "on_daily_limit": "fail",
}
_INLINE: JsonDict = {
    **{name: value for name, value in _EXAMPLE.items() if name != "recipient_list_id"},
    "recipients": [{"phone": "+919812345678", "name": "Asha", "city": "Pune"}],
    "scheduled_at": "now",
}


def _as_text(value: object) -> object:
    """Numbers in a recipient are what people mean by their digits; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Value = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | float | bool | None)]
Time = Annotated[
    str | None,
    Field(description="ISO 8601 with an offset; `now` sends at once; null makes a draft", max_length=100),
]


class TemplateIO(Input):
    """Must match the approved template exactly: `en` is not `en_US`."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    language: str


class HeaderIO(Input):
    """The template's header: one of the media, as a public URL, or the text of its placeholder."""

    model_config = ConfigDict(from_attributes=True)

    image: str | None = None
    video: str | None = None
    document: str | None = None
    document_name: str | None = None
    text: str | None = None

    def header(self) -> Header | None:
        """In the domain's words; none where nothing is given."""
        given = Header(**self.model_dump())
        return given if given != Header() else None


class MessageIn(Input):
    """What is sent: sender, template, fields and header."""

    sender_id: UUID
    template: TemplateIO
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="`field_1` …, `button_0` …, `copy_code`, `header_field_1`, `location_…`; `{name}` and "
        "`{any column}` are filled in for each recipient, `{name|there}` has a fallback",
    )
    header: HeaderIO | None = None


class CampaignIn(MessageIn):
    """A campaign for a list, or for recipients given here; exactly one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE, _INLINE]})

    name: str
    recipient_list_id: UUID | None = None
    recipients: list[dict[str, Value]] | None = Field(
        default=None, description="`phone`, `name` and whatever the texts need; up to 10,000"
    )
    scheduled_at: Time = None
    on_daily_limit: OnDailyLimit = Field(
        default=OnDailyLimit.FAIL,
        description="when the day has no room for all: `fail`, or send what fits and `wait` for the reset",
    )

    def request(self) -> CampaignRequest:
        """In the engine's words."""
        return CampaignRequest(
            name=self.name,
            sender_id=self.sender_id,
            template=template_of(self.template),
            fields=self.fields,
            header=self.header.header() if self.header else None,
            recipient_list_id=self.recipient_list_id,
            recipients=self.recipients,
            scheduled_at=self.scheduled_at,
            on_daily_limit=self.on_daily_limit,
        )


class CampaignPatch(Patch):
    """What to change while the campaign is DRAFT or SCHEDULED; `scheduled_at: null` makes it a DRAFT."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset({"scheduled_at", "header"})
    model_config = ConfigDict(json_schema_extra={"examples": [{"scheduled_at": "2030-10-21T09:00:00+05:30"}]})

    name: str | None = None
    fields: dict[str, str] | None = None
    header: HeaderIO | None = None
    scheduled_at: Time = None

    def changes(self) -> CampaignChanges:
        """In the engine's words: what was named, null included."""
        named = self.model_fields_set
        header = self.header.header() if self.header else None
        return CampaignChanges(
            name=self.name,
            fields=self.fields,
            header=header if "header" in named else UNSET,
            scheduled_at=self.scheduled_at if "scheduled_at" in named else UNSET,
        )


class CountsOut(Output):
    """Messages by their present status; their sum is `total`, always."""

    total: int
    pending: int
    sending: int
    sent: int
    delivered: int
    read: int
    failed: int
    unknown: int
    skipped: int


class ProgressOut(Output):
    """The data of a `progress` event."""

    id: UUID
    status: CampaignStatus
    counts: CountsOut
    rate: float = Field(description="messages per second over the last seconds")
    error: str | None
    started_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, source: object) -> Self:
        """A campaign's view in few words."""
        return cls.model_validate(shown(cast(CampaignView, source)))


class SlowdownOut(Output):
    """The provider's host asked everybody to slow down, or cannot be reached."""

    reason: str
    hold_s: float = Field(description="seconds for which nothing is sent")
    factor: float = Field(description="the share of the sender's rate that is in force after that")


class RepliesOut(Output):
    """How many replies there are, and how many of them ask to stop."""

    total: int
    stops: int


class CampaignOut(Output):
    """A campaign as it stands. `error` says why it is FAILED or PAUSED."""

    id: UUID
    name: str
    status: CampaignStatus
    sender_id: UUID
    template: TemplateIO
    fields: dict[str, str]
    header: HeaderIO | None
    recipient_list_id: UUID
    on_daily_limit: OnDailyLimit
    scheduled_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    waiting_until: datetime | None = Field(description="set while it waits for the daily limit's reset")
    archived_at: datetime | None = Field(
        description="set when its messages were moved to a file: then only exports have them"
    )
    error: str | None
    counts: CountsOut
    rate: float = Field(description="messages per second over the last seconds")
    slowdown: SlowdownOut | None = Field(
        default=None, description="what slows it down; looked up for a campaign asked for by itself"
    )
    replies: RepliesOut | None = Field(
        default=None,
        description="how many people answered, if any; looked up for a campaign asked for by itself",
    )
    consent: ConsentOut | None = Field(
        default=None, description="its list's; looked up for a campaign asked for by itself"
    )

    @classmethod
    def of(cls, source: object) -> Self:
        """A campaign's view as the API shows it."""
        return cls.model_validate(shown(cast(CampaignView, source)))

    def slowed(self, pace: HostPace | None) -> Self:
        """The same, with what slows it down."""
        return self if pace is None else self.model_copy(update={"slowdown": SlowdownOut.of(pace)})

    def answered(self, counts: ReplyCounts) -> Self:
        """The same, with how many people answered."""
        if not counts.replies:
            return self
        return self.model_copy(update={"replies": RepliesOut(total=counts.replies, stops=counts.stops)})

    def agreed(self, consent: Consent | None) -> Self:
        """The same, with how its people agreed to be messaged."""
        return self if consent is None else self.model_copy(update={"consent": ConsentOut.of(consent)})


class RetryIn(Input):
    """Which messages to put back; UNKNOWN ones may have gone out, so they are named on purpose or left
    alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"statuses": ["FAILED"]}]})

    statuses: list[MessageStatus]


def shown(view: CampaignView) -> Mapping[str, object]:
    """A view's parts under the names of the API."""
    campaign = view.campaign
    parts = {name: getattr(campaign, name) for name in CampaignOut.model_fields if hasattr(campaign, name)}
    parts["archived_at"] = campaign.archive and campaign.archive.at
    return {**parts, "fields": dict(campaign.fields), "counts": view.counts, "rate": round(view.rate, 1)}


def template_of(given: TemplateIO) -> Template:
    """In the domain's words."""
    return Template(name=given.name, language=given.language)
