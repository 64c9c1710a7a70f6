"""What may be said of a phone number where others read along: its last four digits."""

import re

# An id made of hexadecimal digits may look like a number; it is matched first, and left as it is.
_NUMBER = re.compile(
    r"(?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b)"
    r"|\+\d(?:[ ().\-]{0,2}\d){7,14}(?!\d)"
    r"|(?<!\d)\d{8,15}(?!\d)",
    re.IGNORECASE,
)


def masked(phone: str) -> str:
    """The number's last four digits, as `…3210`."""
    return f"…{phone[-4:]}"


def mask_phones(text: str) -> str:
    """The text with everything in it that looks like a phone number masked."""
    return _NUMBER.sub(lambda found: found.group() if found["id"] else masked(found.group()), text)
