"""Posts to addresses that our users name: never into the network that this server stands in, unless the
installation allows it.

What counts is the address that is connected to. A name is resolved here, each of its addresses checked, and
the connection made to one of these: a name that answers differently the next time gains nothing. No proxy,
no redirect, and little is read.
"""

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError
from pyreqwest.http import Url

from campana.engine.ports import Posted
from campana.networks import is_public

TIMEOUT_S = 10.0
MOST_READ = 1024
"""bytes of an answer"""
MOST_CLIENTS = 100
REFUSED = "the address lies in a private or local network; CAMPANA_WEBHOOKS_ALLOW_PRIVATE would allow it"
UNKNOWN_NAME = "the name could not be resolved"


class _Refused(Exception):
    """Nothing is posted there; the text says why."""


class HttpPoster:
    """Keeps a client for each name and address that it posted to."""

    def __init__(self, *, allow_private: bool, timeout_s: float = TIMEOUT_S) -> None:
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._clients: OrderedDict[tuple[str, str], Client] = OrderedDict()

    async def refusal(self, url: str) -> str | None:
        """A name that cannot be resolved just now is no reason: it may come later."""
        try:
            await self._address(Url(url))
        except _Refused as error:
            return None if str(error) == UNKNOWN_NAME else str(error)
        except ValueError:
            return "is no address that can be posted to"
        return None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """See Poster."""
        began = time.monotonic()
        answered = None
        try:
            async with asyncio.timeout(2 * self._timeout_s):  # resolving has no end of its own
                answered, said = await self._try(Url(url), body, headers)
        except (_Refused, ValueError) as error:
            said = str(error)
        except (TimeoutError, RequestTimeoutError):
            said = f"no answer within {self._timeout_s:.0f} s"
        except PyreqwestError as error:
            said = f"could not be reached ({type(error).__name__})"  # its text holds the address
        return Posted(answered, round((time.monotonic() - began) * 1000), said)

    async def close(self) -> None:
        """Let go of connections."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.close()

    async def _try(self, url: Url, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        client = await self._client(url.host_str or "", await self._address(url))
        request = client.post(url).headers(dict(headers)).body_bytes(body)
        async with request.streamed_read_buffer_limit(MOST_READ).build_streamed() as answer:
            start = await answer.body_reader.read(MOST_READ)
        said = b"" if start is None else start.to_bytes()[:MOST_READ]
        return answer.status, said.decode(errors="replace").replace("\x00", "")

    async def _address(self, url: Url) -> str:
        """One of the addresses of the URL's host, all of which may be posted to. Raises _Refused."""
        host = (url.host_str or "").strip("[]")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise _Refused(UNKNOWN_NAME) from None
        addresses = [str(each[4][0]) for each in found]
        if not self._allow_private and not all(is_public(each) for each in addresses):
            raise _Refused(REFUSED)
        return addresses[0]

    async def _client(self, host: str, address: str) -> Client:
        key = host, address
        if key not in self._clients:
            self._clients[key] = _built(host, address, self._timeout_s)
            if len(self._clients) > MOST_CLIENTS:
                _, oldest = self._clients.popitem(last=False)
                await oldest.close()
        self._clients.move_to_end(key)
        return self._clients[key]


def _built(host: str, address: str, timeout_s: float) -> Client:
    """A client that knows this one host, at this one address; the port is the URL's."""
    return (
        ClientBuilder()
        .resolve(host, address.partition("%")[0], 0)
        .http1_only()
        .no_proxy()
        .follow_redirects(False)
        .referer(False)
        .default_cookie_store(False)
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .timeout(timedelta(seconds=timeout_s))
        .build()
    )
