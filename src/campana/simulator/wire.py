"""The connection under a request: when its last byte was there, and how to end it without an answer."""

import asyncio
import os
import socket
import struct
import time

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Wire:
    """One request's connection. `at` (epoch) and `monotonic` are seconds, at the moment the request had been
    read in full.
    """

    __slots__ = ("at", "monotonic", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.mark_read()

    def mark_read(self) -> None:
        """Take this as the moment the request had been read."""
        self.monotonic = time.monotonic()
        self.at = time.time()

    def close(self) -> None:
        """Close the connection the polite way, after what has been written."""
        self.transport.close()

    def reset(self) -> None:
        """Break the connection with a TCP reset: the client sees ECONNRESET, not an end of file."""
        if self.transport.is_closing():
            return
        # The option belongs to the socket, not to the descriptor; uvloop's socket object does not offer
        # setsockopt.
        with socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno())) as twin:
            twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()
