"""A message for the next page: "The campaign is paused", told once, behind a redirect.

It travels in a cookie of its own, unsigned: nothing is decided by it, and it is shown as plain text.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "flash"
MOST = 1000
Level = Literal["success", "info", "warning", "danger"]
_LEVELS: tuple[Level, ...] = ("success", "info", "warning", "danger")


@dataclass(frozen=True, slots=True)
class Flash:
    """`text` is one of the catalogue's, with %(name)s where `values` go in, and %% for a percent sign."""

    text: str
    level: Level = "success"
    values: Mapping[str, str] | None = None


def put(response: Response, request: Request, flash: Flash) -> None:
    """Let the next page show it."""
    told = json.dumps([flash.level, flash.text, dict(flash.values or {})]).encode()
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(told).decode(),
        max_age=60,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def take(request: Request, translated: Callable[[str], str]) -> Flash | None:
    """What the page before left, in the reader's language and filled in; None where that cannot be read."""
    given = request.cookies.get(COOKIE, "")
    try:
        level, text, values = json.loads(base64.urlsafe_b64decode(given[: 4 * MOST]))
        filled = translated(text) % {str(name): str(value) for name, value in values.items()}
        return Flash(filled, _LEVELS[_LEVELS.index(level)])
    except (ValueError, TypeError, AttributeError, KeyError, binascii.Error):
        return None
