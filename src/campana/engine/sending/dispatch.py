"""One message's way: check, fill in, call, classify. Each step is a function of its own; the lane strings
them together."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from campana.domain.campaigns import Campaign, Header
from campana.domain.messages import MessageStatus
from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.personalise import Filler, compile_text
from campana.domain.recipients import Recipient
from campana.engine.ports import Envelope, Settlement, Taken

RETRY_PAUSES_S = (5.0, 30.0, 120.0, 600.0, 1800.0)
"""pauses before the second, third … try; after the last one the message is FAILED"""
HOST_RETRY_S = 1.0
"""how soon a message that met a closed host may go again; the host's own hold decides when it really does"""

_HALTS = frozenset({OutcomeKind.CAMPAIGN, OutcomeKind.ACCOUNT, OutcomeKind.CREDENTIALS, OutcomeKind.UNCLEAR})


class EmptyField(Exception):
    """A field came out empty for this recipient; WhatsApp would refuse it (bizchat.md, Request)."""


@dataclass(frozen=True, slots=True)
class Script:
    """A campaign compiled: each of its texts ready to be filled in for a recipient."""

    campaign: Campaign
    fields: Mapping[str, Filler]
    header: Mapping[str, Filler]

    @classmethod
    def of(cls, campaign: Campaign, columns: tuple[str, ...], name_column: str | None) -> Self:
        """Compile the campaign's texts. Raises InvalidInput for a placeholder that no column has."""
        header = campaign.header or Header()
        parts = ((name, getattr(header, name)) for name in Header.__slots__)
        return cls(
            campaign=campaign,
            fields={name: compile_text(text, columns, name_column) for name, text in campaign.fields.items()},
            header={name: compile_text(text, columns, name_column) for name, text in parts if text},
        )

    def envelope(self, recipient: Recipient) -> Envelope:
        """The message as it goes out to this person. Raises EmptyField."""
        fields = {name: filler.fill(recipient) for name, filler in self.fields.items()}
        header = {name: filler.fill(recipient) for name, filler in self.header.items()}
        for name, text in (*fields.items(), *header.items()):
            if not text:
                raise EmptyField(name)
        return Envelope(
            phone=recipient.phone,
            template=self.campaign.template,
            fields=fields,
            header=Header(**header) if header else None,
        )


def halts(outcome: Outcome) -> bool:
    """Whether the campaign has to stop rather than burn its list."""
    return outcome.kind in _HALTS


def meets_closed_host(outcome: Outcome) -> bool:
    """Whether nothing is wrong with the message: the host is throttling, down or out of reach."""
    return outcome.kind is OutcomeKind.THROTTLED or (
        outcome.kind is OutcomeKind.LATER and outcome.hold_s is not None
    )


def settlement(taken: Taken, outcome: Outcome, at: datetime) -> Settlement:
    """What the ledger is told of an attempt.

    What surely did not go out is tried again after growing pauses, and without end where the host, not the
    message, was the reason. A message that halted its campaign is put back once; the second time it is
    FAILED, so that a campaign resumed by a person gets past it.
    """
    known = Settlement(
        campaign_id=taken.campaign_id,
        row=taken.row,
        status=_STATUS.get(outcome.kind, MessageStatus.PENDING),
        at=at,
        provider_message_id=outcome.provider_message_id,
        code=outcome.code or None,
        reason=outcome.reason or None,
    )
    if known.status is not MessageStatus.PENDING:
        return known
    pause_s = _pause_s(taken, outcome)
    if pause_s is None:
        return replace(known, status=MessageStatus.FAILED)
    counts = not meets_closed_host(outcome)
    return replace(known, not_before=at + timedelta(seconds=pause_s), counts=counts)


def put_back(taken: Taken, at: datetime) -> Settlement:
    """For a message that was taken and never left."""
    return Settlement(
        campaign_id=taken.campaign_id,
        row=taken.row,
        status=MessageStatus.PENDING,
        at=at,
        not_before=at,
        counts=False,
    )


_STATUS = {
    OutcomeKind.ACCEPTED: MessageStatus.SENT,
    OutcomeKind.UNKNOWN: MessageStatus.UNKNOWN,
    OutcomeKind.RECIPIENT: MessageStatus.FAILED,
}


def _pause_s(taken: Taken, outcome: Outcome) -> float | None:
    """Seconds until the next try; None when there is to be none."""
    if meets_closed_host(outcome):
        return HOST_RETRY_S
    if outcome.kind is OutcomeKind.CAMPAIGN:
        return 0.0 if taken.attempts < 2 else None
    if halts(outcome):
        return 0.0
    if taken.attempts > len(RETRY_PAUSES_S):
        return None
    return RETRY_PAUSES_S[taken.attempts - 1] * random.uniform(0.8, 1.2)
