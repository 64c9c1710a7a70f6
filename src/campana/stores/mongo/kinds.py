"""What the database holds, as the records that every store understands (see engine.ports.copying): kinds
that are documents of their own. Those within other documents: see kinds_within.

Kinds and fields are the tables and columns of the SQL stores; a test compares.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bson import ObjectId

from campana.domain.campaigns import Header
from campana.domain.messages import Counts
from campana.engine.ports.copying import Kind, Record
from campana.stores.cells import pack_cells, unpack_cells
from campana.stores.mongo.books import NO_PACE
from campana.stores.mongo.changes import message_id, numbered_id
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import document_of, key_of, thing_of
from campana.stores.mongo.fields import Field, fields, moment_of, seconds_of
from campana.stores.mongo.lists import State
from campana.stores.mongo.views import ARCHIVE
from campana.stores.quarters import QUARTER_COLUMNS

_SECONDS = (seconds_of, moment_of)


def _nothing_more(_document: Document) -> Document:
    return {}


@dataclass(frozen=True, slots=True)
class Documents:
    """A kind whose records are documents of a collection, one each. `more` says what a new document has
    besides: its id where no field is one, and what only this store has."""

    name: str
    collection: str
    fields: tuple[Field, ...]
    needs: frozenset[str] = frozenset()
    more: Callable[[Document], Document] = _nothing_more

    @property
    def kind(self) -> Kind:
        """As the port has it."""
        return Kind(self.name, tuple(one.name for one in self.fields), self.needs)

    def records(self, document: Mapping[str, Any]) -> Sequence[Record]:
        """What of this kind is in a document."""
        return [tuple(one.found_in(document) for one in self.fields)]

    async def add(self, database: Database, records: Sequence[Record]) -> None:
        """Add those that are not there yet."""
        await database[self.collection].add_missing([self._document(record) for record in records])

    def _document(self, record: Record) -> Document:
        document: Document = {}
        for one, value in zip(self.fields, record, strict=True):
            one.put_into(document, value)
        return document | self.more(document)


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


def _new_campaign(_document: Document) -> Document:
    return {"seq": 0, "reserved": 0, "counts": asdict(Counts()), "pace": NO_PACE, "loadedRow": 0}


def _blanks(stored: Sequence[Document]) -> Document:
    return {one["key"]: one["value"] for one in stored}


def _blanks_stored(blanks: Mapping[str, Any]) -> list[Document]:
    return [{"key": column, "value": dict(found)} for column, found in blanks.items()]


def _header(stored: Document) -> dict[str, Any]:
    return asdict(thing_of(Header, stored))


def _header_stored(header: Mapping[str, Any]) -> Document:
    return document_of(Header(**header))


_PEOPLE = (
    Documents(
        "accounts",
        "accounts",
        fields(
            "id name name_key created_at opt_outs rate_limit_per_s daily_limit suspended_at "
            "suspension_reason admin_access_until",
            absent={"opt_outs": 0, "suspension_reason": ""},
        ),
        more=lambda _: {"seq": 0},
    ),
    Documents(
        "users",
        "users",
        fields("id account_id email email_key role admin password_hash created_at"),
        _of("accounts"),
        lambda _: {"teamSeq": 0},
    ),
    Documents(
        "api_keys",
        "apiKeys",
        fields(
            "id user_id name digest last_four created_at scopes expires_at last_used_at",
            converts={"scopes": (lambda words: " ".join(sorted(words)), lambda text: text.split())},
        ),
        _of("users"),
    ),
    Documents(
        "sessions",
        "sessions",
        fields("id user_id digest created_at seen_at expires_at address device"),
        _of("users"),
    ),
    Documents(
        "links",
        "links",
        fields("id purpose digest created_at expires_at account_id user_id email role", absent={"email": ""}),
        _of("accounts", "users"),
    ),
    Documents("attempts", "attempts", fields("key number last_at next_at", paths={"key": "_id"})),
    Documents(
        "audit_entries",
        "auditEntries",
        fields(
            "id account_id created_at user_id actor actor_key way address action subject_kind subject_id "
            "subject_name subject_key details",
            paths={"user_id": "actor.userId", "actor": "actor.name", "way": "actor.way"}
            | {"address": "actor.address", "subject_kind": "subject.kind", "subject_id": "subject.id"}
            | {"subject_name": "subject.name"},
        ),
        _of("accounts"),
    ),
    Documents(
        "drafts",
        "drafts",
        fields("id account_id user_id typed created_at changed_at"),
        _of("accounts", "users"),
    ),
    Documents(
        "saved_templates",
        "savedTemplates",
        fields(
            "id account_id name language texts changed_at changed_by",
            paths={"name": "template.name", "language": "template.language"},
        ),
        _of("accounts"),
    ),
)
_LISTS = (
    Documents(
        "recipient_lists",
        "recipientLists",
        fields(
            "id account_id filename columns phone_column name_column country total valid invalid duplicates "
            "suppressed blanks created_at created_by sheet listed closed zones consent_source consent_at "
            "consent_note removed_at",
            paths={"closed": "state", "consent_source": "consent.source", "consent_at": "consent.at"}
            | {"consent_note": "consent.note"},
            converts={
                "blanks": (_blanks, _blanks_stored),
                "closed": (
                    lambda state: state == State.CLOSED,
                    lambda closed: (State.CLOSED if closed else State.OPEN).value,
                ),
            },
        ),
        _of("accounts"),
    ),
    Documents(
        "recipients",
        "recipients",
        fields(
            "list_id row phone name cells",
            paths={"cells": "values"},
            converts={"cells": (pack_cells, unpack_cells)},
        ),
        more=lambda _: {"_id": ObjectId()},
    ),
    Documents(
        "recipient_search",
        "recipientSearch",
        fields("list_id first_row last_row numbers names"),
        more=lambda _: {"_id": ObjectId()},
    ),
    Documents("row_problems", "rowProblems", fields("id list_id row column value reason")),
    Documents(
        "suppressions",
        "suppressions",
        fields("id account_id phone reason source created_at added_by", absent={"added_by": ""}),
        _of("accounts"),
        lambda document: {"reasonKey": key_of(document["reason"])},
    ),
    Documents(
        "replies",
        "replies",
        fields(
            "id account_id sender_id phone name text is_button wish provider_message_id campaign_id row at",
        ),
        _of("accounts", "senders"),
    ),
    Documents(
        "flags",
        "flags",
        fields("account_id phone opted_out not_before attempts revision"),
        _of("accounts"),
        lambda document: {"_id": f"{document['accountId']}{document['phone']}"},
    ),
)
_ERASURES = Documents(
    "erasures",
    "erasures",
    fields("account_id digest begun_at"),
    _of("accounts"),
    lambda document: {"_id": f"{document['accountId']}-{document['digest']}"},
)
_SENDING = (
    Documents(
        "senders",
        "senders",
        fields(
            "id account_id name name_key provider sealed_credentials credential_hints rate_limit_per_s "
            "daily_limit timezone country created_at",
        ),
        _of("accounts"),
    ),
    Documents(
        "webhooks",
        "webhooks",
        fields(
            "sender_id digest sealed former_digest former_until last_event_at", paths={"sender_id": "_id"}
        ),
        _of("senders"),
    ),
    Documents(
        "hosts",
        "hosts",
        fields(
            "host asked_at hold_until factor reason",
            paths={"host": "_id"},
            converts={"asked_at": _SECONDS, "hold_until": _SECONDS},
        ),
    ),
    Documents(
        "inbox",
        "inbox",
        fields("id sender_id received_at body"),
        more=lambda document: {"size": len(document["body"])},
    ),
    Documents(
        "unmatched_receipts",
        "unmatchedReceipts",
        fields("id sender_id provider_message_id status at code reason phone received_at look_at"),
        _of("senders"),
    ),
    Documents(
        "campaigns",
        "campaigns",
        fields(
            "id account_id sender_id recipient_list_id name name_key template fields header status "
            "scheduled_at created_at on_daily_limit kind started_at completed_at waiting_until error "
            "created_by idempotency_key request_digest opened archive emptied",
            absent={"emptied": False},
            converts={"header": (_header, _header_stored), "archive": ARCHIVE},
        ),
        _of("accounts", "senders", "recipient_lists"),
        _new_campaign,
    ),
    Documents(
        "messages",
        "messages",
        fields(
            "campaign_id row status fence attempts not_before provider_message_id provider_key code reason "
            "sent_at delivered_at read_at settled_at inferred rests_until",
            absent={"inferred": False},
        ),
        more=lambda document: {"_id": message_id(document["campaignId"], document["row"]), "seq": 0},
    ),
    Documents(
        "pace_samples",
        "paceSamples",
        fields("campaign_id bucket accepted"),
        _of("campaigns"),
        lambda document: {"_id": numbered_id(document["campaignId"], document["bucket"])},
    ),
    Documents(
        "accepted_quarters",
        "acceptedQuarters",
        fields(f"campaign_id quarter account_id {' '.join(QUARTER_COLUMNS.values())}"),
        _of("campaigns"),
        lambda document: {"_id": numbered_id(document["campaignId"], document["quarter"]), "seq": 0},
    ),
)
DOCUMENTS = (*_PEOPLE, *_LISTS, _ERASURES, *_SENDING)
