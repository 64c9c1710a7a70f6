"""One request as it came in: token, body and manners, read from the raw ASGI scope. Judges nothing; checks.py
does.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

_PLACEHOLDER = re.compile(r"\{[A-Za-z_][A-Za-z0-9_ |]*\}")
# Filled by the provider from its own contact record (bizchat.md, Request); anything else in braces goes out
# as it stands.
PROVIDER_TOKENS = frozenset(
    {
        "{full_name}",
        "{first_name}",
        "{last_name}",
        "{email}",
        "{phone_number}",
        "{country}",
        "{language_code}",
    }
)
_VALUE_KEY = re.compile(
    r"field_\d+|header_field_1|header_image|header_video|header_document|header_document_name"
    r"|location_latitude|location_longitude|location_name|location_address|button_\d+|copy_code"
)
_ENVELOPE = frozenset(
    {"phone_number", "template_name", "template_language", "from_phone_number_id", "contact", "token"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that has been read in full. `monotonic` and `at` (epoch) are seconds, at its last byte.

    `phone`, `template`, `language` and `from_id` are what a message names, as given ("" for none or no text);
    `values` is what fills the template: fields, header, location, buttons, code.
    """

    method: str
    vendor_uid: str
    path: str
    query: Mapping[str, str]
    client: str
    token: str
    json_wanted: bool
    body: Mapping[str, Any]
    phone: str
    template: str
    language: str
    from_id: str
    values: Mapping[str, Any]
    flags: tuple[str, ...]
    monotonic: float
    at: float


def read_call(scope: Mapping[str, Any], body: bytes, *, at: float, monotonic: float) -> Call:
    """Build a Call from an ASGI HTTP `scope` below `/api` and its whole `body`.

    Never fails: what can't be read is empty.
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    vendor_uid, _, path = scope["path"].removeprefix("/api/").partition("/")
    given, is_json = _read_body(body, headers.get(b"content-type", b""))
    values = {name: value for name, value in given.items() if _VALUE_KEY.fullmatch(name)}
    bearer = headers.get(b"authorization", b"").decode("latin-1")
    token = bearer[7:].strip() if bearer[:7].lower() == "bearer " else ""
    json_wanted = _wants_json(headers.get(b"accept", b""))
    flags = {
        "token_in_url": "token" in query,
        "no_accept_json": not json_wanted,
        "not_json": bool(body) and not is_json,
        "unknown_keys": not given.keys() <= _ENVELOPE | values.keys(),
        "placeholder_left": _placeholder_left(values.values()),
    }
    return Call(
        method=scope["method"],
        vendor_uid=vendor_uid,
        path=path,
        query=query,
        client=(scope.get("client") or ("unknown", 0))[0],
        token=token or query.get("token", ""),
        json_wanted=json_wanted,
        body=given,
        phone=_text(given.get("phone_number")),
        template=_text(given.get("template_name")),
        language=_text(given.get("template_language")),
        from_id=_text(given.get("from_phone_number_id")),
        values=values,
        flags=tuple(name for name, raised in flags.items() if raised),
        monotonic=monotonic,
        at=at,
    )


def _read_body(body: bytes, content_type: bytes) -> tuple[Mapping[str, Any], bool]:
    """Return the body's keys and whether it was JSON. Unreadable JSON is no input at all, as in the
    platform's framework.
    """
    if b"form-urlencoded" in content_type:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)), False
    if b"json" not in content_type:
        return {}, False
    try:
        given = json.loads(body)
    except ValueError:
        return {}, False
    return (given, True) if isinstance(given, dict) else ({}, False)


def _wants_json(accept: bytes) -> bool:
    # The framework looks at the first type only: `*/*` is not a wish for JSON.
    first = accept.split(b",", 1)[0]
    return b"/json" in first or b"+json" in first


def _placeholder_left(values: Iterable[Any]) -> bool:
    texts = (value for value in values if isinstance(value, str) and "{" in value)
    return any(found not in PROVIDER_TOKENS for text in texts for found in _PLACEHOLDER.findall(text))


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)
