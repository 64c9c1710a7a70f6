"""Campaigns at a glance: what runs, why messages did not arrive, and the pace so far."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from campana.domain.campaigns import CampaignKind, CampaignStatus
from campana.domain.messages import MessageStatus
from campana.engine.ports import PACE_SPAN_S, CampaignView, PaceSample, Reason
from campana.stores.mongo.books import pace_of
from campana.stores.mongo.lane import EPOCH
from campana.stores.mongo.part import Part
from campana.stores.mongo.views import view_of

_EXPLAINED = (MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.SKIPPED)


class Insight(Part):
    """See Insight."""

    async def running(self, account_ids: Collection[UUID]) -> Sequence[CampaignView]:
        query = {
            "status": CampaignStatus.PROCESSING.value,
            "opened": True,
            "kind": CampaignKind.BULK.value,
            "accountId": {"$in": [str(one) for one in account_ids]},
        }
        found = await self._database["campaigns"].find_all(query)
        now = await self._database.now()
        return [view_of(one, now) for one in found]

    async def reasons(self, campaign_id: UUID) -> Sequence[Reason]:
        reasons = [
            await self._reason(campaign_id, status, code)
            for status in _EXPLAINED
            for code in await self._database["messages"].distinct("code", _those(campaign_id, status))
        ]
        return sorted(reasons, key=lambda one: (-one.count, one.status, one.code))

    async def pace(self, campaign_id: UUID) -> Sequence[PaceSample]:
        campaign = await self._database["campaigns"].find({"_id": str(campaign_id)}, ["pace"])
        if campaign is None:
            return []
        mine, order = {"campaignId": str(campaign_id)}, [("bucket", 1)]
        over = await self._database["paceSamples"].find_all(mine, order=order)
        samples = [(one["bucket"], one["accepted"]) for one in over]
        present = pace_of(campaign)
        if present.current and (not samples or samples[-1][0] < present.bucket):
            samples.append((present.bucket, present.current))
        return [
            PaceSample(EPOCH + timedelta(seconds=bucket * PACE_SPAN_S), accepted)
            for bucket, accepted in samples
        ]

    async def _reason(self, campaign_id: UUID, status: MessageStatus, code: str) -> Reason:
        these = {**_those(campaign_id, status), "code": code}
        example = await self._database["messages"].find(these, ["reason"])
        count = await self._database["messages"].count(these)
        return Reason(status, code, count, (example or {}).get("reason", ""))


def _those(campaign_id: UUID, status: MessageStatus) -> dict[str, object]:
    return {"campaignId": str(campaign_id), "status": status.value, "code": {"$exists": True}}
