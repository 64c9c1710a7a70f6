"""The audit trail: kept as given, found by its parts, by its account alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from campana.domain.accounts import Account, Way
from campana.domain.audit import ENGINE, Actor, AuditEntry, Subject
from campana.domain.errors import InvalidInput
from campana.engine.ports import AuditQuery, Store
from tests.support.cast import MORNING, make_account

ALL = AuditQuery()


def entry_of(account: Account | None, minutes: int = 0, **changes: Any) -> AuditEntry:
    entry = AuditEntry(
        id=uuid4(),
        account_id=account.id if account else None,
        created_at=MORNING + timedelta(minutes=minutes),
        actor=Actor(uuid4(), "Alice@shop.test", Way.SESSION, "192.0.2.7"),
        action="campaign.paused",
        subject=Subject("campaign", uuid4(), "Diwali 100%"),
        details={"reason": "too early", "messages": 3, "rate": 29.5, "all": True, "until": None},
    )
    return replace(entry, **changes)


async def found(store: Store, account: Account, query: AuditQuery = ALL) -> list[AuditEntry]:
    return list((await store.audit_entries(account.id, query, limit=100)).items)


async def test_entries_are_kept_as_given_newest_first(store: Store) -> None:
    account = await make_account(store)
    entries = [entry_of(account, minute) for minute in range(3)]
    entries.append(entry_of(account, 3, actor=ENGINE, subject=Subject("suppression", None), details={}))
    for entry in entries:
        await store.add_audit_entry(entry)
    assert await found(store, account) == entries[::-1]


async def test_an_account_sees_its_own_trail_alone(store: Store) -> None:
    shop, bakery = await make_account(store), await make_account(store, "Bakery")
    ours = entry_of(shop)
    for entry in (ours, entry_of(bakery), entry_of(None)):
        await store.add_audit_entry(entry)
    assert await found(store, shop) == [ours]


async def test_pages_go_on_behind_the_cursor(store: Store) -> None:
    account = await make_account(store)
    entries = [entry_of(account, minute // 2) for minute in range(5)]
    for entry in entries:
        await store.add_audit_entry(entry)
    seen: list[AuditEntry] = []
    cursor = None
    while len(seen) < 5:
        page = await store.audit_entries(account.id, ALL, limit=2, cursor=cursor)
        seen += page.items
        cursor = page.next_cursor
    assert cursor is None
    assert {entry.id for entry in seen} == {entry.id for entry in entries}
    with pytest.raises(InvalidInput):
        await store.audit_entries(account.id, ALL, limit=2, cursor="nonsense")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (AuditQuery(action="campaign.paused"), {"paused"}),
        (AuditQuery(action="campaign"), {"paused", "resumed"}),
        (AuditQuery(action="camp"), set()),
        (AuditQuery(action="%"), set()),
        (AuditQuery(user="ALICE"), {"paused", "sender"}),
        (AuditQuery(user="_"), set()),
        (AuditQuery(q="ÉTÉ"), {"resumed"}),
        (AuditQuery(q="100%"), {"paused"}),
        (AuditQuery(since=MORNING + timedelta(minutes=1)), {"resumed", "sender"}),
        (AuditQuery(until=MORNING + timedelta(minutes=1)), {"paused"}),
        (AuditQuery(action="campaign", user="bob", q="été"), {"resumed"}),
    ],
)
async def test_entries_are_found_by_their_parts(store: Store, query: AuditQuery, names: set[str]) -> None:
    account = await make_account(store)
    bob = Actor(uuid4(), "bob@shop.test", Way.KEY)
    entries = {
        "paused": entry_of(account),
        "resumed": entry_of(
            account, 1, actor=bob, action="campaign.resumed", subject=Subject("campaign", uuid4(), "L'été")
        ),
        "sender": entry_of(account, 2, action="sender.changed", subject=Subject("sender", uuid4(), "Main")),
    }
    for entry in entries.values():
        await store.add_audit_entry(entry)
    assert {entry.id for entry in await found(store, account, query)} == {entries[name].id for name in names}
