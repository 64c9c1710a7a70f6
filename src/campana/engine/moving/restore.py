"""From a backup's file back into a store that is empty."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from campana.domain.errors import ConfigurationError, Conflict, InvalidInput
from campana.engine.moving.backup import KEY_PROOF, LAYOUT, Header
from campana.engine.moving.caution import Caution
from campana.engine.moving.older import brings_up
from campana.engine.moving.records import record
from campana.engine.ports import Vault
from campana.engine.ports.copying import Copying, Kind, Record

BATCH = 1000


class Backup:
    """A backup's file. Made by `opened`, which has looked through all of it."""

    def __init__(self, path: Path, header: Header, kinds: dict[str, tuple[str, ...]], count: int) -> None:
        self._path = path
        self.header = header
        self.kinds = kinds
        self.count = count

    @classmethod
    def opened(cls, path: Path) -> "Backup":
        """Raises InvalidInput for a file that is no backup, or damaged, or of another layout."""
        try:
            lines = _lines(path)
            header = _header(json.loads(next(lines)))
            kinds, count, end = {}, 0, None
            for text in lines:
                if text.startswith("["):
                    count += 1
                    continue
                found = json.loads(text)
                end = found.get("end", end)
                if "kind" in found:
                    kinds[found["kind"]] = tuple(found["fields"])
        except (OSError, EOFError, ValueError, KeyError, TypeError, StopIteration, zlib.error) as error:
            raise InvalidInput.of("file", f"{path} is no backup of Campana, or damaged ({error})") from None
        if end != count:
            raise InvalidInput.of("file", f"{path} is not whole: its end is missing")
        return cls(path, header, kinds, count)

    def check_key(self, vault: Vault) -> None:
        """Raises ConfigurationError when the secret key is not the one of the original."""
        try:
            fits = vault.unseal(self.header.proof) == KEY_PROOF
        except ConfigurationError:
            fits = False
        if not fits:
            raise ConfigurationError(
                "CAMPANA_SECRET_KEY (or DATA_DIR/secret_key) is not the key of the original, which is in "
                "no backup: set that one, or say --key-lost, and give every sender its credentials anew"
            )

    def batches(self) -> Iterator[tuple[str, list[Record]]]:
        """Records with their kind's name; an empty batch ends each kind."""
        kind, batch = "", list[Record]()
        for text in _lines(self._path):
            if text.startswith("["):
                batch.append(record(text))
            if batch and (len(batch) == BATCH or not text.startswith("[")):
                yield kind, batch
                batch = []
            if not text.startswith("["):
                if kind:
                    yield kind, []
                kind = json.loads(text).get("kind", "")


async def restore(backup: Backup, store: Copying, caution: Caution) -> None:
    """Put everything into the store. Backups of versions before this one are brought up to its form. Raises
    Conflict when that cannot be, or the store is not empty."""
    kinds = {kind.name: kind for kind in store.kinds()}
    bring = _bringing_up(backup, kinds)
    await _check_empty(store, kinds["accounts"])
    for name, records in backup.batches():
        kind = kinds[name]
        brought = [bring[name](each) for each in records]
        going_in = caution.passed(kind, brought) if records else caution.more(kind)
        if going_in:
            await store.add_records(kind, going_in)
    await store.records_added()


def _bringing_up(backup: Backup, kinds: dict[str, Kind]) -> dict[str, Callable[[Record], Record]]:
    bringing = {}
    for name, fields in backup.kinds.items():
        bring = brings_up(kinds[name], fields) if name in kinds else None
        if bring is None:
            raise Conflict(
                f"the backup was made by Campana {backup.header.version}, whose {name} have a form that this "
                "version cannot read; restore it with that version, or a newer one"
            )
        bringing[name] = bring
    return bringing


async def _check_empty(store: Copying, accounts: Kind) -> None:
    async with store.snapshot() as snapshot:
        async for records in snapshot.records(accounts):
            if records:
                raise Conflict("the database is not empty; restore into a new one (CAMPANA_DATABASE_URL)")


def _header(found: dict[str, Any]) -> Header:
    header = Header(**found | {"made_at": datetime.fromisoformat(found["made_at"])})
    if header.layout != LAYOUT:
        raise ValueError(f"layout {header.layout}")
    return header


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for text in file:
            yield text.rstrip("\n")
