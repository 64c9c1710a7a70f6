"""Puts senders, lists and campaigns into a store by the product's own verbs, without the way over HTTP."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from bench.site import Site
from campana.domain.campaigns import Campaign, CampaignStatus, Template
from campana.domain.limits import day_of
from campana.domain.messages import MessageStatus
from campana.domain.recipients import Recipient, RecipientList
from campana.domain.senders import Credentials, Sender
from campana.engine.ids import new_id
from campana.engine.ports import Settlement, Share, Store, Taken

NO_LIMIT = 1_000_000
"""messages per second: more than anything here can send"""
COLUMNS = ("phone", "name", "field_1", "field_2", "field_3", "field_4", "field_5")
FIELDS = {
    "field_1": "Hi {name}",
    "field_2": "{field_2|your town}",
    "field_3": "Order {field_3} is due: {field_4}",
}
LOAD = 10_000
BATCH = 1000
"""messages at a time, about what a lane takes and settles when it sends as fast as it can"""
LEASE_S = 3600.0

Outcome = Callable[[Taken], MessageStatus]


async def add_sender(site: Site, *, rate_per_s: float = NO_LIMIT) -> Sender:
    """A sender with credentials; its vendor UID, and so the path of its requests, is its own."""
    sender_id = new_id()
    credentials = {"api_token": "bench-token-0001", "vendor_uid": str(uuid4())}
    sender = Sender(
        id=sender_id,
        account_id=site.account_id,
        name=f"Sender {sender_id}",
        provider="bizchat",
        sealed_credentials=site.vault.seal(credentials),
        credential_hints=Credentials(**credentials).hints(),
        rate_limit_per_s=rate_per_s,
        daily_limit=10_000_000,
        timezone=ZoneInfo("Asia/Kolkata"),
        country="IN",
        created_at=datetime.now(UTC),
    )
    await site.store.add_sender(sender)
    return sender


def phone(person: int) -> str:
    """The number of the person with that number, in E.164."""
    return f"+9198{person:08d}"


def recipients(count: int, *, first: int = 0) -> Iterator[Recipient]:
    """People of a list, numbered from `first`; rows begin at 2, below the headers."""
    for number in range(count):
        person = first + number
        e164, name = phone(person), f"Person {person}"
        values = (e164, name, f"{person % 97}", f"Town {person % 89}", f"A-{person}", "Friday", "")
        yield Recipient(row=number + 2, phone=e164, name=name, values=values)


async def add_list(site: Site, count: int, *, first: int = 0) -> RecipientList:
    """A list of that many valid rows."""
    people = RecipientList(
        id=new_id(),
        account_id=site.account_id,
        filename=f"{count}.csv",
        columns=COLUMNS,
        phone_column="phone",
        name_column="name",
        country="IN",
        total=count,
        valid=count,
        invalid=0,
        duplicates=0,
        suppressed=0,
        blanks={},
        created_at=datetime.now(UTC),
    )
    await site.store.open_list(people)
    batch: list[Recipient] = []
    for person in recipients(count, first=first):
        batch.append(person)
        if len(batch) == LOAD:
            await site.store.add_recipients(people.id, batch, ())
            batch = []
    if batch:
        await site.store.add_recipients(people.id, batch, ())
    return await site.store.close_list(people)


async def add_campaign(site: Site, sender: Sender, people: RecipientList) -> Campaign:
    """A campaign that is due now."""
    campaign = await load_campaign(site, sender, people)
    await open_campaign(site, campaign)
    return campaign


async def load_campaign(site: Site, sender: Sender, people: RecipientList) -> Campaign:
    """The same, but nobody sees it until it is opened."""
    now = datetime.now(UTC)
    campaign = Campaign(
        id=new_id(),
        account_id=site.account_id,
        sender_id=sender.id,
        recipient_list_id=people.id,
        name=f"To {people.valid}",
        template=Template("diwali_offer", "en_US"),
        fields=FIELDS,
        header=None,
        status=CampaignStatus.DRAFT,
        scheduled_at=now,
        created_at=now,
    )
    await site.store.add_campaign(campaign)
    while await site.store.load(campaign.id, limit=LOAD):
        pass
    return campaign


async def open_campaign(site: Site, campaign: Campaign) -> None:
    """Let it be seen; it is due."""
    await site.store.open_campaign(campaign.id, CampaignStatus.SCHEDULED)


async def start(store: Store, campaign: Campaign, sender: Sender) -> None:
    """Make it PROCESSING, as the scheduler would."""
    now = datetime.now(UTC)
    day = day_of(now, sender.timezone)
    await store.start(campaign.id, now=now, day=day, daily_limit=sender.daily_limit)


async def take_and_settle(
    store: Store, sender: Sender, campaign_id: UUID, count: int, *, outcome: Outcome | None = None
) -> int:
    """Take and settle up to that many messages under a lease, in the lane's own batch sizes; how many.

    Nothing is sent. `outcome` chooses what each becomes; SENT by default.
    """
    day = day_of(datetime.now(UTC), sender.timezone)
    lease = await store.acquire(sender.id, "bench", ttl_s=LEASE_S, day=day)
    if lease is None:
        raise RuntimeError("somebody else holds the lane")
    done, row = 0, 0
    while done < count:
        share = Share(campaign_id, row, min(count - done, BATCH))
        now = datetime.now(UTC)
        taken = await store.take(lease, [share], now=now, day=day, daily_limit=sender.daily_limit)
        if not taken:
            break
        settlements = [_settlement(message, now, outcome) for message in taken]
        await store.settle(lease, settlements, day=day)
        row = max(message.row for message in taken)
        done += len(taken)
    await store.release(lease)
    return done


def provider_id(campaign_id: UUID, row: int) -> str:
    """The provider's id of a message that `take_and_settle` recorded as sent: random as theirs, yet known."""
    return f"wamid.{uuid5(campaign_id, str(row)).hex}"


def _settlement(message: Taken, at: datetime, outcome: Outcome | None) -> Settlement:
    status = MessageStatus.SENT if outcome is None else outcome(message)
    waits = status is MessageStatus.PENDING
    refused = status is MessageStatus.FAILED
    return Settlement(
        campaign_id=message.campaign_id,
        row=message.row,
        status=status,
        at=at,
        provider_message_id=provider_id(message.campaign_id, message.row)
        if status is MessageStatus.SENT
        else None,
        code="131026" if refused else None,
        reason="This number cannot be reached on WhatsApp." if refused else None,
        not_before=at + timedelta(hours=1) if waits else None,
    )
