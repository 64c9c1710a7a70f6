"""Recipients given with a request: the rules of a file, without one."""

from typing import Any

import pytest

from campana.domain.errors import InvalidInput
from campana.domain.personalise import compile_text
from campana.domain.recipients import Blanks
from campana.engine.imports import Imported
from campana.engine.reading.limits import Limits
from tests.engine.imports.conftest import Desk

ASHA, RAVI = "+919812345678", "+919876543210"


async def give(desk: Desk, rows: list[Any], country: str = "IN", **named: Any) -> Imported:
    return await desk.imports().add_rows(desk.account.id, None, rows, country, **named)


async def refusal(desk: Desk, rows: list[Any], limits: Limits | None = None) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        await desk.imports(limits).add_rows(desk.account.id, None, rows, "IN")
    await desk.is_clean()
    return [(problem.field, problem.message) for problem in refused.value.problems]


async def test_rows_become_a_list_that_is_not_listed(desk: Desk) -> None:
    rows = [
        {"phone": "98123 45678", "name": "Asha", "amount": 1250.0},
        {"phone": 919876543210, "Name": "Ravi", "paid": True},
        {"phone": "+919812345678", "name": "Asha again"},
        {"phone": "12", "name": "Nobody"},
        {},
    ]
    imported = await give(desk, rows)
    recipients = imported.recipients
    assert not recipients.listed
    assert recipients.columns == ("phone", "name", "amount", "paid")
    numbers = (recipients.total, recipients.valid, recipients.invalid, recipients.duplicates)
    assert numbers == (5, 2, 2, 1)
    assert await desk.values(imported) == [
        ("98123 45678", "Asha", "1250", ""),
        ("919876543210", "Ravi", "", "TRUE"),
    ]
    assert [(problem.row, problem.reason) for problem in imported.problems] == [
        (3, "same number as row 1"),
        (4, "it is too short for a number of IN: 2 digits"),
        (5, "there is no number"),
    ]
    assert recipients.blanks == {"amount": Blanks(1, (2,)), "paid": Blanks(1, (1,))}
    assert (await desk.store.recipient_lists(desk.account.id, limit=1)).items == ()


async def test_without_names_a_text_with_a_fallback_still_works(desk: Desk) -> None:
    imported = await give(desk, [{"phone": "9812345678", "city": None}])
    recipients = imported.recipients
    assert recipients.columns == ("phone", "city", "name")
    assert recipients.name_column == "name"
    assert recipients.blanks == {"city": Blanks(1, (1,)), "name": Blanks(1, (1,))}
    filler = compile_text("Hi {name|there}", recipients.columns, recipients.name_column)
    (person,) = await desk.store.recipients(recipients.id, limit=1)
    assert filler.fill(person) == "Hi there"


async def test_columns_are_found_or_named_as_in_a_file(desk: Desk) -> None:
    rows = [{"first_name": "Asha", "WhatsApp No": "9812345678", "Landline": "020 26123456"}]
    imported = await give(desk, rows)
    assert (imported.recipients.phone_column, imported.recipients.name_column) == (
        "WhatsApp No",
        "first_name",
    )
    named = await give(desk, rows, phone_column="landline", name_column="First Name")
    assert await desk.phones(named) == ["+912026123456"]


async def test_characters_that_no_store_takes_are_dropped(desk: Desk) -> None:
    imported = await give(desk, [{"phone": "98123\x0045678", "name": "A\x00sha \ud800"}])
    assert await desk.values(imported) == [("9812345678", "Asha \ufffd")]


async def test_many_rows(desk: Desk) -> None:
    imported = await give(desk, [{"phone": f"98{row:08}", "name": f"n{row}"} for row in range(5000)])
    assert imported.recipients.valid == 5000
    assert len(imported.preview) == 10
    assert (await desk.phones(imported))[-1] == "+919800004999"


async def test_no_rows_and_too_many(desk: Desk) -> None:
    assert await refusal(desk, []) == [("recipients", "there are no recipients")]
    rows = [{"phone": "9812345678"}] * 6
    assert await refusal(desk, rows, Limits(rows=5)) == [("recipients", "there are more than 5 recipients")]


async def test_no_numbers_anywhere(desk: Desk) -> None:
    ((field, message),) = await refusal(desk, [{"who": "Asha"}])
    assert field == "recipients"
    assert "the columns are: who" in message


async def test_values_that_are_no_text(desk: Desk) -> None:
    rows = [{"phone": "9812345678", "tags": ["a"]}, {"phone": "9876543210", "more": {"a": 1}}]
    assert await refusal(desk, rows) == [
        ("recipients[0].tags", "must be a text or a number"),
        ("recipients[1].more", "must be a text or a number"),
    ]


async def test_too_many_columns(desk: Desk) -> None:
    rows = [{"phone": "9812345678"} | {f"c{row}-{column}": "x" for column in range(50)} for row in range(5)]
    assert await refusal(desk, rows) == [("recipients", "there are more than 200 different columns")]


async def test_an_unknown_country(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="country"):
        await give(desk, [{"phone": "9812345678"}], country="XX")
    assert desk.begun == []
