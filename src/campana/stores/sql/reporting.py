"""Reports over campaigns, from counts that stand beside them: no read here looks at every message."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, Text, bindparam, cast, func, select

from campana.domain.campaigns import CampaignKind, Template
from campana.domain.messages import MessageStatus
from campana.domain.optouts import Wish
from campana.domain.periods import QUARTER, Accepted, Quarter
from campana.domain.replies import ReplyCounts
from campana.engine.ports import CampaignView, Page, Span, TemplateTotals
from campana.stores.archives import archive_of, with_archived
from campana.stores.quarters import quarter_of
from campana.stores.sql.columns import EPOCH
from campana.stores.sql.cursors import newest_cursor, newest_first
from campana.stores.sql.part import Part
from campana.stores.sql.rows import counts_of
from campana.stores.sql.schema import (
    ACCEPTED_COUNTED,
    COUNTED,
    accepted_quarters,
    campaigns,
    counts,
    messages,
    replies,
)
from campana.stores.sql.views import VIEWS, view_of

_S = MessageStatus
_IN_SPAN = (
    (campaigns.c.account_id == bindparam("account"))
    & (campaigns.c.started_at >= bindparam("since", type_=campaigns.c.started_at.type))
    & (campaigns.c.started_at < bindparam("until", type_=campaigns.c.started_at.type))
    & (campaigns.c.kind == CampaignKind.BULK.value)
)
_TOTALS = [func.sum(counts.c[name]).label(name) for name in COUNTED]
# As text: PostgreSQL does not compare JSON. All of them were written in the same way.
_TEMPLATE = cast(campaigns.c.template, Text).label("template_text")
_BY_TEMPLATE = (
    select(_TEMPLATE, func.count().label("campaigns"), *_TOTALS)
    .join(counts, counts.c.campaign_id == campaigns.c.id)
    .where(_IN_SPAN)
    .group_by(_TEMPLATE)
    .order_by(func.sum(counts.c.total).desc(), _TEMPLATE)
)
_REPLIES_BY_TEMPLATE = (
    select(
        _TEMPLATE,
        func.count().label("replies"),
        func.count().filter(replies.c.wish == Wish.STOP.value).label("stops"),
    )
    .join(replies, replies.c.campaign_id == campaigns.c.id)
    .where(_IN_SPAN)
    .group_by(_TEMPLATE)
)
_ACCEPTED = [func.sum(accepted_quarters.c[name]).label(name) for name in ACCEPTED_COUNTED]
_QUARTERS = (
    select(accepted_quarters.c.quarter, *_ACCEPTED)
    .where(
        accepted_quarters.c.account_id == bindparam("account"),
        accepted_quarters.c.quarter >= bindparam("first"),
        accepted_quarters.c.quarter < bindparam("end"),
    )
    .group_by(accepted_quarters.c.quarter)
    .order_by(accepted_quarters.c.quarter)
)
_TIMELINE = (
    select(accepted_quarters)
    .where(accepted_quarters.c.campaign_id == bindparam("campaign"))
    .order_by(accepted_quarters.c.quarter)
)
# The index has the coded messages alone; campaigns without any are not looked up in it.
_CODES = (
    select(messages.c.status, messages.c.code, func.count().label("number"))
    .select_from(campaigns)
    .join(counts, counts.c.campaign_id == campaigns.c.id)
    .join(messages, messages.c.campaign_id == campaigns.c.id)
    .where(
        _IN_SPAN,
        campaigns.c.archive.is_(None),
        counts.c.failed + counts.c.unknown + counts.c.skipped > 0,
        messages.c.code.is_not(None),
        messages.c.status.in_([_S.FAILED.value, _S.UNKNOWN.value, _S.SKIPPED.value]),
    )
    .group_by(messages.c.status, messages.c.code)
)
_ARCHIVES = select(campaigns.c.archive).where(_IN_SPAN, campaigns.c.archive.is_not(None))


class Reporting(Part):
    """See Reporting."""

    async def begun(self, span: Span, *, limit: int, cursor: str | None = None) -> Page[CampaignView]:
        query = newest_first(VIEWS.where(_IN_SPAN), campaigns, limit=limit, cursor=cursor, by="started_at")
        rows = await self._rows(query, span)
        return Page(tuple(view_of(row) for row in rows[:limit]), newest_cursor(rows, limit, by="started_at"))

    async def template_totals(self, span: Span) -> Sequence[TemplateTotals]:
        answered = {
            row.template_text: ReplyCounts(row.replies, row.stops)
            for row in await self._rows(_REPLIES_BY_TEMPLATE, span)
        }
        return [
            TemplateTotals(
                Template(**json.loads(row.template_text)),
                row.campaigns,
                counts_of(row),
                answered.get(row.template_text, ReplyCounts()),
            )
            for row in await self._rows(_BY_TEMPLATE, span)
        ]

    async def quarters(self, span: Span) -> Sequence[Quarter]:
        values = {
            "account": span.account_id,
            "first": quarter_of(span.since),
            "end": quarter_of(span.until),
        }
        return [_quarter(row) for row in await self._database.rows(_QUARTERS, values)]

    async def timeline(self, campaign_id: UUID) -> Sequence[Quarter]:
        return [_quarter(row) for row in await self._database.rows(_TIMELINE, {"campaign": campaign_id})]

    async def codes(self, span: Span) -> Sequence[tuple[MessageStatus, str, int]]:
        counted = [
            (MessageStatus(row.status), row.code, row.number) for row in await self._rows(_CODES, span)
        ]
        archives = [archive_of(row.archive) for row in await self._rows(_ARCHIVES, span)]
        return with_archived(counted, archives)

    async def _rows(self, query: Executable, span: Span) -> list[Row[Any]]:
        values = {"account": span.account_id, "since": span.since, "until": span.until}
        return await self._database.rows(query, values)


def _quarter(row: Row[Any]) -> Quarter:
    counted = Accepted(*(int(row._mapping[name]) for name in ACCEPTED_COUNTED))
    return Quarter(EPOCH + row.quarter * QUARTER, counted)
