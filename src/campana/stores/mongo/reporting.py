"""Reports over campaigns, from counts that stand beside the messages: no read here looks at every message.

They are added up here: FerretDB sums neither what is within a field nor several fields at once.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from campana.domain.archives import Archive
from campana.domain.campaigns import CampaignKind, Template
from campana.domain.messages import Counts, MessageStatus
from campana.domain.optouts import Wish
from campana.domain.periods import QUARTER, Accepted, Quarter
from campana.domain.replies import ReplyCounts
from campana.engine.ports import CampaignView, Page, Span, TemplateTotals
from campana.stores.archives import with_archived
from campana.stores.mongo.cursors import newest_page
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import thing_of
from campana.stores.mongo.part import Part
from campana.stores.mongo.views import view_of
from campana.stores.quarters import QUARTER_COLUMNS, quarter_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXPLAINED = (MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.SKIPPED)
_ASKED_AT_ONCE = 10_000
"""campaigns in one question: it has to fit into one message to the server"""


class Reporting(Part):
    """See Reporting."""

    async def begun(self, span: Span, *, limit: int, cursor: str | None = None) -> Page[CampaignView]:
        now = await self._database.now()
        return await newest_page(
            self._database["campaigns"],
            _in_span(span),
            lambda found: view_of(found, now),
            limit=limit,
            cursor=cursor,
            by="startedAt",
        )

    async def template_totals(self, span: Span) -> Sequence[TemplateTotals]:
        found = await self._database["campaigns"].find_all(_in_span(span), ["template", "counts"])
        by_template: dict[Template, list[Document]] = defaultdict(list)
        for campaign in found:
            by_template[Template(**campaign["template"])].append(campaign)
        ids = [campaign["_id"] for campaign in found]
        replies = await self._tally("replies", "campaignId", {}, ids)
        stops = await self._tally("replies", "campaignId", {"wish": Wish.STOP.value}, ids)
        totals = [
            TemplateTotals(
                template,
                len(campaigns),
                _sum([one["counts"] for one in campaigns]),
                ReplyCounts(
                    sum(replies[one["_id"]] for one in campaigns), sum(stops[one["_id"]] for one in campaigns)
                ),
            )
            for template, campaigns in by_template.items()
        ]
        return sorted(totals, key=lambda one: (-one.counts.total, one.template.name, one.template.language))

    async def quarters(self, span: Span) -> Sequence[Quarter]:
        first, end = quarter_of(span.since), quarter_of(span.until)
        within = {"accountId": str(span.account_id), "quarter": {"$gte": first, "$lt": end}}
        accepted: dict[int, Counter[str]] = defaultdict(Counter)
        for one in await self._database["acceptedQuarters"].find_all(within):
            accepted[one["quarter"]].update({name: one[name] for name in QUARTER_COLUMNS.values()})
        return [_quarter(number, accepted[number]) for number in sorted(accepted)]

    async def timeline(self, campaign_id: UUID) -> Sequence[Quarter]:
        mine, order = {"campaignId": str(campaign_id)}, [("quarter", 1)]
        found = await self._database["acceptedQuarters"].find_all(mine, order=order)
        return [_quarter(one["quarter"], one) for one in found]

    async def codes(self, span: Span) -> Sequence[tuple[MessageStatus, str, int]]:
        some = [{f"counts.{status.value.lower()}": {"$gt": 0}} for status in _EXPLAINED]
        found = await self._database["campaigns"].find_all({**_in_span(span), "$or": some}, ["archive"])
        archives = [thing_of(Archive, one["archive"]) for one in found if "archive" in one]
        ids = [one["_id"] for one in found if "archive" not in one]
        codes: list[tuple[MessageStatus, str, int]] = []
        for status in _EXPLAINED:
            those = {"status": status.value, "code": {"$exists": True}}
            counted = await self._tally("messages", "code", those, ids)
            codes += [(status, code, count) for code, count in counted.items()]
        return with_archived(codes, archives)

    async def _tally(
        self, collection: str, field: str, query: Mapping[str, Any], campaign_ids: Sequence[str]
    ) -> Counter[str]:
        """How many documents of these campaigns there are for each value of a field."""
        counted: Counter[str] = Counter()
        for start in range(0, len(campaign_ids), _ASKED_AT_ONCE):
            these = {"campaignId": {"$in": campaign_ids[start : start + _ASKED_AT_ONCE]}}
            counted.update(await self._database[collection].tally(field, {**query, **these}))
        return counted


def _in_span(span: Span) -> dict[str, Any]:
    started = {"$gte": span.since, "$lt": span.until}
    return {"accountId": str(span.account_id), "kind": CampaignKind.BULK.value, "startedAt": started}


def _sum(counts: Sequence[Mapping[str, int]]) -> Counts:
    return Counts(**{name: sum(one[name] for one in counts) for name in asdict(Counts())})


def _quarter(number: int, counted: Mapping[str, int]) -> Quarter:
    accepted = Accepted(**{name: int(counted[name]) for name in QUARTER_COLUMNS.values()})
    return Quarter(_EPOCH + number * QUARTER, accepted)
