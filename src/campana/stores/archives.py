"""What is known of an archive, as JSON: the same in every database."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from campana.domain.archives import Archive, Coded
from campana.domain.messages import MessageStatus

CodeCount = tuple[MessageStatus, str, int]


def archive_values(archive: Archive) -> dict[str, Any]:
    """The archive as JSON."""
    return {
        "at": archive.at.isoformat(),
        "messages": archive.messages,
        "digest": archive.digest,
        "codes": [[one.status.value, one.code, one.count, one.example] for one in archive.codes],
    }


def archive_of(values: dict[str, Any]) -> Archive:
    """The inverse."""
    codes = tuple(Coded(MessageStatus(status), *rest) for status, *rest in values["codes"])
    return Archive(datetime.fromisoformat(values["at"]), values["messages"], values["digest"], codes)


def with_archived(counted: Iterable[CodeCount], archives: Iterable[Archive]) -> list[CodeCount]:
    """Codes counted among messages, and those in archives, together: the most first."""
    totals: Counter[tuple[MessageStatus, str]] = Counter()
    for status, code, count in counted:
        totals[status, code] += count
    for archive in archives:
        for one in archive.codes:
            totals[one.status, one.code] += one.count
    found = [(status, code, count) for (status, code), count in totals.items()]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))
