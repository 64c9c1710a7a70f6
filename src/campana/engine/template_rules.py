"""What a campaign's name, template, fields and header must look like, and whether a list can fill the
texts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from urllib.parse import urlsplit

from campana.domain.campaigns import Header, Template
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.personalise import compile_text
from campana.domain.recipients import Blanks, RecipientList
from campana.engine.requests import CampaignRequest

LONGEST_NAME = 120
LONGEST_TEXT = 4096
MOST_FIELDS = 100
ROWS_SHOWN = 5

_TEMPLATE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,512}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,2}")
_FIELD_N = re.compile(r"field_([1-9]\d{0,3})")
_FIELD = re.compile(
    r"field_[1-9]\d{0,3}|button_\d{1,2}|copy_code|header_field_1|location_(latitude|longitude|name|address)"
)
_MEDIA = ("image", "video", "document")


def shape_problems(request: CampaignRequest) -> Iterator[FieldProblem]:
    """What is wrong with the request whatever the list."""
    if not 1 <= len(request.name.strip()) <= LONGEST_NAME:
        yield FieldProblem("name", f"give the campaign a name of 1 to {LONGEST_NAME} characters")
    yield from template_problems(request.template)
    yield from _field_problems(request.fields)
    yield from _header_problems(request.header or Header(), request.fields)


def text_problems(request: CampaignRequest, recipients: RecipientList) -> Iterator[FieldProblem]:
    """What keeps the texts from being filled in for everybody on the list."""
    for path, text in _texts(request):
        if not text.strip():
            yield FieldProblem(path, "is empty, which WhatsApp refuses")
            continue
        try:
            filler = compile_text(text, recipients.columns, recipients.name_column, field=path)
        except InvalidInput as error:
            yield from error.problems
            continue
        for column in filler.required_columns:
            if column in recipients.blanks:
                yield FieldProblem(path, _blank(column, recipients.blanks[column]))
        if filler.may_be_empty:
            yield FieldProblem(
                path, "can come out empty, which WhatsApp refuses; give it a fallback with text"
            )


def _texts(request: CampaignRequest) -> Iterator[tuple[str, str]]:
    yield from ((f"fields.{name}", text) for name, text in request.fields.items())
    header = request.header or Header()
    for part in fields(Header):
        text: str | None = getattr(header, part.name)
        if text is not None:
            yield f"header.{part.name}", text


def template_problems(template: Template) -> Iterator[FieldProblem]:
    """What is wrong with a template's name and language as such; whether it is approved is not known
    here."""
    if not _TEMPLATE_NAME.fullmatch(template.name):
        yield FieldProblem("template.name", "is not a template's name; copy it from the approved template")
    if not _LANGUAGE.fullmatch(template.language):
        yield FieldProblem("template.language", "is not a template's language; write it like en_US")


def _field_problems(given: Mapping[str, str]) -> Iterator[FieldProblem]:
    if len(given) > MOST_FIELDS:
        yield FieldProblem("fields", f"are more than {MOST_FIELDS}")
        return
    numbers = sorted(int(match[1]) for name in given if (match := _FIELD_N.fullmatch(name)))
    missing = [n for n in range(1, (numbers or [0])[-1] + 1) if n not in numbers]
    if missing:
        names = ", ".join(f"field_{n}" for n in missing[:ROWS_SHOWN])
        yield FieldProblem("fields", f"have a gap: {names} is missing before field_{numbers[-1]}")
    for name, text in given.items():
        if not _FIELD.fullmatch(name):
            yield FieldProblem(
                f"fields.{name[:60]}",
                "is not a field; there are field_1, field_2 …, button_0 …, copy_code, header_field_1, "
                "location_latitude, location_longitude, location_name and location_address",
            )
        elif len(text) > LONGEST_TEXT:
            yield FieldProblem(f"fields.{name}", f"has more than {LONGEST_TEXT} characters")


def _header_problems(header: Header, given: Mapping[str, str]) -> Iterator[FieldProblem]:
    kinds = [name for name in (*_MEDIA, "text") if getattr(header, name) is not None]
    if len(kinds) > 1:
        yield FieldProblem("header", f"can be one of these only, not all: {', '.join(kinds)}")
    if header.document_name is not None and header.document is None:
        yield FieldProblem("header.document_name", "goes with a document only")
    if header.text is not None and "header_field_1" in given:
        yield FieldProblem("header.text", "is the same as fields.header_field_1; give it once")
    for name in _MEDIA:
        url = getattr(header, name)
        if url is not None and not _is_url(url):
            yield FieldProblem(f"header.{name}", "is not a public URL; it begins with https://")
    for part in fields(Header):
        if len(getattr(header, part.name) or "") > LONGEST_TEXT:
            yield FieldProblem(f"header.{part.name}", f"has more than {LONGEST_TEXT} characters")


def _is_url(text: str) -> bool:
    """Whether it is a URL, or begins with a placeholder, so that each recipient's value is one."""
    if re.match(r"\{[^{}]+\}", text):
        return True
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", parts.netloc)


def _blank(column: str, blanks: Blanks) -> str:
    rows = ", ".join(map(str, blanks.rows[:ROWS_SHOWN]))
    more = " …" if blanks.count > min(len(blanks.rows), ROWS_SHOWN) else ""
    one = blanks.count == 1
    who, word = ("1 recipient has", "row") if one else (f"{blanks.count} recipients have", "rows")
    return (
        f"{who} nothing in {column!r} ({word} {rows}{more}); fill it in, or give a fallback: {{{column}|…}}"
    )
