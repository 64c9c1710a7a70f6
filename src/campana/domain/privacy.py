"""Erasing a person: what is remembered of it, and what it waits for."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

REMOVED = "removed"
"""What stands in the place of a number that is held no more."""
ERASED_REASON = "the person was erased; the number gets no message and is not kept"
LONGEST_RETENTION = 3650


@dataclass(frozen=True, slots=True)
class Erasure:
    """A number to be erased from an account, since when, and the keyed hash that is all that will be left."""

    account_id: UUID
    phone: str = field(repr=False)
    digest: str
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """What an erasure has to wait for: messages to the number on their way, lists in the making, and posts of
    the provider not worked off that came before it."""

    sending: int = 0
    lists: int = 0
    posts: int = 0

    def __bool__(self) -> bool:
        return bool(self.sending or self.lists or self.posts)


def digest_of(phone: str, key: bytes) -> str:
    """The keyed hash of a number; without the key, ten billion numbers cannot be tried."""
    return hmac.new(key, phone.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class ErasedNumbers:
    """The numbers that an account had erased, which can be recognised and not read."""

    key: bytes = field(default=b"", repr=False)
    digests: Mapping[str, datetime] = field(default_factory=dict, repr=False)

    def when(self, phone: str) -> datetime | None:
        """When the number was erased; None where it was not."""
        return self.digests.get(digest_of(phone, self.key)) if self.digests else None
