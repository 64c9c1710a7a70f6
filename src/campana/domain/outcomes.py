"""What can become of a request to the provider: a small closed set, each with what the engine does about
it."""

from dataclasses import dataclass
from enum import StrEnum


class OutcomeKind(StrEnum):
    """Every answer a provider gives, or fails to give, is exactly one of these."""

    ACCEPTED = "accepted"
    """it went out; the provider's id for it is known"""
    UNKNOWN = "unknown"
    """it may have gone out: never repeat it"""
    RECIPIENT = "recipient"
    """refused for this recipient, finally"""
    LATER = "later"
    """surely did not go out; try this message again after a pause"""
    THROTTLED = "throttled"
    """surely did not go out; every lane of the host has to slow down"""
    CAMPAIGN = "campaign"
    """template or content refused: stop the campaign"""
    ACCOUNT = "account"
    """the account may not send: stop all of the sender's campaigns"""
    CREDENTIALS = "credentials"
    """token or vendor refused: stop all of the sender's campaigns"""
    UNCLEAR = "unclear"
    """surely did not go out, but only asking the provider tells whether credentials, account or template
    are wrong"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`hold_s` is how long the host asked everybody to wait, in seconds; it may come with any kind.

    `code` is short and stable (a Meta code such as "131026", or a word such as "read_timeout");
    `reason` is for people, without secrets.
    """

    kind: OutcomeKind
    code: str = ""
    reason: str = ""
    provider_message_id: str | None = None
    hold_s: float | None = None

    @property
    def surely_not_sent(self) -> bool:
        """Whether sending the message once more could not reach the person twice."""
        return self.kind not in (OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means and what a person can do about it, in whole sentences."""

    meaning: str
    advice: str


class CheckVerdict(StrEnum):
    """What the provider says of a sender's credentials when asked."""

    OK = "ok"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A row of the provider's template list; how many fields it has cannot be learnt there."""

    name: str
    language: str
    category: str
    status: str


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to "do these credentials work?", in words for a person, with the templates found."""

    verdict: CheckVerdict
    reason: str
    templates: tuple[ApprovedTemplate, ...] = ()
