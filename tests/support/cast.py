"""A cast for tests of anything on a store: people, senders, lists, campaigns, made by the store's own verbs.

Times: MORNING is when everything was made and becomes due; TODAY is its day for a sender in UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from campana.domain.accounts import Account, ApiKey, Role, User
from campana.domain.campaigns import Campaign, CampaignStatus, Template
from campana.domain.messages import Counts, Message, MessageStatus
from campana.domain.receipts import Receipt
from campana.domain.recipients import Recipient, RecipientList, Suppression, SuppressionSource
from campana.domain.senders import Sender
from campana.domain.sign_in import Link, Purpose, Session
from campana.engine.ports import CampaignView, Lease, Settlement, Share, StartVerdict, Store, Taken

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = MORNING.date()
TOMORROW = TODAY + timedelta(days=1)
COLUMNS = ("phone", "name", "city")


async def make_account(store: Store, name: str = "Shop") -> Account:
    """A business."""
    account = Account(id=uuid4(), name=name, created_at=MORNING)
    await store.add_account(account)
    return account


async def make_user(store: Store, account: Account, email: str = "alice@shop.test", **changes: Any) -> User:
    """A person in the account, an owner unless told otherwise."""
    user = User(
        id=uuid4(),
        account_id=account.id,
        email=email,
        role=Role.OWNER,
        admin=False,
        password_hash=None,
        created_at=MORNING,
    )
    user = replace(user, **changes)
    await store.add_user(user)
    return user


async def make_api_key(store: Store, user: User, digest: str = "digest", **changes: Any) -> ApiKey:
    """A key of that user's scripts."""
    key = ApiKey(
        id=uuid4(), user_id=user.id, name="scripts", digest=digest, last_four="wxyz", created_at=MORNING
    )
    key = replace(key, **changes)
    await store.add_api_key(key)
    return key


async def make_session(store: Store, user: User, digest: str, **changes: Any) -> Session:
    """A browser in which the user signed in this morning."""
    session = Session(
        id=uuid4(),
        user_id=user.id,
        digest=digest,
        created_at=MORNING,
        seen_at=MORNING,
        expires_at=MORNING + timedelta(days=30),
        address="192.0.2.7",
        device="Firefox",
    )
    session = replace(session, **changes)
    await store.add_session(session)
    return session


async def make_link(store: Store, purpose: Purpose, digest: str, **changes: Any) -> Link:
    """A link that is good for an hour."""
    link = Link(
        id=uuid4(),
        purpose=purpose,
        digest=digest,
        created_at=MORNING,
        expires_at=MORNING + timedelta(hours=1),
    )
    link = replace(link, **changes)
    await store.add_link(link)
    return link


async def make_sender(store: Store, account: Account, name: str = "Main", **changes: Any) -> Sender:
    """A sender in UTC with room for 1000 messages a day."""
    sender = Sender(
        id=uuid4(),
        account_id=account.id,
        name=name,
        provider="bizchat",
        sealed_credentials="sealed",
        credential_hints={"api_token": "oken", "vendor_uid": "-uid"},
        rate_limit_per_s=29.0,
        daily_limit=1000,
        timezone=ZoneInfo("UTC"),
        country="IN",
        created_at=MORNING,
    )
    sender = replace(sender, **changes)
    await store.add_sender(sender)
    return sender


def person(row: int) -> Recipient:
    """The recipient in that row; each has a number of its own."""
    phone = phone_of(row)
    return Recipient(row=row, phone=phone, name=f"Person {row}", values=(phone, f"Person {row}", "Pune"))


def phone_of(row: int) -> str:
    """The number of the person in that row."""
    return f"+9198{row:08d}"


def empty_list(owner: Account | Sender, **changes: Any) -> RecipientList:
    """A list of that account (or that sender's) as it is begun, before its numbers are known."""
    begun = RecipientList(
        id=uuid4(),
        account_id=owner.account_id if isinstance(owner, Sender) else owner.id,
        filename="people.csv",
        columns=COLUMNS,
        phone_column="phone",
        name_column="name",
        country="IN",
        total=0,
        valid=0,
        invalid=0,
        duplicates=0,
        suppressed=0,
        blanks={},
        created_at=MORNING,
    )
    return replace(begun, **changes)


async def make_list(
    store: Store, owner: Account | Sender, people: int | Sequence[Recipient] = 10, **changes: Any
) -> RecipientList:
    """A closed list of so many people (rows from 2, as below a row of headings), or of those given."""
    recipients = [person(row) for row in range(2, people + 2)] if isinstance(people, int) else people
    begun = empty_list(owner, **changes)
    await store.open_list(begun)
    await store.add_recipients(begun.id, recipients, [])
    return await store.close_list(replace(begun, total=len(recipients), valid=len(recipients)))


def new_campaign(sender: Sender, recipients: RecipientList, **changes: Any) -> Campaign:
    """A campaign that no store knows yet, for MORNING."""
    campaign = Campaign(
        id=uuid4(),
        account_id=sender.account_id,
        sender_id=sender.id,
        recipient_list_id=recipients.id,
        name="Diwali",
        template=Template("diwali_offer", "en_US"),
        fields={"field_1": "Hi {name}"},
        header=None,
        status=CampaignStatus.DRAFT,
        scheduled_at=MORNING,
        created_at=MORNING,
    )
    return replace(campaign, **changes)


async def make_campaign(
    store: Store,
    sender: Sender,
    recipients: RecipientList,
    *,
    status: CampaignStatus = CampaignStatus.SCHEDULED,
    **changes: Any,
) -> Campaign:
    """A campaign, loaded and opened as SCHEDULED (or DRAFT); it is due in the MORNING."""
    campaign = await store.add_campaign(new_campaign(sender, recipients, **changes))
    while await store.load(campaign.id, limit=1000):
        pass
    assert await store.open_campaign(campaign.id, status)
    return replace(campaign, status=status)


async def start_campaign(
    store: Store, campaign: Campaign, *, daily_limit: int = 1000, day: date = TODAY
) -> Campaign:
    """SCHEDULED to PROCESSING."""
    now = max(MORNING, campaign.scheduled_at or MORNING)
    start = await store.start(campaign.id, now=now, day=day, daily_limit=daily_limit)
    assert start.verdict is StartVerdict.STARTED, start
    return replace(campaign, status=CampaignStatus.PROCESSING)


async def running_campaign(
    store: Store, sender: Sender, people: int | Sequence[Recipient] = 10, **changes: Any
) -> Campaign:
    """A campaign of so many people that is PROCESSING."""
    recipients = await make_list(store, sender, people)
    campaign = await make_campaign(store, sender, recipients, **changes)
    return await start_campaign(store, campaign, daily_limit=sender.daily_limit)


async def hold_lane(store: Store, sender: Sender, owner: str = "worker-1", *, ttl_s: float = 60.0) -> Lease:
    """The sender's lane, which must be free."""
    lease = await store.acquire(sender.id, owner, ttl_s=ttl_s, day=TODAY)
    assert lease is not None, "somebody holds the lane"
    return lease


async def take(
    store: Store,
    lease: Lease,
    *campaigns: Campaign,
    limit: int = 100,
    after_row: int = 0,
    **changes: Any,
) -> list[Taken]:
    """Up to `limit` messages of each of the campaigns."""
    shares = [Share(campaign.id, after_row, limit) for campaign in campaigns]
    options: dict[str, Any] = {"now": MORNING, "day": TODAY, "daily_limit": 1000} | changes
    return list(await store.take(lease, shares, **options))


def outcome(taken: Taken, status: MessageStatus, **changes: Any) -> Settlement:
    """What became of a taken message; an accepted one gets an id made from campaign and row."""
    settlement = Settlement(campaign_id=taken.campaign_id, row=taken.row, status=status, at=MORNING)
    if status is MessageStatus.SENT:
        settlement = replace(settlement, provider_message_id=wamid(taken.campaign_id, taken.row))
    if status is MessageStatus.PENDING:
        settlement = replace(settlement, not_before=MORNING + timedelta(seconds=30))
    return replace(settlement, **changes)


def wamid(campaign_id: object, row: int) -> str:
    """The provider's id that `outcome` gives a message."""
    return f"wamid.{campaign_id}.{row}"


async def settle(
    store: Store,
    lease: Lease,
    taken: Iterable[Taken],
    status: MessageStatus = MessageStatus.SENT,
    **changes: Any,
) -> int:
    """Settle all of them the same way."""
    return await store.settle(lease, [outcome(one, status, **changes) for one in taken], day=TODAY)


async def told(
    store: Store, sender: Sender, provider_message_id: str, status: MessageStatus, **changes: Any
) -> bool:
    """Give the store a receipt of the MORNING; whether its message is known."""
    receipt = replace(Receipt(provider_message_id, status, MORNING), **changes)
    return await store.receive(sender.id, [receipt]) == []


async def suppress(store: Store, account: Account, *phones: str) -> None:
    """Put numbers on the account's suppression list."""
    await store.add_suppressions(
        [
            Suppression(
                id=uuid4(),
                account_id=account.id,
                phone=phone,
                reason="asked to stop",
                source=SuppressionSource.REPLY,
                created_at=MORNING,
            )
            for phone in phones
        ]
    )


async def view_of(store: Store, campaign: Campaign) -> CampaignView:
    """The campaign as it is now."""
    return (await store.progress([campaign.id]))[campaign.id]


async def counts_of(store: Store, campaign: Campaign) -> Counts:
    """Its counts as they are now."""
    return (await view_of(store, campaign)).counts


async def all_messages(store: Store, campaign: Campaign, *, page: int = 500, **query: Any) -> list[Message]:
    """Every message, read page by page."""
    found: list[Message] = []
    cursor: str | None = None
    while True:
        got = await store.messages(campaign.id, limit=page, cursor=cursor, **query)
        found += got.items
        if got.next_cursor is None:
            return found
        cursor = got.next_cursor


async def recount(store: Store, campaign: Campaign) -> Counts:
    """The counts as the messages themselves say."""
    numbers = dict.fromkeys((status.value.lower() for status in MessageStatus), 0)
    for message in await all_messages(store, campaign):
        numbers[message.status.value.lower()] += 1
    return Counts(**numbers)
