"""Sealed texts, wherever they are; what they hold is not known here."""

from collections.abc import Sequence

from sqlalchemy import Column, select, update

from campana.engine.ports import SealedPlace, SealedText
from campana.stores.sql.part import Part
from campana.stores.sql.schema import (
    endpoints,
    notice_addresses,
    privacy_keys,
    second_factors,
    senders,
    webhooks,
)

PLACES: dict[SealedPlace, tuple[Column[object], Column[object]]] = {
    SealedPlace.CREDENTIALS: (senders.c.id, senders.c.sealed_credentials),
    SealedPlace.SECOND_FACTORS: (second_factors.c.user_id, second_factors.c.sealed_secret),
    SealedPlace.ENDPOINTS: (endpoints.c.id, endpoints.c.sealed),
    SealedPlace.NOTICES: (notice_addresses.c.id, notice_addresses.c.sealed),
    SealedPlace.WEBHOOKS: (webhooks.c.sender_id, webhooks.c.sealed),
    SealedPlace.PRIVACY: (privacy_keys.c.account_id, privacy_keys.c.sealed_key),
}
"""Whose it is, and the text. A column that holds sealed texts is called so; a test compares."""


class Sealed(Part):
    """See SealedTexts."""

    async def sealed_texts(self, place: SealedPlace) -> Sequence[SealedText]:
        owner, text = PLACES[place]
        query = select(owner.label("owner"), text.label("text")).where(text.is_not(None))
        return [SealedText(row.owner, row.text) for row in await self._database.rows(query)]

    async def replace_sealed_text(self, place: SealedPlace, was: SealedText, text: str) -> bool:
        owner, column = PLACES[place]
        statement = update(owner.table).where(owner == was.owner, column == was.text)
        return await self._database.change(statement.values({column: text})) == 1
