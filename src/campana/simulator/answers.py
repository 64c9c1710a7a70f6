"""BizChat's answers as bytes, one function a shape (bizchat.md, Answers). Who gets which is decided in
plans.py and checks.py.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from campana.simulator.meta import meta_refusal

JSON = b"application/json"
HTML = b"text/html; charset=UTF-8"

Headers = tuple[tuple[bytes, bytes], ...]

# `message` is translated and not to be relied upon: hence two languages, so that a reader of these texts is
# found out.
TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "success": "Message processed for WhatsApp contact",
                "invalid_token": "Invalid Token",
                "vendor_suspended": "Your account is not active, please contact support",
                "setup_incomplete": "WhatsApp Business Account is not configured yet",
                "plan_expired": "Your subscription plan has expired",
                "contact_quota": "Contacts limit of your plan has been reached",
                "template_not_found": "Template not found for the given name and language",
                "bad_sender": "Invalid phone number id to send from",
                "message_not_found": "Message not found",
                "401_plan": "API access is not available in your plan",
                "401_whatsapp_token": "Session has expired, please reconnect your WhatsApp account",
            }
        ),
        "hi": MappingProxyType(
            {
                "success": "संदेश भेजने की प्रक्रिया पूरी हुई",
                "invalid_token": "अमान्य टोकन",
                "vendor_suspended": "आपका खाता सक्रिय नहीं है",
                "setup_incomplete": "व्हाट्सऐप सेटअप अधूरा है",
                "plan_expired": "आपका प्लान समाप्त हो गया है",
                "contact_quota": "संपर्क सीमा पूरी हो चुकी है",
                "template_not_found": "टेम्पलेट नहीं मिला",
                "bad_sender": "भेजने वाला नंबर मान्य नहीं है",
                "message_not_found": "संदेश नहीं मिला",
                "401_plan": "आपके प्लान में एपीआई उपलब्ध नहीं है",
                "401_whatsapp_token": "सत्र समाप्त हो गया है",
            }
        ),
    }
)

ACCEPTED_KEYS = ("log_uid", "contact_uid", "phone_number", "wamid", "status")


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, ready to be written. `fronted` when it comes from what stands in front of the
    platform.
    """

    status: int
    body: bytes
    content_type: bytes = JSON
    headers: Headers = ()
    fronted: bool = False


def as_json(status: int, value: Mapping[str, Any], headers: Headers = ()) -> Answer:
    """Return `value` as JSON with `status`."""
    return Answer(status, json.dumps(value).encode(), JSON, headers)


def success(data: Mapping[str, Any], *, locale: str) -> Answer:
    """Return the platform's success with `data`."""
    return as_json(200, {"result": "success", "message": TEXTS[locale]["success"], "data": data})


def failed(kind: str, *, locale: str, status: int = 200, nulls: bool = False) -> Answer:
    """Return `result: failed` with the text of `kind`; `nulls` picks the same keys holding null over an empty
    list.
    """
    data: Any = dict.fromkeys(ACCEPTED_KEYS) if nulls else []
    return as_json(status, {"result": "failed", "message": TEXTS[locale][kind], "data": data})


def refused_by_meta(code: int, *, details: str = "") -> Answer:
    """Return WhatsApp's refusal: Meta's own HTTP status, the code only inside the text."""
    status, title = meta_refusal(code)
    text = f"Error: (#{code}) {title}" + (f" - {details}" if details else "")
    return as_json(status, {"result": "failed", "message": text, "data": []})


def invalid(errors: Mapping[str, str]) -> Answer:
    """Return a 422 in Laravel's shape: one text a key, no `result`."""
    first, others = next(iter(errors.values())), len(errors) - 1
    summary = f"{first} (and {others} more error{'s' if others > 1 else ''})" if others else first
    return as_json(422, {"message": summary, "errors": {name: [text] for name, text in errors.items()}})


def page(status: int, *, server: str = "") -> Answer:
    """Return an error as the HTML page of whatever stands in front, or of the platform itself."""
    title = f"{status} {_phrase(status)}"
    foot = f"<hr><center>{server}</center>" if server else ""
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{foot}</body></html>"
    return Answer(status, html.encode(), HTML, fronted=bool(server))


def framework_error(status: int, message: str, *, json_wanted: bool, headers: Headers = ()) -> Answer:
    """Return an error of the framework below the platform: JSON for who asked for it, else HTML (bizchat.md,
    Addressing).
    """
    if json_wanted:
        return as_json(status, {"message": message}, headers)
    html = page(status)
    return Answer(status, html.body, HTML, headers)


def throttle_headers(*, limit: int, retry_after: int, resets_at: float) -> Headers:
    """Return what a 429 carries: seconds to wait, the limit, nothing remaining, and the epoch second it
    resets at.
    """
    return (
        (b"retry-after", b"%d" % retry_after),
        (b"x-ratelimit-limit", b"%d" % limit),
        (b"x-ratelimit-remaining", b"0"),
        (b"x-ratelimit-reset", b"%d" % resets_at),
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
