"""Erasure and export on the wire. Numbers come in bodies: what stands in a URL ends up in logs."""

from typing import Self, cast

from pydantic import ConfigDict, Field

from campana.domain.privacy import Waits
from campana.web.schemas.common import Input, Output


class PersonIn(Input):
    """Whose data: a number with a plus, or a national one with its country."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "+919812345678"}]})

    phone: str = Field(max_length=80)
    country: str | None = Field(default=None, max_length=2)


class WaitsOut(Output):
    """What is waited for."""

    sending: int = Field(description="messages to the number that are on their way")
    lists: int = Field(description="lists that are being uploaded")
    posts: int = Field(description="posts of the provider that are not worked off")


class ErasureOut(Output):
    """Whether it is finished; what has to be waited for is erased by itself."""

    finished: bool
    waits: WaitsOut

    @classmethod
    def of(cls, source: object) -> Self:
        """The erasure as the API shows it."""
        waits = cast(Waits, source)
        return cls(finished=not waits, waits=WaitsOut.of(waits))
