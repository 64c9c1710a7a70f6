"""Accounts as whoever runs the installation looks after them."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignKind, CampaignStatus
from campana.domain.errors import Conflict
from campana.engine.ports import AccountUsage
from campana.stores.sql.part import Part
from campana.stores.sql.people_rows import account_of, account_values
from campana.stores.sql.rows import campaign_of
from campana.stores.sql.schema import accounts, campaigns, senders, usage, users
from campana.stores.sql.transactions import Transaction

_ACTIVE = (CampaignStatus.SCHEDULED.value, CampaignStatus.PROCESSING.value)


class Tenants(Part):
    """See ports.Tenants."""

    async def account(self, account_id: UUID) -> Account | None:
        row = await self._database.row(select(accounts).where(accounts.c.id == account_id))
        return None if row is None else account_of(row)

    async def change_account(self, account_id: UUID, change: Callable[[Account], Account]) -> Account | None:
        mine = accounts.c.id == account_id

        async def work(tx: Transaction) -> Account | None:
            row = (await tx.execute(select(accounts).where(mine).with_for_update())).one_or_none()
            if row is None:
                return None
            changed = change(account_of(row))
            await tx.execute(update(accounts).where(mine).values(account_values(changed)))
            return changed

        try:
            return await self._database.write(work)
        except IntegrityError:
            raise Conflict("There is an account of that name already") from None

    async def active_campaigns(self, account_id: UUID) -> Sequence[Campaign]:
        query = select(campaigns).where(
            campaigns.c.account_id == account_id,
            campaigns.c.opened.is_(True),
            campaigns.c.status.in_(_ACTIVE),
        )
        return [campaign_of(row) for row in await self._database.rows(query)]

    async def account_usage(self, account_id: UUID, since: date) -> AccountUsage:
        days = (
            select(usage.c.day, func.sum(usage.c.used).label("used"))
            .join(senders, senders.c.id == usage.c.sender_id)
            .where(senders.c.account_id == account_id, usage.c.day >= since)
            .group_by(usage.c.day)
            .order_by(usage.c.day)
        )
        states = (
            select(campaigns.c.status, func.count().label("number"))
            .where(
                campaigns.c.account_id == account_id,
                campaigns.c.opened.is_(True),
                campaigns.c.kind == CampaignKind.BULK.value,
            )
            .group_by(campaigns.c.status)
        )
        numbers = select(
            *(
                select(func.count()).where(table.c.account_id == account_id).scalar_subquery().label(name)
                for table, name in ((senders, "senders"), (users, "users"))
            )
        )
        found = {CampaignStatus(row.status): row.number for row in await self._database.rows(states)}
        counted = await self._database.row(numbers)
        return AccountUsage(
            messages={row.day: int(row.used) for row in await self._database.rows(days)},
            campaigns={status: found.get(status, 0) for status in CampaignStatus},
            senders=counted.senders if counted else 0,
            users=counted.users if counted else 0,
        )
