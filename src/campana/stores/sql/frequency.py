"""How many campaign messages people got lately: counted from the messages themselves, so that nothing has to
be kept beside them, and whoever does not ask for it pays nothing."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from campana.domain.campaigns import CampaignKind
from campana.domain.messages import MessageStatus
from campana.engine.ports import Cap
from campana.stores.sql.columns import Texts, among
from campana.stores.sql.part import Part
from campana.stores.sql.schema import campaigns, messages, recipients
from campana.stores.sql.transactions import Transaction

_SENDING = MessageStatus.SENDING.value
_COUNTED = sorted(
    {
        MessageStatus.SENDING,
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.UNKNOWN,
    }
)
_LATELY = (
    select(campaigns.c.id, campaigns.c.recipient_list_id)
    .where(
        campaigns.c.account_id == bindparam("account"),
        campaigns.c.kind == CampaignKind.BULK.value,
        campaigns.c.started_at.is_not(None),
        or_(campaigns.c.completed_at.is_(None), campaigns.c.completed_at >= bindparam("since")),
    )
    .subquery()
)
# From the few campaigns to the few people asked about, each by its key.
_OVER = (
    select(recipients.c.phone)
    .select_from(_LATELY)
    .join(
        recipients,
        (recipients.c.list_id == _LATELY.c.recipient_list_id)
        & among(recipients.c.phone, bindparam("phones", type_=Texts())),
    )
    .join(messages, (messages.c.campaign_id == _LATELY.c.id) & (messages.c.row == recipients.c.row))
    .where(
        messages.c.status.in_(_COUNTED),
        or_(
            messages.c.status == _SENDING,
            func.coalesce(messages.c.sent_at, messages.c.settled_at) >= bindparam("since"),
        ),
    )
    .group_by(recipients.c.phone)
    .having(func.count() >= bindparam("most"))
)


class FrequencyPart(Part):
    """See OptOuts."""

    async def over_cap(self, account_id: UUID, cap: Cap, phones: Collection[str]) -> frozenset[str]:
        async def look(tx: Transaction) -> frozenset[str]:
            return await over_cap(tx, account_id, cap, phones)

        return await self._database.read(look)


async def over_cap(tx: Transaction, account_id: UUID, cap: Cap, phones: Collection[str]) -> frozenset[str]:
    """Those of the numbers that got as many messages as the cap allows, or more."""
    if not phones:
        return frozenset()
    values = {"account": account_id, "since": cap.since, "most": cap.messages, "phones": list(phones)}
    return frozenset((await tx.execute(_OVER, values)).scalars().all())
