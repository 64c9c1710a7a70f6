"""Campaigns at a glance: what runs, why messages did not arrive, and the pace so far."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, desc, func, select

from campana.domain.campaigns import CampaignKind, CampaignStatus
from campana.domain.messages import MessageStatus
from campana.engine.ports import PACE_SPAN_S, CampaignView, PaceSample, Reason
from campana.stores.sql.columns import EPOCH
from campana.stores.sql.part import Part
from campana.stores.sql.schema import campaigns, counts, messages, pace_samples
from campana.stores.sql.transactions import Transaction
from campana.stores.sql.views import VIEWS, view_of

_S = MessageStatus
_MINE = messages.c.campaign_id == bindparam("campaign")
# The index has the coded messages alone, by status and code: counting reads nothing but it.
_BY_CODE = (
    select(messages.c.status, messages.c.code, func.count().label("number"))
    .where(
        _MINE,
        messages.c.code.is_not(None),
        messages.c.status.in_([_S.FAILED.value, _S.UNKNOWN.value, _S.SKIPPED.value]),
    )
    .group_by(messages.c.status, messages.c.code)
    .order_by(desc("number"), messages.c.status, messages.c.code)
)
_EXAMPLE = (
    select(messages.c.reason)
    .where(_MINE, messages.c.status == bindparam("in_status"), messages.c.code == bindparam("with_code"))
    .limit(1)
)
_SAMPLES = (
    select(pace_samples.c.bucket, pace_samples.c.accepted)
    .where(pace_samples.c.campaign_id == bindparam("campaign"))
    .order_by(pace_samples.c.bucket)
)
_PRESENT = select(counts.c.pace_bucket.label("bucket"), counts.c.pace_current.label("accepted")).where(
    counts.c.campaign_id == bindparam("campaign"), counts.c.pace_current > 0
)


class Insight(Part):
    """See Insight."""

    async def running(self, account_ids: Collection[UUID]) -> Sequence[CampaignView]:
        query = VIEWS.where(
            campaigns.c.status == CampaignStatus.PROCESSING.value,
            campaigns.c.opened.is_(True),
            campaigns.c.kind == CampaignKind.BULK.value,
            campaigns.c.account_id.in_(account_ids),
        )
        return [view_of(row) for row in await self._database.rows(query)]

    async def reasons(self, campaign_id: UUID) -> Sequence[Reason]:
        async def work(tx: Transaction) -> Sequence[Reason]:
            rows = (await tx.execute(_BY_CODE, {"campaign": campaign_id})).all()
            return [await _reason(tx, campaign_id, row) for row in rows]

        return await self._database.read(work)

    async def pace(self, campaign_id: UUID) -> Sequence[PaceSample]:
        async def work(tx: Transaction) -> Sequence[PaceSample]:
            rows = (await tx.execute(_SAMPLES, {"campaign": campaign_id})).all()
            present = (await tx.execute(_PRESENT, {"campaign": campaign_id})).all()
            return [_sample(row) for row in (*rows, *present)]

        return await self._database.read(work)


async def _reason(tx: Transaction, campaign_id: UUID, row: Row[Any]) -> Reason:
    values = {"campaign": campaign_id, "in_status": row.status, "with_code": row.code}
    example = (await tx.execute(_EXAMPLE, values)).scalar_one_or_none()
    return Reason(MessageStatus(row.status), row.code, row.number, example or "")


def _sample(row: Row[Any]) -> PaceSample:
    return PaceSample(EPOCH + timedelta(seconds=row.bucket * PACE_SPAN_S), row.accepted)
