"""What an answer to send-template-message means: a pure reading of status, headers and body (bizchat.md,
Answers).

Texts are never interpreted, they are translated and unreliable; only Meta's `(#131026)` is looked for in
them, because there is no field for it. Whatever is in doubt is UNKNOWN: a person must not get the
message twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.senders import Credentials
from campana.providers.bizchat import codes
from campana.providers.bizchat.limits import Headers, hold_s, reset_s
from campana.providers.bizchat.redact import quoted

HOST_PAUSE_S = 30.0
"""for maintenance and firewall where they name no time; both concern the whole host"""

_META_CODE = re.compile(r"\(#(\d{1,7})\)")
_RECIPIENT_KEYS = ("phone_number", "contact")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read to its end; header names in any case."""

    status: int
    headers: Headers
    body: bytes


def read_answer(answer: Answer, credentials: Credentials, *, now: float) -> Outcome:
    """The outcome of one attempt. `credentials` are kept out of its words; `now` is seconds since 1970."""
    outcome = _read(answer, credentials, now)
    hold = hold_s(answer.headers, now=now)
    return outcome if hold is None else replace(outcome, hold_s=hold)


def parsed(body: bytes) -> Mapping[str, Any] | None:
    """The body as a JSON object, None where it is anything else."""
    try:
        content = from_json(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def words(content: Mapping[str, Any] | None, credentials: Credentials | None) -> str:
    """The provider's own message, safe to show, "" where there is none."""
    message = None if content is None else content.get("message")
    return quoted(message, credentials) if isinstance(message, str) else ""


def own(code: str, said: str = "", *, hold: float | None = None) -> Outcome:
    """An outcome of our own table, with what the provider said."""
    entry = codes.OWN[code]
    return Outcome(entry.kind, code, _reason(entry.meaning, "BizChat", said), hold_s=hold)


def _read(answer: Answer, credentials: Credentials, now: float) -> Outcome:
    content = parsed(answer.body)
    if 200 <= answer.status <= 299:
        return _read_200(answer.status, content, credentials)
    said = words(content, credentials)
    meta_code = _meta_code(content)
    if meta_code is not None and 400 <= answer.status <= 499:
        return _by_meta_code(meta_code, said)
    match answer.status:
        case 401:
            return own("unauthorized", said)
        case 422:
            return _read_422(content, credentials)
        case 429:
            return own("throttled", said, hold=reset_s(answer.headers, now=now))
        case 403 if _is_html(answer):
            return own("firewall", hold=HOST_PAUSE_S)
        case 503 if meta_code is None:
            return own("maintenance", said, hold=HOST_PAUSE_S)
    # A 5xx of Meta's own with a code ends here too: bizchat.md counts only "a Meta 4xx with a code" as surely
    # not sent.
    return _open(answer.status, said)


def _read_200(status: int, content: Mapping[str, Any] | None, credentials: Credentials) -> Outcome:
    if content is None:
        return own("unreadable")
    result = content.get("result")
    data = content.get("data")
    wamid = data.get("wamid") if isinstance(data, dict) else None
    has_id = isinstance(wamid, str) and bool(wamid)
    if result == "success":
        if has_id:
            return Outcome(OutcomeKind.ACCEPTED, provider_message_id=wamid)
        return own("no_id", words(content, credentials))
    if has_id:
        return replace(own("contradiction", words(content, credentials)), provider_message_id=wamid)
    if result != "failed" or status != 200:
        return own("unreadable", words(content, credentials))
    said = words(content, credentials)
    meta_code = _meta_code(content)
    return own("refused", said) if meta_code is None else _by_meta_code(meta_code, said)


def _read_422(content: Mapping[str, Any] | None, credentials: Credentials) -> Outcome:
    errors = None if content is None else content.get("errors")
    if not isinstance(errors, dict) or not errors:
        return own("bad_request", words(content, credentials))
    listed = "; ".join(f"{field}: {_first(problems)}" for field, problems in errors.items())
    about_recipient = all(str(field).split(".")[0] in _RECIPIENT_KEYS for field in errors)
    return own("bad_recipient" if about_recipient else "bad_request", quoted(listed, credentials))


def _first(problems: object) -> str:
    problem = problems[0] if isinstance(problems, list) and problems else problems
    return problem if isinstance(problem, str) else "not accepted"


def _by_meta_code(code: int, said: str) -> Outcome:
    entry = codes.meta(code)
    return Outcome(entry.kind, str(code), _reason(entry.meaning, "WhatsApp", said))


def _open(status: int, said: str) -> Outcome:
    entry = codes.HTTP_STATUS
    return Outcome(entry.kind, f"http_{status}", _reason(entry.meaning, "BizChat", said))


def _meta_code(content: Mapping[str, Any] | None) -> int | None:
    """Meta's code in an answer that says `failed`; elsewhere a text like it may be anybody's."""
    if content is None or content.get("result") != "failed":
        return None
    message = content.get("message")
    found = _META_CODE.search(message) if isinstance(message, str) else None
    return int(found[1]) if found else None


def _is_html(answer: Answer) -> bool:
    kind = (answer.headers.get("content-type") or "").lower()
    return "html" in kind or answer.body.lstrip()[:1] == b"<"


def _reason(meaning: str, speaker: str, said: str) -> str:
    return f"{meaning} {speaker} said: “{said}”" if said else meaning
