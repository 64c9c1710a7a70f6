"""Numbers that must not be messaged: added once, found by what is asked for, removed by their owner."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from campana.domain.accounts import Account
from campana.domain.recipients import Suppression, SuppressionSource
from campana.engine.ports import Store, SuppressionFilter
from tests.support.cast import MORNING, make_account, phone_of

S = SuppressionSource


def suppression(account: Account, row: int, **changes: Any) -> Suppression:
    one = Suppression(uuid4(), account.id, phone_of(row), "asked us", S.HAND, MORNING, "olga@shop.test")
    return replace(one, **changes)


async def test_suppressions_are_added_once_and_found(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    made = [suppression(account, row, reason="asked to stop") for row in (4, 2, 3)]
    assert await store.add_suppressions(made) == 3
    again = [replace(made[0], id=uuid4(), reason="other"), replace(made[0], id=uuid4(), phone=phone_of(5))]
    assert await store.add_suppressions([*again, replace(again[1], id=uuid4())]) == 1
    assert await store.add_suppressions([]) == 0
    assert await store.add_suppressions([replace(made[0], id=uuid4(), account_id=other.id)]) == 1
    first = await store.suppressions(account.id, limit=3)
    assert [one.phone for one in first.items] == [phone_of(row) for row in (2, 3, 4)]
    assert first.items[2].reason == "asked to stop"
    second = await store.suppressions(account.id, limit=3, cursor=first.next_cursor)
    assert ([one.phone for one in second.items], second.next_cursor) == ([phone_of(5)], None)
    assert (await store.suppressions(account.id, limit=9, which=SuppressionFilter("0000003"))).items == (
        made[2],
    )
    assert (await store.suppressions(account.id, limit=9, which=SuppressionFilter("+98%"))).items == ()
    assert not await store.drop_suppression(other.id, made[0].id, at=MORNING)
    assert await store.drop_suppression(account.id, made[0].id, at=MORNING)
    assert not await store.drop_suppression(account.id, made[0].id, at=MORNING)
    assert len((await store.suppressions(account.id, limit=9)).items) == 3
    many = [replace(made[0], id=uuid4(), phone=phone_of(row)) for row in range(1000, 3500)]
    assert await store.add_suppressions(many) == 2500


async def test_a_suppression_is_kept_as_given(store: Store) -> None:
    account = await make_account(store)
    made = [
        suppression(account, row, source=source, created_at=MORNING + timedelta(seconds=row), added_by=by)
        for row, (source, by) in enumerate(zip(S, ("", "", "a@b", "c@d", "e@f", ""), strict=True))
    ]
    await store.add_suppressions(made)
    found = (await store.suppressions(account.id, limit=9)).items
    assert found == tuple(made)
    assert [one.created_at for one in found] == [one.created_at for one in made]


@pytest.mark.parametrize(
    ("which", "rows"),
    [
        (SuppressionFilter(), [1, 2, 3, 4]),
        (SuppressionFilter(sources=[S.REPLY]), [1, 3]),
        (SuppressionFilter(sources=[S.REPLY, S.IMPORT]), [1, 2, 3]),
        (SuppressionFilter(sources=[S.WHATSAPP]), []),
        (SuppressionFilter(since=MORNING + timedelta(hours=2)), [2, 3, 4]),
        (SuppressionFilter(before=MORNING + timedelta(hours=2)), [1]),
        (SuppressionFilter(q="LETTER", since=MORNING, before=MORNING + timedelta(days=1)), [4]),
        (SuppressionFilter(q="letter", sources=[S.REPLY]), []),
    ],
)
async def test_filters_hold_together(store: Store, which: SuppressionFilter, rows: list[int]) -> None:
    account = await make_account(store)
    sources = {1: S.REPLY, 2: S.IMPORT, 3: S.REPLY, 4: S.HAND}
    await store.add_suppressions(
        [
            suppression(account, row, source=source, created_at=MORNING + timedelta(hours=row))
            for row, source in sources.items()
            if row != 4
        ]
    )
    await store.add_suppressions(
        [suppression(account, 4, reason="Wrote a letter", created_at=MORNING + timedelta(hours=4))]
    )
    paged: list[str] = []
    cursor: str | None = None
    while True:
        page = await store.suppressions(account.id, limit=1, cursor=cursor, which=which)
        paged += [one.phone for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == [phone_of(row) for row in rows]
