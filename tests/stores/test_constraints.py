"""Invariants that the database itself keeps, whatever a verb may get wrong one day."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from campana.domain.audit import ENGINE, AuditEntry, subject_of
from campana.domain.messages import MessageStatus
from campana.engine.ports import AuditQuery, SealedPlace
from campana.stores.sql.schema import (
    COUNTED,
    audit_entries,
    campaigns,
    counts,
    lanes,
    messages,
    metadata,
    usage,
)
from campana.stores.sql.sealed import PLACES
from campana.stores.sql.store import SqlStore
from tests.support.cast import (
    MORNING,
    TODAY,
    hold_lane,
    make_account,
    make_sender,
    running_campaign,
    settle,
    take,
)


async def test_what_can_not_be_is_refused_by_the_database(store: SqlStore) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 4)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign, limit=2))
    change = store._database.change
    (sent, *_) = await store._database.rows(select(messages).where(messages.c.status == "SENT"))
    mine = messages.c.campaign_id == campaign.id
    for broken in (
        update(counts).values(pending=counts.c.pending + 1),
        update(counts).values(pending=-1, sending=counts.c.sending + counts.c.pending + 1),
        update(counts).values(reserved=-1),
        update(lanes).values(in_flight=-1),
        update(usage).values(used=-1),
        insert(messages).values(campaign_id=campaign.id, row=2, status="PENDING"),
        update(messages).where(mine, messages.c.row == 3).values(provider_key=sent.provider_key),
        update(messages).where(mine, messages.c.row == 2).values(not_before=MORNING),
        update(messages).where(mine, messages.c.row == 5).values(status="SENDING"),
        update(campaigns).values(status="SCHEDULED", scheduled_at=None),
        insert(usage).values(sender_id=campaign.id, day=TODAY, used=1),
    ):
        with pytest.raises(IntegrityError):
            await change(broken)


async def test_the_audit_trail_only_grows(store: SqlStore) -> None:
    account = await make_account(store)
    entry = AuditEntry(uuid4(), account.id, MORNING, ENGINE, "campaign.paused", subject_of(account))
    await store.add_audit_entry(entry)
    change = store._database.change
    breaking = [
        update(audit_entries).values(actor="nobody"),
        delete(audit_entries),
        text("TRUNCATE audit_entries"),
    ]
    if store._database.is_sqlite:
        names = ", ".join(column.name for column in audit_entries.columns)
        breaking[2] = text(
            f"INSERT OR REPLACE INTO audit_entries ({names}) SELECT {names} FROM audit_entries"
        )
    for broken in breaking:
        with pytest.raises(IntegrityError, match="append-only"):
            await change(broken)
    assert (await store.audit_entries(account.id, AuditQuery(), limit=9)).items == (entry,)


def test_every_state_is_counted() -> None:
    assert len(COUNTED) == len(MessageStatus)
    assert {column.name for column in counts.columns} >= set(COUNTED)


def test_every_sealed_column_is_sealed_anew_with_a_new_key() -> None:
    named = {
        column
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.startswith("sealed")
    }
    assert named == {text for _, text in PLACES.values()}
    assert set(PLACES) == set(SealedPlace)
