"""What happened to campaigns and messages, kept for outgoing webhooks in the transaction that made it
happen: a row for each state, however many messages came to it; nothing where the account has no endpoint."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, exists, insert

from campana.domain.campaigns import CampaignStatus
from campana.domain.endpoints import TOLD, EventType
from campana.domain.messages import MessageStatus
from campana.stores.held import Held
from campana.stores.sql.columns import database_time
from campana.stores.sql.schema import campaigns, endpoints, outbox
from campana.stores.sql.transactions import Transaction

Rows = Mapping[MessageStatus, Sequence[int]]
"""The rows of messages that came to a state."""

FOLLOWED = (
    exists()
    .where(endpoints.c.account_id == campaigns.c.account_id, endpoints.c.enabled.is_(True))
    .label("followed")
)
"""Whether an endpoint of a campaign's account is on."""

_KEEP = insert(outbox).values(
    account_id=bindparam("account"),
    campaign_id=bindparam("campaign"),
    type=bindparam("event"),
    rows=bindparam("in_rows", type_=outbox.c.rows.type),
    at=database_time(),
)


async def keep_messages(tx: Transaction, changes: Iterable[tuple[Held, Rows]]) -> None:
    """Messages of held campaigns came to these states just now."""
    news = [
        _values(campaign, EventType.of(status), rows)
        for campaign, came in changes
        if campaign.followed
        for status, rows in came.items()
        if rows and status in TOLD
    ]
    if news:
        await tx.execute(_KEEP, news)


async def keep_campaign(tx: Transaction, campaign: Held, status: CampaignStatus) -> None:
    """A held campaign came to this state just now."""
    if campaign.followed:
        await tx.execute(_KEEP, [_values(campaign, EventType.of(status), ())])


def _values(campaign: Held, event: EventType, rows: Sequence[int]) -> dict[str, object]:
    return {
        "account": campaign.account_id,
        "campaign": campaign.id,
        "event": event.value,
        "in_rows": list(rows),
    }
