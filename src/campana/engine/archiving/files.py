"""The files: gzip, one line of JSON a message behind a line that says what it is.

A line says of a row what became of its message; whom it was for stands in the recipient list alone. The
provider's id, which holds the number, is left out, and numbers in reasons are masked: so a file holds nothing
of anybody, and who is erased or removed from the list is gone from it as well.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from campana.domain.archives import Archive
from campana.domain.errors import StoreUnavailable
from campana.domain.masking import mask_phones
from campana.domain.messages import Message, MessageStatus

FORM = 1
_COLUMNS = (
    *("row", "status", "attempts", "code", "reason", "sent_at", "delivered_at", "read_at", "inferred"),
)
_LEVEL = 6


class Folder:
    """Where the files are. Each belongs to its owner alone, and is never changed once it has its name, which
    holds the beginning of its digest: two processes that make the same campaign's do each other no harm."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def complaint(self) -> str | None:
        """Why no file can be written here, or None."""
        probe = self._path / f".{uuid4().hex}.part"
        try:
            self._make()
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as error:
            return f"the archive folder {self._path} cannot be written: {error.strerror}"
        return None

    def begin(self, campaign_id: UUID) -> "NewFile":
        """A file under another name; what dead processes left of one goes. Raises StoreUnavailable."""
        try:
            self._make()
            for left in self._path.glob(f".{campaign_id}.*.part"):
                left.unlink(missing_ok=True)
            return NewFile(self._path, campaign_id)
        except OSError as error:
            raise self._unwritable(error) from None

    def verify(self, campaign_id: UUID, archive: Archive) -> None:
        """Raises StoreUnavailable where the file is not there, or is not what it was."""
        path = self._file(campaign_id, archive.digest)
        try:
            digest = _digest_of(path)
        except OSError as error:
            raise StoreUnavailable(
                f"the archive file {path} cannot be read ({error.strerror}); bring it back from a backup, or "
                "set CAMPANA_ARCHIVE_DIR to the folder where it is"
            ) from None
        if digest != archive.digest:
            raise StoreUnavailable(
                f"the archive file {path} is damaged: its SHA-256 is not the one that was noted; bring it "
                "back from a backup"
            )

    def batches(self, campaign_id: UUID, archive: Archive, size: int) -> Iterator[Sequence[Message]]:
        """The messages in row order, without their people. The file was verified."""
        with gzip.open(self._file(campaign_id, archive.digest), "rt", encoding="utf-8") as lines:
            next(lines)
            while some := list(islice(lines, size)):
                yield [_message(campaign_id, line) for line in some]

    def _file(self, campaign_id: UUID, digest: str) -> Path:
        return self._path / _name(campaign_id, digest)

    def _make(self) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _unwritable(self, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(f"the archive folder {self._path} cannot be written: {error.strerror}")


class NewFile:
    """A file in the making. It has its own name once it is whole and on the disk."""

    def __init__(self, folder: Path, campaign_id: UUID) -> None:
        self._folder = folder
        self._campaign_id = campaign_id
        self._path = folder / f".{campaign_id}.{uuid4().hex}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._raw = os.fdopen(os.open(self._path, flags, 0o600), "wb")
        self._packed = gzip.GzipFile("", "wb", _LEVEL, self._raw, mtime=0)
        self._write([{"form": FORM, "campaign": str(campaign_id), "columns": _COLUMNS}])

    def add(self, messages: Iterable[Message]) -> None:
        """Write these, which come in row order. Raises OSError."""
        self._write(_line(message) for message in messages)

    def finish(self) -> str:
        """Give it its name; its digest. Raises OSError."""
        self._packed.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        digest = _digest_of(self._path)
        self._path.replace(self._folder / _name(self._campaign_id, digest))
        _sync_folder(self._folder)
        return digest

    def give_up(self) -> None:
        """Remove what is there of it."""
        self._raw.close()
        self._path.unlink(missing_ok=True)

    def _write(self, things: Iterable[Any]) -> None:
        lines = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in things)
        self._packed.write("".join(lines).encode())


def _name(campaign_id: UUID, digest: str) -> str:
    return f"{campaign_id}-{digest[:16]}.jsonl.gz"


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(message: Message) -> list[Any]:
    reason = message.error_reason
    return [
        *(message.row, message.status.value, message.attempts, message.error_code),
        None if reason is None else mask_phones(reason),
        *(at and at.isoformat() for at in (message.sent_at, message.delivered_at, message.read_at)),
        message.inferred,
    ]


def _message(campaign_id: UUID, line: str) -> Message:
    row, status, attempts, code, reason, *times, inferred = json.loads(line)
    sent, delivered, read = (at and datetime.fromisoformat(at) for at in times)
    return Message(
        campaign_id=campaign_id,
        row=row,
        phone="",
        name="",
        status=MessageStatus(status),
        attempts=attempts,
        error_code=code,
        error_reason=reason,
        sent_at=sent,
        delivered_at=delivered,
        read_at=read,
        inferred=inferred,
    )
