"""A campaign's recipients become its messages, in portions, until the campaign is opened.

No journal is needed: nobody else looks at a campaign in the making. A portion is written first, then
counted in as far as nobody was faster; its documents are the same whoever writes them.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from campana.domain.campaigns import EDITABLE, CampaignStatus
from campana.domain.messages import MessageStatus
from campana.domain.privacy import ERASED_REASON
from campana.stores.mongo.books import held_of
from campana.stores.mongo.changes import message_id
from campana.stores.mongo.database import Document
from campana.stores.mongo.news import tell_opened
from campana.stores.mongo.part import Part
from campana.stores.mongo.recipients import NOBODY
from campana.stores.mongo.suppressions import suppressed_among
from campana.stores.reasons import ERASED_CODE, SUPPRESSED_CODE, SUPPRESSED_REASON

_MAKING = {"opened": False, "status": CampaignStatus.DRAFT.value}
_SKIPPED = {"status": MessageStatus.SKIPPED.value}
_SUPPRESSED = _SKIPPED | {"code": SUPPRESSED_CODE, "reason": SUPPRESSED_REASON}
_ERASED = _SKIPPED | {"code": ERASED_CODE, "reason": ERASED_REASON}


class Loading(Part):
    """See Ledger."""

    async def load(self, campaign_id: UUID, *, limit: int) -> int:
        while True:
            campaign = await self._database["campaigns"].find({"_id": str(campaign_id), **_MAKING})
            if campaign is None:
                return 0
            people = await self._next_people(campaign, limit)
            if not people:
                return 0
            await self._write(campaign, people)
            if await self._count_in(campaign, people):
                return len(people)
            await self._clear_away(campaign_id)

    async def open_campaign(self, campaign_id: UUID, status: CampaignStatus) -> bool:
        """Raises ValueError for a status other than DRAFT and SCHEDULED."""
        if status not in EDITABLE:
            raise ValueError(f"a campaign cannot be opened as {status}")
        opened = {"$set": {"opened": True, "status": status.value, "untold": status.value}}
        campaign = await self._database["campaigns"].changed({"_id": str(campaign_id), **_MAKING}, opened)
        if campaign is not None:
            await tell_opened(self._database, [campaign])
        return campaign is not None

    async def _next_people(self, campaign: Document, limit: int) -> list[Document]:
        behind = {"listId": campaign["recipientListId"], "row": {"$gt": campaign["loadedRow"]}}
        return await self._database["recipients"].find_all(
            behind, ["row", "phone"], order=[("row", 1)], limit=limit
        )

    async def _write(self, campaign: Document, people: Sequence[Document]) -> None:
        account_id = held_of(campaign).account_id
        suppressed = await suppressed_among(self._database, account_id, [one["phone"] for one in people])
        documents = [_message(campaign, one["row"]) | _left_alone(one["phone"], suppressed) for one in people]
        await self._database["messages"].add_missing(documents)

    async def _count_in(self, campaign: Document, people: Sequence[Document]) -> bool:
        """Whether the portion was counted in now: as it stands, whoever wrote which part of it."""
        first, last = campaign["loadedRow"], people[-1]["row"]
        skipped = await self._database["messages"].count(
            {
                "campaignId": campaign["_id"],
                "status": MessageStatus.SKIPPED.value,
                "row": {"$gt": first, "$lte": last},
            }
        )
        more = {"counts.pending": len(people) - skipped, "counts.skipped": skipped}
        return await self._database["campaigns"].change(
            {"_id": campaign["_id"], "loadedRow": first, **_MAKING},
            {"$set": {"loadedRow": last}, "$inc": more},
        )

    async def _clear_away(self, campaign_id: UUID) -> None:
        """Where the campaign was removed meanwhile, what was written of it must not stay."""
        if await self._database["campaigns"].find({"_id": str(campaign_id)}, ["_id"]) is None:
            await self._database["messages"].remove({"campaignId": str(campaign_id)})


def _message(campaign: Document, row: int) -> Document:
    return {
        "_id": message_id(campaign["_id"], row),
        "campaignId": campaign["_id"],
        "senderId": campaign["senderId"],
        "row": row,
        "status": MessageStatus.PENDING.value,
        "attempts": 0,
        "seq": 0,
    }


def _left_alone(phone: str, suppressed: Collection[str]) -> Document:
    """What a message has that is SKIPPED from the beginning."""
    if phone.startswith(NOBODY):
        return _ERASED
    return _SUPPRESSED if phone in suppressed else {}
