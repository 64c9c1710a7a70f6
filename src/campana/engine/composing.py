"""Between what was typed on the page and a campaign as the engine is asked for it; and back, for copies.

The problems found on the way are told by the names of the page's fields.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campana.domain.campaigns import Campaign, Header, OnDailyLimit, Template
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.times import local_moment
from campana.engine.requests import CampaignRequest

MEDIA = ("image", "video", "document")
LOCATION = ("location_latitude", "location_longitude", "location_name", "location_address")
NOBODY = UUID(int=0)
"""Stands where nothing, or nothing readable, was chosen: no sender and no list has it."""

_FIELDS = re.compile(r"field_[1-9]\d{0,3}|button_\d{1,2}|copy_code")
_PAGE_FIELDS = {
    "template.name": "template_name",
    "template.language": "template_language",
    "header": "header_kind",
    "header.text": "header_text",
    "header.document_name": "header_document_name",
    **{f"header.{kind}": "header_url" for kind in MEDIA},
    "scheduled_at": "time",
}
_CHOOSE = {
    "sender_id": "choose who sends it",
    "recipient_list_id": "choose or upload the recipients",
    "template_name": "write the name of an approved template",
    "template_language": "write its language, like en_US",
}


@dataclass(frozen=True, slots=True)
class Composed:
    """What was typed, as a request, with what could not be made out. `starts_at` None is now."""

    request: CampaignRequest = field(repr=False)
    starts_at: datetime | None
    problems: tuple[FieldProblem, ...]


def compose(typed: Mapping[str, str], zone: ZoneInfo) -> Composed:
    """The request; `zone` is where a time without a zone of its own belongs."""
    missing = [name for name in ("template_name", "template_language") if not typed.get(name, "").strip()]
    problems = [FieldProblem(name, _CHOOSE[name]) for name in missing]
    starts_at = _starts_at(typed, zone, problems)
    request = CampaignRequest(
        name=typed.get("name", ""),
        sender_id=_chosen(typed, "sender_id", problems),
        template=Template(typed.get("template_name", "").strip(), typed.get("template_language", "").strip()),
        fields=_fields(typed),
        header=_header(typed),
        recipient_list_id=_chosen(typed, "recipient_list_id", problems),
        scheduled_at=starts_at.isoformat() if starts_at else "now",
        on_daily_limit=OnDailyLimit.WAIT if typed.get("on_daily_limit") == "wait" else OnDailyLimit.FAIL,
    )
    return Composed(request, starts_at, tuple(problems))


def told_by_field(own: Iterable[FieldProblem], checked: Iterable[FieldProblem]) -> dict[str, str]:
    """One problem for each field of the page; what composing found comes before what the check says."""
    told: dict[str, str] = {}
    for problem in (*own, *(replace(each, field=_page_field(each.field)) for each in checked)):
        told.setdefault(problem.field, problem.message)
    return told


def typed_of(campaign: Campaign) -> dict[str, str]:
    """The campaign as it would have been typed, without its time."""
    header = campaign.header or Header()
    kind = next((name for name in (*MEDIA, "text") if getattr(header, name) is not None), "")
    location = any(name in campaign.fields for name in LOCATION)
    typed = {
        "name": campaign.name,
        "sender_id": str(campaign.sender_id),
        "template_name": campaign.template.name,
        "template_language": campaign.template.language,
        "recipient_list_id": str(campaign.recipient_list_id),
        "on_daily_limit": campaign.on_daily_limit.value,
        "header_kind": "location" if location else kind,
        "header_text": header.text or campaign.fields.get("header_field_1", ""),
        "header_url": next((url for name in MEDIA if (url := getattr(header, name))), ""),
        "header_document_name": header.document_name or "",
    }
    if "header_field_1" in campaign.fields:
        typed["header_kind"] = "text"
    typed |= {name: text for name, text in campaign.fields.items() if name != "header_field_1"}
    return {name: text for name, text in typed.items() if text}


def _chosen(typed: Mapping[str, str], name: str, problems: list[FieldProblem]) -> UUID:
    try:
        return UUID(typed.get(name, ""))
    except ValueError:
        problems.append(FieldProblem(name, _CHOOSE[name]))
        return NOBODY


def _starts_at(typed: Mapping[str, str], zone: ZoneInfo, problems: list[FieldProblem]) -> datetime | None:
    if typed.get("when") != "later":
        return None
    try:
        chosen = ZoneInfo(typed["zone"]) if typed.get("zone") else zone
        return local_moment(typed.get("date", ""), typed.get("time", ""), chosen)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(FieldProblem("zone", "is not a time zone"))
    except InvalidInput as error:
        problems.extend(error.problems)
    return None


def _fields(typed: Mapping[str, str]) -> dict[str, str]:
    wanted = LOCATION if typed.get("header_kind") == "location" else ()
    texts = {name: text for name, text in typed.items() if _FIELDS.fullmatch(name)}
    return dict(sorted(texts.items(), key=_order)) | {
        name: text for name in wanted if (text := typed.get(name, "")) or name in LOCATION[:2]
    }


def _order(field_and_text: tuple[str, str]) -> tuple[bool, str, int]:
    word, _, number = field_and_text[0].rpartition("_")
    return word != "field", word, int(number) if number.isdecimal() else 0


def _header(typed: Mapping[str, str]) -> Header | None:
    kind = typed.get("header_kind", "")
    if kind == "text":
        return Header(text=typed.get("header_text", ""))
    if kind not in MEDIA:
        return None
    name = typed.get("header_document_name", "").strip() if kind == "document" else ""
    return replace(Header(document_name=name or None), **{kind: typed.get("header_url", "").strip()})


def _page_field(path: str) -> str:
    return _PAGE_FIELDS.get(path, path.removeprefix("fields."))
