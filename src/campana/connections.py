"""Ceilings on a request's head, of time and of size: whoever never ends one would hold a connection and its
memory for good. Bodies have theirs in `web.middleware.bodies`. And the last request of a connection."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 20.0
"""seconds from the first byte of a head, or from the connection's beginning, to the end of the head"""
HEAD_BYTES = 64 * 1024
"""most that a head may hold; browsers and proxies stay under 16 KiB"""
_TOO_SLOW = b"408 Request Timeout"
_TOO_LARGE = b"431 Request Header Fields Too Large"


class Connection(HttpToolsProtocol):
    """Uvicorn's, which waits for a head without end, and closes on a client that may be about to ask."""

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _retired = False

    def retire(self) -> None:
        """Take one more request at most: its answer, or the one under way, says that no other will follow."""
        self._retired = True
        if self.cycle is not None:
            self.cycle.keep_alive = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first head is awaited from here on."""
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn names the narrower type
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any longer."""
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Refuse the head that is too large once it is."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline and self._head_bytes > HEAD_BYTES:
            self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The next head on a connection that was kept; the first one is awaited already."""
        super().on_message_begin()
        if self._deadline is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head_came()
        super().on_headers_complete()
        if self._retired:
            self.retire()

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._deadline = self.loop.call_later(HEAD_S, self._refuse, _TOO_SLOW)

    def _head_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: bytes) -> None:
        self._head_came()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            self.transport.close()
