"""The audit trail on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from campana.domain.accounts import Way
from campana.web.schemas.common import Output


class ActorOut(Output):
    """Who did it; `user_id` is null for the command line and for Campana itself."""

    user_id: UUID | None
    name: str = Field(examples=["alice@shop.test", "command line", "engine"])
    way: Way
    address: str = Field(description="where the request came from; empty where there was none")


class SubjectOut(Output):
    """What it was done to, by the name of that moment."""

    kind: str = Field(examples=["campaign"])
    id: UUID | None
    name: str


class AuditEntryOut(Output):
    """One entry; it is never changed."""

    id: UUID
    created_at: datetime
    actor: ActorOut
    action: str = Field(examples=["campaign.paused"])
    subject: SubjectOut
    details: dict[str, str | int | float | bool | None]
