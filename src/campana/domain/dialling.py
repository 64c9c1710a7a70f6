"""What digits mean when somebody in a country dials them, in the words of the phonenumbers library."""

from collections.abc import Iterator

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    country_code_for_region,
    format_number,
    is_possible_number_with_reason,
    is_valid_number,
    number_type,
    parse,
)

from campana.domain.numbering import country_code_of

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class InvalidPhone(ValueError):
    """Not a number that a message can go to; `reason` says why, without repeating the number."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def dialled(number: str, country: str) -> str:
    """E.164 of digits, with or without a leading plus, dialled in `country`. Raises InvalidPhone.

    Digits that begin with the country's own code can be two numbers: 628123456789 is a mobile phone without
    its plus, and to the library a landline of Indonesia. Where just one of them is mobile, that one is meant.
    """
    readings = list(_readings(number, country))
    if not readings:
        raise InvalidPhone(_why_not(number, country))
    chosen = readings[0]
    if len(readings) > 1:
        chosen = next((reading for reading in readings if number_type(reading) in _MOBILE), chosen)
    return format_number(chosen, PhoneNumberFormat.E164)


def _readings(number: str, country: str) -> Iterator[PhoneNumber]:
    """The valid numbers it can be, the library's first."""
    first = _valid(number, country)
    if first is not None:
        yield first
    if number.startswith(str(country_code_for_region(country))):
        without_plus = _valid("+" + number, country)
        if without_plus is not None:
            yield without_plus
    elif first is None and number.startswith("00") and number[2:3] != "0":
        # People write 00 for "international" in countries that dial something else, too.
        abroad = _valid("+" + number[2:], country)
        if abroad is not None:
            yield abroad


def _valid(number: str, country: str) -> PhoneNumber | None:
    parsed = _parsed(number, country)
    return parsed if parsed is not None and is_valid_number(parsed) else None


def _parsed(number: str, country: str) -> PhoneNumber | None:
    try:
        return parse(number, country)
    except NumberParseException:
        return None


def _why_not(number: str, country: str) -> str:
    digits = number.lstrip("+")
    counted = "1 digit" if len(digits) == 1 else f"{len(digits)} digits"
    if number[0] == "+" and country_code_of(number) is None:
        return "no country has the code it begins with"
    parsed = _parsed(number, country)
    place = f"+{parsed.country_code}" if parsed and number[0] == "+" else country
    verdict = is_possible_number_with_reason(parsed) if parsed else None
    if len(digits) < 7 or verdict in {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        return f"it is too short for a number of {place}: {counted}"
    if number[0] != "+" and _is_of_another_country(digits, country):
        return f"it is not a number of {country}; if it is of another country, write it with a plus in front"
    if parsed is None or verdict is ValidationResult.TOO_LONG:
        return f"it is too long for a number of {place}: {counted}"
    return f"it is not a number of {place}"


def _is_of_another_country(digits: str, country: str) -> bool:
    return len(digits) > 10 and _valid("+" + digits, country) is not None
