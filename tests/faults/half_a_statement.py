"""`python -m tests.faults.half_a_statement URL`: locks the lanes and leaves off in the middle of a statement.

It is parsed, and its values are not sent: there the driver waits for the server's answer. Says "held" then.
"""

import asyncio
import struct
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from campana.stores.sql.postgresql import SESSION
from tests.support.product import until

QUERY = b"SELECT 1"


@asynccontextmanager
async def lanes_held(url: str, *, within: Sequence[str] = ()) -> AsyncIterator[None]:
    """While somebody holds all lanes so; `within` as in `Product.start`."""
    words = (*within, sys.executable, "-m", "tests.faults.half_a_statement", url)
    holder = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        yield
    finally:
        holder.kill()
        await holder.wait()


async def hold(url: str) -> None:
    """Returns never."""
    connection = await asyncpg.connect(url, server_settings=SESSION)
    await connection.execute("BEGIN; LOCK TABLE lanes IN ACCESS EXCLUSIVE MODE")
    # Parse and Flush, see "Message Formats" in PostgreSQL's documentation of its protocol.
    body = b"\0" + QUERY + b"\0" + struct.pack("!h", 0)
    connection._transport.write(b"P" + struct.pack("!i", len(body) + 4) + body + b"H" + struct.pack("!i", 4))
    await until(lambda: is_half(url), what="half a statement")
    print("held", flush=True)
    await asyncio.Event().wait()


async def is_half(url: str) -> bool:
    """Whether the server waits for the rest of what the holder of the lock says."""
    beside = await asyncpg.connect(url)
    try:
        state = await beside.fetchval(
            "SELECT state FROM pg_stat_activity JOIN pg_locks USING (pid)"
            " WHERE relation = 'lanes'::regclass AND mode = 'AccessExclusiveLock'"
        )
        return bool(state == "active")
    finally:
        await beside.close()


if __name__ == "__main__":
    asyncio.run(hold(sys.argv[1]))
