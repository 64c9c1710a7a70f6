"""What pages do with forms: read their fields, and name what is wrong beside each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from campana.domain.errors import Conflict, FieldProblem, InvalidInput, TooManyAttempts
from campana.web.schemas.common import storable
from campana.web.viewer import zone_of

MOST_FIELDS = 50

REFUSALS = (InvalidInput, Conflict, TooManyAttempts)
"""what a form is shown again for"""


async def fields_of(request: Request) -> Mapping[str, str]:
    """The texts of a form. Raises InvalidInput for what cannot be stored."""
    wrong = []
    found = {}
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        for name, value in form.items():
            try:
                found[name] = storable(str(value))
            except ValueError as error:
                wrong.append(FieldProblem(name[:60], str(error)))
    if wrong:
        raise InvalidInput(wrong)
    return found


def local_moment(request: Request, field: str, text: str) -> datetime:
    """The time of a field, by the clock of whoever sends it. Raises InvalidInput."""
    try:
        local = datetime.fromisoformat(text.strip())
        return local.replace(tzinfo=zone_of(request)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput.of(field, f"{text[:40]!r} is not a date with a time") from None


def by_field(error: InvalidInput) -> Mapping[str, str]:
    """What is wrong, by the field it is wrong with; the first problem of each."""
    return {problem.field: problem.message for problem in reversed(error.problems)}


def refused(error: InvalidInput | Conflict | TooManyAttempts, *, beside: str) -> dict[str, Any]:
    """The status and the problems with which a form is shown again; what names no field of its own stands
    beside that one."""
    if isinstance(error, InvalidInput):
        return {"status": 422, "problems": by_field(error)}
    status = 429 if isinstance(error, TooManyAttempts) else 409
    return {"status": status, "problems": {beside: str(error)}}
