"""Everything that is kept sealed with the secret key, so that a change of the key forgets nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class SealedPlace(StrEnum):
    """Where sealed texts are kept. Whoever seals something new adds its place here and in every store."""

    CREDENTIALS = "sender credentials"
    SECOND_FACTORS = "second factors"
    ENDPOINTS = "endpoint secrets"
    NOTICES = "addresses for notices"
    WEBHOOKS = "webhook secrets"
    PRIVACY = "keys of erased numbers"


@dataclass(frozen=True, slots=True)
class SealedText:
    """A sealed text as it is kept; `owner` is the id of what it belongs to."""

    owner: UUID
    text: str = field(repr=False)


class SealedTexts(Protocol):
    """Finds and replaces sealed texts, without knowing what they hold."""

    async def sealed_texts(self, place: SealedPlace) -> Sequence[SealedText]:
        """All of that place, of every account."""

    async def replace_sealed_text(self, place: SealedPlace, was: SealedText, text: str) -> bool:
        """Put `text` there if it is still as it was; whether it was."""
