"""What pages do with forms: read their fields, and name what is wrong beside each."""

from collections.abc import Mapping

from fastapi import Request

from campana.domain.errors import FieldProblem, InvalidInput
from campana.web.schemas.common import storable

MOST_FIELDS = 50


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


def by_field(error: InvalidInput) -> Mapping[str, str]:
    """What is wrong, by the field it is wrong with; the first problem of each."""
    return {problem.field: problem.message for problem in reversed(error.problems)}
