"""Messages on the wire: as they went out, and as they would."""

from datetime import datetime
from typing import Annotated, Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field

from campana.domain.messages import Message, MessageStatus
from campana.engine.previews import FilledIn, Preview, Selection
from campana.engine.trials import Trial, TrialRequest
from campana.web.schemas.campaigns import CampaignIn, HeaderIO, MessageIn, Value, template_of
from campana.web.schemas.common import FieldError, Output


class ErrorOut(Output):
    """Why a message failed; `code` is the provider's, or a word of ours."""

    code: str
    reason: str


class MessageOut(Output):
    """One campaign's message to one recipient."""

    id: str
    row: int
    phone: str = Field(description="E.164; empty where the person's data were removed")
    name: str
    status: MessageStatus
    attempts: int
    provider_message_id: str | None
    error: ErrorOut | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    inferred: bool = Field(
        description="it was UNKNOWN, and its state comes from receipts matched by number and time"
    )

    @classmethod
    def of(cls, source: object) -> Self:
        """The message as the API shows it."""
        message = cast(Message, source)
        parts = {name: getattr(message, name, None) for name in cls.model_fields}
        if message.error_code or message.error_reason:
            parts["error"] = {"code": message.error_code or "", "reason": message.error_reason or ""}
        return cls.model_validate(parts)


class FilledInOut(Output):
    """A message with everything filled in; `empty` names a text that came out empty for this recipient."""

    row: int
    phone: str
    name: str
    fields: dict[str, str]
    header: HeaderIO | None
    empty: str | None

    @classmethod
    def of(cls, source: object) -> Self:
        """The message as the API shows it."""
        filled = cast(FilledIn, source)
        header = HeaderIO.model_validate(filled.header) if filled.header else None
        return cls(
            row=filled.row,
            phone=filled.phone,
            name=filled.name,
            fields=dict(filled.fields),
            header=header,
            empty=filled.empty,
        )


class PreviewIn(CampaignIn):
    """A campaign that is not made yet, and which of its messages to show. What is missing is told, not
    refused."""

    name: str = ""
    rows: list[Annotated[int, Field(ge=0)]] = Field(
        default_factory=list, description="these rows of the list"
    )
    after_row: int = Field(default=0, ge=0, description="or the first ones behind this row")
    limit: int = Field(default=5, description="so many of them")

    def selection(self) -> Selection:
        """Which recipients, in the engine's words."""
        return Selection(rows=self.rows, after_row=self.after_row, limit=self.limit)


class SkippedOut(Output):
    """Recipients who would be SKIPPED if the campaign went out now, by the reason."""

    suppressed: int = Field(description="their number is suppressed")
    frequency: int = Field(description="they got as many messages lately as the account allows")
    exact: bool = Field(description="false: reckoned from 5,000 recipients of a larger list")


class PreviewOut(Output):
    """Some of the messages, and whatever keeps the campaign from being made."""

    total: int = Field(description="messages the campaign would have")
    items: list[FilledInOut]
    problems: list[FieldError]
    skipped: SkippedOut

    @classmethod
    def of(cls, source: object) -> Self:
        """The preview as the API shows it."""
        preview = cast(Preview, source)
        return cls(
            total=preview.total,
            items=[FilledInOut.of(message) for message in preview.messages],
            problems=[FieldError.of(problem) for problem in preview.problems],
            skipped=SkippedOut.of(preview.forecast),
        )


class TrialIn(MessageIn):
    """One message to one number, sent now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sender_id": "01920c3e-7b1a-7000-8000-000000000001",
                    "template": {"name": "diwali_offer", "language": "en_US"},
                    "fields": {"field_1": "Hi {name|there}", "field_2": "{city}"},
                    "phone": "+919812345678",
                    "values": {"city": "Pune"},
                }
            ]
        }
    )

    phone: str
    name: str | None = None
    values: dict[str, Value] = Field(default_factory=dict, description="for the placeholders")
    recipient_list_id: UUID | None = Field(
        default=None, description="its first recipient gives the values that are not named"
    )

    def request(self) -> TrialRequest:
        """In the engine's words."""
        return TrialRequest(
            sender_id=self.sender_id,
            template=template_of(self.template),
            phone=self.phone,
            name=self.name,
            fields=self.fields,
            header=self.header.header() if self.header else None,
            values=self.values,
            recipient_list_id=self.recipient_list_id,
        )


class TrialOut(Output):
    """What became of the test message."""

    status: MessageStatus
    error: ErrorOut | None
    provider_message_id: str | None
    campaign_id: UUID = Field(description="the campaign of one message that it was; no list shows it")
    message: FilledInOut | None = Field(description="as it went out")

    @classmethod
    def of(cls, source: object) -> Self:
        """The outcome as the API shows it."""
        trial = cast(Trial, source)
        return cls(
            status=trial.status,
            error=ErrorOut(code=trial.error[0], reason=trial.error[1]) if trial.error else None,
            provider_message_id=trial.provider_message_id,
            campaign_id=trial.campaign_id,
            message=FilledInOut.of(trial.message) if trial.message else None,
        )
