"""A campaign's recipients become its messages, in portions, until the campaign is opened."""

from uuid import UUID

from sqlalchemy import bindparam, case, exists, func, insert, literal, or_, select, update

from campana.domain.campaigns import EDITABLE, CampaignStatus
from campana.domain.messages import MessageStatus
from campana.domain.privacy import ERASED_REASON
from campana.stores.held import Held
from campana.stores.reasons import ERASED_CODE, SUPPRESSED_CODE, SUPPRESSED_REASON
from campana.stores.sql.books import hold
from campana.stores.sql.news import keep_campaign
from campana.stores.sql.part import Part
from campana.stores.sql.recipients import IS_ERASED
from campana.stores.sql.schema import campaigns, counts, messages, recipients, suppressions
from campana.stores.sql.transactions import Transaction

_PENDING = MessageStatus.PENDING.value
_SKIPPED = MessageStatus.SKIPPED.value

_IS_SUPPRESSED = exists().where(
    suppressions.c.account_id == bindparam("account"), suppressions.c.phone == recipients.c.phone
)
_PEOPLE = (
    select(recipients.c.row, IS_ERASED.label("erased"), _IS_SUPPRESSED.label("suppressed"))
    .where(recipients.c.list_id == bindparam("list"), recipients.c.row > bindparam("after"))
    .order_by(recipients.c.row)
    .limit(bindparam("portion"))
    .subquery()
)
_LOAD = insert(messages).from_select(
    ["campaign_id", "row", "status", "code", "reason"],
    select(
        bindparam("campaign", type_=messages.c.campaign_id.type),
        _PEOPLE.c.row,
        case((or_(_PEOPLE.c.erased, _PEOPLE.c.suppressed), _SKIPPED), else_=_PENDING),
        case((_PEOPLE.c.erased, ERASED_CODE), (_PEOPLE.c.suppressed, SUPPRESSED_CODE)),
        case((_PEOPLE.c.erased, ERASED_REASON), (_PEOPLE.c.suppressed, SUPPRESSED_REASON)),
    ),
)
_LAST_ROW = select(func.coalesce(func.max(messages.c.row), 0)).where(
    messages.c.campaign_id == bindparam("campaign")
)
_SKIPPED_BEHIND = select(func.count()).where(
    messages.c.campaign_id == bindparam("campaign"),
    messages.c.status == literal(_SKIPPED),
    messages.c.row > bindparam("after"),
)
_ADD = (
    update(counts)
    .where(counts.c.campaign_id == bindparam("campaign"))
    .values(
        pending=counts.c.pending + bindparam("by_pending"),
        skipped=counts.c.skipped + bindparam("by_skipped"),
        total=counts.c.total + bindparam("by_pending") + bindparam("by_skipped"),
    )
)


class Loading(Part):
    """See Ledger."""

    async def load(self, campaign_id: UUID, *, limit: int) -> int:
        async def work(tx: Transaction) -> int:
            campaign = (await hold(tx, [campaign_id])).get(campaign_id)
            if campaign is None or not campaign.in_the_making:
                return 0
            return await _load(tx, campaign, limit)

        return await self._database.write(work)

    async def open_campaign(self, campaign_id: UUID, status: CampaignStatus) -> bool:
        """Raises ValueError for a status other than DRAFT and SCHEDULED."""
        if status not in EDITABLE:
            raise ValueError(f"a campaign cannot be opened as {status}")
        statement = (
            update(campaigns)
            .where(
                campaigns.c.id == campaign_id,
                campaigns.c.opened.is_(False),
                campaigns.c.status == CampaignStatus.DRAFT.value,
            )
            .values(opened=True, status=status.value)
        )

        async def work(tx: Transaction) -> bool:
            if not (await tx.execute(statement)).rowcount:
                return False
            campaign = (await hold(tx, [campaign_id]))[campaign_id]
            await keep_campaign(tx, campaign, status)
            return True

        if not await self._database.write(work):
            return False
        loaded = await self._database.row(select(counts.c.total).where(counts.c.campaign_id == campaign_id))
        await self._database.grew(messages, by=0 if loaded is None else loaded.total)
        return True


async def _load(tx: Transaction, campaign: Held, limit: int) -> int:
    mine = {"campaign": campaign.id}
    after = (await tx.execute(_LAST_ROW, mine)).scalar_one()
    portion = {"account": campaign.account_id, "list": campaign.recipient_list_id, "portion": limit}
    loaded = (await tx.execute(_LOAD, mine | portion | {"after": after})).rowcount
    if loaded:
        skipped = (await tx.execute(_SKIPPED_BEHIND, mine | {"after": after})).scalar_one()
        await tx.execute(_ADD, mine | {"by_pending": loaded - skipped, "by_skipped": skipped})
    return loaded
