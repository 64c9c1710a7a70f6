"""What people typed and have not finished: drafts of campaigns, and texts kept for a template.

Both hold texts by the names of the page's fields, right or wrong: they are checked when they are used.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from campana.domain.campaigns import Template
from campana.domain.errors import FieldProblem, InvalidInput

LONGEST = 20_000
MOST = 200

MESSAGE_PARTS = re.compile(
    r"template_body|header_(kind|url|document_name|text)|field_[1-9]\d{0,3}|button_\d{1,2}|copy_code"
    r"|location_(latitude|longitude|name|address)"
)
"""What belongs to the message, and is kept with a template."""
_OTHERS = frozenset(
    [
        "name",
        "sender_id",
        "template_name",
        "template_language",
        "recipient_list_id",
        "when",
        "date",
        "time",
        "zone",
        "on_daily_limit",
        "test_phone",
        "country",
    ]
)


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A campaign in the making, of one person: everything typed, by the names of the page's fields."""

    id: UUID
    account_id: UUID
    user_id: UUID
    typed: Mapping[str, str] = field(repr=False)
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SavedTemplate:
    """The texts an account uses with a template, to be taken again; one for each template and language."""

    id: UUID
    account_id: UUID
    template: Template
    texts: Mapping[str, str] = field(repr=False)
    changed_at: datetime
    changed_by: UUID | None = None


def kept(typed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of what a form sent, the fields that a draft keeps. Raises InvalidInput for more than a form holds."""
    found = {name: _plain(text) for name, text in typed if name in _OTHERS or MESSAGE_PARTS.fullmatch(name)}
    long = [
        FieldProblem(name, f"has more than {LONGEST} characters")
        for name in found
        if len(found[name]) > LONGEST
    ]
    if len(found) > MOST:
        long.append(FieldProblem("fields", f"are more than {MOST}"))
    if long:
        raise InvalidInput(long, title="This is too much for one campaign")
    return found


def message_parts(typed: Mapping[str, str]) -> dict[str, str]:
    """The part of a draft that is kept with a template."""
    return {name: text for name, text in typed.items() if MESSAGE_PARTS.fullmatch(name)}


def _plain(text: str) -> str:
    """As databases take it (PostgreSQL knows no zero character), with line ends of one kind."""
    return text.replace("\x00", "").replace("\r\n", "\n")
