"""What a message has to be, and what comes back when it is not."""

from typing import Any

import pytest

from tests.simulator.support import GOOD_HEADERS, ask, send
from tests.simulator_fixture import StartSimulator


@pytest.mark.parametrize(
    "phone",
    [
        "+919812345678",
        "0919812345678",
        "91 98123 45678",
        "91-9812345678",
        "abc",
        "123456",
        "1234567890123456",
        "९१९८१२३४५६७८",
        True,
        9.8e9,
    ],
)
def test_a_number_is_digits_without_plus_and_leading_zero(simulator: StartSimulator, phone: Any) -> None:
    one = simulator()
    reply = send(one.base_url, phone_number=phone)
    assert reply.status == 422
    assert set(reply.json) == {"message", "errors"}
    assert set(reply.json["errors"]) == {"phone_number"}
    entry = one.ledger.entries[0]
    assert (entry.answer, entry.status, entry.sent, entry.wamid) == ("422", 422, False, None)


def test_a_number_may_be_a_json_number(simulator: StartSimulator) -> None:
    assert send(simulator().base_url, phone_number=919812345678).json["result"] == "success"


@pytest.mark.parametrize("name", ["phone_number", "template_name", "template_language", "field_1", "field_2"])
@pytest.mark.parametrize("value", [None, "", "   "])
def test_a_missing_or_empty_key_is_named(simulator: StartSimulator, name: str, value: str | None) -> None:
    reply = send(simulator().base_url, **{name: value})
    assert reply.status == 422
    assert "result" not in reply.json
    words = name.replace("_", " ")
    assert reply.json == {
        "message": f"The {words} field is required.",
        "errors": {name: [f"The {words} field is required."]},
    }


def test_several_errors_are_counted_in_the_summary(simulator: StartSimulator) -> None:
    reply = send(simulator().base_url, field_1="", field_2="", phone_number="+1")
    assert reply.json["message"] == "The phone number format is invalid. (and 2 more errors)"
    assert set(reply.json["errors"]) == {"phone_number", "field_1", "field_2"}


def test_no_body_and_broken_json_are_no_input(simulator: StartSimulator) -> None:
    one = simulator()
    for body in (None, b"{broken", b"[1]", b'"text"'):
        reply = ask(one.base_url, "POST", "contact/send-template-message", body=body)
        assert reply.status == 422
        assert set(reply.json["errors"]) == {"phone_number", "template_name", "template_language"}


@pytest.mark.parametrize(
    ("name", "language"), [("festival_offer", "en"), ("order_update", "en_GB"), ("hello_world", "EN_us")]
)
def test_name_and_language_have_to_match_exactly(simulator: StartSimulator, name: str, language: str) -> None:
    reply = send(simulator().base_url, template_name=name, template_language=language)
    assert (reply.status, reply.json["result"]) == (200, "failed")
    assert reply.json["message"] == "Template not found for the given name and language"


def test_unknown_templates_pass_unless_it_is_strict(simulator: StartSimulator) -> None:
    unknown = {"template_name": "never_heard_of", "template_language": "xx"}
    assert send(simulator().base_url, **unknown).json["result"] == "success"
    assert send(simulator(strict_templates=True).base_url, **unknown).json["result"] == "failed"
    known = simulator(strict_templates=True, templates=["never_heard_of:en_US:1"])
    assert send(known.base_url, template_name="never_heard_of").json["result"] == "success"


def test_an_unknown_template_must_fill_what_it_names(simulator: StartSimulator) -> None:
    reply = send(simulator().base_url, template_name="never_heard_of", field_2="")
    assert set(reply.json["errors"]) == {"field_2"}


def test_more_than_five_fields(simulator: StartSimulator) -> None:
    one = simulator()
    fields = {f"field_{number}": f"v{number}" for number in range(1, 9)}
    assert send(one.base_url, template_name="account_statement", **fields).json["result"] == "success"
    assert dict(one.ledger.entries[0].fields) == fields
    short = send(one.base_url, template_name="account_statement", **(fields | {"field_7": None}))
    assert set(short.json["errors"]) == {"field_7"}


@pytest.mark.parametrize(
    ("template", "key", "good"),
    [
        ("photo_offer", "header_image", "https://shop.example/a.png"),
        ("video_offer", "header_video", "https://shop.example/a.mp4"),
        ("headline_offer", "header_field_1", "Diwali"),
        ("parcel_tracking", "button_0", "A-17"),
        ("coupon_code", "copy_code", "SAVE20"),
    ],
)
def test_header_buttons_and_code_are_required_where_the_template_has_them(
    simulator: StartSimulator, template: str, key: str, good: str
) -> None:
    one = simulator()
    assert set(send(one.base_url, template_name=template).json["errors"]) == {key}
    assert send(one.base_url, template_name=template, **{key: good}).json["result"] == "success"


def test_media_is_a_public_address(simulator: StartSimulator) -> None:
    reply = send(simulator().base_url, template_name="photo_offer", header_image="C:\\photo.png")
    assert set(reply.json["errors"]) == {"header_image"}


@pytest.mark.parametrize("value", ["two\nlines", "a\ttab", "five     spaces", "carriage\rreturn"])
def test_whatsapp_refuses_newlines_tabs_and_runs_of_spaces(simulator: StartSimulator, value: str) -> None:
    one = simulator()
    reply = send(one.base_url, field_2=value)
    assert (reply.status, reply.json["result"]) == (400, "failed")
    assert "(#100)" in reply.json["message"]
    assert one.ledger.entries[0].answer == "meta:100"
    assert not one.ledger.entries[0].sent


def test_four_spaces_are_fine(simulator: StartSimulator) -> None:
    assert send(simulator().base_url, field_2="four    spaces").json["result"] == "success"


@pytest.mark.parametrize("value", [True, ["a"], {"a": 1}])
def test_values_are_text_or_numbers(simulator: StartSimulator, value: Any) -> None:
    assert set(send(simulator().base_url, field_2=value).json["errors"]) == {"field_2"}


def test_a_sender_that_is_not_the_accounts_is_refused(simulator: StartSimulator) -> None:
    one = simulator(from_ids=["106540352242922"])
    assert send(one.base_url).json["result"] == "success"
    assert send(one.base_url, from_phone_number_id="").json["result"] == "success"
    assert send(one.base_url, from_phone_number_id="106540352242922").json["result"] == "success"
    reply = send(one.base_url, from_phone_number_id="999")
    assert (reply.status, reply.json["result"]) == (200, "failed")
    assert [entry.from_id for entry in one.ledger.entries] == ["", "", "106540352242922", "999"]


def test_bad_manners_are_noted(simulator: StartSimulator) -> None:
    one = simulator()
    send(one.base_url, field_1="Hi {name}", fild_2="typo", contact={"first_name": "Asha"})
    send(one.base_url, field_1="Hi {first_name}, {full_name}")
    send(one.base_url, headers=GOOD_HEADERS | {"accept": "*/*"})
    assert [entry.flags for entry in one.ledger.entries] == [
        ("unknown_keys", "placeholder_left"),
        (),
        ("no_accept_json",),
    ]
