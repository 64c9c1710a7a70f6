"""The audit trail, for owners: narrowed by person, action, thing and time, page by page, and as CSV."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from campana.domain.errors import InvalidInput
from campana.domain.times import iso
from campana.engine.ports import AuditQuery
from campana.web import audit_words
from campana.web.pages.forms import by_field, local_moment
from campana.web.pages.settings import settings_page
from campana.web.schemas.common import Cursor, Search
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/settings/audit")

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for; times are by the clock of whoever asks."""

    user: Search = ""
    action: Search = ""
    q: Search = ""
    since: Search = ""
    until: Search = ""

    def query(self, request: Request) -> AuditQuery:
        """In the engine's words. Raises InvalidInput for what is no time."""
        moments: dict[str, datetime] = {}
        for field in ("since", "until"):
            if text := getattr(self, field).strip():
                moments[field] = local_moment(request, field, text)
        return AuditQuery(self.action.strip(), self.user.strip(), self.q.strip(), **moments)


Wanted = Annotated[Asked, Depends(Asked)]


@router.get("")
async def find(
    request: Request, engine: Engine, caller: Caller, asked: Wanted, cursor: Cursor = None
) -> Response:
    """Newest first."""
    try:
        query = asked.query(request)
    except InvalidInput as error:
        return _page(request, caller, asked, status=422, found=None, problems=by_field(error))
    found = await engine.audit.find(caller, query, limit=SHOWN, cursor=cursor)
    return _page(request, caller, asked, found=found, cursor=cursor, export=_for_api(query))


def context_of(asked: Asked, **more: Any) -> dict[str, Any]:
    """What the part with the form and the entries needs, in every trail."""
    words = {
        "told": audit_words.told,
        "detail_told": audit_words.detail_told,
        "place_of": audit_words.place_of,
        "choices": audit_words.choices(),
    }
    nothing: dict[str, Any] = {"problems": {}, "cursor": None, "found": None, "export": None}
    return {"asked": asdict(asked), **words, **nothing, **more}


def _page(request: Request, caller: Caller, asked: Asked, *, status: int = 200, **more: Any) -> Response:
    return settings_page(request, caller, "settings/audit.html", status=status, **context_of(asked, **more))


def _for_api(query: AuditQuery) -> dict[str, str]:
    """The same question to the API, which gives the file."""
    asked = {"action": query.action, "user": query.user, "q": query.q}
    moments = {"since": query.since, "until": query.until}
    return asked | {name: iso(moment) for name, moment in moments.items() if moment is not None}
