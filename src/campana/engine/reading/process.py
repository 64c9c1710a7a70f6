"""The server's side of the reading process: start it, take its answer, and see that it ends.

What it says is checked (`wire`); what it costs is bounded by the limits it sets itself, and its time by us.
It gets none of the server's environment: that holds secrets, and it has no use for them.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from campana.domain.errors import InvalidInput
from campana.engine.reading.limits import MIB, Limits
from campana.engine.reading.table import unreadable
from campana.engine.reading.wire import LONGEST_LINE, BadAnswer, End, Head, Order, Rows, Unpacker

_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
_KEPT_OF_ERRORS = 4096
_PACKAGES = Path(__file__).parents[3]
"""where this package was imported from, so that the process finds the same one"""


@asynccontextmanager
async def reading(file: BinaryIO, order: Order) -> AsyncIterator["Reading"]:
    """Read a file as ordered; the process is gone when the block ends, however it ends.

    `file` is a real one: the process gets its descriptor. Raises InvalidInput for a file that is refused,
    needs more than its limits allow, or can't be read at all.
    """
    child = await _started(file, order)
    ceiling = asyncio.timeout(order.limits.wall_s)
    try:
        async with ceiling:
            yield Reading(child, order.limits)
    except TimeoutError:
        if not ceiling.expired():
            raise
        raise unreadable(f"reading the file took longer than {order.limits.wall_s:.0f} s; split it") from None
    finally:
        await _end(child)


@dataclass(frozen=True, slots=True)
class _Child:
    """The process, its answer, and the end of what it wrote to its standard error."""

    process: asyncio.subprocess.Process
    answer: asyncio.StreamReader
    errors: asyncio.Task[bytes]


class Reading:
    """The parts of the answer in their order: one head, rows, one end."""

    def __init__(self, child: _Child, limits: Limits) -> None:
        self._child = child
        self._limits = limits
        self._unpacker = Unpacker(limits)
        self._rows = 0

    async def head(self) -> Head:
        """What comes first. Raises InvalidInput."""
        part = await self._part()
        if not isinstance(part, Head):
            raise _broken()
        return part

    async def rest(self) -> AsyncGenerator[Rows | End, None]:
        """What comes after it, the End last. Raises InvalidInput."""
        part: Rows | Head | End = Rows([], [], [])
        while not isinstance(part, End):
            part = await self._part()
            if isinstance(part, Head):
                raise _broken()
            yield part
            # A line that has arrived already is read without a pause: others must get their turn.
            await asyncio.sleep(0)

    async def _part(self) -> Head | Rows | End:
        try:
            line = await self._child.answer.readline()
            if not line.endswith(b"\n"):
                raise await self._reason_for_silence()
            part = self._unpacker.unpack(line)
        except (BadAnswer, ValueError) as error:  # ValueError: a line without end
            raise _broken() from error
        if isinstance(part, Rows):
            self._rows += len(part)
            if self._rows > self._limits.rows:
                raise _broken()
        return part

    async def _reason_for_silence(self) -> InvalidInput:
        """Why the process ended before its answer did."""
        code = await self._child.process.wait()
        errors = await self._child.errors
        if code == -signal.SIGXCPU:
            return unreadable(
                "reading the file takes more time than is allowed; split it, or save it as .csv"
            )
        if code == -signal.SIGKILL or b"MemoryError" in errors or b"memory allocation of" in errors:
            allowed = self._limits.memory_bytes // MIB
            return unreadable(
                f"reading the file needs more memory than is allowed ({allowed:,} MB); save it as .csv, or "
                "delete what stands far below or to the right of the table"
            )
        return _broken()


async def _started(file: BinaryIO, order: Order) -> _Child:
    """The process; one that has begun when the caller goes away is ended again."""
    starting = asyncio.create_task(_start(file, order))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _start(file: BinaryIO, order: Order) -> _Child:
    file.flush()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-B", "-m", "campana.engine.reading", order.pack()),
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        limit=LONGEST_LINE,
        start_new_session=True,  # Ctrl-C is for the server, which ends this process itself
    )
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("asyncio gave no pipes")
    return _Child(process, process.stdout, asyncio.create_task(_tail(process.stderr)))


async def _end(child: _Child) -> None:
    if child.process.returncode is None:
        with suppress(ProcessLookupError):
            child.process.kill()
    # A pipe with something left in it keeps asyncio waiting for ever.
    while await child.answer.read(LONGEST_LINE):
        pass
    await child.errors
    await child.process.wait()


async def _tail(stream: asyncio.StreamReader) -> bytes:
    """The end of what comes; all of it is taken, so that the writer never has to wait."""
    kept = b""
    while chunk := await stream.read(_KEPT_OF_ERRORS):
        kept = (kept + chunk)[-_KEPT_OF_ERRORS:]
    return kept


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {"PYTHONPATH": str(_PACKAGES), "PYTHONUTF8": "1"}


def _broken() -> InvalidInput:
    return unreadable("the file can't be read; open it in the program that made it and save it again")
