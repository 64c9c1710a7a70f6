"""Everything a caller can ask of the engine, in one bundle; bootstrap makes it, web and commands use it."""

from dataclasses import dataclass

from campana.engine.accounts import Accounts
from campana.engine.admin_access import AdminAccess
from campana.engine.audit import Audit
from campana.engine.campaigns import Campaigns
from campana.engine.comparisons import Comparisons
from campana.engine.control import Control
from campana.engine.drafts import Drafts
from campana.engine.estimates import Estimates
from campana.engine.imports import Imports
from campana.engine.inbox.addresses import Addresses
from campana.engine.inbox.intake import Intake
from campana.engine.insights import Insights
from campana.engine.lists import RecipientLists
from campana.engine.notices.desk import Notices
from campana.engine.offers import TemplateOffers
from campana.engine.optouts.files import SuppressionFiles
from campana.engine.optouts.preferences import AccountPreferences
from campana.engine.optouts.replies import Replies
from campana.engine.optouts.suppressions import Suppressions
from campana.engine.outgoing.endpoints import Endpoints
from campana.engine.overviews import Overviews
from campana.engine.people.services import PeopleServices
from campana.engine.ports import Catalog, Inbox
from campana.engine.previews import Previews
from campana.engine.privacy.desk import PrivacyDesk
from campana.engine.reports import Reports
from campana.engine.saved_templates import SavedTemplates
from campana.engine.senders import Senders
from campana.engine.sending.roster import Rosters
from campana.engine.sending.slowdowns import Slowdowns
from campana.engine.tenants import Tenants
from campana.engine.trials import Trials
from campana.engine.watching import ProgressHub


@dataclass(frozen=True, slots=True)
class Services:
    """Every service. `catalog` and `inbox` are for monitoring alone."""

    catalog: Catalog
    inbox: Inbox
    accounts: Accounts
    people: PeopleServices
    audit: Audit
    tenants: Tenants
    admin_access: AdminAccess
    senders: Senders
    imports: Imports
    lists: RecipientLists
    campaigns: Campaigns
    control: Control
    estimates: Estimates
    drafts: Drafts
    templates: SavedTemplates
    offers: TemplateOffers
    previews: Previews
    trials: Trials
    reports: Reports
    slowdowns: Slowdowns
    rosters: Rosters
    insights: Insights
    comparisons: Comparisons
    overviews: Overviews
    suppressions: Suppressions
    endpoints: Endpoints
    notices: Notices
    addresses: Addresses
    intake: Intake
    suppression_files: SuppressionFiles
    replies: Replies
    preferences: AccountPreferences
    privacy: PrivacyDesk
    hub: ProgressHub
