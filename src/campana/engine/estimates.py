"""What a campaign would come to, told before it is made: begin, end, room in the day, and what to be careful
about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.campaigns import OnDailyLimit
from campana.domain.cautions import cautions_of
from campana.domain.errors import InvalidInput, NotFound
from campana.domain.estimates import Caution, Estimate, Plan, reckon
from campana.domain.limits import capped, day_of, resets_at
from campana.domain.permissions import Action, permit
from campana.domain.recipients import RecipientList
from campana.domain.senders import Sender
from campana.domain.times import CLOCK_TOLERANCE, parse_schedule
from campana.engine.ports import Clock, HostPace, Provider, Store
from campana.engine.sending.slowdowns import present_pace

SEEN_RATE_PER_S: Mapping[str, float] = {"bizchat": 12.0}
"""What operators of a provider live with, where its own limit is not known (bizchat.md, Limits)."""
SOON = timedelta(minutes=10)
"""For so long what a host asks of everybody now is worth telling about a campaign that is yet to begin."""
MOST_MESSAGES = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRequest:
    """A campaign of which little is known yet: a list, or just a number of messages, and a time (ISO 8601
    with an offset; None and "now" are now)."""

    sender_id: UUID
    recipient_list_id: UUID | None = None
    messages: int | None = None
    scheduled_at: str | None = None
    on_daily_limit: OnDailyLimit = OnDailyLimit.FAIL


@dataclass(frozen=True, slots=True)
class _Around:
    """What is going on besides."""

    taken: int
    running: bool
    pace: HostPace | None = field(default=None)


class Estimates:
    """Reckons from what the store knows of the day. Promises nothing and reserves nothing."""

    def __init__(self, store: Store, providers: Mapping[str, Provider], *, clock: Clock) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock

    async def estimate(self, principal: Principal, request: EstimateRequest) -> Estimate:
        """The estimate of a request. Raises InvalidInput; NotFound for a sender or list that is not there."""
        permit(principal, Action.READ)
        sender = await self._store.sender(principal.account_id, request.sender_id)
        if sender is None:
            raise NotFound("there is no such sender")
        people = await self._people(principal, request)
        starts_at = None
        if request.scheduled_at is not None:
            starts_at = parse_schedule(request.scheduled_at, now=self._clock.now())
        return await self.of(sender, people, starts_at, request.on_daily_limit)

    async def of(
        self,
        sender: Sender,
        people: RecipientList | int,
        starts_at: datetime | None,
        on_daily_limit: OnDailyLimit,
    ) -> Estimate:
        """The estimate for that list, or for so many messages; `starts_at` None is now.

        A time that is past is told as a caution, and reckoned from now. Raises InvalidInput for a time so
        far away that no calendar holds the end.
        """
        now = self._clock.now()
        account = await self._store.account(sender.account_id)
        sender = capped(sender, account) if account else sender
        asked = starts_at or now
        begins = max(asked, now)
        plan = Plan(
            messages=people if isinstance(people, int) else people.valid - people.suppressed,
            starts_at=begins,
            rate_per_s=sender.rate_limit_per_s,
            timezone=sender.timezone,
            limit=sender.daily_limit,
            waits=on_daily_limit is OnDailyLimit.WAIT,
        )
        try:
            around = await self._around(sender, begins, now)
            estimate = _with_slower(reckon(replace(plan, taken=around.taken)), sender)
        except OverflowError:
            raise InvalidInput.of("scheduled_at", "the campaign would not end within any calendar") from None
        known = people if isinstance(people, RecipientList) else None
        estimate = replace(estimate, zones=known.zones if known else {})
        cautions = [
            *cautions_of(estimate, known, past=asked < now - CLOCK_TOLERANCE),
            *_about(around, sender),
        ]
        return replace(estimate, cautions=tuple(cautions))

    async def _people(self, principal: Principal, request: EstimateRequest) -> RecipientList | int:
        list_id, messages = request.recipient_list_id, request.messages
        if list_id is not None and messages is None:
            found = await self._store.recipient_list(principal.account_id, list_id)
            if found is None:
                raise NotFound("there is no such recipient list")
            return found
        if messages is None or list_id is not None:
            raise InvalidInput.of("recipient_list_id", "give either a list or messages, one of the two")
        if not 0 <= messages <= MOST_MESSAGES:
            raise InvalidInput.of("messages", f"must be 0 to {MOST_MESSAGES:,}")
        return messages

    async def _around(self, sender: Sender, begins: datetime, now: datetime) -> _Around:
        """Of the day of the beginning: what is used, promised and planned; today's overdue counts as
        planned."""
        day, today = day_of(begins, sender.timezone), day_of(now, sender.timezone)
        used, reserved = await self._store.usage(sender.id, day)
        since = resets_at(day - timedelta(days=1), sender.timezone)
        if day == today:
            since -= timedelta(days=3650)
        until = resets_at(day, sender.timezone)
        planned = await self._store.planned(sender.id, since=since, until=until)
        soon = begins - now <= SOON
        provider = self._providers.get(sender.provider)
        return _Around(
            taken=used + planned + (reserved if day == today else 0),
            running=soon and reserved > 0,
            pace=await present_pace(provider.host, self._store) if soon and provider else None,
        )


def _with_slower(estimate: Estimate, sender: Sender) -> Estimate:
    """The estimate, with the end at the pace that the provider is seen to allow, if that is slower."""
    seen = SEEN_RATE_PER_S.get(sender.provider)
    if seen is None or seen >= sender.rate_limit_per_s or not estimate.plan.messages:
        return estimate
    slower = reckon(replace(estimate.plan, rate_per_s=seen))
    return replace(estimate, slower_ends_at=slower.ends_at, slower_per_s=seen)


def _about(around: _Around, sender: Sender) -> Iterator[Caution]:
    if around.running:
        yield Caution(
            "shared_pace",
            "sender_id",
            f"another campaign of {sender.name!r} is running; they share its rate, so this one takes longer",
        )
    if around.pace is not None:
        yield Caution(
            "slowed",
            "sender_id",
            f"the provider asked everybody to slow down; at present to {around.pace.factor:.0%} of the rate",
        )
