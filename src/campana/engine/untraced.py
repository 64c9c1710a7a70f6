"""No traces, at no cost: what is used where nobody set them up."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from campana.engine.ports import Step

T = TypeVar("T")


class _NoStep:
    trace_id = ""

    def note(self, fields: Mapping[str, object]) -> None:
        """Nobody reads it."""

    def rename(self, name: str) -> None:
        """The same."""


class Untraced:
    """Implements `campana.engine.ports.Tracing`."""

    def __init__(self) -> None:
        self._nothing: AbstractContextManager[Step] = nullcontext(_NoStep())

    def step(self, _name: str, _fields: Mapping[str, object]) -> AbstractContextManager[Step]:
        """One and the same nothing for all."""
        return self._nothing

    def sample(self, _name: str, _fields: Mapping[str, object]) -> AbstractContextManager[Step]:
        """The same."""
        return self._nothing

    def around(self, _name: str, whole: T) -> T:
        """The object itself."""
        return whole


UNTRACED = Untraced()
