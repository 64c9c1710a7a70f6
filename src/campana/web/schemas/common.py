"""What all schemas share: strict input, paging, and the problem that stands for every error."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from campana.domain.errors import InvalidInput
from campana.engine.ports import Page

T = TypeVar("T")
S = TypeVar("S")
E = TypeVar("E", bound=StrEnum)

MOST_ITEMS = 200


def storable(text: str) -> str:
    """The text, if databases take it. Raises ValueError: PostgreSQL knows no text with a zero character."""
    if "\x00" in text:
        raise ValueError("has a zero character in it")
    return text


class Input(BaseModel):
    """A body. A name that is not known is told: a typo would otherwise be a setting that silently fails."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, given: Any) -> Any:
        """Every text in the body, names and nested ones too; what is not text is for the fields to judge."""
        parts = [given]
        while parts:
            part = parts.pop()
            if isinstance(part, str):
                storable(part)
            elif isinstance(part, dict):
                parts += [*part, *part.values()]
            elif isinstance(part, list):
                parts += part
        return given


class Patch(Input):
    """A body that names only what shall change. `null` is refused unless NULLABLE has the field."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        nulls = [name for name, value in given.items() if value is None and name not in cls.NULLABLE]
        if nulls:
            raise ValueError(f"{', '.join(map(str, nulls))} cannot be null; leave out what shall stay")
        return given


class Output(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    @classmethod
    def of(cls, source: object) -> Self:
        """The engine's object as the API shows it; fields of the same name carry over."""
        return cls.model_validate(source)


class Items(Output, Generic[T]):
    """One page of a list. `next_cursor` goes into the next request's `cursor`; null at the end."""

    items: list[T]
    next_cursor: str | None

    @classmethod
    def page(cls, page: Page[S], show: Callable[[S], T]) -> Self:
        """The page with each item as the API shows it."""
        return cls(items=[show(item) for item in page.items], next_cursor=page.next_cursor)


class FieldError(Output):
    """One thing wrong with the input."""

    field: str = Field(description="path of the field, with dots: `fields.field_2`, `recipients.3.phone`")
    message: str


class ProblemOut(Output):
    """RFC 9457: what went wrong, for people (`detail`) and programs (`status`, `errors`)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str | None = Field(
        default=None, description="this request in the server's log; also in the header X-Request-ID"
    )
    errors: list[FieldError] | None = Field(default=None, description="for input: everything wrong with it")


Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="how many items at most")]
Cursor = Annotated[
    str | None,
    Query(pattern=r"^[!-~]{1,2000}$", description="`next_cursor` of the page before; none for the first"),
]
Search = Annotated[str, Query(max_length=200), AfterValidator(storable)]


def chosen(given: Sequence[str], kind: type[E], *, field: str = "status") -> tuple[E, ...]:
    """Members out of `?status=SENT&status=READ` or `?status=SENT,READ`. Raises InvalidInput for others."""
    words = [word.strip().upper() for each in given for word in each.split(",") if word.strip()]
    known = {member.value.upper(): member for member in kind}
    for word in words:
        if word not in known:
            raise InvalidInput.of(field, f"{word[:40]!r} is not one of: {', '.join(kind)}")
    return tuple(dict.fromkeys(known[word] for word in words))
