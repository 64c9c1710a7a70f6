"""What an upgrade of a database would do, told before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from campana.engine.ports import Presence


@dataclass(frozen=True, slots=True)
class Outlook:
    """`before` is None for an empty database. Where the upgrade `breaks`, processes of versions before cannot
    work with the database afterwards; `workers` are those of them that live."""

    before: str | None
    after: str
    breaks: bool
    workers: Sequence[Presence] = ()
