"""What a restored copy may not do: send what the original may have sent since the backup was made.

Records pass through here on their way into the new store. Campaigns that would send are held: PAUSED, with
the reason, until a person resumes them. Messages that were not final in a campaign that had started become
UNKNOWN. Endpoints of outgoing webhooks and addresses for notices are off, and posts that waited are not made.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from campana.domain.campaigns import CampaignStatus
from campana.domain.endpoints import DeliveryStatus
from campana.domain.limits import day_of
from campana.domain.messages import MessageStatus
from campana.engine.ports.copying import Kind, Record

HELD = "Held after the restore of a backup"
"""How the reasons of held campaigns begin."""
CODE = "restored"
REASON = "it was not final when the backup was made; the original may have sent it since"

_C, _M = CampaignStatus, MessageStatus
_WOULD_SEND = (_C.SCHEDULED, _C.PROCESSING)
_COULD_SEND = (*_WOULD_SEND, _C.PAUSED)

Fields = dict[str, Any]


class Caution:
    """`idle_since` says that the original has sent nothing since the backup was made: then what was PENDING
    stays so."""

    def __init__(self, made_at: datetime, now: datetime, *, idle_since: bool) -> None:
        self.held = 0
        self.unknown = 0
        self._made_at = made_at
        self._now = now
        self._idle_since = idle_since
        self._begun: set[UUID] = set()
        self._senders: dict[UUID, UUID] = {}
        self._zones: dict[UUID, ZoneInfo] = {}
        self._spent: Counter[tuple[UUID, date]] = Counter()
        self._of: dict[str, Callable[[Fields], None]] = {
            "senders": self._sender,
            "campaigns": self._campaign,
            "counts": self._counts,
            "messages": self._message,
            "lanes": self._lane,
            "usage": self._usage,
            "endpoints": self._switched_off,
            "notice_addresses": self._switched_off,
            "deliveries": self._delivery,
        }

    def passed(self, kind: Kind, records: Sequence[Record]) -> list[Record]:
        """The records as they may go in."""
        if kind.name == "outbox":
            return []  # the original tells it, or has told it
        change = self._of.get(kind.name)
        if change is None:
            return list(records)
        fields = [dict(zip(kind.fields, record, strict=True)) for record in records]
        for each in fields:
            change(each)
        return [tuple(each.values()) for each in fields]

    def more(self, kind: Kind) -> list[Record]:
        """Records to add behind the last of a kind: use of the day that the backup has no record of."""
        if kind.name != "usage":
            return []
        values = [
            {"sender_id": sender, "day": day, "used": used} for (sender, day), used in self._spent.items()
        ]
        return [tuple(each[name] for name in kind.fields) for each in values]

    def _sender(self, sender: Fields) -> None:
        self._zones[sender["id"]] = ZoneInfo(sender["timezone"])

    def _campaign(self, campaign: Fields) -> None:
        status, due = _C(campaign["status"]), campaign["scheduled_at"]
        self._senders[campaign["id"]] = campaign["sender_id"]
        if campaign["started_at"] is not None and status in _COULD_SEND and not self._idle_since:
            self._begun.add(campaign["id"])
        if status not in _WOULD_SEND:
            return
        campaign |= {"status": _C.PAUSED.value, "waiting_until": None}
        campaign["error"] = f"{HELD} of {self._made_at:%Y-%m-%d %H:%M} UTC: {self._why(campaign, due)}"
        if campaign["opened"]:
            self.held += 1

    def _why(self, campaign: Fields, due: datetime | None) -> str:
        if campaign["started_at"] is not None:
            return "it was running; resume it when nothing else sends it"
        if due is not None and due <= self._now:
            return (
                f"it was due at {due:%Y-%m-%d %H:%M} UTC, and the original may have sent it; "
                "cancel it, or resume it if not"
            )
        return "resume it when nothing else will send it"

    def _counts(self, counts: Fields) -> None:
        campaign_id = counts["campaign_id"]
        lost = counts["sending"] + (counts["pending"] if campaign_id in self._begun else 0)
        counts["unknown"] += lost
        counts["pending"] -= lost - counts["sending"]
        counts |= {"sending": 0, "reserved": 0}
        self.unknown += lost
        if lost:
            sender = self._senders[campaign_id]
            self._spent[sender, day_of(self._made_at, self._zones[sender])] += lost

    def _message(self, message: Fields) -> None:
        lost = message["status"] == _M.SENDING or (
            message["status"] == _M.PENDING and message["campaign_id"] in self._begun
        )
        if lost:
            message |= {"status": _M.UNKNOWN.value, "code": CODE, "reason": REASON}
            message |= {"settled_at": self._now, "not_before": None}

    def _switched_off(self, address: Fields) -> None:
        if address["enabled"]:
            address |= {
                "enabled": False,
                "off_reason": f"{HELD}: switch it on when nothing else posts to it",
            }

    def _delivery(self, delivery: Fields) -> None:
        if delivery["status"] == DeliveryStatus.WAITING:
            said = "not posted by the restored copy; the original may have posted it"
            delivery |= {"status": DeliveryStatus.GAVE_UP.value, "said": said}

    def _lane(self, lane: Fields) -> None:
        lane |= {"owner": None, "expires_at": 0.0, "in_flight": 0}

    def _usage(self, usage: Fields) -> None:
        usage["used"] += self._spent.pop((usage["sender_id"], usage["day"]), 0)
