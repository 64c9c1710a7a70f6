"""The account's preferences on the wire."""

from typing import Any, ClassVar, Self, cast

from pydantic import ConfigDict, Field

from campana.domain.preferences import Frequency, Preferences
from campana.web.schemas.common import Input, Output, Patch


class FrequencyIO(Input):
    """No more than `messages` campaign messages to one person in `days` days."""

    model_config = ConfigDict(from_attributes=True)

    messages: int
    days: int


class AccountOut(Output):
    """What the account decided about the people it messages."""

    stop_words: list[str] = Field(description="beside those that everybody has")
    start_words: list[str] = Field(description="beside those that everybody has")
    frequency: FrequencyIO | None = Field(description="null: no cap")
    unreachable_after: int = Field(
        description="campaigns in a row in which WhatsApp could not reach a number, until it is suppressed; "
        "0: never"
    )
    retention_days: int | None = Field(
        description="days that people's data stay after the campaigns for them; null: for good"
    )

    @classmethod
    def of(cls, source: object) -> Self:
        """The preferences as the API shows them."""
        known = cast(Preferences, source)
        return cls(
            stop_words=list(known.stop_words),
            start_words=list(known.start_words),
            frequency=FrequencyIO.model_validate(known.frequency) if known.frequency else None,
            unreachable_after=known.unreachable_after,
            retention_days=known.retention_days,
        )


class AccountPatch(Patch):
    """What to change."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset({"frequency", "retention_days"})
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"stop_words": ["no gracias"], "frequency": {"messages": 2, "days": 7}}]
        }
    )

    stop_words: list[str] | None = None
    start_words: list[str] | None = None
    frequency: FrequencyIO | None = None
    unreachable_after: int | None = None
    retention_days: int | None = None

    def changes(self) -> dict[str, Any]:
        """In the engine's words: what was named, null included."""
        changes: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        for name in ("stop_words", "start_words"):
            if name in changes:
                changes[name] = tuple(changes[name])
        if self.frequency is not None:
            changes["frequency"] = Frequency(self.frequency.messages, self.frequency.days)
        return changes
