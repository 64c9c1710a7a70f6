"""When the engine itself stops a campaign, its log and the audit trail say so, with the reason."""

import structlog

from campana.domain.audit import ENGINE, AuditAction, subject_of
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.engine.audit import Audit

log = structlog.get_logger(__name__)


async def tell_stop(campaign: Campaign, target: CampaignStatus, reason: str, audit: Audit) -> None:
    """The campaign has just become PAUSED or FAILED, by nobody's wish."""
    if target is CampaignStatus.FAILED:
        log.error("Campaign failed: %s: %s", campaign.id, reason)
        action = AuditAction.CAMPAIGN_FAILED
    else:
        log.warning("campaign.paused", campaign=str(campaign.id), reason=reason)
        action = AuditAction.CAMPAIGN_PAUSED
    details = {"reason": reason}
    await audit.note(ENGINE, action, subject_of(campaign), details, account_id=campaign.account_id)
