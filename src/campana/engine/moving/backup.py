"""A backup: one compressed file with everything a store holds, as it was at one moment.

Lines of JSON: who made it and when, then each kind with its fields and its records, and at the end how many
there are. Any store can be restored from it. The secret key is not in it; what it sealed stays sealed.
"""

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from campana.domain.errors import Conflict
from campana.engine.moving.records import line
from campana.engine.ports.copying import Copying, Kind, Snapshot

LAYOUT = 1
KEY_PROOF = {"campana": "backup"}
LEVEL = 3
"""of compression: the next ones cost more time than they save room"""
LEFT_OUT = frozenset({"sessions", "links", "attempts", "duties", "hosts", "workers"})
"""Kinds that are of the moment: after a restore people sign in again."""
LAST = frozenset({"messages", "usage"})
"""What a restore changes by the campaigns and counts it has seen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line. `proof` is a text that only the right secret key can open."""

    version: str
    made_at: datetime
    proof: str
    layout: int = LAYOUT


async def write_backup(store: Copying, path: Path, header: Header) -> int:
    """Write the file, readable by its owner only; how many records it holds. Raises Conflict when it is
    there."""
    total = 0
    with _new_file(path) as file:
        print(json.dumps(asdict(header) | {"made_at": header.made_at.isoformat()}), file=file)
        async with store.snapshot() as snapshot:
            kinds = [kind for kind in store.kinds() if kind.name not in LEFT_OUT]
            for kind in sorted(kinds, key=lambda kind: kind.name in LAST):
                print(json.dumps({"kind": kind.name, "fields": kind.fields}), file=file)
                total += await _write_records(snapshot, kind, file)
        print(json.dumps({"end": total}), file=file)
    return total


async def _write_records(snapshot: Snapshot, kind: Kind, file: TextIO) -> int:
    count = 0
    async for records in snapshot.records(kind):
        file.writelines(line(record) + "\n" for record in records)
        count += len(records)
    return count


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A compressed file that appears under its name when it is whole and on the disk, and never in halves."""
    if path.exists():
        raise Conflict(f"{path} exists already; name another file")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with gzip.open(raw, "wt", compresslevel=LEVEL, encoding="utf-8") as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        draft.rename(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
