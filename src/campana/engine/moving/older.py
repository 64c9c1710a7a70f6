"""Backups of versions before this one: what their records lack, and what it was while they were made.

Whoever adds a field to a kind writes it down here; a restore of the last release's backup tests it. A kind
that is new is simply not in older backups.
"""

from collections.abc import Callable
from typing import Any

from campana.engine.ports.copying import Kind, Record

SINCE: dict[str, dict[str, Any]] = {"campaigns": {"archive": None, "emptied": False}}
"""Kind -> field added after 0.1.0 -> its value in every record before."""


def brings_up(kind: Kind, before: tuple[str, ...]) -> Callable[[Record], Record] | None:
    """What makes a record of today's kind out of one with the fields `before`; None where nothing can."""
    lacking = SINCE.get(kind.name, {})
    if not set(before) <= set(kind.fields) <= {*before, *lacking}:
        return None

    def bring(record: Record) -> Record:
        there = lacking | dict(zip(before, record, strict=True))
        return tuple(there[name] for name in kind.fields)

    return bring
