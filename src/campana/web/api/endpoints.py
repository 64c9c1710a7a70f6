"""/webhook-endpoints: where other systems are told what happens, and the log of that."""

from uuid import UUID

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.common import Cursor, Items, Limit
from campana.web.schemas.endpoints import DeliveryOut, EndpointIn, EndpointOut, EndpointPatch, NewEndpointOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/webhook-endpoints", tags=["outgoing webhooks"], responses=problems(403))
_ONE = problems(404)


@router.get("", summary="List endpoints")
async def find(engine: Engine, caller: Caller) -> Items[EndpointOut]:
    """All of the account, the oldest first. Takes the role owner, as everything here."""
    found = await engine.endpoints.find(caller)
    return Items[EndpointOut](items=[EndpointOut.of(one) for one in found], next_cursor=None)


@router.post("", summary="Add an endpoint", status_code=201, responses=problems(409, 413))
async def create(engine: Engine, caller: Caller, body: EndpointIn) -> NewEndpointOut:
    """On at once. The secret that posts are signed with is in this answer and nowhere else."""
    return NewEndpointOut.made(await engine.endpoints.create(caller, body.url, body.events))


@router.get("/{endpoint_id}", summary="Get an endpoint", responses=_ONE)
async def get(engine: Engine, caller: Caller, endpoint_id: UUID) -> EndpointOut:
    """As it stands."""
    return EndpointOut.of(await engine.endpoints.get(caller, endpoint_id))


@router.patch("/{endpoint_id}", summary="Change an endpoint", responses=problems(404, 413))
async def change(engine: Engine, caller: Caller, endpoint_id: UUID, body: EndpointPatch) -> EndpointOut:
    """`enabled: false` switches it off: what happens meanwhile is not told later."""
    changed = await engine.endpoints.change(
        caller, endpoint_id, url=body.url, events=body.events, enabled=body.enabled
    )
    return EndpointOut.of(changed)


@router.delete("/{endpoint_id}", summary="Delete an endpoint", status_code=204, responses=_ONE)
async def delete(engine: Engine, caller: Caller, endpoint_id: UUID) -> None:
    """With its log; what waits is not posted."""
    await engine.endpoints.delete(caller, endpoint_id)


@router.post("/{endpoint_id}/rotate", summary="Make a new secret", responses=_ONE)
async def rotate(engine: Engine, caller: Caller, endpoint_id: UUID) -> NewEndpointOut:
    """Posts are signed with the former one too for another day."""
    return NewEndpointOut.made(await engine.endpoints.rotate(caller, endpoint_id))


@router.post(
    "/{endpoint_id}/test", summary="Post a test event", status_code=202, responses=problems(404, 409)
)
async def test(engine: Engine, caller: Caller, endpoint_id: UUID) -> DeliveryOut:
    """Queued; its delivery tells how it went."""
    return DeliveryOut.of(await engine.endpoints.test(caller, endpoint_id))


@router.get("/{endpoint_id}/deliveries", summary="List deliveries", responses=_ONE)
async def deliveries(
    engine: Engine, caller: Caller, endpoint_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Items[DeliveryOut]:
    """The log, newest first, as far back as it is kept."""
    page = await engine.endpoints.deliveries(caller, endpoint_id, limit=limit, cursor=cursor)
    return Items[DeliveryOut].page(page, DeliveryOut.of)


@router.post(
    "/deliveries/{delivery_id}/again", summary="Deliver again", status_code=202, responses=problems(404, 409)
)
async def deliver_again(engine: Engine, caller: Caller, delivery_id: UUID) -> DeliveryOut:
    """Under the same id; 409 while it waits anyway."""
    return DeliveryOut.of(await engine.endpoints.deliver_again(caller, delivery_id))
