"""Stops campaigns that would only burn their list: account, template and credential errors, and runs of
failures.

A halted campaign takes nothing more at once; it is concluded (PAUSED, or FAILED) when that can be told
truthfully.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from campana.domain.accounts import Account
from campana.domain.campaigns import CampaignStatus, Template
from campana.domain.messages import Counts
from campana.domain.outcomes import Check as CredentialsCheck
from campana.domain.outcomes import CheckVerdict, Outcome, OutcomeKind
from campana.engine.ports import Clock, LaneCampaign, Ledger
from campana.engine.sending.dispatch import halts
from campana.engine.sending.stops import Stops

RUN_LIMIT = 20
"""failed or unknown messages in a row, without one accepted in between, that pause a campaign"""

SUSPENDED = "account_suspended"

Ask = Callable[[], Awaitable[CredentialsCheck]]

_SENDER_WIDE = (OutcomeKind.ACCOUNT, OutcomeKind.CREDENTIALS)


class Halting:
    """One lane's halted campaigns, and the run of failures of each."""

    def __init__(self, ledger: Ledger, clock: Clock, stops: Stops) -> None:
        self._ledger = ledger
        self._stops = stops
        self._clock = clock
        self._halted: dict[UUID, Outcome] = {}
        self._whole_sender: Outcome | None = None
        self._run: dict[UUID, int] = {}

    def note(self, campaign_id: UUID, outcome: Outcome) -> None:
        """Look at an outcome, and halt what it calls for."""
        if outcome.kind is OutcomeKind.ACCEPTED:
            self._run[campaign_id] = 0
        elif outcome.kind in (OutcomeKind.RECIPIENT, OutcomeKind.UNKNOWN):
            run = self._run[campaign_id] = self._run.get(campaign_id, 0) + 1
            if run >= RUN_LIMIT:
                self.halt(campaign_id, _run_of_failures(outcome))
        elif outcome.kind in _SENDER_WIDE:
            self._whole_sender = self._whole_sender or outcome
        elif halts(outcome):
            self.halt(campaign_id, outcome)

    def halt(self, campaign_id: UUID, outcome: Outcome) -> None:
        """Halt one campaign for this reason; the first reason stays."""
        self._halted.setdefault(campaign_id, outcome)

    def halt_sender(self, outcome: Outcome) -> None:
        """Halt every campaign of the lane."""
        self._whole_sender = outcome

    def reason(self, campaign_id: UUID) -> Outcome | None:
        """Why the campaign is halted, or None."""
        return self._whole_sender or self._halted.get(campaign_id)

    def keep_to(self, running: set[UUID]) -> None:
        """These campaigns run now: what concerns the whole sender concerns each of them, the rest is past."""
        if self._whole_sender is not None:
            self._halted = dict.fromkeys(running, self._whole_sender) | self._halted
            self._whole_sender = None
        self._halted = {key: why for key, why in self._halted.items() if key in running}
        self._run = {key: run for key, run in self._run.items() if key in running}

    async def conclude(self, view: LaneCampaign, *, under_way: bool, ask: Ask) -> None:
        """Move a halted campaign out of PROCESSING.

        Refused credentials mean FAILED when nothing went out; while answers are `under_way` that is not
        known yet, and the campaign is left for the next round.
        """
        outcome = self.reason(view.campaign.id)
        if outcome is None or under_way:
            return
        if outcome.kind is OutcomeKind.UNCLEAR:
            outcome = _cleared(outcome, await ask(), view.campaign.template)
        target = _target(outcome, view.counts)
        reason = _in_words(outcome)
        moved = await self._ledger.move(
            view.campaign.id,
            target,
            origins=[CampaignStatus.PROCESSING],
            at=self._clock.now(),
            error=reason,
        )
        self._halted.pop(view.campaign.id, None)
        self._run.pop(view.campaign.id, None)
        if moved:
            await self._stops.tell(view.campaign, target, reason)


def suspension(account: Account) -> Outcome:
    """Why nothing of a suspended account may leave."""
    return Outcome(OutcomeKind.ACCOUNT, SUSPENDED, suspended_text(account))


def suspended_text(account: Account) -> str:
    """The same, as the campaign says it."""
    why = f": {account.suspension_reason.rstrip('.')}" if account.suspension_reason else ""
    return f"The account was suspended by whoever runs this server{why}. Resume when that is over."


def _run_of_failures(last: Outcome) -> Outcome:
    return Outcome(
        OutcomeKind.CAMPAIGN,
        "run_of_failures",
        f"{RUN_LIMIT} messages in a row were not accepted; the last one: {last.reason or last.code}. "
        "Look at the failed messages, then resume",
    )


def _cleared(outcome: Outcome, check: CredentialsCheck, template: Template) -> Outcome:
    """What an unclear refusal turns out to be once the provider was asked about the credentials."""
    if check.verdict is CheckVerdict.REFUSED:
        return Outcome(OutcomeKind.CREDENTIALS, outcome.code, check.reason or outcome.reason)
    approved = {(row.name, row.language) for row in check.templates}
    if approved and (template.name, template.language) not in approved:
        return Outcome(
            OutcomeKind.CAMPAIGN,
            "template_not_found",
            f"template {template.name!r} in language {template.language!r} is not among the approved ones",
        )
    return Outcome(OutcomeKind.ACCOUNT, outcome.code, outcome.reason)


def _target(outcome: Outcome, counts: Counts) -> CampaignStatus:
    could_not_start = outcome.kind is OutcomeKind.CREDENTIALS and counts.gone_out == 0
    return CampaignStatus.FAILED if could_not_start else CampaignStatus.PAUSED


def _in_words(outcome: Outcome) -> str:
    code = f" (code {outcome.code})" if outcome.code and outcome.code not in outcome.reason else ""
    reason = (outcome.reason or "no reason given").rstrip(".")
    match outcome.kind:
        case _ if outcome.code == SUSPENDED:
            return outcome.reason
        case OutcomeKind.CREDENTIALS:
            return f"BizChat refuses the sender's credentials: {reason}{code}. Check them under Settings."
        case OutcomeKind.ACCOUNT:
            return f"BizChat does not let this account send: {reason}{code}."
        case _ if outcome.code == "run_of_failures":
            return f"{reason}."
        case _:
            return f"BizChat refuses the template or its content: {reason}{code}."
