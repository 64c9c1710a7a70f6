"""What the buttons of Send Messages do to what was typed."""

import re
from collections.abc import Mapping
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.errors import NotFound
from campana.engine.services import Services
from campana.engine.showing import places

EXTRAS = ("button_0", "button_1", "copy_code")
"""what a template may need besides its fields"""
_FIELD = re.compile(r"field_([1-9]\d{0,3})")


def numbers(typed: Mapping[str, str]) -> list[int]:
    """The numbers of the fields that are there, and of those that the template's text has places for."""
    there = {int(found[1]) for name in typed if (found := _FIELD.fullmatch(name))}
    return list(range(1, max([*there, places(typed.get("template_body", ""))], default=0) + 1))


async def stepped(engine: Services, caller: Principal, do: str, typed: Mapping[str, str]) -> dict[str, str]:
    """What stands there after the button `do`, such as "add-field" or "remove:field_2". Raises InvalidInput,
    by the page's fields; a button that is not known does nothing."""
    verb, _, what = do.partition(":")
    after = dict(typed)
    match verb:
        case "add-field":
            after[f"field_{len(numbers(typed)) + 1}"] = ""
        case "add" if what in EXTRAS:
            after.setdefault(what, "")
        case "remove":
            after = _without(after, what)
        case "keep":
            await engine.templates.keep(caller, typed)
        case "take":
            after = dict(await engine.templates.over(caller, _id(what), typed))
        case "forget":
            await engine.templates.drop(caller, _id(what))
        case "other-list":
            after.pop("recipient_list_id", None)
    return {**{f"field_{number}": "" for number in numbers(after)}, **after}


def _without(typed: dict[str, str], name: str) -> dict[str, str]:
    """Without a field; those behind it move up, so that no gap is left."""
    found = _FIELD.fullmatch(name)
    typed.pop(name, None)
    if found is None:
        return typed
    gone, last = int(found[1]), len(numbers(typed))
    for number in range(gone, last):
        typed[f"field_{number}"] = typed.get(f"field_{number + 1}", "")
    if last > places(typed.get("template_body", "")) and last > gone:
        typed.pop(f"field_{last}", None)
    return typed


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("there is no such saved template") from None
