"""One installation with a campaign of 1,000,000 messages, shared by the parts that need one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from bench.prepare import add_campaign, add_list, add_sender, phone, provider_id, start, take_and_settle
from bench.site import Site
from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import Counts, MessageStatus
from campana.domain.receipts import Receipt
from campana.domain.recipients import Suppression, SuppressionSource
from campana.domain.senders import Sender
from campana.engine.ids import new_id
from campana.engine.ports import Taken

_MIX = (MessageStatus.FAILED, MessageStatus.UNKNOWN)
RARE = 500
"""one message in so many becomes something else than SENT, so that each status is spread thinly"""
RECEIPTS = 400
SUPPRESSED = 200


@dataclass(frozen=True, slots=True)
class Million:
    """The campaign is PROCESSING and partly sent. `size` is its number of messages."""

    site: Site
    sender: Sender
    campaign_id: UUID
    size: int

    @classmethod
    async def of(cls, site: Site, size: int) -> "Million":
        """Make it, by the store's own verbs, and start it."""
        sender = await add_sender(site)
        apart = size // SUPPRESSED
        await site.store.add_suppressions(
            [
                Suppression(
                    id=new_id(),
                    account_id=site.account_id,
                    phone=phone(number * apart),
                    reason="said STOP",
                    source=SuppressionSource.REPLY,
                    created_at=datetime.now(UTC),
                )
                for number in range(SUPPRESSED)
            ]
        )
        campaign = await add_campaign(site, sender, await add_list(site, size))
        await start(site.store, campaign, sender)
        return cls(site, sender, campaign.id, size)

    async def counts(self) -> Counts:
        """How many messages have which status."""
        return (await self.site.store.progress([self.campaign_id]))[self.campaign_id].counts

    async def sent(self) -> int:
        """How many messages are SENT."""
        return (await self.counts()).sent

    async def skip_to(self, row: int) -> None:
        """Record the messages up to there as sent, without sending them; no process of the product runs."""
        missing = row - (self.size - (await self.counts()).pending)
        await take_and_settle(self.site.store, self.sender, self.campaign_id, missing)

    async def mix(self) -> None:
        """Bring it to nine tenths, with some messages in every status a page may ask for, and pause it."""
        store, missing = self.site.store, (await self.counts()).pending - self.size // 10
        await take_and_settle(store, self.sender, self.campaign_id, missing, outcome=_mixed)
        apart = self.size * 8 // 10 // RECEIPTS
        for number in range(RECEIPTS):
            row = 2 + self.size // 20 + number * apart
            status = MessageStatus.DELIVERED if number % 2 else MessageStatus.READ
            message_id = provider_id(self.campaign_id, row)
            await store.receive(self.sender.id, [Receipt(message_id, status, datetime.now(UTC))])
        origins = [CampaignStatus.PROCESSING]
        await store.move(self.campaign_id, CampaignStatus.PAUSED, origins=origins, at=datetime.now(UTC))


def _mixed(taken: Taken) -> MessageStatus:
    number, rest = divmod(taken.row, RARE)
    return _MIX[number % len(_MIX)] if rest == 0 else MessageStatus.SENT
