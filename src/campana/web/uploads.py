"""Forms with a file: read by hand, so that nobody who may not upload sends a hundred megabytes first."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile

from campana.domain.errors import FieldProblem, InvalidInput

_MISSING = {"file": "is missing", "country": "is missing; give the numbers' two-letter country code, like IN"}


@asynccontextmanager
async def uploaded(
    request: Request, texts: Collection[str]
) -> AsyncIterator[tuple[UploadFile, Mapping[str, str]]]:
    """The file of a request's form and the texts beside it, those that are not empty; `country` must be.

    Raises InvalidInput for what is missing or not known.
    """
    async with request.form(max_files=1, max_fields=len(texts) + 5) as form:
        file = form.get("file")
        given = {name: text.strip() for name in texts if isinstance(text := form.get(name), str)}
        found = {name: text for name, text in given.items() if text}
        wrong = [FieldProblem(name, _MISSING[name]) for name in ("file", "country") if name not in form]
        wrong += [
            FieldProblem(name[:60], "is not known here; check its spelling")
            for name in form
            if name not in ("file", *texts)
        ]
        if not isinstance(file, UploadFile) and "file" in form:
            wrong.append(FieldProblem("file", "is no file"))
        if "country" in form and "country" not in found:
            wrong.append(FieldProblem("country", _MISSING["country"]))
        if wrong or not isinstance(file, UploadFile):
            raise InvalidInput(wrong)
        yield file, found


def form_of(**texts: Any) -> dict[str, Any]:
    """How such a form is described: `file` and `country`, which must be there, and the texts."""
    country = {
        "type": "string",
        "examples": ["IN"],
        "description": "ISO 3166 code for numbers without a country code",
    }
    file = {"type": "string", "format": "binary", "description": ".xlsx, .xls or .csv"}
    schema = {
        "type": "object",
        "required": ["file", "country"],
        "properties": {"file": file, "country": country, **texts},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}
