"""CSV as people really have it: each oddity as a file, through the reading process, into a store."""

import pytest

from campana.domain.recipients import Blanks
from tests.engine.imports.conftest import Desk
from tests.support.cast import suppress

ASHA, RAVI, MEERA = "+919812345678", "+919876543210", "+919810000001"


async def test_a_plain_file_is_counted_kept_and_previewed(desk: Desk) -> None:
    await suppress(desk.store, desk.account, RAVI)
    rows = [
        "Name,Phone,City",
        "Asha Rao,98123 45678,Pune",
        "Ravi,9876543210,",
        ",,",
        "Asha again,+91 9812345678,Pune",
        "Nobody,12345,Delhi",
        "Meera,9810000001,",
    ]
    imported = await desk.take("\n".join(rows).encode())
    recipients = imported.recipients
    assert recipients.filename == "people.csv"
    assert recipients.columns == ("Name", "Phone", "City")
    assert (recipients.phone_column, recipients.name_column) == ("Phone", "Name")
    numbers = (recipients.total, recipients.valid, recipients.invalid, recipients.duplicates)
    assert numbers == (5, 3, 1, 1)
    assert recipients.suppressed == 1
    assert recipients.blanks == {"City": Blanks(count=2, rows=(3, 7))}
    assert recipients.listed
    assert imported.preview[0] == {
        "row": 2,
        "phone": ASHA,
        "name": "Asha Rao",
        "values": {"Name": "Asha Rao", "Phone": "98123 45678", "City": "Pune"},
    }
    assert [(each.row, each.column, each.value) for each in imported.problems] == [
        (5, "Phone", "+91 9812345678"),
        (6, "Phone", "12345"),
    ]
    assert imported.problems[0].reason == "same number as row 2"
    stored = await desk.store.recipient_list(desk.account.id, recipients.id)
    assert stored == recipients
    assert await desk.phones(imported) == [ASHA, RAVI, MEERA]
    assert tuple(await desk.store.problems(recipients.id, limit=10)) == imported.problems


TABLE = 'phone{0}name{0}note\r\n9812345678{0}Zoë{0}"a, b; c"\r\n9876543210{0}"O""Neil"{0}x\r\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
async def test_delimiters_and_encodings(desk: Desk, delimiter: str, encoding: str) -> None:
    imported = await desk.take(TABLE.format(delimiter).encode(encoding))
    assert await desk.values(imported) == [
        ("9812345678", "Zoë", "a, b; c"),
        ("9876543210", 'O"Neil', "x"),
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("phone;name\n9812345678;José Muñoz\n", "cp1252", "José Muñoz"),
        ("phone;name\n9812345678;Bob’s “shop” – 5 €\n", "cp1252", "Bob’s “shop” – 5 €"),  # noqa: RUF001
        ("phone;name\n9812345678;Łukasz Świątek\n", "cp1250", "Łukasz Świątek"),
        ("phone;name\n9812345678;Мария Сидорова\n9876543210;Иван Петров\n", "cp1251", "Мария Сидорова"),
        ("phone;name\n9812345678;鈴木花子\n9876543210;田中太郎\n", "shift_jis", "鈴木花子"),
        ("phone;name\n9812345678;आशा राव\n", "utf-8", "आशा राव"),
        ("phone;name\n9812345678;आशा राव\n", "utf-16-le", "आशा राव"),
    ],
)
async def test_names_in_the_encodings_of_the_world(desk: Desk, text: str, encoding: str, name: str) -> None:
    imported = await desk.take(text.encode(encoding))
    assert imported.preview[0]["name"] == name


async def test_a_letter_far_down_decides_the_encoding(desk: Desk) -> None:
    rows = [f"98{row:08},{'plain ' * 60}" for row in range(5000)]
    content = ("phone,name\n" + "\n".join(rows)).encode() + "\n9876543210,Zoë\n".encode("cp1252")
    assert len(content) > 1_500_000
    imported = await desk.take(content)
    after = await desk.store.recipients(imported.recipients.id, after_row=5001, limit=1)
    assert [recipient.name for recipient in after] == ["Zoë"]


async def test_a_broken_byte_does_not_spoil_the_other_letters(desk: Desk) -> None:
    rows = [f"98123456{row:02},Zoë" for row in range(20)]
    imported = await desk.take(("phone,name\n" + "\n".join(rows)).encode() + b"\n9876543210,Zo\xeb\n")
    names = [values[1] for values in await desk.values(imported)]
    assert names == ["Zoë"] * 20 + ["Zo\ufffd"]


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
async def test_line_ends(desk: Desk, ending: str) -> None:
    text = ending.join(["phone,name", "9812345678,Asha", "9876543210,Ravi", ""])
    assert await desk.phones(await desk.take(text.encode())) == [ASHA, RAVI]


async def test_line_breaks_within_quotes_stay_in_their_cell(desk: Desk) -> None:
    imported = await desk.take(b'phone,address\n9812345678,"12 Main St\nPune"\n9876543210,x\n')
    assert await desk.values(imported) == [("9812345678", "12 Main St\nPune"), ("9876543210", "x")]
    assert [row["row"] for row in imported.preview] == [2, 3]


async def test_excels_own_first_line_names_the_delimiter_and_is_no_row(desk: Desk) -> None:
    imported = await desk.take(b"sep=;\r\nphone;name\r\n9812345678;a,b,c\r\n12;x\r\n")
    assert imported.preview[0]["values"] == {"phone": "9812345678", "name": "a,b,c"}
    assert imported.problems[0].row == 3


async def test_commas_in_every_row_do_not_hide_the_semicolon(desk: Desk) -> None:
    text = "name;phone;amount\nRao, Asha;9812345678;1,50\nIyer, Ravi;9876543210;2,50\n"
    imported = await desk.take(text.encode())
    assert imported.recipients.columns == ("name", "phone", "amount")
    assert imported.preview[0]["values"]["amount"] == "1,50"


async def test_a_long_beginning_is_not_cut_in_the_middle_of_a_row(desk: Desk) -> None:
    filler = "x" * 300
    rows = [f"98{row:08},{filler}{row}" for row in range(2000)]
    imported = await desk.take(("phone,note\r\n" + "\r\n".join(rows)).encode())
    assert (imported.recipients.total, imported.recipients.valid) == (2000, 2000)
    assert [values[1] for values in await desk.values(imported)] == [f"{filler}{row}" for row in range(2000)]


async def test_zero_bytes_and_other_invisible_characters_are_dropped(desk: Desk) -> None:
    rows = [f"98123456{row:02},Plain,x" for row in range(40)]
    odd = "98765\x0043210,Ra\x00vi\x07\u200b,\ufeff\u200b \u2060"
    imported = await desk.take(("phone,name,note\n" + "\n".join([*rows, odd])).encode())
    assert (await desk.values(imported))[-1] == ("9876543210", "Ravi", "")
    assert imported.recipients.blanks["note"].count == 1


async def test_a_formula_that_went_wrong_is_nothing(desk: Desk) -> None:
    imported = await desk.take(b"phone,name\n9812345678,#N/A\n#REF!,Ravi\n9876543210,#1 fan\n")
    assert await desk.values(imported) == [("9812345678", ""), ("9876543210", "#1 fan")]
    assert imported.problems[0].reason == "there is no number"


async def test_empty_rows_and_columns_do_not_count_but_keep_their_numbers(desk: Desk) -> None:
    text = "\n\n,,,,\n,phone,,name,,\n\n,9812345678,,Asha,,\n,,,,,\n,12,,Ravi,,\n\n\n"
    imported = await desk.take(text.encode())
    assert imported.recipients.columns == ("Column A", "phone", "Column C", "name")
    assert [row["row"] for row in imported.preview] == [6]
    assert [problem.row for problem in imported.problems] == [8]
    assert imported.recipients.total == 2


async def test_a_title_above_the_headings_is_passed_over(desk: Desk) -> None:
    imported = await desk.take(
        b"Contacts,,\nprinted on 1 March,,\n\nName,Contact no,City\nAsha,9812345678,Pune\n"
    )
    assert imported.recipients.columns == ("Name", "Contact no", "City")
    assert imported.preview[0]["row"] == 5


async def test_a_bare_column_of_numbers_needs_no_heading(desk: Desk) -> None:
    imported = await desk.take(b"9812345678\n9876543210\nnothing\n")
    assert imported.recipients.columns == ("Column A",)
    assert await desk.phones(imported) == [ASHA, RAVI]
    assert imported.problems[0].row == 3


async def test_the_caller_names_columns_and_country(desk: Desk) -> None:
    text = "Who,Phone,Reach at\nAsha,landline,07911 123456\n"
    imported = await desk.take(text.encode(), country="gb", phone_column="reach AT", name_column=" who ")
    assert await desk.phones(imported) == ["+447911123456"]
    assert (imported.recipients.country, imported.recipients.name_column) == ("GB", "Who")


async def test_empty_form_fields_name_nothing(desk: Desk) -> None:
    imported = await desk.take(b"phone\n9812345678\n", phone_column="", name_column=" ", sheet="")
    assert imported.recipients.phone_column == "phone"


@pytest.mark.parametrize(
    "written",
    [
        *("9812345678", "+919812345678", "'9812345678", "0091 98123 45678", "098123-45678", "(98123) 45678"),
        *("919812345678.0", "9.19812345678E+11", '"=""9812345678"""', "tel:9812345678", '"9,812,345,678"'),
    ],
)
async def test_numbers_as_spreadsheets_mangle_them(desk: Desk, written: str) -> None:
    assert await desk.phones(await desk.take(f"phone\n{written}\n".encode())) == [ASHA]


async def test_a_number_that_excel_shortened_is_told_with_what_to_do(desk: Desk) -> None:
    imported = await desk.take(b"phone,name\n9.8E+09,Asha\n")
    assert imported.recipients.valid == 0
    (problem,) = imported.problems
    assert (problem.row, problem.column, problem.value) == (2, "phone", "9.8E+09")
    assert "format the column as text" in problem.reason


async def test_a_row_whose_cells_slipped_is_not_trusted(desk: Desk) -> None:
    text = "name,phone,city\nRao, Asha,9812345678,Pune\nRavi,9876543210\nMeera,9810000001,Pune,,\n"
    imported = await desk.take(text.encode())
    assert await desk.phones(imported) == [RAVI, MEERA]
    (problem,) = imported.problems
    assert problem.row == 2
    assert "4 cells, but there are 3 columns" in problem.reason
    assert imported.recipients.blanks == {"city": Blanks(count=1, rows=(3,))}


async def test_columns_of_the_same_name_are_told_apart(desk: Desk) -> None:
    imported = await desk.take(b"phone,Name,name,\n9812345678,a,b,c\n")
    assert imported.recipients.columns == ("phone", "Name", "name 2", "Column D")


async def test_a_cell_longer_than_excels_is_a_problem_of_its_row(desk: Desk) -> None:
    text = f"phone,note\n9812345678,{'x' * 32_767}\n9876543210,{'x' * 32_768}\n"
    imported = await desk.take(text.encode())
    assert await desk.phones(imported) == [ASHA]
    (problem,) = imported.problems
    assert problem.reason == "a cell has more than 32,767 characters"
    assert len(problem.value) == 100


async def test_only_the_first_problems_are_shown_and_all_are_kept(desk: Desk) -> None:
    rows = [f"1{row:03}" for row in range(2500)]
    imported = await desk.take(("phone\n" + "\n".join(rows)).encode())
    assert imported.recipients.invalid == 2500
    assert [problem.row for problem in imported.problems] == list(range(2, 102))
    assert len(await desk.store.problems(imported.recipients.id, limit=5000)) == 2500


async def test_the_name_of_the_file_is_what_a_person_calls_it(desk: Desk) -> None:
    imports = desk.imports()
    with desk.file(b"phone\n9812345678\n").open("rb") as file:
        file.read(3)  # wherever it was left: it is read from its beginning
        name = "C:\\Users\\asha\\Diwali\u202e\x00 list.csv"
        imported = await imports.add_file(desk.person, name, file, "IN")
    assert imported.recipients.filename == "Diwali list.csv"
