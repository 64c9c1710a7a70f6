"""Starts sinks in processes of their own, and asks them what came."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

START_S = 20.0


@dataclass(frozen=True, slots=True)
class Stats:
    """What a sink got since its last reset; times are of the machine's monotonic clock, in seconds."""

    count: int
    max_in_any_second: int
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink."""

    address: str
    pid: int
    session: aiohttp.ClientSession

    @property
    def base_url(self) -> str:
        """What the BizChat provider is told."""
        return f"http://{self.address}/api"

    async def stats(self) -> Stats:
        """What came so far."""
        return Stats(**await self._get("/stats"))

    async def firsts(self) -> dict[str, float]:
        """The first arrival of each path, by the monotonic clock."""
        return dict(await self._get("/firsts"))

    async def reset(self) -> None:
        """Forget what came."""
        async with self.session.post(f"http://{self.address}/reset") as answer:
            await answer.read()

    async def _get(self, path: str) -> Any:
        async with self.session.get(f"http://{self.address}{path}") as answer:
            return json.loads(await answer.read())


@contextlib.asynccontextmanager
async def sink(*, latency_ms: float = 0.0, jitter_ms: float = 0.0) -> AsyncIterator[Sink]:
    """A sink for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.sink", "--ready-file", str(ready)),
            *("--latency-ms", str(latency_ms), "--jitter-ms", str(jitter_ms)),
        )
        try:
            async with asyncio.timeout(START_S):
                while not ready.exists():
                    if process.returncode is not None:
                        raise RuntimeError("the sink does not start")
                    await asyncio.sleep(0.02)
            async with aiohttp.ClientSession() as session:
                yield Sink(ready.read_text(), process.pid, session)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
