"""What an answer to contact/update says: whether BizChat marked the contact (bizchat.md, Endpoints)."""

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.senders import Credentials
from campana.providers.bizchat.answer import Answer, parsed, read_answer


def read_flagged(answer: Answer, credentials: Credentials, *, now: float) -> Outcome:
    """ACCEPTED where it did; everything else as it would be for a message. A repeat does no harm here."""
    outcome = read_answer(answer, credentials, now=now)
    content = parsed(answer.body)
    if 200 <= answer.status <= 299 and content is not None and content.get("result") == "success":
        return Outcome(OutcomeKind.ACCEPTED, hold_s=outcome.hold_s)
    return outcome
