"""What became of a campaign so far, for people who look at it: why messages did not arrive and what to do
about it, how fast it went, how long it will take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.campaigns import CampaignStatus
from campana.domain.errors import NotFound
from campana.domain.messages import MessageStatus
from campana.domain.outcomes import Explanation
from campana.domain.permissions import Action, permit
from campana.domain.senders import Sender
from campana.engine.ports import PACE_SPAN_S, CampaignView, Clock, HostPace, PaceSample, Provider, Store

MOST_POINTS = 180
"""of a curve: more would be finer than a picture of it"""

OWN: Mapping[str, Explanation] = {
    "suppressed": Explanation(
        "The number is on the opt-outs.", "Nothing to do: Campana does not message people who said no."
    ),
    "cancelled": Explanation("The campaign was cancelled before its turn came.", ""),
    "erased": Explanation("The number was erased.", "Nothing to do: who that was is not known any more."),
    "frequency": Explanation(
        "The person has had as many messages as the account allows in that time.",
        "Nothing to do, or allow more under Opt-outs.",
    ),
    "campaign_failed": Explanation(
        "The campaign could not start.", "See the campaign's reason, put that right, then retry."
    ),
    "lost_track": Explanation(
        "The process that was sending died while the message was on its way.",
        "It may have gone out. Retry it only if a second message does no harm.",
    ),
    "stopped": Explanation(
        "Campana was stopped while the message was on its way, and no answer came in time.",
        "It may have gone out. Retry it only if a second message does no harm.",
    ),
    "internal_error": Explanation(
        "Campana itself failed at this message.",
        "It may have gone out. The log of that time says what happened; please report it.",
    ),
    "duplicate_id": Explanation(
        "The provider gave two messages the same id.",
        "It was accepted, but receipts for it cannot be told apart.",
    ),
    "empty_field": Explanation(
        "A field of the template is empty for this person.",
        "Fill the column in the list, or give the field something to fall back on, as in {name|there}.",
    ),
}
"""codes that Campana gives by itself"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How many messages are in a status for one reason, what that means, and what a person can do."""

    status: MessageStatus
    code: str
    count: int
    meaning: str
    advice: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Messages per second, in spans of `span_s` seconds one after the other from `began` on."""

    began: datetime | None
    span_s: int
    rates: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Messages per second while any were accepted."""
        busy = [rate for rate in self.rates if rate]
        return sum(busy) / len(busy) if busy else 0.0


class Insights:
    """Reads; keeps nothing."""

    def __init__(self, store: Store, providers: Mapping[str, Provider], *, clock: Clock) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock

    async def troubles(self, principal: Principal, campaign_id: UUID) -> Sequence[Trouble]:
        """Why messages failed, are unknown or were skipped, the most first. Raises NotFound."""
        view = await self._campaign(principal, campaign_id)
        sender = await self._store.sender(principal.account_id, view.campaign.sender_id)
        provider = self._providers.get(sender.provider) if sender else None
        found = []
        archive = view.campaign.archive
        for reason in archive.codes if archive else await self._store.reasons(campaign_id):
            known = OWN.get(reason.code) or (provider.explain(reason.code) if provider else None)
            told = known or Explanation(reason.example or reason.code, "")
            found.append(Trouble(reason.status, reason.code, reason.count, told.meaning, told.advice))
        return found

    async def pace(self, principal: Principal, campaign_id: UUID) -> Curve:
        """How fast the campaign went, from its first accepted message to its last. Raises NotFound."""
        view = await self._campaign(principal, campaign_id)
        campaign, now = view.campaign, self._clock.now()
        ran = (campaign.started_at or campaign.created_at, campaign.completed_at or now)
        return curve(await self._store.pace(campaign_id), ran)

    async def _campaign(self, principal: Principal, campaign_id: UUID) -> CampaignView:
        permit(principal, Action.READ)
        view = await self._store.campaign(principal.account_id, campaign_id)
        if view is None:
            raise NotFound("there is no such campaign")
        return view


def curve(samples: Sequence[PaceSample], ran: tuple[datetime, datetime]) -> Curve:
    """The samples as a curve of MOST_POINTS points at most; spans without a sample are nothing sent.

    `ran` is when the campaign began and ended: the first and the last span count with the part of their time
    that lies in it.
    """
    if not samples:
        return Curve(None, PACE_SPAN_S, ())
    began = samples[0].began
    spans = [int((one.began - began).total_seconds()) // PACE_SPAN_S for one in samples]
    together = spans[-1] // MOST_POINTS + 1
    accepted = [0] * (spans[-1] // together + 1)
    for span, one in zip(spans, samples, strict=True):
        accepted[span // together] += one.accepted
    span_s = PACE_SPAN_S * together
    lengths = [_overlap_s(began + timedelta(seconds=span_s * n), span_s, ran) for n in range(len(accepted))]
    rates = tuple(round(count / length, 2) for count, length in zip(accepted, lengths, strict=True))
    return Curve(began, span_s, rates)


def _overlap_s(began: datetime, span_s: int, ran: tuple[datetime, datetime]) -> float:
    """How much of a span lies in the time named; at least a second, as clocks differ a little."""
    first, last = max(began, ran[0]), min(began + timedelta(seconds=span_s), ran[1])
    return max(1.0, (last - first).total_seconds())


def time_left(view: CampaignView, sender: Sender, slowed: HostPace | None = None) -> timedelta | None:
    """How long what is open will take at the present pace; before there is one, at the sender's rate.

    None where nothing goes out: not running, waiting for another day, or nothing left.
    """
    campaign = view.campaign
    waits = campaign.waiting_until is not None
    if campaign.status is not CampaignStatus.PROCESSING or waits or not view.counts.open:
        return None
    held = slowed.hold_s if slowed else 0.0
    factor = slowed.factor if slowed else 1.0
    pace = view.rate if view.rate > 0 else sender.rate_limit_per_s * factor
    return timedelta(seconds=held + view.counts.open / max(pace, 0.01))
