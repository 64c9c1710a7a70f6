"""Consent: where the people of a list agreed to be messaged, and when. Said by whoever uploads the list."""

from dataclasses import dataclass
from datetime import date, timedelta

from campana.domain.errors import FieldProblem, InvalidInput

LONGEST_SOURCE = 200
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Consent:
    """`source` is where they agreed ("counter, signed card"), `at` on which day or up to which, if known."""

    source: str
    at: date | None = None
    note: str = ""

    def check(self, today: date) -> None:
        """Raises InvalidInput for a day to come. `today` is UTC's; somewhere it is tomorrow already."""
        if self.at is not None and self.at > today + timedelta(days=1):
            raise InvalidInput.of("consent_at", "lies in the future")


def consent_of(source: str = "", at: str = "", note: str = "") -> Consent | None:
    """The consent in three texts of a form; None where all are empty. Raises InvalidInput with every
    problem."""
    source, at, note = source.strip(), at.strip(), note.strip()
    problems = []
    if not source and (at or note):
        problems.append(FieldProblem("consent_source", "say where the people agreed to be messaged"))
    if len(source) > LONGEST_SOURCE:
        problems.append(FieldProblem("consent_source", f"has more than {LONGEST_SOURCE} characters"))
    if len(note) > LONGEST_NOTE:
        problems.append(FieldProblem("consent_note", f"has more than {LONGEST_NOTE:,} characters"))
    day = _day(at, problems) if at else None
    if problems:
        raise InvalidInput(problems)
    return Consent(source, day, note) if source else None


def _day(text: str, problems: list[FieldProblem]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(FieldProblem("consent_at", "is no day; write it like 2026-03-31"))
        return None
