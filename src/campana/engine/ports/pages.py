"""Lists come in slices."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of a list; `next_cursor` is None at its end."""

    items: tuple[T, ...]
    next_cursor: str | None = None
