"""What a store does for the people whose data it holds: it finds them, hands them out, erases them, and lets
them expire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from campana.domain.privacy import Erasure, Waits
from campana.domain.traces import Trace

Found = Mapping[str, Any]
"""Something that is held about a person, by the names of an export: texts, numbers, moments, mappings."""


class Place(StrEnum):
    """Where a person's number or data may lie. `engine.privacy.register` says what each of them holds."""

    RECIPIENTS = "recipients"
    """the rows of lists, with the messages to them: their ids hold the number"""
    MENTIONS = "mentions"
    """rows of other people that name the number"""
    PROBLEMS = "row_problems"
    REPLIES = "replies"
    SUPPRESSIONS = "suppressions"
    FLAGS = "flags"
    UNMATCHED = "unmatched_receipts"
    DRAFTS = "drafts"
    TEMPLATES = "saved_templates"


@dataclass(frozen=True, slots=True)
class PastList:
    """A list whose people are to be removed, or were begun to be."""

    account_id: UUID
    list_id: UUID


class Privacy(Protocol):
    """Every verb is for one account, works in bounded pieces and may be broken off and done again."""

    async def begin_erasure(self, erasure: Erasure) -> None:
        """Remember the digest, and suppress the number (source ERASURE) until the erasure is finished; both
        in one step, and lanes hear of it as of any suppression."""

    async def erasures_under_way(self) -> Sequence[tuple[UUID, str, datetime]]:
        """Account, number and beginning of those that are not finished, of every account."""

    async def erasure_waits(self, account_id: UUID, phone: str, *, since: datetime, now: datetime) -> Waits:
        """What is on its way still, or was a moment ago, so that the number may come up once more."""

    async def erase(self, place: Place, account_id: UUID, trace: Trace, *, at: datetime) -> int:
        """Erase the number from that place; how many records changed.

        From RECIPIENTS: PENDING messages become SKIPPED, with their counts; messages lose their provider's id
        and whatever names the number, and are still found by their receipts; the row keeps its place and says
        nothing of anybody. Rows with a message that is SENDING are left for the next time.
        """

    async def finish_erasure(self, account_id: UUID, phone: str) -> bool:
        """Drop the suppression of the erasure; whether it was there. What the database itself keeps of former
        pages is removed as far as it can be."""

    async def erased(self, account_id: UUID) -> Mapping[str, datetime]:
        """The digests of numbers that were erased, with when."""

    async def privacy_key(self, account_id: UUID) -> str | None:
        """The account's sealed key of digests."""

    async def keep_privacy_key(self, account_id: UUID, sealed: str) -> str:
        """Keep it, unless there is one; the one that counts."""

    async def forget_erased(self, account_id: UUID) -> int:
        """Drop the key with the digests made by it, which nobody can read without it; how many."""

    async def held(self, place: Place, account_id: UUID, trace: Trace) -> Sequence[Found]:
        """What that place holds about the number."""

    async def retentions(self) -> Mapping[UUID, int]:
        """The accounts that let data expire, and after how many days."""

    async def past_lists(self, account_id: UUID, before: datetime, *, limit: int) -> Sequence[PastList]:
        """Lists made before then whose every campaign was over by then."""

    async def remove_people(
        self, account_id: UUID, list_id: UUID, *, at: datetime, listed: bool = True
    ) -> bool:
        """Remove all people of a list, and the provider's ids of messages to them; the list stays with its
        numbers, and says since when. `listed` False takes it out of the lists as well. Raises Conflict when a
        campaign for it is not over. False when there is no such list."""

    async def half_removed_lists(self) -> Sequence[PastList]:
        """Those where that was begun and broken off, of every account."""

    async def forget_replies(self, account_id: UUID, before: datetime) -> int:
        """Blank replies from before then; they are counted as before. How many."""

    async def forget_unmatched(self, account_id: UUID, before: datetime) -> int:
        """Forget receipts without a message from before then; how many."""
