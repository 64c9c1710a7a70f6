"""Where a request comes from and which name it is for. What a proxy says is believed of those that are
set."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class OurNames:
    """The hosts this server answers for: that of its public URL, others that are set, and the machine's
    own."""

    public_url: str
    others: frozenset[str] = frozenset()

    def has(self, host: str) -> bool:
        """Whether a Host header names this server. Ports do not count: they may be mapped on the way."""
        if "*" in self.others:
            return True
        name, public = _without_port(host), _without_port(urlsplit(self.public_url).netloc)
        return name == public or name in LOOPBACK or name in self.others

    def origins(self, scheme: str, host: str) -> frozenset[str]:
        """What a browser calls this server's pages: by the name it asked for, or by the public one."""
        public = urlsplit(self.public_url)
        return frozenset({_origin(scheme, host), _origin(public.scheme, public.netloc)})


class Forwarded:
    """Puts the client's address and scheme into the scope, as a trusted proxy tells them."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._trusted and scope["type"] == "http" and scope["client"] and self._trusts(scope["client"][0]):
            headers = Headers(scope=scope)
            scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
            if scheme in _DEFAULT_PORTS:
                scope["scheme"] = scheme
            scope["client"] = (self._client(scope["client"][0], headers), 0)
        await self._app(scope, receive, send)

    def _client(self, peer: str, headers: Headers) -> str:
        """The nearest address that is no trusted proxy: whatever stands left of it, anybody may have
        written."""
        told = [word.strip() for each in headers.getlist("x-forwarded-for") for word in each.split(",")]
        client = peer
        for address in reversed(told):
            if not self._trusts(client) or not _is_address(address):
                break
            client = address
        return client

    def _trusts(self, address: str) -> bool:
        return _is_address(address) and any(
            ipaddress.ip_address(address) in network for network in self._trusted
        )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _without_port(host: str) -> str:
    name = host.strip().lower()
    return name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0].rstrip(".")


def _origin(scheme: str, host: str) -> str:
    return f"{scheme}://{host.strip().lower().removesuffix(_DEFAULT_PORTS.get(scheme, ''))}"
