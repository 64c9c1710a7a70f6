"""What is wrong with a campaign is told by field, all of it, in words that say what to do."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from campana.domain.campaigns import Header, Template
from campana.domain.recipients import Blanks, RecipientList
from campana.engine.requests import CampaignRequest
from campana.engine.template_rules import shape_problems, text_problems


def request(**changes) -> CampaignRequest:
    parts = {
        "name": "Diwali",
        "sender_id": uuid4(),
        "template": Template("diwali_offer", "en_US"),
        "fields": {"field_1": "Hi {name}", "field_2": "{city}"},
        "recipient_list_id": uuid4(),
    }
    return CampaignRequest(**(parts | changes))


def a_list(**changes) -> RecipientList:
    parts = {
        "id": uuid4(),
        "account_id": uuid4(),
        "filename": "a.csv",
        "columns": ("phone", "name", "city", "site"),
        "phone_column": "phone",
        "name_column": "name",
        "country": "IN",
        "total": 10,
        "valid": 10,
        "invalid": 0,
        "duplicates": 0,
        "suppressed": 0,
        "blanks": {},
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return RecipientList(**(parts | changes))


def told(problems) -> dict[str, str]:
    return {problem.field: problem.message for problem in problems}


def test_a_usual_campaign_has_nothing_wrong():
    asked = request(header=Header(document="https://example.com/{city}.pdf", document_name="{name}.pdf"))
    assert told(shape_problems(asked)) == {}
    assert told(text_problems(asked, a_list())) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"template": Template("", "en_US")}, "template.name"),
        ({"template": Template("a name", "en_US")}, "template.name"),
        ({"template": Template("offer", "")}, "template.language"),
        ({"template": Template("offer", "English")}, "template.language"),
        ({"fields": {"field_0": "x"}}, "fields.field_0"),
        ({"fields": {"field_01": "x"}}, "fields.field_01"),
        ({"fields": {"Field_1": "x"}}, "fields.Field_1"),
        ({"fields": {"location_zip": "x"}}, "fields.location_zip"),
        ({"fields": {"field_1": "x", "field_3": "y"}}, "fields"),
        ({"fields": {"field_2": "y"}}, "fields"),
        ({"fields": {"field_1": "x" * 5000}}, "fields.field_1"),
        ({"fields": {f"field_{n}": "x" for n in range(1, 102)}}, "fields"),
        ({"header": Header(image="https://a.example/x.png", video="https://a.example/x.mp4")}, "header"),
        ({"header": Header(text="x", image="https://a.example/x.png")}, "header"),
        ({"header": Header(document_name="x.pdf")}, "header.document_name"),
        ({"header": Header(image="ftp://a.example/x.png")}, "header.image"),
        ({"header": Header(image="/etc/passwd")}, "header.image"),
        ({"header": Header(image="https://")}, "header.image"),
        ({"header": Header(image="http://[::1")}, "header.image"),
        (
            {"header": Header(text="x"), "fields": {"field_1": "x", "header_field_1": "x"}},
            "header.text",
        ),
    ],
)
def test_each_rule_tells_its_field(changes, field):
    assert set(told(shape_problems(request(**changes)))) == {field}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"field_1": "a", "field_2": "b"},
        {"field_2": "b", "field_1": "a", "field_3": "c"},
        {"button_0": "a", "copy_code": "b", "header_field_1": "c"},
        {"location_latitude": "1", "location_longitude": "2", "location_name": "a", "location_address": "b"},
        {f"field_{n}": "x" for n in range(1, 13)},
    ],
)
def test_these_fields_are_all_right(fields):
    assert told(shape_problems(request(fields=fields))) == {}


def test_a_url_may_come_from_a_column():
    assert told(shape_problems(request(header=Header(image="{site}")))) == {}


def test_a_gap_is_named():
    problems = told(shape_problems(request(fields={"field_1": "x", "field_4": "y"})))
    assert problems == {"fields": "have a gap: field_2, field_3 is missing before field_4"}


def test_a_placeholder_that_no_column_has_is_told_with_those_there_are():
    problems = told(text_problems(request(fields={"field_1": "{town}"}), a_list()))
    assert set(problems) == {"fields.field_1"}
    assert "town" in problems["fields.field_1"]
    assert "city" in problems["fields.field_1"]


def test_a_column_with_gaps_is_told_with_the_rows_unless_there_is_a_fallback():
    gaps = a_list(blanks={"city": Blanks(12, (4, 9, 15, 20, 21, 30))})
    problems = told(text_problems(request(), gaps))
    assert problems == {
        "fields.field_2": "12 recipients have nothing in 'city' (rows 4, 9, 15, 20, 21 …); "
        "fill it in, or give a fallback: {city|…}"
    }
    assert told(text_problems(request(fields={"field_1": "{city|your town}"}), gaps)) == {}


def test_gaps_count_in_header_texts_too():
    gaps = a_list(blanks={"site": Blanks(1, (7,))})
    problems = told(text_problems(request(header=Header(image="{site}")), gaps))
    assert problems == {
        "header.image": "1 recipient has nothing in 'site' (row 7); fill it in, or give a fallback: {site|…}"
    }


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_text_is_told(text):
    assert set(told(text_problems(request(fields={"field_1": text}), a_list()))) == {"fields.field_1"}


def test_a_text_that_can_come_out_empty_is_told():
    assert set(told(text_problems(request(fields={"field_1": "{city|}"}), a_list()))) == {"fields.field_1"}


def test_every_problem_is_told_at_once():
    asked = request(name="", template=Template("", ""), fields={"field_1": "{town}", "field_3": "", "x": "y"})
    assert set(told([*shape_problems(asked), *text_problems(asked, a_list())])) == {
        *("name", "template.name", "template.language", "fields", "fields.x"),
        *("fields.field_1", "fields.field_3"),
    }
