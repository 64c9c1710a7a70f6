"""Addresses for notices on the wire."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from campana.domain.notices import NoticeAddress, Route, Told
from campana.web.schemas.common import Input, Output


class NoticeAddressIn(Input):
    """A new address. `whole` takes a platform administrator: it hears of the installation and of every
    account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"address": "ana@shop.example"}]})

    address: Annotated[
        str, Field(max_length=4000, description="an e-mail address, `https://…`, or an address of Apprise")
    ]
    whole: bool = False


class NoticeAddressSwitch(Input):
    """On or off."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    enabled: bool


class NoticeAddressOut(Output):
    """An address, of which `label` is what may be shown. `problem` says why nothing gets there since
    `failing_since`; `tried_at` is when the last letter went, or was tried."""

    id: UUID
    route: Route
    label: str
    whole: bool
    enabled: bool
    off_reason: str
    created_at: datetime
    tried_at: datetime | None
    failing_since: datetime | None
    problem: str

    @classmethod
    def with_told(cls, address: NoticeAddress, told: Told) -> Self:
        """The address and how it goes."""
        mine = {name: getattr(address, name) for name in NoticeAddress.__slots__ if name in cls.model_fields}
        return cls(**mine, tried_at=told.tried_at, failing_since=told.failing_since, problem=told.problem)


class TriedOut(Output):
    """How a test went: `problem` is empty where it was taken."""

    taken: bool
    problem: str
