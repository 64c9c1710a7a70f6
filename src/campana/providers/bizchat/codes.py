"""What a code means, what Campana does about it, and what a person can do: literal tables, nothing else.

Meta's codes are those of bizchat.md, "Meta's codes, by what to do"; their meanings are Meta's own, put
plainly.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from campana.domain.outcomes import Explanation
from campana.domain.outcomes import OutcomeKind as Kind


@dataclass(frozen=True, slots=True)
class Code:
    """`meaning` says what happened, `advice` what a person can do about it; both are whole sentences."""

    kind: Kind
    meaning: str
    advice: str


_WAIT = "Campana tries again by itself; where a message failed with it all the same, retry it later."
_SLOWS = "Campana slows down by itself; ask BizChat for a higher limit if it happens daily."
_PERSON = "Nothing to do for this person; the others are not affected."
_RECONNECT = "Reconnect WhatsApp in BizChat, make a new API token there, and enter it under Settings."
_FIX_TEMPLATE = "Correct the campaign's template or its fields, then resume it."
_RIGHTS = "Give the account the right to send in BizChat and in Meta Business Manager, then resume."

META: Mapping[int, Code] = {
    # slow down, every lane of the host
    4: Code(Kind.THROTTLED, "WhatsApp takes no more calls from this app for now.", _SLOWS),
    80007: Code(Kind.THROTTLED, "The WhatsApp account used up its call limit for now.", _SLOWS),
    130429: Code(Kind.THROTTLED, "The number sends faster than WhatsApp lets it.", _SLOWS),
    # this message again after a pause
    1: Code(Kind.LATER, "WhatsApp had an unknown error, or the request was not valid.", _WAIT),
    2: Code(Kind.LATER, "WhatsApp is down or overloaded for now.", _WAIT),
    613: Code(Kind.LATER, "WhatsApp takes no more calls of this sort for now.", _WAIT),
    131000: Code(Kind.LATER, "WhatsApp failed to send the message for an unknown reason.", _WAIT),
    131016: Code(Kind.LATER, "A part of WhatsApp is not available for now.", _WAIT),
    131056: Code(Kind.LATER, "Too many messages to this one number in a short time.", _WAIT),
    131057: Code(Kind.LATER, "The WhatsApp account is in maintenance.", _WAIT),
    133004: Code(Kind.LATER, "WhatsApp's server is not available for now.", _WAIT),
    # this recipient only, finally
    100: Code(Kind.RECIPIENT, "WhatsApp refused a value of this message.", _PERSON),
    130472: Code(
        Kind.RECIPIENT, "Meta holds this person back from marketing messages (an experiment).", _PERSON
    ),
    130497: Code(Kind.RECIPIENT, "The account may not message people in this person's country.", _PERSON),
    131009: Code(
        Kind.RECIPIENT, "A value of this message is not valid.", "Look at this person's row in the list."
    ),
    131021: Code(
        Kind.RECIPIENT, "The recipient is the sender's own number.", "Take the number off the list."
    ),
    131026: Code(Kind.RECIPIENT, "The number cannot be reached on WhatsApp.", _PERSON),
    131047: Code(
        Kind.RECIPIENT, "The person last wrote more than 24 hours ago.", "Send an approved template."
    ),
    131049: Code(
        Kind.RECIPIENT, "The person got too many marketing messages lately, from whomever.", _PERSON
    ),
    131050: Code(Kind.RECIPIENT, "The person opted out of the business's marketing messages.", _PERSON),
    131051: Code(Kind.RECIPIENT, "WhatsApp does not support this kind of message.", _PERSON),
    131052: Code(
        Kind.RECIPIENT, "WhatsApp could not fetch the media of this message.", "Check the media's URL."
    ),
    131053: Code(
        Kind.RECIPIENT, "WhatsApp could not take over the media of this message.", "Check the media file."
    ),
    # template or content: the campaign stops
    131008: Code(Kind.CAMPAIGN, "The template needs a value that the campaign does not give.", _FIX_TEMPLATE),
    131048: Code(
        Kind.CAMPAIGN,
        "WhatsApp holds the number back: too many people blocked it or reported it as spam.",
        "Pause for a day, look at the number's quality rating, and send to people who want it.",
    ),
    132000: Code(Kind.CAMPAIGN, "The number of fields is not the template's.", _FIX_TEMPLATE),
    132001: Code(
        Kind.CAMPAIGN, "There is no such template in this language, or it is not approved.", _FIX_TEMPLATE
    ),
    132005: Code(Kind.CAMPAIGN, "The filled-in text is too long.", _FIX_TEMPLATE),
    132007: Code(Kind.CAMPAIGN, "The content breaks WhatsApp's rules.", _FIX_TEMPLATE),
    132012: Code(Kind.CAMPAIGN, "A field has not the format that the template needs.", _FIX_TEMPLATE),
    132015: Code(
        Kind.CAMPAIGN,
        "WhatsApp paused the template because of its low quality.",
        "Edit the template, or use another one.",
    ),
    132016: Code(
        Kind.CAMPAIGN,
        "WhatsApp disabled the template for good because of its low quality.",
        "Use another template.",
    ),
    # account: all of the sender's campaigns stop
    3: Code(Kind.ACCOUNT, "The app lacks a capability or permission.", _RIGHTS),
    10: Code(Kind.ACCOUNT, "The permission to send was not given or was withdrawn.", _RIGHTS),
    368: Code(
        Kind.ACCOUNT,
        "The account is blocked for a time because it broke WhatsApp's rules.",
        "See Account Quality in Meta Business Manager.",
    ),
    131005: Code(Kind.ACCOUNT, "Access denied: a permission is missing.", _RIGHTS),
    131031: Code(
        Kind.ACCOUNT,
        "The WhatsApp account is locked or disabled.",
        "See Account Quality in Meta Business Manager.",
    ),
    131037: Code(
        Kind.ACCOUNT,
        "The number's display name is not approved yet.",
        "Have it approved in WhatsApp Manager.",
    ),
    131042: Code(
        Kind.ACCOUNT,
        "WhatsApp cannot charge the account.",
        "Correct the payment method in Meta Business Manager.",
    ),
    131045: Code(
        Kind.ACCOUNT, "The number is not registered properly.", "Register the number again in BizChat."
    ),
    133010: Code(
        Kind.ACCOUNT, "The number is not registered with WhatsApp.", "Register the number in BizChat."
    ),
    # the token behind the account: all of the sender's campaigns stop
    0: Code(Kind.CREDENTIALS, "WhatsApp does not accept the account's token.", _RECONNECT),
    190: Code(Kind.CREDENTIALS, "The WhatsApp token behind the account has expired.", _RECONNECT),
}

META_PERMISSION = Code(Kind.ACCOUNT, "A permission is missing or was withdrawn.", _RIGHTS)
"""Meta's codes 200 to 299"""

META_UNLISTED = Code(
    Kind.RECIPIENT, "WhatsApp refused the message.", "Look the code up in Meta's list of error codes."
)
"""any other code of Meta's"""

OPTED_OUT = "131050"
"""the person must not be messaged again: suppress the number"""

_DOUBT = (
    "The message may have gone out, so it is not sent again by itself; retry it only if that does no harm."
)
_REACH = "Check the network and CAMPANA_BIZCHAT_BASE_URL if it goes on; Campana tries again by itself."

OWN: Mapping[str, Code] = {
    # nothing left this machine
    "dns": Code(Kind.LATER, "BizChat's host name could not be looked up.", _REACH),
    "connect_refused": Code(Kind.LATER, "BizChat's host refused the connection.", _REACH),
    "connect_timeout": Code(Kind.LATER, "BizChat's host did not take the connection in time.", _REACH),
    "connect_failed": Code(Kind.LATER, "No connection to BizChat could be made.", _REACH),
    "tls": Code(Kind.LATER, "No secure connection to BizChat could be made.", _REACH),
    "closed": Code(Kind.LATER, "Campana was being stopped.", _WAIT),
    # it may have gone out
    "write_timeout": Code(Kind.UNKNOWN, "BizChat stopped taking the request in before its end.", _DOUBT),
    "read_timeout": Code(Kind.UNKNOWN, "BizChat did not answer in time.", _DOUBT),
    "reset": Code(Kind.UNKNOWN, "The connection broke before BizChat answered.", _DOUBT),
    "half_answer": Code(Kind.UNKNOWN, "The connection broke in the middle of BizChat's answer.", _DOUBT),
    "bad_response": Code(Kind.UNKNOWN, "What came back was not HTTP.", _DOUBT),
    "no_answer": Code(Kind.UNKNOWN, "No answer came back, for an unknown reason.", _DOUBT),
    "stopped": Code(Kind.UNKNOWN, "Campana was stopped before BizChat answered.", _DOUBT),
    "too_large": Code(Kind.UNKNOWN, "BizChat's answer was longer than any answer is.", _DOUBT),
    "unreadable": Code(Kind.UNKNOWN, "BizChat's answer could not be read.", _DOUBT),
    "no_id": Code(Kind.UNKNOWN, "BizChat reported success without an id for the message.", _DOUBT),
    "contradiction": Code(
        Kind.UNKNOWN, "BizChat reported a failure, yet gave an id for the message.", _DOUBT
    ),
    # BizChat's own refusals
    "refused": Code(
        Kind.UNCLEAR,
        "BizChat refused: token, vendor, plan, WhatsApp set-up or template may be wrong.",
        "Campana asks BizChat about the credentials; see the campaign's reason for what it said.",
    ),
    "unauthorized": Code(
        Kind.CREDENTIALS,
        "BizChat's plan has no API access, or the WhatsApp token behind the account has expired.",
        "Check the plan in BizChat, reconnect WhatsApp there, and enter the token under Settings.",
    ),
    "bad_recipient": Code(
        Kind.RECIPIENT, "BizChat does not accept the phone number.", "Check it in the list."
    ),
    "bad_request": Code(Kind.CAMPAIGN, "A field is missing or malformed.", _FIX_TEMPLATE),
    "bad_credentials": Code(
        Kind.CREDENTIALS,
        "The API token or vendor UID has characters that cannot be sent.",
        "Enter both again under Settings.",
    ),
    "throttled": Code(Kind.THROTTLED, "BizChat takes no more requests from here for now.", _SLOWS),
    "firewall": Code(Kind.LATER, "BizChat's firewall turned the request away.", _WAIT),
    "maintenance": Code(Kind.LATER, "BizChat is in maintenance.", _WAIT),
}

HTTP_STATUS = Code(Kind.UNKNOWN, "BizChat answered with an HTTP status that leaves the outcome open.", _DOUBT)
"""`http_` and the status, as in http_502"""


def meta(code: int) -> Code:
    """What a code of Meta's means; one that is in no table is taken as a refusal of this message only."""
    if 200 <= code <= 299:
        return META_PERMISSION
    return META.get(code, META_UNLISTED)


def known(code: str) -> Code | None:
    """What an Outcome's or Receipt's `code` means, None for one that this package never gives."""
    if code.isdecimal():
        return meta(int(code))
    return HTTP_STATUS if code.startswith("http_") else OWN.get(code)


def explain(code: str) -> Explanation | None:
    """What happened and what to do about it, in plain words; None for a code that is never given here."""
    found = known(code)
    return Explanation(found.meaning, found.advice) if found else None
