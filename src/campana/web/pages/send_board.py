"""What the page Send Messages shows of a draft: the look at it, and everything there is to choose from."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from markupsafe import Markup

from campana.domain.accounts import Principal
from campana.domain.columns import key
from campana.domain.errors import NotFound
from campana.domain.recipients import RecipientList
from campana.domain.senders import Sender
from campana.engine.drafts import Look
from campana.engine.lists import ListView
from campana.engine.offers import Offer
from campana.engine.services import Services
from campana.engine.showing import Shown, as_seen
from campana.web.pages.send_steps import EXTRAS, numbers
from campana.web.pages.whatsapp import formatted

MOST_SENDERS = 100
MOST_LISTS = 50
MOST_CHIPS = 30
STEPS = {
    "name": re.compile(r"name$|sender_id"),
    "template": re.compile(r"template_|header|location_"),
    "recipients": re.compile(r"recipient_list_id"),
    "fields": re.compile(r"field|button_|copy_code"),
    "schedule": re.compile(r"date|time|zone"),
}
"""which problems belong to which step of the page"""


class Typed(dict[str, str]):
    """What was typed; nothing is an empty text."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the page was asked for. `tried`: scheduling was tried, so that empty fields are told as well.
    `row` and `back` say whose message is shown."""

    tried: bool = False
    row: int = 0
    back: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)


async def board(
    engine: Services, caller: Principal, draft_id: UUID, typed: Mapping[str, str], asked: Asked
) -> dict[str, Any]:
    """Everything that the templates of the page ask for."""
    known = Typed(typed)
    senders = (await engine.senders.find(caller, limit=MOST_SENDERS)).items
    if not known["sender_id"] and senders:
        known["sender_id"] = str(senders[0].id)
    look = await engine.drafts.look(caller, known)
    lists, chosen, offer, kept, drafts, shown = await asyncio.gather(
        engine.lists.find(caller, limit=MOST_LISTS),
        _chosen(engine, caller, look.recipients),
        _offer(engine, caller, look.sender),
        engine.templates.find(caller),
        engine.drafts.find(caller),
        _shown(engine, caller, look, known, asked),
    )
    return {
        "draft_id": draft_id,
        "typed": known,
        "asked": asked,
        "look": look,
        "problems": {**_visible(look.problems, known, asked), **asked.problems},
        "senders": senders,
        "lists": lists.items,
        "chosen": chosen,
        "offer": offer,
        "kept": kept,
        "drafts": [draft for draft in drafts if draft.id != draft_id],
        "numbers": numbers(known),
        "extras": [name for name in EXTRAS if name in known],
        "chips": _chips(look.recipients),
        "shown": shown,
        "body": _body(shown),
        "zones": _zones(look.sender),
        "done": _done(look.problems),
        "cautions": look.estimate.cautions if look.estimate else (),
    }


def _chips(recipients: RecipientList | None) -> Sequence[str]:
    """What can be inserted: the name first, however its column is called, then the other columns."""
    if recipients is None:
        return ["name"]
    others = [column for column in recipients.columns if key(column) != "name"]
    named = recipients.name_column is not None or len(others) < len(recipients.columns)
    return [*(["name"] if named else []), *others][:MOST_CHIPS]


def _done(problems: Mapping[str, str]) -> dict[str, bool]:
    """Which steps hold all that they need."""
    return {step: not any(names.match(name) for name in problems) for step, names in STEPS.items()}


def _visible(problems: Mapping[str, str], typed: Typed, asked: Asked) -> dict[str, str]:
    """Nobody is told that a page is empty before trying to send it; what was typed is judged at once."""
    return {name: told for name, told in problems.items() if asked.tried or typed[name].strip()}


async def _chosen(engine: Services, caller: Principal, recipients: RecipientList | None) -> ListView | None:
    return await engine.lists.view(caller, recipients.id) if recipients is not None else None


async def _offer(engine: Services, caller: Principal, sender: Sender | None) -> Offer:
    return await engine.offers.offer(caller, sender.id) if sender is not None else Offer()


async def _shown(engine: Services, caller: Principal, look: Look, typed: Typed, asked: Asked) -> Shown:
    person = None
    if look.recipients is not None:
        try:
            person = await engine.lists.person(caller, look.recipients.id, row=asked.row, back=asked.back)
            if person is None:
                person = await engine.lists.person(caller, look.recipients.id, row=0)
        except NotFound:
            person = None
    return as_seen(look.request, typed["template_body"], look.recipients, person)


def _body(shown: Shown) -> Markup:
    if shown.body is not None:
        return formatted(shown.body)
    lines = [
        Markup("<span class='place'>{{{{{}}}}}</span> {}").format(name.removeprefix("field_"), text)
        for name, text in shown.texts.items()
        if name.startswith("field_")
    ]
    return Markup("<br>").join(lines)


def _zones(sender: Sender | None) -> Sequence[str]:
    return [sender.timezone.key] if sender is not None else []
