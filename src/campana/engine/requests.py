"""What callers ask for when they make or change a campaign, before anything of it was checked."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from uuid import UUID

from campana.domain.campaigns import Campaign, CampaignKind, Header, OnDailyLimit, Template


class Unset(Enum):
    """Stands where None has a meaning of its own."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRequest:
    """A campaign as its author describes it. Exactly one of list and inline recipients has to be there.

    An inline recipient is a mapping with `phone`, usually `name`, and whatever the texts need.
    `scheduled_at` is ISO
    8601 with an offset, "now", or None for a draft.
    """

    name: str
    sender_id: UUID
    template: Template
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    header: Header | None = field(default=None, repr=False)
    recipient_list_id: UUID | None = None
    recipients: Sequence[Mapping[str, str]] | None = field(default=None, repr=False)
    scheduled_at: str | None = None
    on_daily_limit: OnDailyLimit = OnDailyLimit.FAIL
    kind: CampaignKind = CampaignKind.BULK

    def digest(self) -> str:
        """The same for the same request, so that a replay can be told from another request under the same
        key."""
        text = json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignChanges:
    """What to replace of a campaign that has not started; `scheduled_at` None takes its time away."""

    name: str | None = None
    fields: Mapping[str, str] | None = field(default=None, repr=False)
    header: Header | Unset | None = UNSET
    scheduled_at: str | Unset | None = UNSET

    def over(self, campaign: Campaign) -> CampaignRequest:
        """The campaign with the changes laid over it, as a request to be checked like a new one.

        A time that was not changed is not asked about again: it may have come meanwhile.
        """
        asked = CampaignRequest(
            name=campaign.name,
            sender_id=campaign.sender_id,
            template=campaign.template,
            fields=campaign.fields,
            header=campaign.header,
            recipient_list_id=campaign.recipient_list_id,
            on_daily_limit=campaign.on_daily_limit,
            kind=campaign.kind,
        )
        return replace(asked, **{name: getattr(self, name) for name in self.named()})

    def named(self) -> tuple[str, ...]:
        """What is to be replaced."""
        plain = (name for name in ("name", "fields") if getattr(self, name) is not None)
        clearable = (name for name in ("header", "scheduled_at") if getattr(self, name) is not UNSET)
        return (*plain, *clearable)
