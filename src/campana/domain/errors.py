"""Errors a person can act on. Knows nothing of HTTP or exit codes; those are chosen at the edges.

CampanaError
├── InvalidInput     the request is wrong; carries every problem found
├── NotFound         no such thing in this account
├── Conflict         the thing is not in a state that allows it
├── NotSignedIn      no valid key or session
├── Forbidden        the person's role does not allow it
├── TooManyAttempts  tried too often; says when to try again
├── ConfigurationError   a setting is wrong or missing
├── ProviderUnavailable  the provider could not be asked
└── StoreUnavailable     the database could not be asked
    └── TooOld           it needs a newer Campana: asking again will not help
"""

from collections.abc import Iterable
from dataclasses import dataclass


class CampanaError(Exception):
    """Something went wrong that the reader of the message can do something about."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one part of the input; `field` is the path the caller used."""

    field: str
    message: str


class InvalidInput(CampanaError):
    """The input was refused as a whole; nothing was kept."""

    def __init__(self, problems: Iterable[FieldProblem], title: str = "The input has problems") -> None:
        self.problems = tuple(problems)
        self.title = title
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in self.problems))

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidInput":
        """The usual case of a single problem."""
        return cls([FieldProblem(field, message)])


class NotFound(CampanaError):
    """Nothing of that name or id in the caller's account."""


class Conflict(CampanaError):
    """The thing's present state does not allow what was asked."""


class NotSignedIn(CampanaError):
    """No valid API key or session came with the request."""


class Forbidden(CampanaError):
    """The role of the user does not allow what was asked."""


class TooManyAttempts(CampanaError):
    """Tried too often; `retry_after_s` says in how many seconds the next try counts."""

    def __init__(self, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"too many attempts; try again in {max(1, round(retry_after_s))} seconds")


class ConfigurationError(CampanaError):
    """A setting is missing or wrong; the message names it and says what it should be."""


class ProviderUnavailable(CampanaError):
    """The provider could not be asked, or gave no answer that can be used."""


class StoreUnavailable(CampanaError):
    """The database could not be reached or is not the one this version expects."""


class TooOld(StoreUnavailable):
    """The database was brought to a version that this process cannot work with."""
