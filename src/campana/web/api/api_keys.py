"""/api-keys: the keys of the account's scripts."""

from uuid import UUID

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.common import Items
from campana.web.schemas.people import ApiKeyIn, ApiKeyOut, NewApiKeyOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/api-keys", tags=["people"])


@router.get("", summary="List API keys", responses=problems(403))
async def find(engine: Engine, caller: Caller) -> Items[ApiKeyOut]:
    """Everybody's in the account, newest first. Takes the role owner."""
    found = await engine.people.keys.find(caller)
    return Items[ApiKeyOut](
        items=[ApiKeyOut.of_key(key, user.email) for key, user in found], next_cursor=None
    )


@router.post("", summary="Make an API key", status_code=201, responses=problems(403, 413))
async def create(engine: Engine, caller: Caller, body: ApiKeyIn) -> NewApiKeyOut:
    """One's own; it acts as oneself, within its scopes. The key is in this answer and nowhere else."""
    made = await engine.people.keys.create(caller, body.name, body.scopes, body.expires_at)
    return NewApiKeyOut.made(made, caller.email)


@router.delete("/{key_id}", summary="Revoke an API key", status_code=204, responses=problems(403, 404))
async def revoke(engine: Engine, caller: Caller, key_id: UUID) -> None:
    """Anybody's in the account; it is worthless at once."""
    await engine.people.keys.revoke(caller, key_id)
