"""The simulator's ledger against our database, message by message."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from soak.load import Halt, Load
from soak.rates import Stalls, fullest
from soak.relay import Relay

GONE = ("SENT", "DELIVERED", "READ")
RANK = {"sent": 1, "delivered": 2, "read": 3}
STOPPED_WITHIN_S = 1.0
_MESSAGES = """
    SELECT c.name AS tag, r.phone, m.status, m.provider_message_id, m.inferred, m.code
    FROM messages m JOIN campaigns c ON c.id = m.campaign_id
    JOIN recipients r ON r.list_id = c.recipient_list_id AND r.row = m.row
"""
_COUNTS = """
    SELECT c.name AS tag, n.* FROM counts n JOIN campaigns c ON c.id = n.campaign_id
"""


@dataclass(frozen=True, slots=True)
class Message:
    """As our database has it."""

    status: str
    wamid: str | None
    inferred: bool
    code: str | None


@dataclass
class Verdict:
    """What was found. Without `faults` the two agree."""

    faults: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def blame(self, what: str, found: Iterable[object]) -> None:
        """Note a fault with its first examples, if there are any."""
        examples = list(found)
        if examples:
            self.faults.append(f"{what}: {len(examples)}, such as {examples[:3]}")


async def judge(load: Load, relay: Relay, ledger_file: Path, stalls: Stalls) -> Verdict:
    """Read both to their ends and compare."""
    verdict = Verdict()
    ours, counted = await _ours(load.scene.database_url)
    requests = [json.loads(text) for text in ledger_file.read_text().splitlines()]
    _judge_sending(verdict, ours, requests)
    _judge_receipts(verdict, ours, relay)
    _judge_counts(verdict, ours, counted)
    _judge_halts(verdict, load.halts, requests)
    _judge_rates(verdict, requests, stalls)
    return verdict


async def _ours(url: str) -> tuple[dict[tuple[str, str], Message], dict[str, dict[str, int]]]:
    connection = await asyncpg.connect(url)
    try:
        ours = {}
        for row in await connection.fetch(_MESSAGES):
            key = row["tag"], row["phone"].lstrip("+")
            ours[key] = Message(row["status"], row["provider_message_id"], row["inferred"], row["code"])
        counted = {row["tag"]: dict(row) for row in await connection.fetch(_COUNTS)}
    finally:
        await connection.close()
    return ours, counted


def _key(request: dict[str, Any]) -> tuple[str, str]:
    return request["template"], request["phone"]


def _judge_sending(
    verdict: Verdict, ours: dict[tuple[str, str], Message], requests: list[dict[str, Any]]
) -> None:
    went: dict[tuple[str, str], list[str]] = defaultdict(list)
    for request in requests:
        if request["wamid"]:
            went[_key(request)].append(request["wamid"])
    verdict.blame("went out twice", (key for key, wamids in went.items() if len(wamids) > 1))
    verdict.blame("went out to somebody we know nothing of", (key for key in went if key not in ours))
    verdict.blame(
        "not over", ((key, one) for key, one in ours.items() if one.status in ("PENDING", "SENDING"))
    )
    verdict.blame(
        "called gone, under an id the provider never gave for it",
        (
            (key, one)
            for key, one in ours.items()
            if (one.status in GONE or (one.status == "FAILED" and one.wamid)) and one.wamid not in went[key]
        ),
    )
    verdict.blame(
        "went out, and we say it did not",
        (
            (key, one)
            for key, one in ours.items()
            if went[key] and (one.status == "SKIPPED" or (one.status == "FAILED" and not one.wamid))
        ),
    )
    unknown = [key for key, one in ours.items() if one.status == "UNKNOWN"]
    verdict.figures |= {
        "messages": len(ours),
        "requests": len(requests),
        "went out": sum(map(len, went.values())),
        "states": dict(Counter(one.status for one in ours.values()).most_common()),
        "unknown that went out": sum(bool(went[key]) for key in unknown),
        "unknown that did not": sum(not went[key] for key in unknown),
        "found again by number and time": sum(one.inferred for one in ours.values()),
        "answers": dict(Counter(request["answer"] for request in requests).most_common()),
    }


def _judge_receipts(verdict: Verdict, ours: dict[tuple[str, str], Message], relay: Relay) -> None:
    """A message stands at least where the receipts put it that were answered with 200, and no further than
    those that were posted at all."""

    def wrong() -> Iterator[tuple[tuple[str, str], Message, set[str]]]:
        for key, one in ours.items():
            told, known = relay.told.get(one.wamid or "", set()), relay.known.get(one.wamid or "", set())
            if one.status == "FAILED" and one.wamid:
                if "failed" not in known:
                    yield key, one, known
            elif "failed" in told:
                yield key, one, told
            elif one.status in GONE:
                rank = RANK[one.status.lower()]
                if rank < _furthest(told) or rank > max(1, _furthest(known)):
                    yield key, one, told

    verdict.blame("not where its receipts put it", wrong())
    verdict.figures |= {
        "receipts answered with 200": sum(map(len, relay.told.values())),
        "receipts never taken": sum(map(len, relay.known.values())) - sum(map(len, relay.told.values())),
        "posts": relay.posts,
        "posts that no web process took": relay.refused,
    }


def _furthest(statuses: set[str]) -> int:
    return max((RANK[status] for status in statuses if status in RANK), default=0)


def _judge_counts(
    verdict: Verdict, ours: dict[tuple[str, str], Message], counted: dict[str, dict[str, int]]
) -> None:
    actual: dict[str, Counter[str]] = defaultdict(Counter)
    for (tag, _), one in ours.items():
        actual[tag][one.status.lower()] += 1
    verdict.blame(
        "counts beside the campaign that are not its messages'",
        (
            (tag, status, counts[status], number)
            for tag, counts in counted.items()
            for status, number in actual[tag].items()
            if counts[status] != number or counts["total"] != actual[tag].total()
        ),
    )


def _judge_halts(verdict: Verdict, halts: list[Halt], requests: list[dict[str, Any]]) -> None:
    moments: dict[str, list[float]] = defaultdict(list)
    for request in requests:
        moments[request["template"]].append(request["at"])
    verdict.blame(
        f"left later than {STOPPED_WITHIN_S:.0f} s after a stop was acknowledged",
        (
            (halt.tag, round(moment - halt.acknowledged_at, 2))
            for halt in halts
            for moment in moments[halt.tag]
            if halt.acknowledged_at + STOPPED_WITHIN_S < moment < halt.ended_at
        ),
    )
    verdict.figures["stops acknowledged"] = len(halts)


def _judge_rates(verdict: Verdict, requests: list[dict[str, Any]], stalls: Stalls) -> None:
    arrivals: dict[str, list[float]] = defaultdict(list)
    for request in requests:
        arrivals[request["vendor_uid"]].append(request["monotonic"])
    found = {vendor: fullest(moments, stalls) for vendor, moments in arrivals.items()}
    verdict.blame(
        "more of a sender in a second than its rate",
        ((vendor, most.of_its_own) for vendor, most in found.items() if most.beyond),
    )
    verdict.figures |= {
        "most of one sender in any second": max(one.count for one in found.values()),
        "of these, not by stalls of the provider": max(one.of_its_own for one in found.values()),
        "stalls of the provider": len(stalls),
        "the longest, in seconds": round(max((length for _, length in stalls), default=0.0), 2),
    }
