"""Phone numbers as people and spreadsheets write them: made into E.164, or refused with a reason in words.

This module finds the digits; `dialling` says what they mean in a country, and `numbering` says it faster. A
reason never repeats the number, because reasons end up in logs.
"""

import math
import re
import unicodedata

from phonenumbers import SUPPORTED_REGIONS

from campana.domain.dialling import InvalidPhone, dialled
from campana.domain.errors import InvalidInput
from campana.domain.numbering import Numbering, country_code_of, main_region

__all__ = ["InvalidPhone", "Normaliser", "clean", "known_country", "normalise"]

LONGEST = 80
"""Nobody writes a number with more characters; what is longer is not looked at."""

_USUAL_PUNCTUATION = str.maketrans("", "", " -()")
_SEPARATORS = re.compile(r"[\s\-.()\[\]/~]+")
_LABEL = re.compile(
    r"(?:https?://)?wa\.me/|(?:tel|telephone|phone|mobile|mob|ph|cell|whatsapp|wa|sms|callto)\s*[:.]\s*",
    re.IGNORECASE,
)
_FORMULA_TEXT = re.compile(r'="(.*)"')
_QUOTES = "'\"`\u00b4\u2018\u2019\u201c\u201d"
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_WITH_DECIMALS = re.compile(r"(\+?\d{5,})[.,]0{1,4}")
_FRACTION = re.compile(r"\+?\d{5,}[.,]\d{1,2}")
_THOUSANDS = re.compile(r"\+?\d{1,3}(?:,\d{2,3})+")
_EXTENSION = re.compile(r"\d[\s,;.(\-]*(?:x|ext|extn|extension|#)[\s:.]*\d", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(?:\d[\s().\-]*){7}(?:[,;&|\n/]+|or\b|and\b)[\s(+]*(?:\d[\s().\-]*){7}", re.IGNORECASE
)
_NUMBER = re.compile(r"\+?[0-9]+")
_WRITE_AS_TEXT = "format the column as text and enter the numbers again"
_NEGATIVE = f"it begins with a minus sign, as where Excel took a number for a sum; {_WRITE_AS_TEXT}"


def normalise(raw: str | float, country: str) -> str:
    """E.164 of one number; `country` (ISO 3166 alpha-2) is where numbers without a country code belong.

    Raises InvalidPhone with the reason; InvalidInput when the country is not known. For many numbers take a
    Normaliser: it costs some milliseconds to build, and then a twentieth of this.
    """
    return dialled(clean(raw), known_country(country))


def known_country(country: str) -> str:
    """The country's code in capitals. Raises InvalidInput when no telephone numbers are known for it."""
    code = country.strip().upper()
    if code not in SUPPORTED_REGIONS:
        shown = country.strip()[:20]
        raise InvalidInput.of(
            "country", f"{shown!r} is not a country code; write two letters of ISO 3166, like IN or GB"
        )
    return code


class Normaliser:
    """`normalise` for one country and very many numbers; agrees with it on every number."""

    def __init__(self, country: str) -> None:
        self.country = known_country(country)
        self._home = Numbering(self.country)
        self._abroad: dict[int, Numbering | None] = {}

    def __call__(self, raw: str | float) -> str:
        """E.164, or InvalidPhone with the reason."""
        if isinstance(raw, str) and (quick := self._home.e164(raw) or self._without_punctuation(raw)):
            return quick
        number = clean(raw)
        if self._home.dials_00 and number[:2] == "00" and number[2:3] not in {"", "0"}:
            plain = "+" + number[2:]
        else:
            plain = number
        return self._home.e164(plain) or self._from_abroad(plain) or dialled(number, self.country)

    def _without_punctuation(self, raw: str) -> str | None:
        if raw.lstrip()[:1] == "-":
            return None
        return self._home.e164(raw.translate(_USUAL_PUNCTUATION))

    def _from_abroad(self, number: str) -> str | None:
        code = country_code_of(number) if number[0] == "+" else None
        if code is None:
            return None
        if code not in self._abroad:
            region = main_region(code)
            self._abroad[code] = Numbering(region) if region else None
        numbering = self._abroad[code]
        return numbering.e164(number) if numbering else None


def clean(raw: str | float) -> str:
    """ASCII digits, after a plus where one was written. Raises InvalidPhone when a cell holds anything else.

    Undone here is what spreadsheets do to numbers: floats, `9.19812345678E+11`, a leading apostrophe, `="…"`,
    thousands separators, spaces nobody sees. A minus in front is no dash: Excel takes +91-98… for a sum.
    """
    text = raw if isinstance(raw, str) else _digits_of(raw)
    if len(text) > LONGEST:
        raise InvalidPhone("this is a text, not a phone number")
    text = _trimmed(text if text.isascii() else _as_ascii(text))
    if not text:
        raise InvalidPhone("there is no number")
    text = _unshortened(text)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    number = _SEPARATORS.sub("", text)
    if text[0] == "-" or not _NUMBER.fullmatch(number) or _SEVERAL.search(text):
        raise InvalidPhone(_what_is_wrong(text, number))
    return number


def _digits_of(value: float) -> str:
    """A cell that holds a number; Excel keeps 15 digits, as many as the longest phone number has."""
    if isinstance(value, bool) or not math.isfinite(value) or value != int(value):
        raise InvalidPhone("this is not a phone number")
    if value < 0:
        raise InvalidPhone(_NEGATIVE)
    return str(int(value))


def _as_ascii(text: str) -> str:
    """Digits of any script, wide and invisible characters, and the many dashes and spaces, as plain ones."""
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    if character.isascii():
        return character
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Cf" | "Cc":
            return ""
        case "Pd":
            return "-"
    return {"＋": "+", "（": "(", "）": ")", "\u2212": "-", "．": ".", "／": "/"}.get(character, character)  # noqa: RUF001


def _trimmed(text: str) -> str:
    text = text.strip().strip("\0")
    formula = _FORMULA_TEXT.fullmatch(text)
    if formula:
        text = formula[1]
    text = text.strip(_QUOTES + " ").rstrip(",;. ")
    return _LABEL.sub("", text, count=1) if _LABEL.match(text) else text


def _unshortened(text: str) -> str:
    """A number that was shown as 9.19812345678E+11 or 919812345678.0, as its digits, if none are missing."""
    decimals = _WITH_DECIMALS.fullmatch(text)
    if decimals:
        return decimals[1]
    if _FRACTION.fullmatch(text):
        raise InvalidPhone(f"it is a number with decimals; {_WRITE_AS_TEXT}")
    scientific = _SCIENTIFIC.fullmatch(text)
    if not scientific:
        return text
    digits = scientific[1] + (scientific[2] or "")
    length = int(scientific[3]) + 1
    if len(digits.rstrip("0")) > length or len(digits) < length:
        raise InvalidPhone(f"Excel shortened the number, digits are lost; {_WRITE_AS_TEXT}")
    return digits[:length]


def _what_is_wrong(text: str, number: str) -> str:
    if not any(character.isdigit() for character in text):
        return "there is no number in it"
    if _EXTENSION.search(text):
        return "it has an extension; a message can't go to one"
    if _SEVERAL.search(text):
        return "it holds more than one number; keep one"
    if any(character.isalpha() for character in number):
        return "it has letters in it"
    if "+" in number[1:]:
        return "it has a plus sign in the wrong place"
    if text[0] == "-":
        return _NEGATIVE
    return "it has characters that no phone number has"
