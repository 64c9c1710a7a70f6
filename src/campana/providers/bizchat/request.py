"""Building the request of send-template-message (bizchat.md, Request): cheap, because it is done per
message."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic_core import to_json

from campana.domain.campaigns import Header
from campana.domain.errors import ConfigurationError
from campana.domain.senders import Credentials
from campana.engine.ports import Envelope

SEND = "contact/send-template-message"
TEMPLATES = "contact/template-list"
MESSAGE_STATUS = "contact/message-status"
UPDATE = "contact/update"

_HEADER_NAMES = {
    "image": "header_image",
    "video": "header_video",
    "document": "header_document",
    "document_name": "header_document_name",
    "text": "header_field_1",
}


class Address:
    """Where BizChat is: the base URL, checked once."""

    def __init__(self, base_url: str) -> None:
        """Raises ConfigurationError for anything but an http or https URL of a host, with or without a
        path."""
        try:
            parts = urlsplit(base_url.strip())
            port = parts.port
        except ValueError:
            raise _not_a_base(base_url) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _not_a_base(base_url)
        if parts.username is not None or parts.query or parts.fragment:
            raise ConfigurationError(
                "CAMPANA_BIZCHAT_BASE_URL carries a user name, a query or a fragment; give only https://host/path"
            )
        self.secure = parts.scheme == "https"
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.host = f"{name}:{port or (443 if self.secure else 80)}"
        self.base = parts.geturl().rstrip("/")

    def url(self, credentials: Credentials, path: str) -> str:
        """`{base}/{vendor_uid}/{path}`; the token never stands in a URL, URLs end up in logs.

        Raises ValueError for a vendor UID that would lead elsewhere.
        """
        if credentials.vendor_uid in ("", ".", ".."):
            raise ValueError("the vendor UID is no part of an address")
        return f"{self.base}/{quote(credentials.vendor_uid, safe='')}/{path}"


def headers(credentials: Credentials) -> dict[str, str]:
    """Without Accept, throttling and maintenance would come as HTML. Raises ValueError for an unsendable
    token."""
    token = credentials.api_token
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("the API token has characters that no header can carry")
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }


def body(credentials: Credentials, envelope: Envelope) -> bytes:
    """The JSON body; the phone number without its plus, each field under the name the provider gives it."""
    content: dict[str, Any] = dict(envelope.fields)
    if envelope.header is not None:
        content.update(_header(envelope.header))
    # Last, so that no field of a campaign can send the message to somebody else.
    content["phone_number"] = envelope.phone.lstrip("+")
    content["template_name"] = envelope.template.name
    content["template_language"] = envelope.template.language
    if credentials.from_phone_number_id:
        content["from_phone_number_id"] = credentials.from_phone_number_id
    return _encoded(content)


def flag_path(phone: str) -> str:
    """Where a contact is changed; the number without its plus."""
    return f"{UPDATE}/{quote(phone.lstrip('+'), safe='')}"


def flag_body(*, opted_out: bool) -> bytes:
    """The change of the opt-out mark and of nothing else."""
    return to_json({"whatsapp_opt_out": opted_out})


def _header(header: Header) -> Mapping[str, str]:
    parts = ((_HEADER_NAMES[name], getattr(header, name)) for name in _HEADER_NAMES)
    return {name: value for name, value in parts if value}


def _encoded(content: Mapping[str, Any]) -> bytes:
    try:
        return to_json(content)
    except ValueError:
        # Half a surrogate pair, as broken files have it: the standard library writes it as an escape.
        return json.dumps(content).encode()


def _not_a_base(base_url: str) -> ConfigurationError:
    shown = "" if "@" in base_url else f" ({base_url[:80]!r})"
    return ConfigurationError(
        f"CAMPANA_BIZCHAT_BASE_URL{shown} is not a URL like https://bizchatapi.in/api; correct it"
    )
