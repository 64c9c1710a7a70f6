"""Requests that a foreign site made a browser send: a form has to send back its token, and come from here.

The token stands in the header `X-CSRF-Token` or in the form field `csrf_token`, the first one of the form.
"""

import hmac
import re
from collections.abc import Collection
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from campana.domain.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOKED_THROUGH = 64 * 1024
"""bytes of a body that the token is looked for in"""
_HEADER = "x-csrf-token"
_FIELD = "csrf_token"
_FROM_HERE = ("same-origin", "none")
# Whoever can put the right token anywhere into a body knows it; so a look is enough, and no parser is needed.
_PART = re.compile(rb'name="?%s"?\r\n(?:[^\r\n]+\r\n)*\r\n([0-9a-f]{64})\r\n' % _FIELD.encode())


def check_origin(headers: Headers, origins: Collection[str]) -> None:
    """Raises Forbidden where the browser says that another site sent the request."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if (site is not None and site not in _FROM_HERE) or (origin is not None and origin not in origins):
        raise Forbidden("the request was sent by another site; open the page here and try again")


async def check_token(scope: Scope, receive: Receive, expected: str) -> Receive:
    """Where to read the request from then on. Raises Forbidden for a token that is missing or another
    one's."""
    headers = Headers(scope=scope)
    given = headers.get(_HEADER)
    if given is None:
        given, receive = await _in_form(headers.get("content-type", ""), receive)
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise Forbidden("the form is out of date or not ours; open the page anew and try again")
    return receive


async def _in_form(content_type: str, receive: Receive) -> tuple[str, Receive]:
    """The token in the beginning of a form's body, and the body from its beginning."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return "", receive
    messages = await _beginning(receive)
    body = b"".join(message.get("body", b"") for message in messages)[:LOOKED_THROUGH]
    if kind == "multipart/form-data":
        found = _PART.search(body)
        return (found.group(1).decode() if found else ""), _replayed(messages, receive)
    first = parse_qs(body.partition(b"&")[0].decode("ascii", "replace")).get(_FIELD, [""])
    return first[0], _replayed(messages, receive)


async def _beginning(receive: Receive) -> list[Message]:
    messages: list[Message] = []
    read = 0
    while read < LOOKED_THROUGH:
        message = await receive()
        messages.append(message)
        read += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    return messages


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    async def receive_again() -> Message:
        return messages.pop(0) if messages else await receive()

    return receive_again
