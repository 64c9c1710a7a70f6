"""/notice-addresses: who is told when something is wrong."""

from uuid import UUID

from fastapi import APIRouter

from campana.domain.notices import Told
from campana.web.openapi import problems
from campana.web.schemas.common import Items
from campana.web.schemas.notices import NoticeAddressIn, NoticeAddressOut, NoticeAddressSwitch, TriedOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/notice-addresses", tags=["notices"], responses=problems(403))
_ONE = problems(404)


@router.get("", summary="List addresses for notices")
async def find(engine: Engine, caller: Caller) -> Items[NoticeAddressOut]:
    """All of the account, the oldest first. Takes the role owner, as everything here."""
    found = await engine.notices.find(caller)
    items = [NoticeAddressOut.with_told(address, told) for address, told in found]
    return Items[NoticeAddressOut](items=items, next_cursor=None)


@router.post("", summary="Add an address for notices", status_code=201, responses=problems(409, 413))
async def add(engine: Engine, caller: Caller, body: NoticeAddressIn) -> NoticeAddressOut:
    """On at once: what is wrong already is told within two minutes. The address itself is never answered
    again."""
    added = await engine.notices.add(caller, body.address, whole=body.whole)
    return NoticeAddressOut.with_told(added, Told())


@router.patch(
    "/{address_id}", summary="Switch an address on or off", status_code=204, responses=problems(404, 413)
)
async def switch(engine: Engine, caller: Caller, address_id: UUID, body: NoticeAddressSwitch) -> None:
    """Switched on it hears anew of everything that is wrong."""
    await engine.notices.switch(caller, address_id, enabled=body.enabled)


@router.post("/{address_id}/test", summary="Send a test", responses=_ONE)
async def test(engine: Engine, caller: Caller, address_id: UUID) -> TriedOut:
    """Now; the answer says how it went."""
    problem = await engine.notices.try_out(caller, address_id)
    return TriedOut(taken=not problem, problem=problem)


@router.delete("/{address_id}", summary="Remove an address", status_code=204, responses=_ONE)
async def remove(engine: Engine, caller: Caller, address_id: UUID) -> None:
    """Nothing is told it any more."""
    await engine.notices.remove(caller, address_id)
