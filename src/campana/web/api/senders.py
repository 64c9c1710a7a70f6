"""/senders."""

from uuid import UUID

from fastapi import APIRouter

from campana.web.openapi import CHANGED, FOUND, problems
from campana.web.schemas.common import Cursor, Items, Limit
from campana.web.schemas.senders import (
    AddressOut,
    CheckOut,
    SenderDetailsOut,
    SenderIn,
    SenderOut,
    SenderPatch,
    UsageOut,
)
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/senders", tags=["senders"])


@router.get("", summary="List senders")
async def find(engine: Engine, caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Items[SenderOut]:
    """Newest first."""
    page = await engine.senders.find(caller, limit=limit, cursor=cursor)
    return Items[SenderOut].page(page, SenderOut.of)


@router.post("", summary="Create a sender", status_code=201, responses=problems(403, 409, 413))
async def create(engine: Engine, caller: Caller, body: SenderIn) -> SenderOut:
    """Takes the role owner. Credentials are sealed; only their last four characters are ever shown."""
    return SenderOut.of(await engine.senders.create(caller, body.request()))


@router.get("/{sender_id}", summary="Look at a sender", responses=FOUND)
async def get(engine: Engine, caller: Caller, sender_id: UUID) -> SenderDetailsOut:
    """The sender with its limits, and where BizChat posts what becomes of its messages."""
    sender = await engine.senders.get(caller, sender_id)
    return SenderDetailsOut.with_webhook(sender, await engine.addresses.look(caller, sender_id))


@router.patch("/{sender_id}", summary="Change a sender", responses=CHANGED)
async def change(engine: Engine, caller: Caller, sender_id: UUID, body: SenderPatch) -> SenderOut:
    """Takes the role owner. A new rate or daily limit counts within a second, for running campaigns too."""
    return SenderOut.of(await engine.senders.change(caller, sender_id, body.request()))


@router.post("/{sender_id}/verify", summary="Check a sender's credentials", responses=problems(403, 404))
async def verify(engine: Engine, caller: Caller, sender_id: UUID) -> CheckOut:
    """Asks the provider, and lists the approved templates it names."""
    return CheckOut.of(await engine.senders.verify(caller, sender_id))


@router.get("/{sender_id}/usage", summary="How much of the day is used", responses=FOUND)
async def usage(engine: Engine, caller: Caller, sender_id: UUID) -> UsageOut:
    """The sender's present calendar day, in its time zone."""
    return UsageOut.of(await engine.senders.usage(caller, sender_id))


@router.post(
    "/{sender_id}/webhook/rotate", summary="Make a new webhook address", responses=problems(403, 404)
)
async def rotate(engine: Engine, caller: Caller, sender_id: UUID) -> AddressOut:
    """Takes the role owner. The address before it goes on working for a day; one before that no more."""
    return AddressOut.of(await engine.addresses.rotate(caller, sender_id))
