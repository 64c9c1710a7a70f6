"""Messages of which too little was heard: accepted ones without a word since, and UNKNOWN ones that a
receipt may be about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update

from campana.domain.messages import MessageStatus
from campana.engine.ports import MessageKey, Silent
from campana.stores.sql.part import Part
from campana.stores.sql.rows import sender_of
from campana.stores.sql.schema import campaigns, counts, messages, recipients, senders

_SILENT = (
    select(
        senders,
        messages.c.campaign_id,
        messages.c.row,
        messages.c.provider_message_id,
        messages.c.sent_at,
    )
    .join(campaigns, campaigns.c.id == messages.c.campaign_id)
    .join(senders, senders.c.id == campaigns.c.sender_id)
    .where(
        messages.c.status == MessageStatus.SENT.value,
        messages.c.sent_at.between(bindparam("since"), bindparam("until")),
        messages.c.provider_message_id.is_not(None),
        or_(messages.c.rests_until.is_(None), messages.c.rests_until <= bindparam("now")),
        senders.c.provider == bindparam("provider"),
    )
    .order_by(messages.c.sent_at.desc())
    .limit(bindparam("most"))
)
_UNKNOWN_TO = (
    select(messages.c.campaign_id, messages.c.row)
    .select_from(campaigns)
    .join(counts, counts.c.campaign_id == campaigns.c.id)
    .join(recipients, recipients.c.list_id == campaigns.c.recipient_list_id)
    .join(messages, (messages.c.campaign_id == campaigns.c.id) & (messages.c.row == recipients.c.row))
    .where(
        campaigns.c.sender_id == bindparam("sender"),
        counts.c.unknown > 0,
        recipients.c.phone == bindparam("phone"),
        messages.c.status == MessageStatus.UNKNOWN.value,
        messages.c.provider_message_id.is_(None),
        messages.c.settled_at.between(bindparam("since"), bindparam("until")),
    )
)


class Silence(Part):
    """See Ledger."""

    async def unknown_to(
        self, sender_id: UUID, phone: str, *, since: datetime, until: datetime
    ) -> Sequence[MessageKey]:
        values = {"sender": sender_id, "phone": phone, "since": since, "until": until}
        return [
            MessageKey(row.campaign_id, row.row) for row in await self._database.rows(_UNKNOWN_TO, values)
        ]

    async def silent(
        self, provider: str, *, now: datetime, since: datetime, until: datetime, limit: int
    ) -> Sequence[Silent]:
        values = {"provider": provider, "now": now, "since": since, "until": until, "most": limit}
        return [
            Silent(MessageKey(row.campaign_id, row.row), sender_of(row), row.provider_message_id, row.sent_at)
            for row in await self._database.rows(_SILENT, values)
        ]

    async def rest(self, key: MessageKey, until: datetime) -> None:
        this = (messages.c.campaign_id == key.campaign_id) & (messages.c.row == key.row)
        await self._database.change(update(messages).where(this).values(rests_until=until))
