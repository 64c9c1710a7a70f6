"""The forms in which a phone number may stand in a text: digits with or without the country's code, spread by
punctuation, or in base64 as WhatsApp's message ids hold it."""

import base64
import re
from dataclasses import dataclass, field
from functools import cached_property

import phonenumbers

from campana.domain.masking import masked

SEPARATORS = " ()+.-/"
"""what people put between digits"""
_BETWEEN = rf"[{re.escape(SEPARATORS)}]*"
_SHORTEST = 6
"""digits of a national number; fewer would be found in anything"""
_WORD = r"[A-Za-z0-9+/=_.:\-]*"


@dataclass(frozen=True)
class Trace:
    """One number, given in E.164, to be looked for in texts."""

    phone: str = field(repr=False)

    @property
    def digits(self) -> str:
        """With the country's code, without a plus."""
        return self.phone.removeprefix("+")

    @cached_property
    def needle(self) -> str:
        """What is left in a text without separators that has the number: its national digits."""
        national = phonenumbers.national_significant_number(phonenumbers.parse(self.phone))
        return national if len(national) >= _SHORTEST else self.digits

    def is_in(self, text: str) -> bool:
        """Whether the text has the number in it, in any of its forms."""
        return self._forms.search(text) is not None

    def without(self, text: str) -> str:
        """The text with the number's last four digits in its place."""
        return self._forms.sub(masked(self.phone), text)

    @cached_property
    def _forms(self) -> re.Pattern[str]:
        code = self.digits.removesuffix(self.needle)
        spread = _BETWEEN.join(self.needle)
        before = rf"(?:\+?{_BETWEEN.join(code)}{_BETWEEN})?" if code else r"\+?"
        words = "|".join(f"{_WORD}{_in_base64(self.digits, place)}{_WORD}" for place in range(3))
        return re.compile(f"{before}{spread}|{words}")


def _in_base64(digits: str, place: int) -> str:
    """A pattern for the digits where they begin at that byte of a group of three. The characters at their
    ends hold bits of what stands beside them, whatever that is."""
    around = [(byte, 0) for byte in range(256)] + [(0, byte) for byte in range(256)]
    texts = [
        base64.b64encode(bytes([before] * place) + digits.encode() + bytes([behind] * 2)).decode()
        for before, behind in around
    ]
    held = range(8 * place // 6, (8 * (place + len(digits)) + 5) // 6)
    choices = ("".join(sorted({text[index] for text in texts})) for index in held)
    return "".join(f"[{re.escape(each)}]" for each in choices)
