"""The short way to E.164: one regular expression per country, built from the metadata of phonenumbers.

It answers only where the library surely gives the same answer, and otherwise says nothing: the caller then
asks the library, which takes some twenty times as long. Knows nothing of how people write numbers: it is
given digits, with or without a leading plus.
"""

import re
from collections.abc import Iterable, Sequence

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

_NEVER = r"(?!)"
_WORLD = "001"


class Numbering:
    """The numbers of one country: `e164` knows their international, national and trunk-prefixed forms.

    `dials_00` says that 00, and nothing else, stands there for the plus.
    """

    def __init__(self, region: str) -> None:
        home = _metadata(region)
        code = str(home.country_code)
        main = _metadata(COUNTRY_CODE_TO_REGION_CODE[int(code)][0])
        self._plus = f"+{code}"
        self.dials_00 = home.international_prefix == "00"
        self._trunk = re.compile(home.national_prefix_for_parsing or _NEVER)
        self._prefixes, barred = _trunk_prefixes(home, main)
        general = rf"(?={_pattern(home.general_desc)}\Z)"
        valid = rf"(?={_valid(int(code))}\Z)"
        foreign = f"(?!{home.international_prefix or _NEVER})"
        # Without a plus the digits are national if the country's general shape takes them; otherwise they may
        # begin with the country code or the trunk prefix. The library weighs the three in this order. A
        # mobile number behind the country code comes before them all, as in `dialling`.
        mobile = _NEVER if self._prefixes else f"{barred}{_only_mobile_after(code, home)}"
        stripped = _any(region.national_prefix_for_parsing or _NEVER for region in (home, main))
        national = f"(?!{code}(?:{valid}|{stripped})){general}"
        prefixed = f"(?!{general})(?:{code}|(?P<trunk>{_trunk_digits(home)})){general}"
        lead = rf"{foreign}(?:{mobile}|{national}|{prefixed})"
        subscriber = f"{barred}{valid}"
        digits = r"(?P<subscriber>\d{4,17})"
        self._bare = re.compile(lead + subscriber + digits)
        self._international = re.compile(rf"\+{code}" + subscriber + digits)

    def e164(self, number: str) -> str | None:
        """E.164 of ASCII digits with or without a leading plus; None where the library has to be asked."""
        if number[:1] == "+":
            match = self._international.fullmatch(number)
        else:
            match = self._bare.fullmatch(number)
            if match is not None and match["trunk"] and not self._strips(number, match.end("trunk")):
                return None
        if match is None:
            return None
        subscriber = match["subscriber"]
        for prefix in self._prefixes:
            stripped = prefix.match(subscriber)
            if stripped is not None and stripped.end():
                return None
        return self._plus + subscriber

    def _strips(self, number: str, length: int) -> bool:
        """Whether the library would take just so many digits off the front, and rewrite nothing."""
        match = self._trunk.match(number)
        return match is not None and match.end() == length and not any(match.groups())


def country_code_of(international: str) -> int | None:
    """The country calling code that a number beginning with a plus carries, if there is one."""
    for end in (2, 3, 4):
        digits = international[1:end]
        if digits.isdecimal() and int(digits) in COUNTRY_CODE_TO_REGION_CODE:
            return int(digits)
    return None


def main_region(country_code: int) -> str | None:
    """The region whose rules the library takes for that calling code; None for codes of no country."""
    region = COUNTRY_CODE_TO_REGION_CODE[country_code][0]
    return None if region == _WORLD else region


def _metadata(region: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        raise ValueError(f"phonenumbers knows no region {region}")
    return metadata


def _trunk_prefixes(*regions: PhoneMetadata) -> tuple[Sequence[re.Pattern[str]], str]:
    """What the library would strip from the front of a subscriber number: such numbers are left to it.

    Some countries' pattern matches nothing at all as well (Argentina's): what it strips is known only after
    matching, so it comes back compiled. The others are a lookahead.
    """
    patterns = sorted({region.national_prefix_for_parsing or _NEVER for region in regions})
    optional = [re.compile(pattern) for pattern in patterns if re.match(pattern, "")]
    plain = "".join(f"(?!{pattern})" for pattern in patterns if not re.match(pattern, ""))
    return optional, plain


def _trunk_digits(home: PhoneMetadata) -> str:
    """The country's trunk prefix, where it can't be taken for the country code."""
    prefix = home.national_prefix or ""
    code = str(home.country_code)
    if not prefix.isdecimal() or prefix.startswith(code) or code.startswith(prefix):
        return _NEVER
    return prefix


def _only_mobile_after(code: str, home: PhoneMetadata) -> str:
    """The country code where what follows is surely mobile, and the whole, read as national, surely not."""
    if len(COUNTRY_CODE_TO_REGION_CODE[int(code)]) > 1 or home.same_mobile_and_fixed_line_pattern:
        return _NEVER
    mobile = rf"(?={_pattern(home.mobile)}\Z)"
    kinds = (home.premium_rate, home.toll_free, home.shared_cost, home.voip)
    more_kinds = (home.personal_number, home.pager, home.uan, home.voicemail)
    special = _any(_pattern(kind) for kind in (*kinds, *more_kinds))
    return rf"(?={code})(?!{mobile}){code}(?!{special}\Z){mobile}"


def _valid(country_code: int) -> str:
    """The fixed and mobile numbers of all regions of a country code, each as the library tells regions apart.

    The library takes the first region whose leading digits match, or whose patterns do: a number that carries
    another region's leading digits is not for us to judge.
    """
    regions = [_metadata(region) for region in COUNTRY_CODE_TO_REGION_CODE[country_code]]
    return _any(_of_region(region, [other for other in regions if other is not region]) for region in regions)


def _of_region(metadata: PhoneMetadata, others: Sequence[PhoneMetadata]) -> str:
    own = f"(?={metadata.leading_digits})" if metadata.leading_digits else ""
    not_others = "".join(f"(?!{other.leading_digits})" for other in others if other.leading_digits)
    kinds = _any(_pattern(kind) for kind in (metadata.mobile, metadata.fixed_line) if kind is not None)
    return rf"{own}{not_others}(?={_pattern(metadata.general_desc)}\Z){kinds}"


def _pattern(kind: PhoneNumberDesc | None) -> str:
    """Full numbers of a kind, with their possible lengths where the metadata names them."""
    if kind is None or not kind.national_number_pattern:
        return _NEVER
    lengths = _any(rf"\d{{{length}}}" for length in kind.possible_length if length > 0)
    bounded = rf"(?={lengths}\Z)" if kind.possible_length else ""
    return f"{bounded}(?:{kind.national_number_pattern})"


def _any(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns) or _NEVER})"
