"""What BizChat itself would refuse: token, keys, template, sender, values. The order is the platform's."""

import re
from collections.abc import Mapping
from typing import Any

from campana.simulator.answers import failed, invalid, refused_by_meta
from campana.simulator.calls import Call
from campana.simulator.config import SimulatorConfig
from campana.simulator.plans import Plan
from campana.simulator.templates import Template

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
# Digits with country code, no plus, no leading zero (bizchat.md); seven to fifteen as E.164 has them.
_PHONE = re.compile(r"[1-9][0-9]{6,14}")
_NOT_IN_A_VALUE = re.compile(r"[\n\r\t]| {5,}")
_BAD_VALUE = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"


def refuse_caller(call: Call, config: SimulatorConfig) -> Plan | None:
    """Return the refusal of an unknown vendor or a wrong token, or None. Both get the same answer
    (bizchat.md, Failure A).
    """
    if config.accounts:
        known = call.token != "" and config.accounts.get(call.vendor_uid) == call.token
    else:
        known = call.token != "" and _UUID.fullmatch(call.vendor_uid) is not None
    return None if known else _failure("invalid_token", config)


def refuse_message(call: Call, config: SimulatorConfig) -> Plan | None:
    """Return the refusal of a message that its sender got wrong, or None when it may go out."""
    named = config.templates_by_name.get(call.template, {})
    template = named.get(call.language)
    if errors := _errors(call, template):
        return Plan(kind="422", answer=invalid(errors))
    if template is None and (named or config.strict_templates):
        return _failure("template_not_found", config)
    if config.from_ids and call.from_id and call.from_id not in config.from_ids:
        return _failure("bad_sender", config)
    if any(isinstance(value, str) and _NOT_IN_A_VALUE.search(value) for value in call.values.values()):
        return Plan(kind="meta:100", answer=refused_by_meta(100, details=_BAD_VALUE))
    return None


def refuse_phone(phone: str) -> Plan | None:
    """Return the refusal of a malformed number, or None."""
    text = _phone_error(phone)
    return Plan(kind="422", answer=invalid({"phone_number": text})) if text else None


def _failure(kind: str, config: SimulatorConfig) -> Plan:
    return Plan(kind=kind, answer=failed(kind, locale=config.locale))


def _errors(call: Call, template: Template | None) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if text := _phone_error(call.phone):
        found["phone_number"] = text
    for name in ("template_name", "template_language"):
        if _blank(call.body.get(name)):
            found[name] = _required(name)
    # Of an unknown template nothing is known but what the message fills: what it names, it has to fill.
    for name in template.required if template else call.values:
        if _blank(call.values.get(name)):
            found[name] = _required(name)
    for name, value in call.values.items():
        if text := _malformed(name, value):
            found.setdefault(name, text)
    return found


def _phone_error(phone: str) -> str:
    if not phone.strip():
        return _required("phone_number")
    return "" if _PHONE.fullmatch(phone) else "The phone number format is invalid."


def _malformed(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return f"The {_words(name)} field must be a string."
    if name in ("header_image", "header_video", "header_document") and not str(value).startswith(
        ("http://", "https://")
    ):
        return f"The {_words(name)} field must be a valid URL."
    return ""


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _required(name: str) -> str:
    return f"The {_words(name)} field is required."


def _words(name: str) -> str:
    return name.replace("_", " ")
