"""What the engine needs from the outside, in its own words; stores and providers come to it.

Nothing here speaks SQL, and no verb needs more than one store to be asked.
"""

from typing import Protocol

from campana.engine.ports.archiving import ArchivedRow, Archiving
from campana.engine.ports.audit import AuditQuery, AuditTrail
from campana.engine.ports.catalog import CampaignOrder, CampaignView, Catalog, SenderName, Statistics
from campana.engine.ports.copying import Copying
from campana.engine.ports.drafts import Drafts
from campana.engine.ports.inbox import Backlog, Inbox, Post, StoredPost, Unmatched
from campana.engine.ports.insight import PACE_SPAN_S, Insight, PaceSample, Reason
from campana.engine.ports.lanes import HostPace, LaneHolder, Lanes, Lease, LeaseLost, Presence
from campana.engine.ports.ledger import (
    LaneCampaign,
    LaneView,
    Ledger,
    MessageKey,
    Settlement,
    Share,
    Silent,
    Start,
    StartVerdict,
    Taken,
)
from campana.engine.ports.notices import Notices, Notifier
from campana.engine.ports.optouts import (
    EVERY_SUPPRESSION,
    Addressed,
    Cap,
    Flag,
    Heard,
    OptOuts,
    SuppressionFilter,
)
from campana.engine.ports.outgoing import KeptNews, Outgoing, Posted, Poster
from campana.engine.ports.outside import Clock, Envelope, Mailer, Provider, Step, Tracing, Vault
from campana.engine.ports.pages import Page
from campana.engine.ports.people import People, SignIns
from campana.engine.ports.privacy import PastList, Place, Privacy
from campana.engine.ports.reporting import Reporting, Span, TemplateTotals
from campana.engine.ports.sealed import SealedPlace, SealedText, SealedTexts
from campana.engine.ports.tenants import AccountUsage, Tenants

__all__ = [
    "EVERY_SUPPRESSION",
    "PACE_SPAN_S",
    "AccountUsage",
    "Addressed",
    "ArchivedRow",
    "Archiving",
    "AuditQuery",
    "AuditTrail",
    "Backlog",
    "CampaignOrder",
    "CampaignView",
    "Cap",
    "Catalog",
    "Clock",
    "Drafts",
    "Envelope",
    "Flag",
    "Heard",
    "HostPace",
    "Inbox",
    "Insight",
    "KeptNews",
    "LaneCampaign",
    "LaneHolder",
    "LaneView",
    "Lanes",
    "Lease",
    "LeaseLost",
    "Ledger",
    "Mailer",
    "MessageKey",
    "Notices",
    "Notifier",
    "OptOuts",
    "Outgoing",
    "PaceSample",
    "Page",
    "PastList",
    "People",
    "Place",
    "Post",
    "Posted",
    "Poster",
    "Presence",
    "Privacy",
    "Provider",
    "Reason",
    "Reporting",
    "SealedPlace",
    "SealedText",
    "SealedTexts",
    "SenderName",
    "Settlement",
    "Share",
    "SignIns",
    "Silent",
    "Span",
    "Start",
    "StartVerdict",
    "Statistics",
    "Step",
    "Store",
    "StoredPost",
    "SuppressionFilter",
    "Taken",
    "TemplateTotals",
    "Tenants",
    "Tracing",
    "Unmatched",
    "Vault",
]


class Store(
    Catalog,
    Insight,
    Reporting,
    Ledger,
    Lanes,
    Inbox,
    OptOuts,
    People,
    SignIns,
    AuditTrail,
    Drafts,
    Outgoing,
    Notices,
    SealedTexts,
    Tenants,
    Copying,
    Privacy,
    Archiving,
    Protocol,
):
    """All of them, as one database gives them."""

    async def close(self) -> None:
        """Let go of connections."""
