"""The store as one object: the parts put together, and the ways to begin."""

from contextlib import AsyncExitStack

from campana.stores.mongo import migrations
from campana.stores.mongo.accounts import Accounts
from campana.stores.mongo.addressed import AddressedMessages
from campana.stores.mongo.api_keys import ApiKeys
from campana.stores.mongo.archiving import ArchivingPart
from campana.stores.mongo.audit import Audit
from campana.stores.mongo.campaigns import Campaigns
from campana.stores.mongo.copying import Copying
from campana.stores.mongo.database import Database
from campana.stores.mongo.drafts import Drafts
from campana.stores.mongo.duties import Duties
from campana.stores.mongo.erasures import Erasures
from campana.stores.mongo.flags import Flags
from campana.stores.mongo.forgetting import Forgetting
from campana.stores.mongo.health import Health, check_version
from campana.stores.mongo.hosts import Hosts
from campana.stores.mongo.inbox import Inbox
from campana.stores.mongo.insight import Insight
from campana.stores.mongo.lanes import Lanes
from campana.stores.mongo.listing import Listing
from campana.stores.mongo.lists import Lists
from campana.stores.mongo.loading import Loading
from campana.stores.mongo.messages import Messages
from campana.stores.mongo.moves import Moves
from campana.stores.mongo.notices import Notices
from campana.stores.mongo.outgoing import Outgoing
from campana.stores.mongo.preferences import PreferencesPart
from campana.stores.mongo.privacy import PrivacyPart
from campana.stores.mongo.receipts import Receipts
from campana.stores.mongo.recipients import Recipients
from campana.stores.mongo.removal import Removal
from campana.stores.mongo.replies import Replies
from campana.stores.mongo.reporting import Reporting
from campana.stores.mongo.room import Room
from campana.stores.mongo.rounds import Rounds
from campana.stores.mongo.sealed import Sealed
from campana.stores.mongo.second_factors import SecondFactors
from campana.stores.mongo.senders import Senders
from campana.stores.mongo.sessions import Sessions
from campana.stores.mongo.settling import Settling
from campana.stores.mongo.silence import Silence
from campana.stores.mongo.suppressions import Suppressions
from campana.stores.mongo.taking import Taking
from campana.stores.mongo.team import Team
from campana.stores.mongo.unmatched import UnmatchedReceipts
from campana.stores.mongo.workers import Workers
from campana.stores.upgrades import Outlook


class MongoStore(
    Health,
    Accounts,
    Team,
    ApiKeys,
    Sessions,
    SecondFactors,
    Senders,
    Lists,
    Recipients,
    Campaigns,
    Listing,
    Insight,
    Reporting,
    Drafts,
    Removal,
    Messages,
    Suppressions,
    Flags,
    Replies,
    AddressedMessages,
    PreferencesPart,
    Erasures,
    Forgetting,
    PrivacyPart,
    Loading,
    Moves,
    Room,
    Rounds,
    Taking,
    Settling,
    Receipts,
    Silence,
    Inbox,
    Outgoing,
    Notices,
    UnmatchedReceipts,
    Lanes,
    Duties,
    Hosts,
    Workers,
    Audit,
    Sealed,
    Copying,
    ArchivingPart,
):
    """Implements `engine.ports.Store` on MongoDB. Belongs to the event loop it was opened in."""


async def open_store(url: str) -> MongoStore:
    """The store at `mongodb://…`. Does not migrate.

    Raises StoreUnavailable when the database cannot be asked or is of another version, with what to do;
    ConfigurationError for a URL that cannot be read.
    """
    database = Database(url)
    async with AsyncExitStack() as undo:
        undo.push_async_callback(database.close)
        await check_version(database)
        undo.pop_all()
    return MongoStore(database)


async def upgrade(url: str) -> None:
    """Bring the database at `url` to this version's collections and indexes."""
    async with AsyncExitStack() as stack:
        database = Database(url)
        stack.push_async_callback(database.close)
        await migrations.upgrade(database)


async def version(url: str) -> str | None:
    """The version the database at `url` is at; None for an empty one."""
    async with AsyncExitStack() as stack:
        database = Database(url)
        stack.push_async_callback(database.close)
        return await migrations.current(database)


async def outlook(url: str) -> Outlook:
    """What an upgrade would do to the database at `url`, and to what works with it."""
    async with AsyncExitStack() as stack:
        database = Database(url)
        stack.push_async_callback(database.close)
        before = await migrations.current(database)
        if not migrations.breaks(before):
            return Outlook(before, migrations.HEAD, breaks=False)
        return Outlook(before, migrations.HEAD, breaks=True, workers=await Workers(database).workers())
