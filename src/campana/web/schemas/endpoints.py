"""Outgoing webhooks on the wire."""

from datetime import datetime
from typing import Annotated, Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field

from campana.domain.endpoints import CHOICES, Delivery, DeliveryStatus, Endpoint, EventType
from campana.engine.outgoing.endpoints import NewSecret
from campana.web.schemas.common import Input, Output, Patch

Url = Annotated[str, Field(max_length=4000, description="`https://…`, without user name and password")]
Events = Annotated[list[str], Field(max_length=50, description=", ".join(CHOICES))]


class EndpointIn(Input):
    """A new endpoint."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://shop.example/campana", "events": ["campaign.completed"]}]
        }
    )

    url: Url
    events: Events


class EndpointPatch(Patch):
    """What is named changes. Switched on again it starts anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    url: Url | None = None
    events: Events | None = None
    enabled: bool | None = None


class EndpointOut(Output):
    """An endpoint. `off_reason` says why it was switched off by itself; while it fails it rests until
    `rests_until`."""

    id: UUID
    url: str
    events: list[EventType]
    enabled: bool
    off_reason: str
    failures: int
    failing_since: datetime | None
    rests_until: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, source: object) -> Self:
        """The events in the order of the alphabet."""
        endpoint = cast(Endpoint, source)
        values = {name: getattr(endpoint, name) for name in cls.model_fields}
        return cls(**values | {"events": sorted(endpoint.events)})


class NewEndpointOut(EndpointOut):
    """An endpoint with its new secret, which is in this answer and nowhere else."""

    secret: str

    @classmethod
    def made(cls, made: NewSecret) -> Self:
        """The endpoint with its secret."""
        return cls(**EndpointOut.of(made.endpoint).model_dump(), secret=made.secret)


class DeliveryOut(Output):
    """A post, and how its last try went: `answered` is the HTTP status, `said` how the answer began, or what
    went wrong."""

    id: UUID
    created_at: datetime
    types: list[EventType]
    events: int
    status: DeliveryStatus
    tries: int
    tried_at: datetime | None
    answered: int | None
    took_ms: int | None
    said: str

    @classmethod
    def of(cls, source: object) -> Self:
        """A delivery as the API shows it."""
        delivery = cast(Delivery, source)
        names = ("id", "created_at", "status", "tries", "tried_at", "answered", "took_ms", "said")
        values = {name: getattr(delivery, name) for name in names}
        types = sorted({news.type for news in delivery.news})
        return cls(**values, types=types, events=delivery.count)
