"""What an address remembers: the troubles that stand, and which of them it was told. All of it is worked out
here, without a store or a clock, so that nothing depends on who holds the duty."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campana.domain.masking import mask_phones
from campana.domain.times import iso
from campana.engine.faults.kinds import EVENTS, PASSING, Fault, Sight

SETTLES_AFTER = timedelta(minutes=1)
"""how long something that may be normal for a moment has to stand before it is told"""
CALM = timedelta(minutes=15)
"""how long something has to be away before it is told to be over: what comes and goes is one trouble"""
REMIND_EVERY = timedelta(days=1)
MOST_REMEMBERED = 500
"""troubles that one address follows at once"""

Key = tuple[Fault, str]
"""What is wrong, and with what."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that stands since then, or stood until `gone_at`; `told_at` is when it was last told."""

    text: str
    since: datetime
    told_at: datetime | None = None
    gone_at: datetime | None = None


Memory = Mapping[Key, Trouble]


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told now: what began, what lasts for another day, what is over."""

    began: Memory
    lasts: Memory
    over: Memory

    def __bool__(self) -> bool:
        return bool(self.began or self.lasts or self.over)


def looked(memory: Memory, seen: Iterable[tuple[Fault, Sight]], now: datetime) -> dict[Key, Trouble]:
    """The memory after a look: what is new in it, what stands, what is gone. What nobody was told of is
    forgotten with its end, as events are."""
    found = {(fault, sight.subject): mask_phones(sight.text) for fault, sight in seen}
    after = {}
    for key, trouble in memory.items():
        if key in found:
            after[key] = replace(trouble, text=found[key], gone_at=None)
        elif trouble.told_at is not None and key[0] not in EVENTS:
            after[key] = replace(trouble, gone_at=trouble.gone_at or now)
    for key, text in found.items():
        if key not in after and len(after) < MOST_REMEMBERED:
            after[key] = Trouble(text, since=now)
    return after


def news_of(memory: Memory, now: datetime) -> News:
    """What the memory has to tell now."""
    began = {key: one for key, one in memory.items() if one.told_at is None and _settled(key, one, now)}
    over = {key: one for key, one in memory.items() if one.gone_at and now - one.gone_at >= CALM}
    lasts = {key: one for key, one in memory.items() if one.gone_at is None and _is_due_again(key, one, now)}
    return News(began, lasts, over)


def told(memory: Memory, news: News, now: datetime) -> dict[Key, Trouble]:
    """The memory once the news was told."""
    said = {**news.began, **news.lasts}
    return {
        key: replace(trouble, told_at=now) if key in said else trouble
        for key, trouble in memory.items()
        if key not in news.over
    }


def packed(memory: Memory) -> str:
    """As an address keeps it; the same text for the same memory."""
    rows = [
        (
            fault.name,
            subject,
            one.text,
            iso(one.since),
            *(at and iso(at) for at in (one.told_at, one.gone_at)),
        )
        for (fault, subject), one in sorted(memory.items())
    ]
    return json.dumps(rows) if rows else ""


def unpacked(text: str) -> dict[Key, Trouble]:
    """The inverse of `packed`, to the millisecond. Faults that this version does not know are left out."""
    return {
        (Fault[name], subject): Trouble(said, datetime.fromisoformat(since), _time(told_at), _time(gone_at))
        for name, subject, said, since, told_at, gone_at in json.loads(text or "[]")
        if name in Fault.__members__
    }


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _settled(key: Key, trouble: Trouble, now: datetime) -> bool:
    return key[0] not in PASSING or now - trouble.since >= SETTLES_AFTER


def _is_due_again(key: Key, trouble: Trouble, now: datetime) -> bool:
    return key[0] not in EVENTS and trouble.told_at is not None and now - trouble.told_at >= REMIND_EVERY
