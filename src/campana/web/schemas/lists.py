"""Recipient lists on the wire."""

from datetime import date, datetime
from typing import Self, cast
from uuid import UUID

from pydantic import Field

from campana.domain.recipients import Recipient
from campana.engine.lists import ListView
from campana.web.schemas.common import Output


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


class ConsentOut(Output):
    """Where the people of a list agreed to be messaged, and when; as its uploader said."""

    source: str
    at: date | None
    note: str


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
    consent: ConsentOut | None
    removed_at: datetime | None = Field(description="since when its people's data are held no more")


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
