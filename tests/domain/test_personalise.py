import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.errors import InvalidInput
from campana.domain.personalise import compile_text, fit
from campana.domain.recipients import Recipient

COLUMNS = ("Phone", "Customer Name", "City", "Due_Date", "amount")
ASHA = Recipient(2, "+919812345678", "Asha Rao", ("98123 45678", "Asha Rao", "", "5 May", "1,200"))


def fill(text: str, recipient: Recipient = ASHA) -> str:
    return compile_text(text, COLUMNS, "Customer Name").fill(recipient)


def of(city: str) -> Recipient:
    return Recipient(3, "+919876543210", "", ("9876543210", "", city, "", ""))


def problems(text: str, name_column: str | None = "Customer Name") -> list[str]:
    with pytest.raises(InvalidInput) as refusal:
        compile_text(text, COLUMNS, name_column, field="fields.field_1")
    assert {problem.field for problem in refusal.value.problems} == {"fields.field_1"}
    return [problem.message for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {name}!", "Hi Asha Rao!"),
        ("{customer name}, {CUSTOMER_NAME}, { CustomerName }", "Asha Rao, Asha Rao, Asha Rao"),
        ("{due date} {Due_Date} {DUEDATE}", "5 May 5 May 5 May"),
        ("{amount} by {due date}", "1,200 by 5 May"),
        ("Call {phone}", "Call +919812345678"),
        ("{name|there}", "Asha Rao"),
        ("from {city|your town}", "from your town"),
        ("from {city|}.", "from ."),
        ("{city| a | b }", "a | b"),
        ("no placeholders", "no placeholders"),
        ("  trimmed  ", "trimmed"),
        ("{{literally}} {name}", "{literally} Asha Rao"),
        ("", ""),
    ],
)
def test_placeholders_are_filled(text: str, expected: str) -> None:
    assert fill(text) == expected


def test_name_is_the_name_column_unless_a_column_is_called_so() -> None:
    columns = ("Name", "Customer Name")
    recipient = Recipient(2, "+919812345678", "Rao Traders", ("Asha", "Rao Traders"))
    assert compile_text("{name}", columns, "Customer Name").fill(recipient) == "Asha"
    assert compile_text("{name}", columns, "Customer Name").required_columns == ("Name",)
    assert compile_text("{name}", columns[1:], "Customer Name").required_columns == ("Customer Name",)


def test_what_must_be_there_is_known_before_anything_is_filled() -> None:
    filler = compile_text("{name} {city} {amount|0} {city} {phone}", COLUMNS, "Customer Name")
    assert filler.required_columns == ("Customer Name", "City")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("  \n ", True),
        ("{city|}", True),
        ("{city|} {name|}", True),
        ("{city| }", True),
        ("{city}", False),  # its blanks are found through required_columns
        ("{city|} {name}", False),
        ("{city|x}", False),
        ("{city|}{phone}", False),
        ("Hi {city|}", False),
    ],
)
def test_a_text_that_could_come_out_empty_says_so(text: str, expected: bool) -> None:
    filler = compile_text(text, COLUMNS, "Customer Name")
    assert filler.may_be_empty is expected
    assert expected is (filler.fill(of("")) == "" and not filler.required_columns)


def test_unknown_names_are_told_all_at_once_with_what_there_is() -> None:
    found = problems("{nmae} {citty} {citty} {wholly different}")
    assert len(found) == 3
    assert "did you mean {City}" in found[1]
    assert all(
        "The list has: {Phone}, {Customer Name}, {City}, {Due_Date}, {amount}" in each for each in found
    )


def test_a_list_without_names_says_how_to_get_them() -> None:
    assert "name_column" in problems("Hi {name}", None)[0]
    assert "name_column" in problems("Hi {name|there}", None)[0]


@pytest.mark.parametrize("text", ["{", "}", "Hi {name", "Hi name}", "{na{me}", "{{name}"])
def test_braces_must_pair(text: str) -> None:
    assert "brace" in problems(text)[0]


def test_an_empty_placeholder_is_refused() -> None:
    assert problems("{}") == problems("{ }") == problems("{|x}") == ["an empty {} names no column"]


def test_double_braces_around_a_column_are_taken_for_the_slip_they_are() -> None:
    assert problems("Hi {{name}}") == ["{{name}} would go out as {name}; write {name} to have it filled in"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\nb", "a b"),
        ("a\r\n\r\n b", "a b"),
        ("a\tb", "a b"),
        ("a     b", "a b"),
        ("a    b", "a    b"),
        ("a \n    b", "a b"),
        (" a ", "a"),
        ("a\x00\x07b", "ab"),
        ("a\u2028b", "a b"),
        ("{full_name}", "(full_name)"),
        ("\U0001f469\u200d\U0001f33e", "\U0001f469\u200d\U0001f33e"),  # one farmer, not a woman and a field
        ("नमस्ते", "नमस्ते"),
    ],
)
def test_values_are_made_fit_for_whatsapp(value: str, expected: str) -> None:
    assert fit(value) == expected
    assert fill("{city}", of(value)) == expected


def test_a_value_is_not_expanded_again() -> None:
    assert fill("{city} {name|x}", of("{amount}")) == "(amount) x"


@pytest.mark.parametrize(
    "text", ["{{{city}}}", "{{ {city} }}", "{{{city|}}}", "{{}}{{{city}}}", "{{x{city}y}}"]
)
def test_a_value_never_becomes_a_token_between_literal_braces(text: str) -> None:
    assert "{" not in fill(text, of("full_name")).replace("{}", "")


def test_the_authors_own_token_reaches_the_provider() -> None:
    assert fill("{{full_name}} {city}", of("Pune")) == "{full_name} Pune"


def test_gaps_that_only_arise_in_filling_are_closed() -> None:
    assert fill("a   {city|}   b") == "a b"


values = st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("{}|\n\t "), max_size=20)


@given(city=values, name=values, literal=values)
def test_nothing_that_whatsapp_refuses_comes_out(city: str, name: str, literal: str) -> None:
    text = "{{" + re.sub(r"[{}]", "", literal) + "}} {city|} {name|there}"
    recipient = Recipient(2, "+919812345678", name, ("", name, city, "", ""))
    try:
        filler = compile_text(text, COLUMNS, "Customer Name")
    except InvalidInput:
        return  # the literal was one of the columns
    filled = filler.fill(recipient)
    assert not re.search(r"[\n\r\t\x00]| {5}", filled)
    assert filled == filled.strip()
    assert filled.count("{") <= 1


@given(st.text(alphabet="{}|name ", max_size=30))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    try:
        filler = compile_text(text, COLUMNS, "Customer Name")
    except InvalidInput:
        return
    assert isinstance(filler.fill(ASHA), str)
