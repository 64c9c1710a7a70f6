"""Errors become HTTP answers here and nowhere else: RFC 9457 problems for programs, pages for people (see
error_pages), neither with internals."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from campana.domain.errors import (
    CampanaError,
    ConfigurationError,
    Conflict,
    FieldProblem,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSignedIn,
    ProviderUnavailable,
    StoreUnavailable,
    TooManyAttempts,
)
from campana.web.error_pages import error_page
from campana.web.rendering import wants_page
from campana.web.request_ids import present_id

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "2"

STATUSES: dict[type[CampanaError], tuple[int, str]] = {
    InvalidInput: (422, "The input has problems"),
    NotFound: (404, "Not found"),
    Conflict: (409, "Not possible in the present state"),
    NotSignedIn: (401, "Not signed in"),
    Forbidden: (403, "Not allowed"),
    TooManyAttempts: (429, "Too many attempts"),
    ProviderUnavailable: (502, "The provider cannot be asked"),
    StoreUnavailable: (503, "The database cannot be asked"),
    ConfigurationError: (500, "The server is not set up rightly"),
}
"""The one table from the domain's errors to HTTP."""

HEADERS: dict[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'Bearer realm="Campana"'},
    503: {"Retry-After": RETRY_AFTER_S},
}


class Problem(JSONResponse):
    """An answer of type application/problem+json."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        title: str,
        detail: str = "",
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.title, self.detail, self.errors = title, detail, tuple(errors)
        body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        if request_id := present_id():
            body["request_id"] = request_id
        if errors:
            body["errors"] = [{"field": each.field, "message": each.message} for each in errors]
        super().__init__(body, status, headers={**HEADERS.get(status, {}), **(headers or {})})

    def render(self, content: Any) -> bytes:
        """As JSON; a path may hold what a caller sent, halves of characters included."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def add_handlers(app: FastAPI) -> None:
    """Answer every error of the domain, of validation and of routing."""
    app.add_exception_handler(CampanaError, _known)
    app.add_exception_handler(HTTPException, _known)
    app.add_exception_handler(RequestValidationError, _validation)


def problem_of(error: CampanaError) -> Problem:
    """The answer for an error of the domain."""
    status, title = next(
        (STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), (500, "Something went wrong")
    )
    if isinstance(error, InvalidInput):
        return Problem(status, error.title, _told(error.problems), errors=error.problems)
    if status >= 500:
        log.warning("http.unavailable", status=status, kind=type(error).__name__, error=str(error))
    # What is wrong with the server's set-up is for its operator's log, not for callers.
    detail = "ask whoever runs this server to look into its log" if status == 500 else str(error)
    headers = {"Retry-After": str(ceil(error.retry_after_s))} if isinstance(error, TooManyAttempts) else None
    return Problem(status, title, detail, headers=headers)


def answer(request: Request, problem: Problem) -> Response:
    """The problem as whoever asked can read it: a page for a person, itself for a program."""
    if not wants_page(request):
        return problem
    response = error_page(request, problem.status_code, problem.title, problem.detail, problem.errors)
    kept = (name for name in ("retry-after", "allow") if name in problem.headers)
    response.headers.update({name: problem.headers[name] for name in kept})
    return response


def answer_to(error: CampanaError | HTTPException) -> Problem:
    """The answer for an error of the domain or of routing."""
    if isinstance(error, CampanaError):
        return problem_of(error)
    if error.status_code == 400:
        # The framework's word for a body that is neither JSON nor a form; one status for all wrong input is
        # enough.
        return problem_of(InvalidInput.of("body", f"cannot be read: {error.detail}"))
    title = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != title else ""
    return Problem(error.status_code, title, detail, headers=error.headers)


async def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, CampanaError | HTTPException):
        raise error
    return answer(request, answer_to(error))


async def _validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if wants_page(request) and any(each["loc"][0] == "path" for each in error.errors()):
        return answer(request, problem_of(NotFound("there is no such page")))
    problems = [FieldProblem(_path(each["loc"]), _message(each)) for each in error.errors()]
    return answer(request, Problem(422, STATUSES[InvalidInput][1], _told(problems), errors=problems))


def _told(problems: Iterable[FieldProblem]) -> str:
    told = [f"{each.field}: {each.message}" for each in problems]
    more = f"; and {len(told) - 3} more" if len(told) > 3 else ""
    return "; ".join(told[:3]) + more


def _path(location: Sequence[str | int]) -> str:
    """The dotted path as the caller wrote it: without FastAPI's own first word, body or query."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here; check its spelling",
    "json_invalid": "is not JSON",
}


def _message(each: Mapping[str, Any]) -> str:
    """In a sentence's second half, as all messages of ours; what was given is not repeated."""
    if each["type"] == "json_invalid":
        return f"is not JSON: {each.get('ctx', {}).get('error', 'it cannot be read')}"
    known = _MESSAGES.get(each["type"])
    return known or str(each["msg"]).removeprefix("Value error, ")
