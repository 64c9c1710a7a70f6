import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.columns import Columns, Wanted, find_columns, key, letters, unique_names
from campana.domain.errors import InvalidInput
from campana.domain.headings import name_rank, phone_rank

NUMBERS = ["9812345678", "9876543210", "+91 98100 00001"]


def is_phone(cell: str) -> bool:
    return "".join(cell.split()).lstrip("+").isdecimal() and len(cell) >= 10


def found(*rows: list[str], phone_column: str | None = None, name_column: str | None = None) -> Columns:
    return find_columns(rows, Wanted(phone_column, name_column), is_phone)


def refused(
    *rows: list[str], phone_column: str | None = None, name_column: str | None = None
) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        found(*rows, phone_column=phone_column, name_column=name_column)
    return {problem.field: problem.message for problem in refusal.value.problems}


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "phone",
            "Phone",
            "PHONE NO.",
            "phone_number",
            "PhoneNumber",
            "Phone#",
            "phone1",
            "Ph No",
            "Telephone",
        ),
        *(
            "mobile",
            "Mobile No",
            "MOBILE NUMBER",
            "mobileno",
            "Mob.",
            "Cell",
            "Cell Phone",
            "cellphone",
            "tel",
        ),
        *("WhatsApp", "Whats App No", "whatsapp_number", "WA", "Whatsapp  Number*", "MSISDN", "Tel-Nr."),
        *("contact no", "Contact Number", "ContactNo", "contact", "Number", "No.", "Contact Details"),
        *("Teléfono", "TELEFONO", "móvil", "Número de teléfono", "numero de celular", "Número", "Celular"),
        *(
            "telefone",
            "Telemóvel",
            "Nº de telefone",
            "Handynummer",
            "Telefonnummer",
            "Mobilnummer",
            "Rufnummer",
        ),
        *("Téléphone", "Numéro de téléphone", "Tél.", "portable", "Cellulare", "Numero di telefono"),
        *("mobile nambar", "फ़ोन", "मोबाइल नंबर", "No. HP", "Nomor Telepon", "Номер телефона", "Cep telefonu"),
        *("Phone (with country code)", "Parent's mobile", "Alternate Phone"),
    ],
)
def test_headings_of_phone_numbers_are_known(heading: str) -> None:
    assert phone_rank(heading) > 0
    assert name_rank(heading) <= 2


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "",
            "City",
            "Order number",
            "Account No",
            "House No",
            "Sr. No.",
            "S.No",
            "Roll No",
            "Invoice number",
        ),
        *(
            "Phone type",
            "Mobile model",
            "WhatsApp name",
            "Contact email",
            "Contact name",
            "Phone verified",
            "Id",
        ),
        *("Date", "Country code", "Microphone", "Email", "Company", "Notes", "Amount"),
    ],
)
def test_other_headings_promise_no_phone_number(heading: str) -> None:
    assert phone_rank(heading) == 0


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("WhatsApp number", "Mobile"),
        ("Mobile", "Phone"),
        ("Phone", "Contact no"),
        ("Contact no", "Contact"),
        ("Mobile", "Alternate mobile"),
        ("Phone", "Office phone"),
        ("Phone 1", "Phone 2"),
    ],
)
def test_the_better_promise_of_a_phone_number_wins(better: str, worse: str) -> None:
    assert phone_rank(better) > phone_rank(worse) > 0
    names = found([worse, better], *([number, number] for number in NUMBERS))
    assert names.phone_column == better


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "name",
            "NAME",
            "Customer Name",
            "customer_name",
            "CustomerName",
            "Full name",
            "Name of the customer",
        ),
        *(
            "First name",
            "firstName",
            "fname",
            "Given Name",
            "Customer's name",
            "Contact name",
            "WhatsApp name",
        ),
        *("Nombre", "Nombre completo", "Nome", "nome do cliente", "Nom", "Prénom", "Vorname", "naam", "नाम"),
        *("Student name", "Contact person", "Customer"),
    ],
)
def test_headings_of_names_are_known(heading: str) -> None:
    assert name_rank(heading) > 0
    assert phone_rank(heading) == 0


@pytest.mark.parametrize(
    "heading", ["Last name", "Company name", "File name", "User name", "Father name", "City", "Nickname", ""]
)
def test_other_names_are_not_the_recipients(heading: str) -> None:
    assert name_rank(heading) == 0


@pytest.mark.parametrize(
    ("better", "worse"), [("Name", "First name"), ("Customer name", "First name"), ("First name", "Customer")]
)
def test_the_better_promise_of_a_name_wins(better: str, worse: str) -> None:
    assert found([worse, better, "Phone"], ["a", "b", NUMBERS[0]]).name_column == better


def test_a_column_without_numbers_does_not_beat_one_with_numbers() -> None:
    columns = found(
        ["Contact", "WhatsApp", "Phone"],
        ["Asha", "yes", NUMBERS[0]],
        ["Ravi", "no", NUMBERS[1]],
    )
    assert columns.phone_column == "Phone"


def test_numbers_that_are_all_wrong_are_still_phone_numbers() -> None:
    assert found(["Name", "Phone"], ["Asha", "n/a"]).phone_column == "Phone"


def test_contact_alone_is_not_believed_without_numbers_below() -> None:
    problems = refused(["Contact", "City", "Handset"], ["Asha", "Pune", NUMBERS[0]])
    assert "the columns are: Contact, City, Handset" in problems["phone_column"]
    assert "'Handset' looks like it" in problems["phone_column"]


def test_dates_and_emails_are_not_taken_for_numbers() -> None:
    columns = found(
        ["Contact", "Number", "Tel"],
        ["a1234567@example.com", "2025-01-31", NUMBERS[0]],
        ["", "31/01/2025", ""],
    )
    assert columns.phone_column == "Tel"


def test_the_caller_names_columns_in_any_case_and_spacing() -> None:
    rows = (["Kunden ID", "Who", "Best  Number"], ["1", "Asha", NUMBERS[0]])
    columns = found(*rows, phone_column="best_number ", name_column="WHO")
    assert (columns.phone_column, columns.name_column) == ("Best Number", "Who")


def test_every_wrong_column_name_is_told_with_the_columns_there_are() -> None:
    problems = refused(["Phone", "City"], [NUMBERS[0], "Pune"], phone_column="Mobile", name_column="Nme")
    assert problems == {
        "phone_column": "there is no column 'Mobile'; the columns are: Phone, City",
        "name_column": "there is no column 'Nme'; the columns are: Phone, City",
    }
    problems = refused(["Phone", "City"], [NUMBERS[0], "Pune"], phone_column="phone", name_column="Nme")
    assert problems == {"name_column": "there is no column 'Nme'; the columns are: Phone, City"}


def test_no_phone_column_is_told_with_the_way_to_name_one() -> None:
    (message,) = refused(["Who", "Where"], ["Asha", "Pune"]).values()
    assert message.startswith("no column of phone numbers was found; the columns are: Who, Where.")
    assert "phone_column" in message


def test_title_lines_may_stand_above_the_headings() -> None:
    columns = found(["Contacts", ""], ["Printed 1 March", ""], ["Name", "Contact"], ["Asha", NUMBERS[0]])
    assert columns.header == 2
    assert columns.names == ("Name", "Contact")


def test_a_number_in_the_letterhead_is_not_the_data() -> None:
    columns = found(["Rao Traders, tel. 020-2612345", ""], ["Name", "Mobile"], ["Asha", NUMBERS[0]])
    assert (columns.header, columns.phone_column) == (1, "Mobile")


def test_a_single_column_may_have_a_heading() -> None:
    assert found(["Phone"], [NUMBERS[0]]).header == 0


def test_a_file_without_headings_is_taken_if_its_numbers_are_plain() -> None:
    columns = found(["Asha", NUMBERS[0]], ["Ravi", NUMBERS[1]])
    assert columns == Columns(names=("Column A", "Column B"), phone=1, name=None, header=None)
    named = found(["Asha", NUMBERS[0]], ["Ravi", NUMBERS[1]], name_column="Column A")
    assert named.name_column == "Column A"


def test_two_columns_of_numbers_without_headings_need_a_word_from_the_caller() -> None:
    rows = ([NUMBERS[0], NUMBERS[1]], [NUMBERS[2], NUMBERS[1]])
    assert "Column A, Column B" in refused(*rows)["phone_column"]
    assert found(*rows, phone_column="column b").phone == 1
    assert "there is no column 'Mobile'" in refused(*rows, phone_column="Mobile")["phone_column"]


def test_without_headings_a_column_that_does_not_go_on_with_numbers_is_refused() -> None:
    assert refused([NUMBERS[0]], ["Asha"], ["Ravi"]).keys() == {"phone_column"}


def test_numbers_of_another_country_are_not_shown_as_the_columns_there_are() -> None:
    problems = refused(["Asha", "07911123"], ["Ravi", "07911124"])
    assert problems.keys() == {"file"}
    assert "07911" not in problems["file"]


def test_names_are_made_to_differ() -> None:
    assert unique_names(["name", "Name", "", "NA ME", "name 2", ""]) == (
        "name",
        "Name 2",
        "Column C",
        "NA ME 3",
        "name 2 2",
        "Column F",
    )


def test_names_can_stand_in_a_placeholder() -> None:
    assert unique_names(["Amount {INR}\n(net)", "a|b", "x" * 300]) == ("Amount (INR) (net)", "a/b", "x" * 100)


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_go_by_their_letters(place: int, name: str) -> None:
    assert letters(place) == name


@given(st.lists(st.text(max_size=8), max_size=30))
def test_names_always_differ_by_key(cells: list[str]) -> None:
    names = unique_names(cells)
    assert len({key(name) for name in names}) == len(cells)
    assert all(name and not set(name) & set("{}|") for name in names)


@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=12))
def test_any_rows_are_understood_or_refused(rows: list[list[str]]) -> None:
    try:
        columns = find_columns(rows, Wanted(), is_phone)
    except InvalidInput as refusal:
        assert refusal.problems  # noqa: PT017
        return
    assert 0 <= columns.phone < len(columns.names)
