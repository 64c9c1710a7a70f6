"""What WhatsApp says of a number itself, by the code of a failed message."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why messages to a number are of no use."""

    OPTED_OUT = "opted out"
    """the person told WhatsApp to bring no more marketing of this business"""
    UNREACHABLE = "unreachable"
    """not on WhatsApp, or out of its reach for now"""


REFUSALS: dict[str, Refusal] = {
    "131050": Refusal.OPTED_OUT,
    "131026": Refusal.UNREACHABLE,
}
"""Meta's codes, the same through every provider (bizchat.md, Meta's codes)."""
