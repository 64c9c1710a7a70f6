"""Messages that go into files: what is noted of a file, and their removal behind that."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, delete, select, update

from campana.domain.archives import Archive
from campana.domain.campaigns import OVER, Campaign, CampaignKind
from campana.engine.ports import ArchivedRow, CampaignView
from campana.stores.archives import archive_values
from campana.stores.sql.part import Part
from campana.stores.sql.rows import campaign_of
from campana.stores.sql.schema import campaigns, counts, messages, recipients
from campana.stores.sql.transactions import Transaction
from campana.stores.sql.views import VIEWS, view_of

_NOT_ARCHIVED = (
    campaigns.c.status.in_([status.value for status in OVER])
    & campaigns.c.opened.is_(True)
    & campaigns.c.archive.is_(None)
)
_ARCHIVED = campaigns.c.archive.is_not(None)


def _emptied(campaign_id: UUID) -> Update:
    return update(campaigns).where(campaigns.c.id == campaign_id, _ARCHIVED).values(emptied=True)


class ArchivingPart(Part):
    """See Archiving."""

    async def archivable(self, before: datetime, *, limit: int) -> Sequence[CampaignView]:
        query = (
            VIEWS.where(
                _NOT_ARCHIVED,
                campaigns.c.kind == CampaignKind.BULK.value,
                campaigns.c.completed_at < before,
                counts.c.pending + counts.c.sending == 0,
            )
            .order_by(campaigns.c.completed_at, campaigns.c.id)
            .limit(limit)
        )
        return [view_of(row) for row in await self._database.rows(query)]

    async def keep_archive(self, campaign_id: UUID, archive: Archive, *, completed_at: datetime) -> bool:
        noted = (
            update(campaigns)
            .where(campaigns.c.id == campaign_id, _NOT_ARCHIVED, campaigns.c.completed_at == completed_at)
            .values(archive=archive_values(archive), emptied=False)
        )
        return await self._database.change(noted) == 1

    async def drop_archived(self, campaign_id: UUID, *, limit: int) -> int:
        mine = (messages.c.campaign_id == campaign_id) & messages.c.campaign_id.in_(
            select(campaigns.c.id).where(campaigns.c.id == campaign_id, _ARCHIVED)
        )
        some = select(messages.c.row).where(mine).order_by(messages.c.row).limit(limit)

        async def work(tx: Transaction) -> int:
            rows = [row.row for row in await tx.execute(some)]
            if not rows:
                await tx.execute(_emptied(campaign_id))
                return 0
            gone = delete(messages).where(mine, messages.c.row.between(rows[0], rows[-1]))
            return (await tx.execute(gone)).rowcount

        return await self._database.write(work)

    async def half_archived(self) -> Sequence[Campaign]:
        query = select(campaigns).where(_ARCHIVED, campaigns.c.emptied.is_(False))
        return [campaign_of(row) for row in await self._database.rows(query)]

    async def archived_rows(self, account_id: UUID, phone: str) -> Sequence[ArchivedRow]:
        query = (
            select(campaigns, recipients.c.row.label("at_row"))
            .join(recipients, recipients.c.list_id == campaigns.c.recipient_list_id)
            .where(campaigns.c.account_id == account_id, _ARCHIVED, recipients.c.phone == phone)
            .order_by(campaigns.c.completed_at, campaigns.c.id)
        )
        return [ArchivedRow(campaign_of(row), row.at_row) for row in await self._database.rows(query)]
