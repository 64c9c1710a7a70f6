"""Recipient lists and opt-outs on the wire."""

from datetime import datetime
from typing import Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field

from campana.domain.recipients import Recipient
from campana.engine.lists import ListView
from campana.web.schemas.common import Input, Output


class RecipientOut(Output):
    """One person of a list, with every column of its row."""

    row: int
    phone: str
    name: str
    values: dict[str, str]

    @classmethod
    def with_columns(cls, recipient: Recipient, columns: tuple[str, ...]) -> Self:
        """The recipient with its values by column."""
        values = dict(zip(columns, recipient.values, strict=True))
        return cls(row=recipient.row, phone=recipient.phone, name=recipient.name, values=values)


class RowProblemOut(Output):
    """A row that did not become a recipient, and why."""

    row: int
    column: str
    value: str
    reason: str


class ListNumbers(Output):
    """What is known of a list besides its rows."""

    id: UUID
    filename: str
    columns: list[str]
    phone_column: str
    name_column: str | None
    total: int
    valid: int
    invalid: int
    duplicates: int
    suppressed: int


class ListOut(ListNumbers):
    """A list after checking. `total = valid + invalid + duplicates`; suppressed ones are among the valid."""

    preview: list[RecipientOut] = Field(description="the first recipients")
    problems: list[RowProblemOut] = Field(description="the first 100; `problems.csv` has them all")

    @classmethod
    def of(cls, source: object) -> Self:
        """The list with its preview."""
        view = cast(ListView, source)
        columns = view.recipients.columns
        return cls(
            **ListNumbers.of(view.recipients).model_dump(),
            preview=[RecipientOut.with_columns(recipient, columns) for recipient in view.preview],
            problems=[RowProblemOut.of(problem) for problem in view.problems],
        )


class ListSummary(ListNumbers):
    """A list among others."""

    created_at: datetime


class SuppressionsIn(Input):
    """Numbers that must not be messaged: one as `phone`, or many as `phones`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"phone": "+919812345678", "reason": "asked us by e-mail"}]}
    )

    phone: str | None = None
    phones: list[str] | None = None
    country: str | None = Field(default=None, description="for numbers written without a country code")
    reason: str | None = None


class SuppressionOut(Output):
    """A number that must not be messaged."""

    id: UUID
    phone: str
    reason: str
    source: str = Field(description="who said so")
    created_at: datetime


class SuppressionsAdded(Output):
    """`added` were new; the others were opt-outs already."""

    added: int
    known: int
    items: list[SuppressionOut] = Field(
        description="they as they are now; left out for more than 100 numbers"
    )
