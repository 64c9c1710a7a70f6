"""Reading processes from outside: memory and processor time, as the kernel counts them (Linux)."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MEBIBYTE = 1024 * 1024
LOOK_S = 0.05


def cpu_s(pid: int) -> float:
    """Processor seconds the process has used, all its threads, user and system; to a tick (10 ms)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def family_cpu_s(pid: int) -> float:
    """The same of the process and its living children together."""
    total = cpu_s(pid)
    for child in _children(pid):
        with contextlib.suppress(OSError):
            total += cpu_s(child)
    return total


def rss_mib(pid: int) -> float:
    """Resident memory now, in MiB."""
    return _status(pid, "VmRSS") / 1024


def peak_mib(pid: int) -> float:
    """The most resident memory since the process began or `forget_peak`, in MiB."""
    return _status(pid, "VmHWM") / 1024


def forget_peak(pid: int) -> None:
    """Let `peak_mib` begin anew."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


@dataclass(slots=True)
class Family:
    """The largest children seen of a process: MiB each at its own peak, and together at one moment."""

    largest_child: float = 0.0
    together: float = 0.0
    names: set[str] = field(default_factory=set)


@contextlib.asynccontextmanager
async def watched_children(pid: int) -> AsyncIterator[Family]:
    """Look at the children's memory for as long as the block lasts."""
    family = Family()

    async def look() -> None:
        while True:
            sizes = []
            for child in _children(pid):
                with contextlib.suppress(OSError, KeyError):
                    sizes.append(rss_mib(child))
            family.largest_child = max([family.largest_child, *sizes])
            family.together = max(family.together, sum(sizes))
            await asyncio.sleep(LOOK_S)

    task = asyncio.create_task(look())
    try:
        yield family
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _children(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _status(pid: int, name: str) -> int:
    for text in Path(f"/proc/{pid}/status").read_text().splitlines():
        key, _, value = text.partition(":")
        if key == name:
            return int(value.split()[0])
    raise KeyError(name)
