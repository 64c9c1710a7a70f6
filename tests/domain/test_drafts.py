"""What a draft keeps of a form."""

import pytest

from campana.domain.drafts import LONGEST, MOST, kept, message_parts
from campana.domain.errors import InvalidInput


def test_a_draft_keeps_the_pages_fields_as_they_were_typed() -> None:
    sent = [
        ("name", " Diwali "),
        ("field_12", "a\r\nb\x00"),
        ("button_0", "x"),
        ("csrf_token", "t"),
        ("do", "save"),
    ]
    assert kept(sent) == {"name": " Diwali ", "field_12": "a\nb", "button_0": "x"}


def test_the_last_of_a_name_counts() -> None:
    assert kept([("when", "now"), ("when", "later")]) == {"when": "later"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ([("name", "x" * (LONGEST + 1))], "name"),
        ([(f"field_{n}", "x") for n in range(1, MOST + 2)], "fields"),
    ],
)
def test_more_than_a_form_holds_is_refused(sent: list[tuple[str, str]], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        kept(sent)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_the_message_is_kept_apart_from_the_campaign() -> None:
    typed = {
        "name": "Diwali",
        "when": "now",
        "field_1": "Hi",
        "header_kind": "image",
        "template_body": "{{1}}",
    }
    assert message_parts(typed) == {"field_1": "Hi", "header_kind": "image", "template_body": "{{1}}"}
