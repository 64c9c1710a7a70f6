"""Campaigns as guarded verbs read and change them: what decides about them, their counts, their pace."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from campana.domain.campaigns import CampaignKind, CampaignStatus, OnDailyLimit
from campana.domain.messages import Counts, MessageStatus
from campana.stores.held import Held
from campana.stores.mongo.changes import CampaignChange, PaceSample
from campana.stores.mongo.database import Document
from campana.stores.pace import SPAN_S, Pace

NO_PACE = {"bucket": 0, "current": 0, "former": 0}


def held_of(document: Document) -> Held:
    """The campaign in its document."""
    return Held(
        id=UUID(document["_id"]),
        account_id=UUID(document["accountId"]),
        sender_id=UUID(document["senderId"]),
        recipient_list_id=UUID(document["recipientListId"]),
        status=CampaignStatus(document["status"]),
        opened=document["opened"],
        on_daily_limit=OnDailyLimit(document["onDailyLimit"]),
        scheduled_at=document.get("scheduledAt"),
        counts=Counts(**document["counts"]),
        reserved=document["reserved"],
        bulk=document["kind"] == CampaignKind.BULK.value,
        archived="archive" in document,
    )


def shifted(held: Held, by: Mapping[MessageStatus, int], *, reserved: int) -> CampaignChange:
    """Its counts changed by so much; `reserved` is the new number, not below 0."""
    return CampaignChange(held.id, {"counts": counts_by(held.counts, by), "reserved": max(0, reserved)})


def counts_by(counts: Counts, by: Mapping[MessageStatus, int]) -> dict[str, int]:
    """Counts changed by so much, as they are stored."""
    return {name: count + by.get(MessageStatus(name.upper()), 0) for name, count in asdict(counts).items()}


def pace_of(document: Document) -> Pace:
    """The campaign's pace in its document."""
    return Pace(**document["pace"])


def paced(document: Document, accepted: int, now: datetime) -> tuple[Pace, list[PaceSample]]:
    """The campaign's pace with so many more accepted now; ten seconds that are over become a sample."""
    pace = pace_of(document)
    bucket = max(pace.bucket, int(now.timestamp() // SPAN_S))
    over = [PaceSample(UUID(document["_id"]), pace.bucket, pace.current)]
    return pace.with_accepted(accepted, bucket), over if pace.current and pace.bucket < bucket else []
