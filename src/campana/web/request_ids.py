"""A request's id: stands in every log line of the request, in its answer's header and in problems, so that
whoever tells of one can be told what happened."""

import re

import structlog
from starlette.datastructures import Headers
from starlette.types import Scope

from campana.domain.masking import mask_phones
from campana.engine.ids import new_id

HEADER = "X-Request-ID"
FIELD = "request"
"""its name in log lines"""

_SANE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def id_for(scope: Scope) -> str:
    """What a proxy in front or the caller names the request, if that looks like an id; else a new one."""
    given = Headers(scope=scope).get(HEADER, "")
    sane = _SANE.fullmatch(given) is not None and mask_phones(given) == given
    return given if sane else str(new_id())


def present_id() -> str:
    """The id of the request that is being answered; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get(FIELD, ""))
