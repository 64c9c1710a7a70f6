"""The cookies of this server: signed, for the server's eyes only, and bound to its host where it is reached
by TLS.

A session's cookie holds its token. A visitor's cookie (nobody has signed in) holds chance; forms are bound to
it as others are to a session."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from itsdangerous import BadSignature, Signer
from starlette.requests import cookie_parser
from starlette.responses import Response

from campana.engine.people.sessions import LONGEST

Kind = Literal["session", "visitor", "second_step", "account"]
MAX_AGE_S: dict[Kind, int | None] = {
    "session": int(LONGEST.total_seconds()),
    "visitor": None,  # until the browser is closed
    "second_step": 300,
    "account": 3600,  # that an administrator looks at; to look longer is to enter anew, and noted again
}


@dataclass(frozen=True, slots=True)
class Cookies:
    """`keys` are made for this purpose from the secret key, which signs, and from those that still open what
    they closed; `secure` says that browsers reach us by TLS."""

    keys: Sequence[str] = field(repr=False)
    secure: bool

    def name(self, kind: Kind) -> str:
        """With the prefix by which a browser lets nobody but this very host set it."""
        return f"__Host-campana-{kind}" if self.secure else f"campana-{kind}"

    def read(self, header: str, kind: Kind) -> str | None:
        """What the cookie of that kind holds, if it is one of ours."""
        given = cookie_parser(header).get(self.name(kind))
        try:
            return self._signer(kind).unsign(given).decode() if given else None
        except (BadSignature, UnicodeError):
            return None

    def put(self, response: Response, kind: Kind, value: str) -> None:
        """Let the browser keep it."""
        response.set_cookie(
            self.name(kind),
            self._signer(kind).sign(value).decode(),
            max_age=MAX_AGE_S[kind],
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, kind: Kind) -> None:
        """Let the browser forget it."""
        response.delete_cookie(self.name(kind), path="/", secure=self.secure, httponly=True, samesite="lax")

    def renewed(self, response: Response, token: str | None) -> Response:
        """The same answer; with a cookie for the session that goes on, for whoever came with one."""
        if token is not None:
            self.put(response, "session", token)
        return response

    def form_token(self, kind: Kind, value: str) -> str:
        """The token that a form has to send back: made from what the cookie holds, and telling nothing of
        it."""
        return hmac.new(self.keys[0].encode(), f"form:{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def _signer(self, kind: Kind) -> Signer:
        oldest_first = list(reversed(self.keys))
        return Signer(
            oldest_first, salt=f"campana {kind}", key_derivation="hmac", digest_method=hashlib.sha256
        )


def new_visitor() -> str:
    """What a new visitor's cookie holds."""
    return secrets.token_urlsafe(24)
