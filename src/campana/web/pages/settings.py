"""What the pages of the settings share: the ways from one to the other, for whoever may go there."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from campana.domain.permissions import Action, may
from campana.web.navigation import marked
from campana.web.rendering import page, see_other
from campana.web.services import Caller

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the settings, and the action that it takes to see it."""

    path: str
    name: str
    action: Action


TABS = (
    Tab("/settings/senders", marked("Senders"), Action.READ),
    Tab("/settings/account", marked("Account"), Action.READ),
    Tab("/team", marked("Team"), Action.TEAM),
    Tab("/settings/api-keys", marked("API keys"), Action.KEYS),
    Tab("/settings/webhooks", marked("Webhooks"), Action.WEBHOOKS),
    Tab("/settings/notices", marked("Notices"), Action.NOTICES),
    Tab("/settings/privacy", marked("Privacy"), Action.READ),
    Tab("/settings/audit", marked("Audit trail"), Action.AUDIT),
    Tab("/settings/profile", marked("Profile"), Action.PROFILE),
)


@router.get("/settings")
async def settings(request: Request, caller: Caller) -> Response:
    """To the first page that the person may see."""
    return see_other(request, _tabs(caller)[0].path)


def settings_page(
    request: Request, caller: Caller, template: str, *, status: int = 200, **context: Any
) -> Response:
    """A page of the settings, with the ways to the others."""
    return page(request, template, status=status, tabs=_tabs(caller), **context)


def _tabs(caller: Caller) -> list[Tab]:
    return [tab for tab in TABS if may(caller, tab.action)]
