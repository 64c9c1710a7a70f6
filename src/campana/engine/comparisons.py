"""Reports over an account's campaigns in a period: what became of them, compared by campaign, template, day,
weekday and hour, and why messages did not arrive."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from campana.domain.accounts import Principal
from campana.domain.errors import NotFound
from campana.domain.messages import Counts, MessageStatus
from campana.domain.periods import Accepted, Period, Quarter, by_day, by_hour
from campana.domain.permissions import Action, permit
from campana.domain.replies import ReplyCounts
from campana.domain.times import iso
from campana.engine.insights import OWN, Trouble
from campana.engine.ports import CampaignView, Page, Provider, Span, Store, TemplateTotals
from campana.engine.tables import Cell, csv_text, safe

MOST_SIDE_BY_SIDE = 6
UTC = ZoneInfo("UTC")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EXPORTED_AT_ONCE = 500
_COUNTS = ("total", "pending", "sending", "sent", "delivered", "read", "failed", "unknown", "skipped")
_ANSWERED = ("replies", "stops")
_ACCEPTED = ("accepted", "sent", "delivered", "read", "failed")


@dataclass(frozen=True, slots=True)
class Compared:
    """A campaign beside others, with what people answered."""

    view: CampaignView
    replies: ReplyCounts


class Comparisons:
    """Reads; keeps nothing."""

    def __init__(self, store: Store, providers: Mapping[str, Provider]) -> None:
        self._store = store
        self._providers = providers

    async def zone(self, principal: Principal) -> ZoneInfo:
        """Whose days and hours count where nobody says so: those of the account's newest sender, else UTC."""
        permit(principal, Action.READ)
        senders = (await self._store.senders(principal.account_id, limit=1)).items
        return senders[0].timezone if senders else UTC

    async def campaigns(
        self, principal: Principal, period: Period, *, limit: int, cursor: str | None = None
    ) -> Page[Compared]:
        """Campaigns that started in the period, the last one first. Raises InvalidInput."""
        page = await self._store.begun(_span(principal, period), limit=limit, cursor=cursor)
        return Page(tuple(await self._compared(page.items)), page.next_cursor)

    async def side_by_side(self, principal: Principal, campaign_ids: Sequence[UUID]) -> Sequence[Compared]:
        """These campaigns, MOST_SIDE_BY_SIDE at most, in this order. Raises NotFound."""
        permit(principal, Action.READ)
        wanted = list(dict.fromkeys(campaign_ids))[:MOST_SIDE_BY_SIDE]
        views = await asyncio.gather(*(self._store.campaign(principal.account_id, one) for one in wanted))
        found = [view for view in views if view is not None]
        if len(found) < len(wanted):
            raise NotFound("there is no such campaign")
        return await self._compared(found)

    async def templates(self, principal: Principal, period: Period) -> Sequence[TemplateTotals]:
        """The campaigns that started in the period, by template. Raises InvalidInput."""
        return await self._store.template_totals(_span(principal, period))

    async def days(self, principal: Principal, period: Period) -> Mapping[date, Accepted]:
        """What was accepted on each day of the period. Raises InvalidInput."""
        return by_day(await self._store.quarters(_span(principal, period)), period)

    async def hours(self, principal: Principal, period: Period) -> Mapping[tuple[int, int], Accepted]:
        """What was accepted in the period, by weekday and hour of the period's zone. Raises InvalidInput."""
        return by_hour(await self._store.quarters(_span(principal, period)), period.zone)

    async def reasons(self, principal: Principal, period: Period) -> Sequence[Trouble]:
        """Why messages of the campaigns that started in the period did not arrive. Raises InvalidInput."""
        return [
            self._trouble(status, code, count)
            for status, code, count in await self._store.codes(_span(principal, period))
        ]

    async def timeline(self, principal: Principal, campaign_id: UUID) -> Sequence[Quarter]:
        """What was accepted of a campaign in each quarter of an hour. Raises NotFound."""
        permit(principal, Action.READ)
        if await self._store.campaign(principal.account_id, campaign_id) is None:
            raise NotFound("there is no such campaign")
        return await self._store.timeline(campaign_id)

    async def campaigns_csv(self, principal: Principal, period: Period) -> AsyncIterator[bytes]:
        """The same as a CSV file, piece by piece. Raises InvalidInput before the first piece."""
        _span(principal, period)
        return self._campaigns_csv(principal, period)

    async def templates_csv(self, principal: Principal, period: Period) -> bytes:
        """The same as a CSV file. Raises InvalidInput."""
        heads = ("template", "language", "campaigns", *_COUNTS, *_ANSWERED)
        return _csv(heads, (_template_line(one) for one in await self.templates(principal, period)))

    async def days_csv(self, principal: Principal, period: Period) -> bytes:
        """The same as a CSV file. Raises InvalidInput."""
        days = await self.days(principal, period)
        return _csv(("day", *_ACCEPTED), ((day.isoformat(), *_parts(one)) for day, one in days.items()))

    async def hours_csv(self, principal: Principal, period: Period) -> bytes:
        """The same as a CSV file. Raises InvalidInput."""
        hours = (await self.hours(principal, period)).items()
        lines = ((WEEKDAYS[weekday], hour, *_parts(one)) for (weekday, hour), one in hours)
        return _csv(("weekday", "hour", *_ACCEPTED), lines)

    async def reasons_csv(self, principal: Principal, period: Period) -> bytes:
        """The same as a CSV file. Raises InvalidInput."""
        lines = (
            (one.status.value, safe(one.code), one.count, safe(one.meaning), safe(one.advice))
            for one in await self.reasons(principal, period)
        )
        return _csv(("status", "code", "messages", "meaning", "advice"), lines)

    async def _campaigns_csv(self, principal: Principal, period: Period) -> AsyncIterator[bytes]:
        heads = ("campaign_id", "name", "template", "language", "status", "started_at", "completed_at")
        yield csv_text([(*heads, *_COUNTS, *_ANSWERED)], first=True).encode()
        cursor: str | None = None
        while True:
            page = await self.campaigns(principal, period, limit=_EXPORTED_AT_ONCE, cursor=cursor)
            yield csv_text(map(_campaign_line, page.items)).encode()
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _compared(self, views: Sequence[CampaignView]) -> list[Compared]:
        answered = await self._store.reply_counts([view.campaign.id for view in views]) if views else {}
        return [Compared(view, answered.get(view.campaign.id, ReplyCounts())) for view in views]

    def _trouble(self, status: MessageStatus, code: str, count: int) -> Trouble:
        told = OWN.get(code)
        for provider in self._providers.values():
            told = told or provider.explain(code)
        return Trouble(status, code, count, told.meaning if told else code, told.advice if told else "")


def _span(principal: Principal, period: Period) -> Span:
    permit(principal, Action.READ)
    period.checked()
    return Span(principal.account_id, period.since, period.until)


def _csv(heads: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    return csv_text([heads, *lines], first=True).encode()


def _campaign_line(one: Compared) -> Sequence[Cell]:
    campaign = one.view.campaign
    times = (campaign.started_at, campaign.completed_at)
    return (
        *(str(campaign.id), safe(campaign.name)),
        *(safe(campaign.template.name), safe(campaign.template.language), campaign.status.value),
        *(iso(moment) if moment else None for moment in times),
        *_counted(one.view.counts, one.replies),
    )


def _template_line(one: TemplateTotals) -> Sequence[Cell]:
    named = (safe(one.template.name), safe(one.template.language))
    return (*named, one.campaigns, *_counted(one.counts, one.replies))


def _counted(counts: Counts, replies: ReplyCounts) -> Sequence[Cell]:
    return (*(getattr(counts, name) for name in _COUNTS), replies.replies, replies.stops)


def _parts(accepted: Accepted) -> Sequence[Cell]:
    return (accepted.total, accepted.sent, accepted.delivered, accepted.read, accepted.failed)
