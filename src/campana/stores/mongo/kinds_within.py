"""Kinds of records that are parts of documents of another kind (see kinds), and those that are not kept as
they are told: a lease as the moment it was renewed and for how long."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pymongo import UpdateOne

from campana.domain.messages import Counts
from campana.domain.preferences import Frequency, Preferences
from campana.engine.ports.copying import Kind, Record
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import plain, update_of
from campana.stores.mongo.fields import Values, moment_of, seconds_of
from campana.stores.mongo.lane import EPOCH, UNUSED, Lane
from campana.stores.mongo.preferences import preferences_of

_COUNTS = tuple(asdict(Counts()))


@dataclass(frozen=True, slots=True)
class Parts:
    """A kind whose records are parts of documents: `told` finds them in one. To add a record, `begun` is
    added where there is no such document yet (if any is to be), then `update` changes it, if the part is not
    there."""

    name: str
    collection: str
    fields: tuple[str, ...]
    needs: frozenset[str]
    told: Callable[[Mapping[str, Any]], Iterable[Values]]
    begun: Callable[[Values], Document | None]
    update: Callable[[Values], UpdateOne]

    @property
    def kind(self) -> Kind:
        """As the port has it."""
        return Kind(self.name, self.fields, self.needs)

    def records(self, document: Mapping[str, Any]) -> Sequence[Record]:
        """What of this kind is in a document."""
        return [tuple(values[name] for name in self.fields) for values in self.told(document)]

    async def add(self, database: Database, records: Sequence[Record]) -> None:
        """Add those that are not there yet."""
        values = [dict(zip(self.fields, record, strict=True)) for record in records]
        begun = {one["_id"]: one for one in map(self.begun, values) if one is not None}
        await database[self.collection].add_missing(list(begun.values()))
        await database[self.collection].change_each([self.update(one) for one in values])


def _of_a_campaign(campaign: Mapping[str, Any]) -> Iterable[Values]:
    counts, pace = campaign["counts"], campaign["pace"]
    books = {"total": sum(counts.values()), "reserved": campaign["reserved"]}
    pace_now = {f"pace_{name}": pace[name] for name in ("bucket", "current", "former")}
    return [{"campaign_id": UUID(campaign["_id"]), **counts, **books, **pace_now}]


def _into_a_campaign(values: Values) -> UpdateOne:
    uncounted = {f"counts.{name}": 0 for name in _COUNTS}
    counts = {name: values[name] for name in _COUNTS}
    pace = {name: values[f"pace_{name}"] for name in ("bucket", "current", "former")}
    books = {"counts": counts, "reserved": values["reserved"], "pace": pace}
    return UpdateOne({"_id": str(values["campaign_id"]), **uncounted}, {"$set": books})


def _lane(document: Mapping[str, Any]) -> Iterable[Values]:
    lane = Lane.of(dict(document), EPOCH)
    quiet = None if lane.quiet_from is None else seconds_of(lane.quiet_from)
    times = {"expires_at": seconds_of(lane.expires_at), "quiet_from": quiet}
    books = {"owner": lane.owner, "fence": lane.fence, "in_flight": lane.in_flight}
    return [{"sender_id": lane.sender_id, **times, **books}]


def _into_a_lane(values: Values) -> UpdateOne:
    quiet = values["quiet_from"]
    books = {"owner": values["owner"], "fence": values["fence"], "in_flight": values["in_flight"]}
    times = {
        "renewed_at": moment_of(values["expires_at"]),
        "ttl_ms": 0,
        "quiet_from": None if quiet is None else moment_of(quiet),
    }
    return UpdateOne({"_id": str(values["sender_id"]), "fence": 0}, update_of(books | times))


def _unused_lane(values: Values) -> Document:
    return {"_id": str(values["sender_id"]), **UNUSED}


def _usage(lane: Mapping[str, Any]) -> Iterable[Values]:
    sender_id = UUID(lane["_id"])
    return [
        {"sender_id": sender_id, "day": date.fromisoformat(day), "used": used}
        for day, used in lane["used"].items()
    ]


def _into_usage(values: Values) -> UpdateOne:
    day = f"used.{values['day'].isoformat()}"
    uncounted = {"_id": str(values["sender_id"]), day: {"$exists": False}}
    return UpdateOne(uncounted, {"$set": {day: values["used"]}})


def _preferences(account: Mapping[str, Any]) -> Iterable[Values]:
    if "preferences" not in account:
        return []
    found = preferences_of(dict(account))
    cap = found.frequency
    words = {"stop_words": list(found.stop_words), "start_words": list(found.start_words)}
    frequency = {"frequency_messages": cap and cap.messages, "frequency_days": cap and cap.days}
    rest: Values = {"account_id": UUID(account["_id"]), "unreachable_after": found.unreachable_after}
    rest["retention_days"] = found.retention_days
    return [words | frequency | rest]


def _into_preferences(values: Values) -> UpdateOne:
    cap = None
    if values["frequency_messages"] is not None:
        cap = Frequency(values["frequency_messages"], values["frequency_days"])
    words = tuple(values["stop_words"]), tuple(values["start_words"])
    saved = plain(Preferences(*words, cap, values["unreachable_after"], values["retention_days"]))
    undecided = {"_id": str(values["account_id"]), "preferences": {"$exists": False}}
    return UpdateOne(undecided, {"$set": {"preferences": saved}})


def _privacy_key(account: Mapping[str, Any]) -> Iterable[Values]:
    if "sealedPrivacyKey" not in account:
        return []
    return [{"account_id": UUID(account["_id"]), "sealed_key": account["sealedPrivacyKey"]}]


def _into_a_privacy_key(values: Values) -> UpdateOne:
    keyless = {"_id": str(values["account_id"]), "sealedPrivacyKey": {"$exists": False}}
    return UpdateOne(keyless, {"$set": {"sealedPrivacyKey": values["sealed_key"]}})


def _second_factor(document: Mapping[str, Any]) -> Iterable[Values]:
    if "sealedSecret" not in document:
        return []
    factor = {"sealed_secret": document["sealedSecret"], "confirmed": document["confirmed"]}
    return [{"user_id": UUID(document["_id"]), **factor, "last_step": document["lastStep"]}]


def _into_a_second_factor(values: Values) -> UpdateOne:
    factor = {name: values[name] for name in ("sealed_secret", "confirmed", "last_step")}
    return UpdateOne({"_id": str(values["user_id"]), "sealedSecret": {"$exists": False}}, update_of(factor))


def _recovery_codes(document: Mapping[str, Any]) -> Iterable[Values]:
    return [{"user_id": UUID(document["_id"]), "digest": digest} for digest in document["recovery"]]


def _into_recovery_codes(values: Values) -> UpdateOne:
    return UpdateOne({"_id": str(values["user_id"])}, {"$addToSet": {"recovery": values["digest"]}})


def _no_recovery_codes(values: Values) -> Document:
    return {"_id": str(values["user_id"]), "recovery": []}


def _kept_for(owner: Mapping[str, Any], since: str) -> Values:
    """A duty or a worker: until when it is kept."""
    ends_at = owner.get(since, EPOCH) + timedelta(milliseconds=owner["ttlMs"])
    return {"expires_at": seconds_of(ends_at)}


def _duty(document: Mapping[str, Any]) -> Iterable[Values]:
    kept = _kept_for(document, "renewedAt")
    return [{"name": document["_id"], "owner": document["owner"], **kept}]


def _into_a_duty(values: Values) -> UpdateOne:
    kept = {"owner": values["owner"], "renewedAt": moment_of(values["expires_at"])}
    return UpdateOne({"_id": values["name"], "renewedAt": {"$exists": False}}, {"$set": kept})


def _no_duty(values: Values) -> Document:
    return {"_id": values["name"], "owner": "", "ttlMs": 0}


def _worker(document: Mapping[str, Any]) -> Iterable[Values]:
    if "seenAt" not in document:
        return []
    times = {name: seconds_of(document[field]) for name, field in (("since", "since"), ("seen_at", "seenAt"))}
    kept = _kept_for(document, "seenAt")
    return [{"owner": document["_id"], "rate": document["rate"], **times, **kept}]


def _into_a_worker(values: Values) -> UpdateOne:
    seen = moment_of(values["seen_at"])
    ttl = round((values["expires_at"] - values["seen_at"]) * 1000)
    alive = {"seenAt": seen, "ttlMs": ttl, "rate": values["rate"]}
    return UpdateOne({"_id": values["owner"], "seenAt": {"$exists": False}}, {"$set": alive})


def _no_worker(values: Values) -> Document:
    return {"_id": values["owner"], "since": moment_of(values["since"]), "ttlMs": 0}


def _never(_values: Values) -> None:
    return None


def _parts(name: str, collection: str, names: str, needs: str, *how: Callable[[Any], Any]) -> Parts:
    return Parts(name, collection, tuple(names.split()), frozenset(needs.split()), *how)


_COUNTED = f"campaign_id {' '.join(_COUNTS)} total reserved pace_bucket pace_current pace_former"
_LEASE = "sender_id owner fence expires_at quiet_from in_flight"
_DECIDED = (
    "account_id stop_words start_words frequency_messages frequency_days unreachable_after retention_days"
)

PARTS = (
    _parts("counts", "campaigns", _COUNTED, "campaigns", _of_a_campaign, _never, _into_a_campaign),
    _parts("lanes", "lanes", _LEASE, "senders", _lane, _unused_lane, _into_a_lane),
    _parts("usage", "lanes", "sender_id day used", "senders", _usage, _unused_lane, _into_usage),
    _parts("preferences", "accounts", _DECIDED, "accounts", _preferences, _never, _into_preferences),
    _parts(
        "privacy_keys",
        "accounts",
        "account_id sealed_key",
        "accounts",
        *(_privacy_key, _never, _into_a_privacy_key),
    ),
    _parts(
        "second_factors",
        "secondFactors",
        "user_id sealed_secret confirmed last_step",
        "users",
        *(_second_factor, _no_recovery_codes, _into_a_second_factor),
    ),
    _parts(
        "recovery_codes",
        "secondFactors",
        "user_id digest",
        "users",
        *(_recovery_codes, _no_recovery_codes, _into_recovery_codes),
    ),
    _parts("duties", "duties", "name owner expires_at", "", _duty, _no_duty, _into_a_duty),
    _parts(
        "workers", "workers", "owner since seen_at expires_at rate", "", _worker, _no_worker, _into_a_worker
    ),
)
