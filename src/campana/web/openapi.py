"""The description of the API: what every route has in common, and how its errors look."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from campana.web.errors import MEDIA_TYPE
from campana.web.schemas.common import ProblemOut

DESCRIPTION = """\
Sends scheduled WhatsApp campaigns: upload a list, make a campaign, watch it go out.

Every call needs `Authorization: Bearer cmp_…`; `campana api-key create` makes a key. Times are ISO 8601 in
UTC. Lists
come in pages: pass `next_cursor` on as `cursor` until it is null. Errors are `application/problem+json`
(RFC 9457);
for input, `errors` names everything that is wrong, field by field.
"""

TAGS = [
    {"name": "campaigns", "description": "Make, look at, change and try out campaigns."},
    {"name": "steering", "description": "Pause, resume, cancel, retry."},
    {"name": "messages", "description": "What became of each message; exports and live progress."},
    {"name": "recipient lists", "description": "Spreadsheets of people, checked."},
    {"name": "senders", "description": "WhatsApp identities with their credentials and limits."},
    {"name": "people", "description": "Oneself, sessions, the team, invitations, API keys."},
    {"name": "opt-outs", "description": "Numbers that must not be messaged."},
    {"name": "administration", "description": "Accounts, for administrators of the installation."},
    {"name": "audit", "description": "Who did what to what, when, and how they came in."},
    {"name": "outgoing webhooks", "description": "Other systems are told what happens."},
    {"name": "notices", "description": "People are told when something is wrong."},
    {"name": "reports", "description": "Campaigns compared, and what became of messages over time."},
    {"name": "privacy", "description": "What is held about a number, and its erasure."},
    {"name": "replies", "description": "What people answered."},
    {
        "name": "account",
        "description": "What the account decides about people, and where it stands with the installation.",
    },
]

_EXAMPLES: dict[int, tuple[str, dict[str, Any]]] = {
    401: (
        "No valid API key",
        {"title": "Not signed in", "detail": "this API key is not valid, or not any more"},
    ),
    403: (
        "The role does not allow it",
        {"title": "Not allowed", "detail": "the role viewer may not create, change or steer campaigns"},
    ),
    404: ("No such thing in this account", {"title": "Not found", "detail": "there is no such campaign"}),
    409: (
        "The present state does not allow it",
        {
            "title": "Not possible in the present state",
            "detail": "the campaign is COMPLETED; it cannot be paused in that state",
        },
    ),
    413: (
        "The body is too large",
        {"title": "Content Too Large", "detail": "the body is larger than the 100 MiB allowed here"},
    ),
    422: (
        "The input has problems",
        {
            "title": "The input has problems",
            "detail": "name: is missing",
            "errors": [{"field": "name", "message": "is missing"}],
        },
    ),
    429: (
        "Too many attempts",
        {"title": "Too many attempts", "detail": "too many attempts; try again in 40 seconds"},
    ),
    503: (
        "The database cannot be asked just now",
        {"title": "The database cannot be asked", "detail": "try again"},
    ),
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How these statuses are described on a route."""
    return {
        status: {
            "description": _EXAMPLES[status][0],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {"type": "about:blank", "status": status, **_EXAMPLES[status][1]},
                }
            },
        }
        for status in statuses
    }


EVERYWHERE = problems(401, 422, 503)
"""what any call may answer"""
FOUND = problems(404)
CHANGED = problems(403, 404, 409, 413)
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}
"""an answer that is a file"""


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, made once."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=TAGS,
        )
        parts = schema.setdefault("components", {})
        problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
        parts.setdefault("schemas", {}).update({**problem.pop("$defs", {}), "Problem": problem})
        parts["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer", "description": "An API key"},
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": "campana-session",
                "description": "The pages' session; changes take the header X-CSRF-Token as well",
            },
        }
        schema["security"] = [{"key": []}, {"session": []}]
        app.openapi_schema = schema
    return app.openapi_schema
