"""When the engine itself stops a campaign, log, audit trail and metrics say so, with the reason."""

from dataclasses import dataclass

import structlog

from campana.domain.audit import ENGINE, AuditAction, subject_of
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.engine.audit import Audit
from campana.engine.metrics import Metrics

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stops:
    """Whom to tell."""

    audit: Audit
    metrics: Metrics

    async def tell(self, campaign: Campaign, target: CampaignStatus, reason: str) -> None:
        """The campaign has just become PAUSED or FAILED, by nobody's wish."""
        if target is CampaignStatus.FAILED:
            log.error("Campaign failed: %s: %s", campaign.id, reason)
            action = AuditAction.CAMPAIGN_FAILED
        else:
            log.warning("campaign.paused", campaign=str(campaign.id), reason=reason)
            action = AuditAction.CAMPAIGN_PAUSED
        self.metrics.stopped.labels(target.value).inc()
        details = {"reason": reason}
        await self.audit.note(ENGINE, action, subject_of(campaign), details, account_id=campaign.account_id)
