"""What an account decides for itself about the people it messages."""

from dataclasses import dataclass, replace

from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.optouts import Vocabulary, checked_words
from campana.domain.privacy import LONGEST_RETENTION

MOST_MESSAGES = 1000
LONGEST_DAYS = 90
MOST_UNREACHABLE = 10

FREQUENCY_CODE = "frequency"
"""why a message is SKIPPED when its person got enough of them"""


@dataclass(frozen=True, slots=True)
class Frequency:
    """No more than `messages` campaign messages to one person in `days` days."""

    messages: int
    days: int

    @property
    def reason(self) -> str:
        """Why a message is SKIPPED, for people."""
        number = f"{self.messages} campaign message{'' if self.messages == 1 else 's'}"
        span = "day" if self.days == 1 else f"{self.days} days"
        return f"the person got {number} in the last {span}, the most that the account allows"


@dataclass(frozen=True, slots=True)
class Preferences:
    """`stop_words` and `start_words` stand beside those that everybody has.

    A number that WhatsApp calls unreachable in `unreachable_after` campaigns in a row is suppressed; 0 is
    never. People's data are removed `retention_days` after the campaigns for them; None is never.
    """

    stop_words: tuple[str, ...] = ()
    start_words: tuple[str, ...] = ()
    frequency: Frequency | None = None
    unreachable_after: int = 2
    retention_days: int | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        """All words that count for the account."""
        return Vocabulary(self.stop_words, self.start_words)

    def checked(self) -> "Preferences":
        """The same, with its words trimmed and each once. Raises InvalidInput with every problem."""
        problems = _problems(self)
        words = (self.stop_words, self.start_words)
        try:
            words = checked_words(*words)
        except InvalidInput as error:
            problems += error.problems
        if problems:
            raise InvalidInput(problems)
        return replace(self, stop_words=words[0], start_words=words[1])


def _problems(given: Preferences) -> list[FieldProblem]:
    problems = []
    if given.frequency is not None and not 1 <= given.frequency.messages <= MOST_MESSAGES:
        problems.append(FieldProblem("frequency.messages", f"must be 1 to {MOST_MESSAGES:,}"))
    if given.frequency is not None and not 1 <= given.frequency.days <= LONGEST_DAYS:
        problems.append(FieldProblem("frequency.days", f"must be 1 to {LONGEST_DAYS}"))
    if not 0 <= given.unreachable_after <= MOST_UNREACHABLE:
        problems.append(FieldProblem("unreachable_after", f"must be 0 (never) to {MOST_UNREACHABLE}"))
    if given.retention_days is not None and not 1 <= given.retention_days <= LONGEST_RETENTION:
        problems.append(FieldProblem("retention_days", f"must be 1 to {LONGEST_RETENTION:,}, or nothing"))
    return problems
