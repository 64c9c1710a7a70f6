from functools import cache

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campana.domain.errors import InvalidInput
from campana.domain.numbering import Numbering
from campana.domain.phones import InvalidPhone, Normaliser, known_country, normalise

ASHA = "+919812345678"
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.number_type(number) in {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }


def by_library(text: str, region: str) -> str | None:
    """The library's word; a mobile number that only lacks its plus comes before a landline."""
    number = parsed(text, region)
    if text.startswith(str(phonenumbers.country_code_for_region(region))):
        abroad = parsed("+" + text, region)
        if abroad is not None and (number is None or (is_mobile(abroad) and not is_mobile(number))):
            number = abroad
    return number and phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def reason(raw: str | float, country: str = "IN") -> str:
    with pytest.raises(InvalidPhone) as refusal:
        Normaliser(country)(raw)
    with pytest.raises(InvalidPhone) as alone:
        normalise(raw, country)
    assert alone.value.reason == refusal.value.reason
    digits = "".join(character for character in str(raw) if character.isdigit())
    assert len(digits) < 6 or digits not in refusal.value.reason
    return refusal.value.reason


# What people and spreadsheets write -> what it is.
WRITTEN: list[tuple[str | float, str, str]] = [
    ("9812345678", "IN", ASHA),
    ("+919812345678", "IN", ASHA),
    ("919812345678", "IN", ASHA),
    ("09812345678", "IN", ASHA),
    ("+91 98123 45678", "IN", ASHA),
    ("98123-45678", "IN", ASHA),
    ("(+91) 98123.45678", "IN", ASHA),
    ("(098123) 45678", "IN", ASHA),
    ("0091 98123 45678", "IN", ASHA),
    ("  9812345678\n", "IN", ASHA),
    ("'9812345678", "IN", ASHA),
    ("\u20189812345678", "IN", ASHA),
    ('"9812345678"', "IN", ASHA),
    ('="9812345678"', "IN", ASHA),
    ("9812345678,", "IN", ASHA),
    ("9812345678.", "IN", ASHA),
    ("tel:+919812345678", "IN", ASHA),
    ("whatsapp:+919812345678", "IN", ASHA),
    ("WhatsApp: 98123 45678", "IN", ASHA),
    ("Mob. 9812345678", "IN", ASHA),
    ("https://wa.me/919812345678", "IN", ASHA),
    (919812345678.0, "IN", ASHA),
    (9812345678, "IN", ASHA),
    ("919812345678.0", "IN", ASHA),
    ("9812345678.00", "IN", ASHA),
    ("9.19812345678E+11", "IN", ASHA),
    ("9,19812345678e+11", "IN", ASHA),
    ("9.812345678E+09", "IN", ASHA),
    ("9,812,345,678", "IN", ASHA),
    ("981,23,45,678", "IN", ASHA),
    ("\u096f\u096e\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e", "IN", ASHA),  # Devanagari digits
    ("\u0669\u0668\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "IN", ASHA),  # Arabic-Indic digits
    ("\uff0b\uff19\uff11\uff19\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "IN", ASHA),  # wide
    ("\u200e+91\u00a098123\u00a045678\u202c", "IN", ASHA),  # as copied from a contact card
    ("98123\u201145678", "IN", ASHA),  # a hyphen that doesn't break
    ("\ufeff9812345678\u200b", "IN", ASHA),
    ("\u22129812345678"[1:], "IN", ASHA),
    ("+447911123456", "IN", "+447911123456"),
    ("00447911123456", "IN", "+447911123456"),
    ("+44 (0)20 7946 0958", "IN", "+442079460958"),
    ("07911 123456", "GB", "+447911123456"),
    ("0091 98123 45678", "US", ASHA),  # 00 means abroad, whatever the country dials
    ("0011 91 98123 45678", "AU", ASHA),
    ("011 91 98123 45678", "US", ASHA),
    ("(201) 555-0123", "us", "+12015550123"),
    ("1-201-555-0123", "US", "+12015550123"),
    ("030/123456", "DE", "+4930123456"),
    ("06 698 12345", "VA", "+390669812345"),
    ("8 (912) 345-67-89", "RU", "+79123456789"),
    ("01.23.45.67.89", "FR", "+33123456789"),
    ("+800 1234 5678", "IN", "+80012345678"),
    ("628123456789", "ID", "+628123456789"),  # a mobile number that lost its plus, not a landline in 0628
    (4915123456789.0, "DE", "+4915123456789"),
    ("79123456789", "KZ", "+79123456789"),
]


@pytest.mark.parametrize(("raw", "country", "expected"), WRITTEN)
def test_a_number_is_understood_however_it_is_written(raw: str | float, country: str, expected: str) -> None:
    assert Normaliser(country)(raw) == expected
    assert normalise(raw, country) == expected


# What is refused -> a part of the reason.
REFUSED: list[tuple[str | float, str, str]] = [
    ("", "IN", "there is no number"),
    ("   ", "IN", "there is no number"),
    ("asha@example.com", "IN", "no number in it"),
    ("+", "IN", "no number in it"),
    ("9.8E+09", "IN", "Excel shortened the number"),
    ("9,8123E+09", "IN", "Excel shortened the number"),
    ("9.1981235E+11", "IN", "Excel shortened the number"),
    ("12345", "IN", "too short for a number of IN: 5 digits"),
    ("981234567", "IN", "IN"),
    ("+91981234567812345", "IN", "too long for a number of +91"),
    ("9812345678 9876543210", "IN", "too long"),
    ("99999999999", "IN", "not a number of IN"),
    ("447911123456", "IN", "write it with a plus"),
    ("+999123456789", "IN", "no country has the code"),
    ("98123 O5678", "IN", "letters"),
    ("1-800-FLOWERS", "US", "letters"),
    ("9812345678 ext 12", "IN", "extension"),
    ("9812345678x12", "IN", "extension"),
    ("9812345678#12", "IN", "extension"),
    ("9812345678 / 9876543210", "IN", "more than one number"),
    ("9812345678, 9876543210", "IN", "more than one number"),
    ("9812345678 or 9876543210", "IN", "more than one number"),
    ("9812345678\n9876543210", "IN", "more than one number"),
    ("91+9812345678", "IN", "plus sign in the wrong place"),
    ("++919812345678", "IN", "plus sign in the wrong place"),
    ("-9812345678", "IN", "minus"),
    ("\u22129812345678", "IN", "minus"),
    (" - 9812345678", "IN", "minus"),
    ("*98123*45678", "IN", "characters that no phone number has"),
    ("9812345.67", "IN", "decimals"),
    ("9" * 81, "IN", "a text, not a phone number"),
    (-9812345587.0, "IN", "took a number for a sum"),
    (98123456.78, "IN", "not a phone number"),
    (float("nan"), "IN", "not a phone number"),
    (float("inf"), "IN", "not a phone number"),
    (True, "IN", "not a phone number"),
    ("112", "IN", "too short"),
    ("#N/A", "IN", "no number in it"),
]


@pytest.mark.parametrize(("raw", "country", "expected"), REFUSED)
def test_what_is_no_number_is_refused_with_the_reason(raw: str | float, country: str, expected: str) -> None:
    assert expected in reason(raw, country)


@pytest.mark.parametrize("country", ["XX", "", "India", "IND", "001", "\u0130N"])
def test_an_unknown_country_is_refused(country: str) -> None:
    with pytest.raises(InvalidInput, match="country"):
        Normaliser(country)
    with pytest.raises(InvalidInput, match="country"):
        normalise("9812345678", country)


def test_a_country_is_known_in_any_case() -> None:
    assert known_country(" in ") == "IN"


def seeds(region: str) -> list[str]:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    kinds = (metadata.mobile, metadata.fixed_line, metadata.toll_free, metadata.voip, metadata.uan)
    return [kind.example_number for kind in kinds if kind is not None and kind.example_number]


@st.composite
def near_numbers(draw: st.DrawFn, region: str) -> str:
    """Real numbers of a region with some digits changed, in all the forms people dial them in."""
    code = str(phonenumbers.country_code_for_region(region))
    trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or "0"
    forms = [f"+{code}", code, "", trunk, f"00{code}", f"+{code}{trunk}", code + trunk, "0", "8", "011"]
    digits = list(draw(st.sampled_from(seeds(region))))
    for _ in range(draw(st.integers(0, 4))):
        digits[draw(st.integers(0, len(digits) - 1))] = draw(st.sampled_from("0123456789"))
    ending = draw(st.sampled_from(["", "", "", "0", "7", "12"]))
    return draw(st.sampled_from(forms)) + "".join(digits)[draw(st.sampled_from([0, 0, 0, 1])) :] + ending


@cache
def built(region: str) -> tuple[Numbering, Normaliser]:
    return Numbering(region), Normaliser(region)


@pytest.mark.parametrize("region", REGIONS)
@settings(max_examples=20, deadline=None, database=None)
@given(data=st.data())
def test_the_short_way_agrees_with_the_library_in_every_region(region: str, data: st.DataObject) -> None:
    numbering, quick = built(region)
    number = data.draw(near_numbers(region))
    expected = by_library(number, region)
    assert numbering.e164(number) in {None, expected}
    assert answer(quick, number) == one_by_one(number, region)
    assert expected is None or answer(quick, number) == expected


def answer(quick: Normaliser, number: str | float) -> str | None:
    try:
        return quick(number)
    except InvalidPhone:
        return None


def one_by_one(number: str | float, region: str) -> str | None:
    try:
        return normalise(number, region)
    except InvalidPhone:
        return None


@pytest.mark.parametrize("region", REGIONS)
def test_the_short_way_is_taken_for_plain_numbers_of_every_region(region: str) -> None:
    """The example mobile number of each region needs no library, or an import would crawl there."""
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        pytest.skip("the region has no mobile numbers of its own")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(number)
    numbering = Numbering(region)
    assert numbering.e164(e164) == e164
    assert numbering.e164(e164[1:]) == e164
    assert numbering.e164(national) == e164


@given(text=st.text(max_size=100), country=st.sampled_from(["IN", "US", "GB", "AR", "DE"]))
def test_any_text_is_a_number_or_refused(text: str, country: str) -> None:
    try:
        number = normalise(text, country)
    except InvalidPhone:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdecimal()
    assert normalise(number, country) == number


@given(value=st.floats() | st.integers(-(10**20), 10**20))
def test_any_cell_with_a_number_is_a_phone_number_or_refused(value: float) -> None:
    quick = answer(INDIA, value)
    assert quick == one_by_one(value, "IN")


INDIA = Normaliser("IN")
