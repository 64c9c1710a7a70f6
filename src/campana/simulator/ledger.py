"""The witness: every message request the simulator was given, in memory and, when asked for, as JSON lines in
a file.

It knows nothing of faults or webhooks; it keeps what it is told. Entries are made by one thread and may be
read by any.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campana.simulator.waiting import Milestones

FLUSH_INTERVAL_S = 0.05
STALL_S = 0.1
"""how late the ledger may come to its file before that is noted as a stall"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message request. `at` (epoch) and `monotonic` are seconds, at the moment its last byte had been
    read.

    `token` is its last four characters; `answer` the kind of answer, `status` the HTTP status (None when none
    was given); `wamid` stands whenever WhatsApp took the message, told or not; `sent` says whether the person
    got it.
    """

    at: float
    monotonic: float
    vendor_uid: str
    token: str
    phone: str
    template: str
    language: str
    fields: Mapping[str, Any]
    from_id: str
    answer: str
    status: int | None
    wamid: str | None
    sent: bool
    flags: tuple[str, ...] = ()

    def as_line(self) -> str:
        """Return the entry as one line of JSON, without the line's end."""
        told = {
            "at": self.at,
            "monotonic": self.monotonic,
            "vendor_uid": self.vendor_uid,
            "token": self.token,
            "phone": self.phone,
            "template": self.template,
            "language": self.language,
            "fields": self.fields,
            "from": self.from_id,
            "answer": self.answer,
            "status": self.status,
            "wamid": self.wamid,
            "sent": self.sent,
            "flags": self.flags,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def most_in_any_second(moments: Iterable[float], *, span: float = 1.0) -> int:
    """Return the most of `moments` (seconds, any order) that lie in one half-open span [t, t + `span`)."""
    ordered = sorted(moments)
    most, start = 0, 0
    for end, moment in enumerate(ordered):
        while moment - ordered[start] >= span:
            start += 1
        most = max(most, end - start + 1)
    return most


def summarize(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the figures of `GET /ledger/summary` over `entries`.

    `duplicates` lists, for each vendor and template, how many numbers got the message more than once;
    `max_per_second` is the most requests in any sliding second.
    """
    copies = Counter((one.vendor_uid, one.template, one.phone) for one in entries if one.sent)
    doubled = Counter((vendor, template) for (vendor, template, _), number in copies.items() if number > 1)
    times = [one.at for one in entries]
    return {
        "total": len(entries),
        "sent": sum(one.sent for one in entries),
        "accepted": sum(one.wamid is not None for one in entries),
        "phones": len({one.phone for one in entries if one.sent}),
        "answers": dict(Counter(one.answer for one in entries)),
        "flags": dict(Counter(flag for one in entries for flag in one.flags)),
        "duplicate_phones": doubled.total(),
        "duplicates": [
            {"vendor_uid": vendor, "template": template, "phones": number}
            for (vendor, template), number in doubled.items()
        ],
        "max_per_second": most_in_any_second(one.monotonic for one in entries),
        "first_at": min(times, default=None),
        "last_at": max(times, default=None),
    }


class Ledger:
    """The entries so far, and their file."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._entries: list[Entry] = []
        self._unwritten: list[Entry] = []
        self._milestones = Milestones()
        self.stalls: list[tuple[float, float]] = []
        """When the simulator looked again (`monotonic`) after it had not for a while, and how many seconds
        that was: what arrived meanwhile is noted as if it had come then."""

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> Sequence[Entry]:
        """A snapshot of all entries, oldest first."""
        return tuple(self._entries)

    def part(self, start: int, size: int) -> Sequence[Entry]:
        """Return up to `size` entries from number `start` on (the first is 0)."""
        return self._entries[start : start + size]

    def summary(self) -> dict[str, Any]:
        """Return the figures over all entries (`summarize`)."""
        return summarize(self.entries) | {"stalls": self.stalls}

    def prepare(self) -> None:
        """Make sure that the file can be written; OSError when it can't."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.open("a", encoding="utf-8").close()

    def add(self, entry: Entry) -> None:
        """Take an entry; it reaches the file with the next flush."""
        self._entries.append(entry)
        if self.file is not None:
            self._unwritten.append(entry)
        self._milestones.check()

    def clear(self) -> None:
        """Forget every entry, in the file as well."""
        self._entries, self._unwritten = [], []
        if self.file is not None:
            self.file.write_text("")

    def when(self, count: int) -> Future[None]:
        """Return a future that is done once there are `count` entries."""
        return self._milestones.when(lambda: len(self._entries) >= count)

    def flush(self) -> None:
        """Append what is not yet in the file."""
        if self.file is None or not self._unwritten:
            return
        taken, self._unwritten = self._unwritten, []
        with self.file.open("a", encoding="utf-8") as file:
            file.write("".join(f"{entry.as_line()}\n" for entry in taken))

    async def keep_flushing(self) -> None:
        """Flush every `FLUSH_INTERVAL_S` until cancelled, and once more then. What comes late by STALL_S is a
        stall."""
        due = time.monotonic() + FLUSH_INTERVAL_S
        try:
            while True:
                await asyncio.sleep(FLUSH_INTERVAL_S)
                now = time.monotonic()
                if now - due >= STALL_S:
                    self.stalls.append((now, now - due))
                due = now + FLUSH_INTERVAL_S
                self.flush()
        finally:
            self.flush()
