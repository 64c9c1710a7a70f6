"""Makes words of the provider's fit for people and logs: short, on one line, without secrets or phone
numbers."""

import re
from urllib.parse import quote

from campana.domain.senders import Credentials

LONGEST = 200
HIDDEN = "•••"

_BEARER = re.compile(r"(?i)\bbearer\s+\S+")
_META_TOKEN = re.compile(r"\bEAA[A-Za-z0-9]{16,}")
_TAG = re.compile(r"<[^<>]{1,200}>")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
# Seven digits and more, with what people write between them; Meta's own codes are shorter.
_PHONE = re.compile(r"\+?\d(?:[\s().\u2010-\u2015-]{0,2}\d){6,}")


def quoted(text: str, credentials: Credentials | None = None) -> str:
    """The provider's words, safe to show: at most 200 characters, a phone number as its last two digits."""
    if credentials is not None:
        text = _without_secrets(text, credentials)
    # Others choose how long the text is; no more of it is looked at than could be shown.
    text = text[: 20 * LONGEST]
    text = _BEARER.sub(f"Bearer {HIDDEN}", text)
    text = _META_TOKEN.sub(HIDDEN, text)
    text = _PHONE.sub(lambda number: f"…{number.group()[-2:]}", text)
    text = _SPACE.sub(" ", _TAG.sub(" ", text)).strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _without_secrets(text: str, credentials: Credentials) -> str:
    for secret in (credentials.api_token, credentials.vendor_uid, credentials.from_phone_number_id):
        for form in {secret, quote(secret, safe="")} if secret else ():
            text = re.sub(re.escape(form), HIDDEN, text, flags=re.IGNORECASE)
    return text
