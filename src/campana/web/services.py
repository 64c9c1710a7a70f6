"""What the web needs of the engine, in one bundle; bootstrap makes it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from campana.domain.accounts import Principal
from campana.domain.errors import NotSignedIn
from campana.engine.accounts import Accounts
from campana.engine.campaigns import Campaigns
from campana.engine.control import Control
from campana.engine.imports import Imports
from campana.engine.lists import RecipientLists
from campana.engine.ports import Catalog
from campana.engine.previews import Previews
from campana.engine.reports import Reports
from campana.engine.senders import Senders
from campana.engine.sending.slowdowns import Slowdowns
from campana.engine.suppressions import Suppressions
from campana.engine.trials import Trials
from campana.engine.watching import ProgressHub
from campana.web.middleware import PRINCIPAL


@dataclass(frozen=True, slots=True)
class Services:
    """Every service that a route calls. `catalog` is for monitoring alone."""

    catalog: Catalog
    accounts: Accounts
    senders: Senders
    imports: Imports
    lists: RecipientLists
    campaigns: Campaigns
    control: Control
    previews: Previews
    trials: Trials
    reports: Reports
    slowdowns: Slowdowns
    suppressions: Suppressions
    hub: ProgressHub


def services(request: Request) -> Services:
    """The services of the app that got the request."""
    found: Services = request.app.state.services
    return found


def caller(request: Request) -> Principal:
    """Who asks. The middleware lets nobody else through; should it be missing, nobody gets in."""
    principal: Principal | None = request.scope.get(PRINCIPAL)
    if principal is None:
        raise NotSignedIn("no key was looked at")
    return principal


Engine = Annotated[Services, Depends(services)]
Caller = Annotated[Principal, Depends(caller)]
