"""A message as a person would see it, from texts that need not be finished: what cannot be filled in yet is
shown as it was typed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from campana.domain.campaigns import Header
from campana.domain.errors import InvalidInput
from campana.domain.personalise import compile_text
from campana.domain.recipients import Recipient, RecipientList
from campana.engine.requests import CampaignRequest

_PLACE = re.compile(r"\{\{\s*(\d{1,4})\s*\}\}")


@dataclass(frozen=True, slots=True)
class Shown:
    """The message to one recipient (None: to nobody yet). `body` is None where the template's text is not
    known; then the fields are all there is to show."""

    recipient: Recipient | None
    texts: dict[str, str] = field(repr=False)
    header: Header = field(repr=False)
    body: str | None = field(repr=False)


def as_seen(
    request: CampaignRequest, body: str, recipients: RecipientList | None, recipient: Recipient | None
) -> Shown:
    """The request's message to that recipient; `body` is the template's own text with {{1}} and so on."""
    fill = _filling(recipients, recipient)
    texts = {name: fill(text) for name, text in request.fields.items()}
    header = request.header or Header()
    parts = {part.name: text for part in fields(Header) if (text := getattr(header, part.name)) is not None}
    filled = replace(Header(), **{name: fill(text) for name, text in parts.items()})
    whole = _PLACE.sub(lambda place: texts.get(f"field_{place[1]}") or place[0], body)
    return Shown(recipient, texts, filled, whole if body.strip() else None)


def places(body: str) -> int:
    """How many fields a template's text has places for: its highest number, 100 at most."""
    return min(100, max((int(number) for number in _PLACE.findall(body)), default=0))


def _filling(recipients: RecipientList | None, recipient: Recipient | None) -> Callable[[str], str]:
    def fill(text: str) -> str:
        if recipients is None or recipient is None:
            return text
        try:
            return compile_text(text, recipients.columns, recipients.name_column).fill(recipient)
        except InvalidInput:
            return text

    return fill
