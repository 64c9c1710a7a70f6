"""Where people's numbers and data lie, by a store's kinds and fields: export, erasure and retention go by it.

A test compares it with what the store holds: a new field is either here or among what is about nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from campana.engine.ports import Place


@dataclass(frozen=True, slots=True)
class Holding:
    """Fields, as `kind.field`, with what becomes of them when somebody is erased, and when they expire. What
    an export shows is what `Privacy.held` finds there."""

    fields: frozenset[str]
    erased: str
    expires: str


def _of(*fields: str) -> frozenset[str]:
    return frozenset(fields)


REGISTER: Mapping[Place, Holding] = {
    Place.RECIPIENTS: Holding(
        _of(
            *("recipients.phone", "recipients.name", "recipients.cells"),
            *("recipient_search.numbers", "recipient_search.names"),
            *("messages.provider_message_id", "messages.reason", "campaigns.request_digest"),
        ),
        erased="the row says nothing any more; PENDING messages are SKIPPED; states, times and counts stay",
        expires="with the list, when its campaigns are over",
    ),
    Place.MENTIONS: Holding(
        _of("recipients.cells", "recipients.name", "recipient_search.names"),
        erased="the number is masked in other people's rows",
        expires="with the list",
    ),
    Place.PROBLEMS: Holding(
        _of("row_problems.value", "row_problems.reason"),
        erased="the number is masked",
        expires="with the list",
    ),
    Place.REPLIES: Holding(
        _of("replies.phone", "replies.name", "replies.text", "replies.provider_message_id"),
        erased="blank; that a reply came, and whether it said stop, is counted as before",
        expires="blank",
    ),
    Place.SUPPRESSIONS: Holding(
        _of("suppressions.phone", "suppressions.reason"),
        erased="removed; a keyed hash takes its place",
        expires="stays: without it people would be messaged against their will",
    ),
    Place.FLAGS: Holding(
        _of("flags.phone"), erased="removed", expires="goes as soon as the provider was told"
    ),
    Place.UNMATCHED: Holding(
        _of(
            *("unmatched_receipts.phone", "unmatched_receipts.provider_message_id"),
            "unmatched_receipts.reason",
        ),
        erased="removed",
        expires="removed",
    ),
    Place.DRAFTS: Holding(
        _of("drafts.typed"), erased="the number is masked", expires="stays until its author discards it"
    ),
    Place.TEMPLATES: Holding(
        _of("saved_templates.texts"),
        erased="the number is masked",
        expires="stays: the account's own words",
    ),
}


_OWN_WORDS = "what the account itself called or wrote, to everybody alike"
_MASKED = "the trail of what people of the account did; numbers are masked when it is written"
ELSEWHERE: Mapping[str, str] = {
    "inbox.body": "what the provider posted, until it is worked off; an erasure waits for that",
    "notice_addresses.memory": "troubles in sentences; numbers are masked when it is written",
    "deliveries.said": "how another system's answer began; numbers are masked when it is written",
    **dict.fromkeys(
        (
            *("campaigns.name", "campaigns.name_key", "campaigns.template", "campaigns.fields"),
            *("campaigns.header", "campaigns.error", "campaigns.idempotency_key"),
            *("recipient_lists.filename", "recipient_lists.columns", "recipient_lists.phone_column"),
            *("recipient_lists.name_column", "recipient_lists.sheet", "recipient_lists.consent_source"),
            *("recipient_lists.consent_note", "recipient_lists.blanks", "saved_templates.name"),
            *("senders.name", "senders.name_key", "preferences.stop_words", "preferences.start_words"),
        ),
        _OWN_WORDS,
    ),
    **dict.fromkeys(
        (
            *("audit_entries.subject_name", "audit_entries.subject_key", "audit_entries.details"),
            *("audit_entries.actor", "audit_entries.actor_key", "audit_entries.address"),
        ),
        _MASKED,
    ),
}
"""Fields that are not looked through, and why."""

NOBODY = frozenset(
    {
        *("accounts.name", "accounts.name_key", "accounts.suspension_reason"),
        *("users.email", "users.email_key", "users.role", "users.password_hash"),
        *("api_keys.name", "api_keys.digest", "api_keys.last_four", "api_keys.scopes"),
        *("sessions.digest", "sessions.address", "sessions.device"),
        *("links.purpose", "links.digest", "links.email", "links.role"),
        *("second_factors.sealed_secret", "recovery_codes.digest", "attempts.key"),
        *("senders.provider", "senders.sealed_credentials", "senders.credential_hints"),
        *("senders.timezone", "senders.country", "lanes.owner", "hosts.host", "hosts.reason"),
        *("workers.owner", "duties.name", "duties.owner", "webhooks.digest", "webhooks.sealed"),
        *("webhooks.former_digest", "recipient_lists.country", "recipient_lists.zones"),
        *("campaigns.status", "campaigns.on_daily_limit", "campaigns.kind", "messages.status"),
        "campaigns.archive",
        *("messages.code", "saved_templates.language", "suppressions.source", "suppressions.added_by"),
        *("replies.wish", "unmatched_receipts.status", "unmatched_receipts.code", "row_problems.column"),
        *("audit_entries.way", "audit_entries.action", "audit_entries.subject_kind"),
        *("erasures.digest", "privacy_keys.sealed_key"),
        *("endpoints.url", "endpoints.events", "endpoints.sealed", "endpoints.off_reason"),
        *("notice_addresses.route", "notice_addresses.label", "notice_addresses.sealed"),
        *("notice_addresses.off_reason", "notice_addresses.problem"),
        *("outbox.type", "outbox.rows", "deliveries.news", "deliveries.status"),
    }
)
"""Texts that hold nothing of the people who are messaged. Nor do the files of `engine.archiving`, which name
rows of lists."""
