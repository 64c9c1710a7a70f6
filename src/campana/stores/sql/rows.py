"""From database rows to the domain's words and back. Knows columns, no statements."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from campana.domain.campaigns import Campaign, CampaignKind, CampaignStatus, Header, OnDailyLimit, Template
from campana.domain.consent import Consent
from campana.domain.messages import Counts, Message, MessageStatus
from campana.domain.recipients import Blanks, Recipient, RecipientList, Suppression, SuppressionSource
from campana.domain.senders import Sender
from campana.stores.archives import archive_of, archive_values
from campana.stores.cells import unpack_cells
from campana.stores.sql.schema import COUNTED

Values = dict[str, Any]


def key_of(text: str) -> str:
    """How names and addresses are compared: without regard to case, in any script."""
    return text.strip().casefold()


_STATUSES = {status.value: status for status in MessageStatus}


def sender_of(row: Row[Any]) -> Sender:
    return Sender(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        provider=row.provider,
        sealed_credentials=row.sealed_credentials,
        credential_hints=row.credential_hints,
        rate_limit_per_s=row.rate_limit_per_s,
        daily_limit=row.daily_limit,
        timezone=ZoneInfo(row.timezone),
        country=row.country,
        created_at=row.created_at,
    )


def sender_values(sender: Sender) -> Values:
    return {
        "id": sender.id,
        "account_id": sender.account_id,
        "name": sender.name,
        "name_key": key_of(sender.name),
        "provider": sender.provider,
        "sealed_credentials": sender.sealed_credentials,
        "credential_hints": dict(sender.credential_hints),
        "rate_limit_per_s": sender.rate_limit_per_s,
        "daily_limit": sender.daily_limit,
        "timezone": sender.timezone.key,
        "country": sender.country,
        "created_at": sender.created_at,
    }


def list_of(row: Row[Any]) -> RecipientList:
    return RecipientList(
        id=row.id,
        account_id=row.account_id,
        filename=row.filename,
        columns=tuple(row.columns),
        phone_column=row.phone_column,
        name_column=row.name_column,
        country=row.country,
        total=row.total,
        valid=row.valid,
        invalid=row.invalid,
        duplicates=row.duplicates,
        suppressed=row.suppressed,
        blanks={column: Blanks(found["count"], tuple(found["rows"])) for column, found in row.blanks.items()},
        created_at=row.created_at,
        created_by=row.created_by,
        sheet=row.sheet,
        listed=row.listed,
        zones=row.zones,
        consent=_consent_of(row),
        removed_at=row.removed_at,
    )


def _consent_of(row: Row[Any]) -> Consent | None:
    if row.consent_source is None:
        return None
    return Consent(row.consent_source, row.consent_at, row.consent_note or "")


def list_values(recipients: RecipientList) -> Values:
    values = {name: getattr(recipients, name) for name in RecipientList.__slots__}
    consent = values.pop("consent")
    values["consent_source"] = consent and consent.source
    values["consent_at"] = consent and consent.at
    values["consent_note"] = consent and consent.note
    values["columns"] = list(recipients.columns)
    values["zones"] = dict(recipients.zones)
    values["blanks"] = {
        column: {"count": blanks.count, "rows": list(blanks.rows)}
        for column, blanks in recipients.blanks.items()
    }
    return values


def recipient_of(row: Row[Any]) -> Recipient:
    return Recipient(row=row.row, phone=row.phone, name=row.name, values=tuple(unpack_cells(row.cells)))


def suppression_values(suppression: Suppression) -> Values:
    values = {name: getattr(suppression, name) for name in Suppression.__slots__}
    return values | {"source": suppression.source.value}


def suppression_of(row: Row[Any]) -> Suppression:
    return Suppression(
        id=row.id,
        account_id=row.account_id,
        phone=row.phone,
        reason=row.reason,
        source=SuppressionSource(row.source),
        created_at=row.created_at,
        added_by=row.added_by,
    )


def campaign_of(row: Row[Any]) -> Campaign:
    return Campaign(
        id=row.id,
        account_id=row.account_id,
        sender_id=row.sender_id,
        recipient_list_id=row.recipient_list_id,
        name=row.name,
        template=Template(**row.template),
        fields=row.fields,
        header=None if row.header is None else Header(**row.header),
        status=CampaignStatus(row.status),
        scheduled_at=row.scheduled_at,
        created_at=row.created_at,
        on_daily_limit=OnDailyLimit(row.on_daily_limit),
        kind=CampaignKind(row.kind),
        started_at=row.started_at,
        completed_at=row.completed_at,
        waiting_until=row.waiting_until,
        error=row.error,
        created_by=row.created_by,
        idempotency_key=row.idempotency_key,
        request_digest=row.request_digest,
        archive=None if row.archive is None else archive_of(row.archive),
    )


def campaign_values(campaign: Campaign) -> Values:
    return {name: getattr(campaign, name) for name in Campaign.__slots__} | {
        "name_key": key_of(campaign.name),
        "template": asdict(campaign.template),
        "fields": dict(campaign.fields),
        "header": None if campaign.header is None else asdict(campaign.header),
        "status": campaign.status.value,
        "on_daily_limit": campaign.on_daily_limit.value,
        "kind": campaign.kind.value,
        "archive": None if campaign.archive is None else archive_values(campaign.archive),
    }


def counts_of(row: Row[Any]) -> Counts:
    return Counts(**counts_mapping(row._mapping))


def counts_mapping(row: Mapping[Any, Any]) -> dict[str, int]:
    return {name: row[name] for name in COUNTED}


def message_of(campaign_id: UUID, message: Row[Any], person: Row[Any] | None) -> Message:
    """From rows of exactly these columns: a page has a thousand of them. Of people whose data were removed
    there is no row, or one whose number is none."""
    row, status, attempts, identity, code, reason, sent, delivered, read, inferred = tuple(message)
    _, phone, name, cells = tuple(person) if person is not None else (row, "", "", "[]")
    return Message(
        campaign_id=campaign_id,
        row=row,
        phone=phone if phone[:1] == "+" else "",
        name=name,
        status=_STATUSES[status],
        attempts=attempts,
        provider_message_id=identity,
        error_code=code,
        error_reason=reason,
        sent_at=sent,
        delivered_at=delivered,
        read_at=read,
        values=tuple(unpack_cells(cells)),
        inferred=inferred,
    )
