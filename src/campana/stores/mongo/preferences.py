"""What accounts decided about the people they message: a part of the account's document."""

from uuid import UUID

from campana.domain.preferences import Preferences
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import plain, thing_of
from campana.stores.mongo.part import Part


class PreferencesPart(Part):
    """See OptOuts."""

    async def preferences(self, account_id: UUID) -> Preferences:
        found = await self._database["accounts"].find({"_id": str(account_id)}, ["preferences"])
        return preferences_of(found or {})

    async def save_preferences(self, account_id: UUID, preferences: Preferences) -> None:
        saved = {"$set": {"preferences": plain(preferences)}}
        await self._database["accounts"].change({"_id": str(account_id)}, saved)


def preferences_of(account: Document) -> Preferences:
    """Those in the account's document; the default ones until some are saved."""
    return thing_of(Preferences, account["preferences"]) if "preferences" in account else Preferences()
