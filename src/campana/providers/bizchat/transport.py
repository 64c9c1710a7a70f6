"""The one HTTP client of BizChat: what went wrong with a request, told apart by whether it may have gone
out.

Knows nothing of what an answer means. The library's exception classes do not tell the phases apart (an
answer that does not come is its ConnectTimeoutError), so the chain of causes does: the client reports
everything that happens before a connection stands, and nothing else, as "client error (Connect)". Were
those words to change, every failure would count as "may have gone out", and the tests on real sockets
would say so.

It keeps connections alive, follows no redirect (that would be a second request), keeps no cookies, and
uses no proxy, whatever the environment says: a proxy's 502 or 503 could not be told from BizChat's. It
repeats a request only where a kept connection turned out closed before a byte of it was written.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    ClientClosedError,
    DecodeError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.http import HeaderMap, Url
from pyreqwest.request import RequestBuilder

from campana.domain.errors import ConfigurationError
from campana.providers.bizchat.answer import Answer

LONGEST_BODY = 256 * 1024
"""bytes; the longest true answer, a page of templates, is a tenth of it"""

IDLE_S = 4.0
"""A kept connection is not used again after this many idle seconds: servers commonly close theirs after five,
and a request that crosses such a close is one whose outcome nobody knows."""

_CONNECT = "client error (Connect)"
_ANSWER_BODY = "error decoding response body"
_NAME = "dns error"
_TCP = "tcp connect error"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. They mean different things, so they end in different outcomes.

    `connect`: name, TCP and TLS together; nothing was sent. `write`: how long BizChat's machine may
    leave what was written unacknowledged (Linux only; elsewhere `read` covers it). `read`: from the
    start of the attempt to the first part of the answer, and between its parts. An attempt as a whole
    ends after the sum of the three.
    """

    connect: float = 5.0
    write: float = 10.0
    read: float = 20.0


class NoAnswer(Exception):
    """There is no whole answer. `code` is one of `codes.OWN`; nothing of the request is in it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes and with which headers, made once for many."""

    url: Url
    headers: HeaderMap

    @classmethod
    def of(cls, url: str, headers: Mapping[str, str]) -> "Target":
        """Raises ValueError where they cannot be sent."""
        lines = HeaderMap()
        for name, value in headers.items():
            lines.insert(name, value, is_sensitive=name == "Authorization")
        return cls(Url(url), lines)


class Transport:
    """Makes single attempts. Usable by many senders at once; there is no limit at which requests would
    queue."""

    def __init__(self, timeouts: Timeouts, *, secure: bool) -> None:
        """Needs a running event loop only to be used. Raises ConfigurationError where TLS cannot be set
        up."""
        self._secure = secure
        self._closed = False
        self._client = _client(timeouts, secure=secure)

    async def post(self, target: Target, body: bytes) -> Answer:
        """One attempt, never repeated. Raises NoAnswer.

        Cancelling it stops the waiting, not the request: one that still waits for its connection goes
        out when it gets it.
        """
        return await self._answer(self._client.post(target.url).headers(target.headers).body_bytes(body))

    async def get(self, target: Target) -> Answer:
        """The same for a question. Raises NoAnswer."""
        return await self._answer(self._client.get(target.url).headers(target.headers))

    async def close(self) -> None:
        """Let go of connections; attempts under way end as "stopped", later ones never start."""
        self._closed = True
        await self._client.close()

    async def _answer(self, builder: RequestBuilder) -> Answer:
        if self._closed:
            raise NoAnswer("closed")
        request = builder.streamed_read_buffer_limit(LONGEST_BODY).build_streamed()
        try:
            async with request as response:
                body = await response.body_reader.read(LONGEST_BODY + 1)
                answer = Answer(response.status, response.headers, b"" if body is None else body.to_bytes())
        except PyreqwestError as error:
            # No chaining: the cause's text holds the URL, and so the vendor.
            raise NoAnswer(self._code(error)) from None
        if len(answer.body) > LONGEST_BODY:
            raise NoAnswer("too_large")
        return answer

    def _code(self, error: PyreqwestError) -> str:
        causes = _causes(error)
        if causes[1:2] == [_CONNECT]:
            return _never_left(error, causes[2:], secure=self._secure)
        return _may_have_gone(error, causes)


def _client(timeouts: Timeouts, *, secure: bool) -> Client:
    builder = (
        ClientBuilder()
        .user_agent("campana")
        .http1_only()
        .no_proxy()
        .follow_redirects(False)
        .referer(False)
        .default_cookie_store(False)
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .connect_timeout(timedelta(seconds=timeouts.connect))
        .read_timeout(timedelta(seconds=timeouts.read))
        .timeout(timedelta(seconds=timeouts.connect + timeouts.write + timeouts.read))
        .pool_idle_timeout(timedelta(seconds=IDLE_S))
    )
    if sys.platform == "linux":
        builder = builder.tcp_user_timeout(timedelta(seconds=timeouts.write))
    if not secure:
        # No TLS is spoken to an http:// address; without this the client asks for the machine's certificates
        # all the same, and cannot be made where there are none.
        builder = builder.danger_accept_invalid_certs(True)
    try:
        return builder.build()
    except BuilderError:
        raise ConfigurationError(
            "TLS cannot be set up: this machine has no certificates of authorities; "
            "install the package ca-certificates, or name a file of them in SSL_CERT_FILE"
        ) from None


def _causes(error: PyreqwestError) -> list[str]:
    details = getattr(error, "details", None) or {}
    return [cause["message"] for cause in details.get("causes") or []]


def _never_left(error: PyreqwestError, causes: list[str], *, secure: bool) -> str:
    if _NAME in causes:
        return "dns"
    if isinstance(error, RequestTimeoutError):
        return "connect_timeout"
    if any("connection refused" in cause.lower() for cause in causes):
        return "connect_refused"
    return "tls" if secure and _TCP not in causes else "connect_failed"


def _may_have_gone(error: PyreqwestError, causes: list[str]) -> str:
    text = " ".join(causes[1:]).lower()
    if isinstance(error, RequestTimeoutError):
        return "write_timeout" if "os error 110" in text else "read_timeout"
    if isinstance(error, ClientClosedError):
        return "stopped"
    if causes[:1] == [_ANSWER_BODY]:
        return "half_answer"
    if isinstance(error, DecodeError):
        return "bad_response"
    return "reset" if "connection" in text else "no_answer"
