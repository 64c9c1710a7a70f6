"""The store as one object: the parts put together, and the two ways to begin."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from campana.stores.sql import migrations
from campana.stores.sql.accounts import Accounts
from campana.stores.sql.api_keys import ApiKeys
from campana.stores.sql.archiving import ArchivingPart
from campana.stores.sql.audit import Audit
from campana.stores.sql.campaigns import Campaigns
from campana.stores.sql.copying import Copying
from campana.stores.sql.database import Database
from campana.stores.sql.drafts import Drafts
from campana.stores.sql.duties import Duties
from campana.stores.sql.erasures import Erasures
from campana.stores.sql.flags import Flags
from campana.stores.sql.forgetting import Forgetting
from campana.stores.sql.frequency import FrequencyPart
from campana.stores.sql.health import Health, check_version
from campana.stores.sql.hosts import Hosts
from campana.stores.sql.inbox import Inbox
from campana.stores.sql.insight import Insight
from campana.stores.sql.lanes import Lanes
from campana.stores.sql.listing import Listing
from campana.stores.sql.lists import Lists
from campana.stores.sql.loading import Loading
from campana.stores.sql.messages import Messages
from campana.stores.sql.moves import Moves
from campana.stores.sql.notices import Notices
from campana.stores.sql.outgoing import Outgoing
from campana.stores.sql.preferences import PreferencesPart
from campana.stores.sql.privacy import PrivacyPart
from campana.stores.sql.receipts import Receipts
from campana.stores.sql.recipients import Recipients
from campana.stores.sql.replies import Replies
from campana.stores.sql.reporting import Reporting
from campana.stores.sql.room import Room
from campana.stores.sql.rounds import Rounds
from campana.stores.sql.sealed import Sealed
from campana.stores.sql.second_factors import SecondFactors
from campana.stores.sql.senders import Senders
from campana.stores.sql.sessions import Sessions
from campana.stores.sql.settling import Settling
from campana.stores.sql.silence import Silence
from campana.stores.sql.suppressions import Suppressions
from campana.stores.sql.taking import Taking
from campana.stores.sql.tenants import Tenants
from campana.stores.sql.unmatched import UnmatchedReceipts
from campana.stores.sql.urls import driver_url
from campana.stores.sql.webhooks import Webhooks
from campana.stores.sql.workers import Workers
from campana.stores.upgrades import Outlook

if TYPE_CHECKING:
    from campana.engine.ports import Store


class SqlStore(
    Health,
    Accounts,
    ApiKeys,
    Sessions,
    SecondFactors,
    Senders,
    Lists,
    Recipients,
    Drafts,
    Campaigns,
    Listing,
    Insight,
    Reporting,
    Messages,
    Suppressions,
    Replies,
    Flags,
    PreferencesPart,
    FrequencyPart,
    Loading,
    Moves,
    Room,
    Rounds,
    Taking,
    Settling,
    Receipts,
    Silence,
    Inbox,
    UnmatchedReceipts,
    Webhooks,
    Outgoing,
    Notices,
    Lanes,
    Duties,
    Workers,
    Hosts,
    Audit,
    Sealed,
    Copying,
    ArchivingPart,
    Tenants,
    PrivacyPart,
    Erasures,
    Forgetting,
):
    """Implements `engine.ports.Store` on SQLite and PostgreSQL. Belongs to the event loop it was opened
    in."""


def _as_the_engine_sees_it(store: SqlStore) -> "Store":
    """Only for the type checker: the parts together are the port."""
    return store


async def open_store(url: str) -> SqlStore:
    """The store at `sqlite:///file`, a bare path, or `postgresql://…`. Does not migrate.

    Raises StoreUnavailable when the database cannot be asked or lacks migrations, with what to do;
    ConfigurationError for a URL that names no such store.
    """
    database = Database(driver_url(url))
    async with AsyncExitStack() as undo:
        undo.push_async_callback(database.close)
        await check_version(database)
        undo.pop_all()
    return SqlStore(database)


async def upgrade(url: str) -> None:
    """Bring the database at `url` to this version's tables; makes a SQLite file where there is none."""
    await migrations.upgrade(driver_url(url))


async def version(url: str) -> str | None:
    """The migration the database at `url` is at; None for an empty one."""
    return await migrations.current(driver_url(url))


async def outlook(url: str) -> Outlook:
    """What an upgrade would do to the database at `url`, and to what works with it."""
    before = await version(url)
    if not migrations.breaks(before):
        return Outlook(before, migrations.HEAD, breaks=False)
    async with AsyncExitStack() as stack:
        database = Database(driver_url(url))
        stack.push_async_callback(database.close)
        return Outlook(before, migrations.HEAD, breaks=True, workers=await Workers(database).workers())
