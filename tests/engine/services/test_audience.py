"""Recipients given with a request: checked like a file's, but nobody is left out without a word."""

from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from campana.domain.personalise import compile_text
from campana.domain.privacy import ErasedNumbers
from campana.domain.recipients import Blanks
from campana.domain.senders import Sender
from campana.engine.audience import INLINE, read_inline

AT = datetime(2026, 1, 1, tzinfo=UTC)


async def read(*given, country="IN"):
    sender = Sender(
        id=uuid4(),
        account_id=uuid4(),
        name="Shop",
        provider="bizchat",
        sealed_credentials=None,
        credential_hints={},
        rate_limit_per_s=29,
        daily_limit=1000,
        timezone=ZoneInfo("UTC"),
        country=country,
        created_at=AT,
    )
    return await read_inline(given, sender=sender, created_by=uuid4(), at=AT, erased=ErasedNumbers())


def fields(reading):
    return [problem.field for problem in reading.problems]


async def test_numbers_are_normalised_and_columns_joined():
    reading = await read(
        {"phone": "98123 45678", "name": " Asha ", "city": "Pune"}, {"phone": "+44 7911 123456", "code": "X1"}
    )
    audience = reading.audience
    assert reading.problems == ()
    assert audience.list.columns == ("phone", "name", "city", "code")
    assert [(r.row, r.phone, r.name) for r in audience.inline] == [
        (1, "+919812345678", "Asha"),
        (2, "+447911123456", ""),
    ]
    assert audience.inline[1].values == ("+44 7911 123456", "", "", "X1")
    assert audience.list.blanks == {
        "name": Blanks(1, (2,)),
        "city": Blanks(1, (2,)),
        "code": Blanks(1, (1,)),
    }
    assert not audience.list.listed


async def test_wrong_numbers_are_all_told_without_repeating_them():
    reading = await read({"phone": "+919812345678"}, {"phone": "12345"}, {"name": "Asha"})
    assert reading.audience is None
    assert fields(reading) == ["recipients.1.phone", "recipients.2.phone"]
    assert "12345" not in str(reading.problems)


async def test_a_number_given_twice_is_messaged_once():
    audience = (
        await read({"phone": "+919812345678", "name": "A"}, {"phone": "09812345678", "name": "B"})
    ).audience
    assert [recipient.name for recipient in audience.inline] == ["A"]
    assert (audience.list.total, audience.list.valid, audience.list.duplicates) == (2, 1, 1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([], "recipients"),
        ([{"phone": "+919812345678", "note": "x" * 5000}], "recipients.0"),
        ([{"phone": "+919812345678", **{f"c{n}": "x" for n in range(300)}}], "recipients"),
        ([{"phone": "x"}] * (INLINE.rows + 1), "recipients"),
    ],
)
async def test_shapes_that_are_refused(given, field):
    assert fields(await read(*given)) == [field]


async def test_the_number_of_problems_told_has_an_end():
    assert len((await read(*({"phone": "1"} for _ in range(1000)))).problems) == 100


async def test_without_names_a_text_with_a_fallback_still_works():
    found = (await read({"phone": "+919812345678"})).audience.list
    filler = compile_text("Hi {name|there}", found.columns, found.name_column)
    assert filler.required_columns == ()


async def test_the_phone_may_go_by_its_usual_names_where_none_is_called_phone():
    (one,) = (await read({"Mobile": "98123 45678", "Customer Name": "Asha"})).audience.inline
    assert (one.phone, one.name) == ("+919812345678", "Asha")
    (one,) = (await read({"mobile": "98123 45678", "phone": "98123 45679"})).audience.inline
    assert one.phone == "+919812345679"


async def test_inline_recipients_are_read_in_row_order():
    audience = (await read(*({"phone": f"+9198123456{n}"} for n in range(10, 40)))).audience
    rows = await audience.read(None, after_row=3, limit=2)
    assert [recipient.row for recipient in rows] == [4, 5]
