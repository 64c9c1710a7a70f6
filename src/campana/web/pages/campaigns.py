"""Campaign History and the page of a campaign: look, watch, understand."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from campana.domain.accounts import Principal
from campana.domain.campaigns import CampaignStatus
from campana.domain.errors import InvalidInput
from campana.domain.messages import Message, MessageStatus
from campana.domain.periods import over_time
from campana.engine.insights import time_left
from campana.engine.ports import CampaignOrder, CampaignView, Page
from campana.engine.services import Services
from campana.web.rendering import page
from campana.web.schemas.common import Search, chosen
from campana.web.services import Caller, Engine
from campana.web.viewer import zone_of

router = APIRouter()

CAMPAIGNS_SHOWN = 25
MESSAGES_SHOWN = 25

State = TypeVar("State", bound=StrEnum)
Asked = Annotated[str | None, Query(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list of campaigns was asked for; a word that is none is left out, as in a link that is old."""

    q: Search = ""
    status: str = ""
    sort: str = ""

    @property
    def statuses(self) -> tuple[CampaignStatus, ...]:
        """The statuses wanted; none for all."""
        return _known(self.status, CampaignStatus)

    @property
    def order(self) -> CampaignOrder:
        """The order wanted."""
        return CampaignOrder(self.sort) if self.sort in set(CampaignOrder) else CampaignOrder.NEWEST

    @property
    def query(self) -> dict[str, str]:
        """The same, for links."""
        return {"q": self.q, "status": self.status, "sort": self.sort}


@dataclass(frozen=True, slots=True)
class MessageListing:
    """What a campaign's messages were asked for."""

    q: Search = ""
    status: str = ""

    @property
    def statuses(self) -> tuple[MessageStatus, ...]:
        """The statuses wanted; none for all."""
        return _known(self.status, MessageStatus)

    @property
    def query(self) -> dict[str, str]:
        """The same, for links."""
        return {"q": self.q, "status": self.status}


@router.get("/campaigns")
async def history(
    request: Request,
    engine: Engine,
    caller: Caller,
    *,
    q: Search = "",
    status: str = "",
    sort: str = "",
    cursor: Asked = None,
) -> Response:
    """All campaigns: searched, narrowed, ordered, page by page."""
    asked = Listing(q, status, sort)
    found = await engine.campaigns.find(
        caller,
        limit=CAMPAIGNS_SHOWN,
        cursor=cursor or None,
        statuses=asked.statuses,
        q=q,
        order=asked.order,
    )
    return page(request, "campaigns/history.html", found=found, asked=asked, cursor=cursor)


@router.get("/campaigns/{campaign_id}")
async def campaign(
    request: Request,
    engine: Engine,
    caller: Caller,
    campaign_id: UUID,
    *,
    q: Search = "",
    status: str = "",
    cursor: Asked = None,
) -> Response:
    """One campaign: how it stands, what became of its messages, and the levers."""
    view = await engine.campaigns.get(caller, campaign_id)
    asked = MessageListing(q, status)
    insight, people, found = await asyncio.gather(
        _insight(engine, caller, view, zone_of(request)),
        engine.lists.get(caller, view.campaign.recipient_list_id),
        _messages(engine, caller, view, asked, cursor),
    )
    left = time_left(view, insight["sender"], insight["slowed"])
    shown = {"left": left, "people": people, "found": found, "asked": asked, "cursor": cursor}
    return page(request, "campaigns/campaign.html", **insight, **shown)


@router.get("/campaigns/{campaign_id}/insight")
async def insight(request: Request, engine: Engine, caller: Caller, campaign_id: UUID) -> Response:
    """The parts of that page that are reckoned anew every few seconds while the campaign runs."""
    view = await engine.campaigns.get(caller, campaign_id)
    return page(request, "campaigns/insight.html", **await _insight(engine, caller, view, zone_of(request)))


async def _messages(
    engine: Services, caller: Principal, view: CampaignView, asked: MessageListing, cursor: str | None
) -> Page[Message] | None:
    """A page of the campaign's messages; None where they are archived."""
    if view.campaign.archive is not None:
        return None
    return await engine.reports.messages(
        *(caller, view.campaign.id),
        limit=MESSAGES_SHOWN,
        cursor=cursor or None,
        statuses=asked.statuses,
        q=asked.q,
    )


async def _insight(engine: Services, caller: Principal, view: CampaignView, zone: ZoneInfo) -> dict[str, Any]:
    """What the template insight.html needs; hours are the zone's."""
    sender, troubles, curve, slowed, quarters = await asyncio.gather(
        engine.senders.get(caller, view.campaign.sender_id),
        engine.insights.troubles(caller, view.campaign.id),
        engine.insights.pace(caller, view.campaign.id),
        engine.slowdowns.of(view),
        engine.comparisons.timeline(caller, view.campaign.id),
    )
    return {
        "view": view,
        "sender": sender,
        "troubles": troubles,
        "curve": curve,
        "slowed": slowed,
        "timeline": over_time(quarters, zone),
    }


def _known(word: str, kind: type[State]) -> tuple[State, ...]:
    try:
        return chosen([word], kind)
    except InvalidInput:
        return ()
