"""Where providers post to: digests and sealed secrets, never a secret in clear."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from campana.domain.senders import Webhook
from campana.stores.sql.part import Part
from campana.stores.sql.schema import webhooks


class Webhooks(Part):
    """See Inbox."""

    async def webhooks(self) -> Sequence[Webhook]:
        return [_webhook_of(row) for row in await self._database.rows(select(webhooks))]

    async def webhook(self, sender_id: UUID) -> Webhook | None:
        row = await self._database.row(select(webhooks).where(webhooks.c.sender_id == sender_id))
        return None if row is None else _webhook_of(row)

    async def save_webhook(self, webhook: Webhook) -> None:
        secrets = {name: getattr(webhook, name) for name in _SECRETS}
        statement = self._database.insert(webhooks).values(sender_id=webhook.sender_id, **secrets)
        await self._database.change(
            statement.on_conflict_do_update(index_elements=["sender_id"], set_=secrets)
        )


_SECRETS = ("digest", "sealed", "former_digest", "former_until")


def _webhook_of(row: Row[Any]) -> Webhook:
    return Webhook(**row._mapping)
