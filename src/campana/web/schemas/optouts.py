"""Opt-outs on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from campana.domain.optouts import Wish
from campana.domain.recipients import SuppressionSource
from campana.web.schemas.common import Input, Output
from campana.web.schemas.lists import RowProblemOut


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
    source: SuppressionSource
    added_by: str = Field(description="e-mail address of the user; empty where nobody did it")
    created_at: datetime


class SuppressionsAdded(Output):
    """`added` were new; the others were opt-outs already."""

    added: int
    known: int
    items: list[SuppressionOut] = Field(
        description="they as they are now; left out for more than 100 numbers"
    )


class SuppressionsImported(Output):
    """What became of the rows: `total = added + known + invalid + duplicates`."""

    total: int
    added: int
    known: int = Field(description="were opt-outs already, and stay as they were")
    invalid: int
    duplicates: int
    problems: list[RowProblemOut] = Field(description="the first 100")


class ReplyOut(Output):
    """What a person answered. `row` is the message's among the campaign's."""

    id: UUID
    phone: str
    name: str = Field(description="as the person goes by on WhatsApp, where that was told")
    text: str
    is_button: bool = Field(description="a button was tapped; `text` is its label")
    wish: Wish | None = Field(description="stop or start, where the reply is a word for it")
    at: datetime
    row: int | None
