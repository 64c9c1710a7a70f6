"""WhatsApp's own refusals as Meta words them: HTTP status and title by code (bizchat.md, Meta's codes).

A literal table and one look-up. It knows nothing of what a sender should do about a code: that is the
product's side.
"""

from collections.abc import Mapping
from types import MappingProxyType

META_REFUSALS: Mapping[int, tuple[int, str]] = MappingProxyType(
    {
        0: (401, "AuthException"),
        1: (400, "API Unknown"),
        2: (503, "API Service"),
        3: (500, "API Method"),
        4: (400, "API Too Many Calls"),
        10: (403, "Permission Denied"),
        100: (400, "Invalid parameter"),
        190: (401, "Access token has expired"),
        368: (403, "Temporarily blocked for policies violations"),
        613: (400, "Calls to this api have exceeded the rate limit"),
        80007: (400, "Rate limit issues"),
        130429: (400, "Rate limit hit"),
        130472: (400, "User's number is part of an experiment"),
        130497: (403, "Business account is restricted from messaging users in this country"),
        131000: (500, "Something went wrong"),
        131005: (403, "Access denied"),
        131008: (400, "Required parameter is missing"),
        131009: (400, "Parameter value is not valid"),
        131016: (500, "Service unavailable"),
        131021: (400, "Recipient cannot be sender"),
        131026: (400, "Message undeliverable"),
        131031: (403, "Account has been locked"),
        131037: (400, "WhatsApp provided number needs display name approval"),
        131042: (400, "Business eligibility payment issue"),
        131045: (500, "Incorrect certificate"),
        131047: (400, "Re-engagement message"),
        131048: (400, "Spam rate limit hit"),
        131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
        131050: (400, "User has stopped marketing messages from this business"),
        131051: (400, "Unsupported message type"),
        131052: (400, "Media download error"),
        131053: (400, "Media upload error"),
        131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
        131057: (500, "Account in maintenance mode"),
        132000: (400, "Template param count mismatch"),
        132001: (404, "Template does not exist"),
        132005: (400, "Template hydrated text too long"),
        132007: (400, "Template format character policy violated"),
        132012: (400, "Template parameter format mismatch"),
        132015: (400, "Template is paused"),
        132016: (400, "Template is disabled"),
        133004: (503, "Server temporarily unavailable"),
        133010: (400, "Phone number not registered"),
    }
)

_PERMISSION_CODES = range(200, 300)


def meta_refusal(code: int) -> tuple[int, str]:
    """Return (HTTP status, title) that Meta gives with `code`; a code outside the table answers 400."""
    if code in _PERMISSION_CODES:
        return 403, "API Permission"
    return META_REFUSALS.get(code, (400, "Generic user error"))
