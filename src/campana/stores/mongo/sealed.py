"""Sealed texts, wherever they are; what they hold is not known here."""

from collections.abc import Sequence
from uuid import UUID

from campana.engine.ports import SealedPlace, SealedText
from campana.stores.mongo.part import Part

PLACES = {
    SealedPlace.CREDENTIALS: ("senders", "sealedCredentials"),
    SealedPlace.SECOND_FACTORS: ("secondFactors", "sealedSecret"),
    SealedPlace.ENDPOINTS: ("endpoints", "sealed"),
    SealedPlace.NOTICES: ("noticeAddresses", "sealed"),
    SealedPlace.WEBHOOKS: ("webhooks", "sealed"),
    SealedPlace.PRIVACY: ("accounts", "sealedPrivacyKey"),
}
"""The collection, whose ids say whose it is, and the field. One that holds sealed texts is called so."""


class Sealed(Part):
    """See SealedTexts."""

    async def sealed_texts(self, place: SealedPlace) -> Sequence[SealedText]:
        collection, field = PLACES[place]
        found = await self._database[collection].find_all({field: {"$exists": True}}, [field])
        return [SealedText(UUID(one["_id"]), one[field]) for one in found]

    async def replace_sealed_text(self, place: SealedPlace, was: SealedText, text: str) -> bool:
        collection, field = PLACES[place]
        this = {"_id": str(was.owner), field: was.text}
        return await self._database[collection].change(this, {"$set": {field: text}})
