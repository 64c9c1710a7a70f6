"""Processes of the product that begin as copies of one that has loaded it: of the second of processor time
that a start takes, nearly all is loading, and tests of kills start many.

From there on they are as all others: own environment, folder and log, own signals, a death of their own. What
starts as users start it is tested in tests/cli and tests/deploy.
"""

import asyncio
import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

from tests.support.children import dies_with_parent

MOST_BYTES = 100_000


class Nursery:
    """The process that has loaded Campana; ends with the one that made it, or by `close`."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="campana-nursery-")
        self._address = f"{self._folder}/socket"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery", self._address],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one system call
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def close(self) -> None:
        """End it; whom it gave birth to goes on."""
        self._process.kill()
        self._process.communicate()
        Path(self._address).unlink()
        Path(self._folder).rmdir()

    async def spawn(self, words: Sequence[str], env: Mapping[str, str], cwd: Path, log: IO[bytes]) -> "Child":
        """`campana` with these words, as `tests.support.product.spawn` starts it."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.connect(self._address)
        told = json.dumps([list(words), dict(env), str(cwd)]).encode()
        socket.send_fds(line, [told], [log.fileno()])
        return Child(int(line.recv(MOST_BYTES)), line)


class Child:
    """A process that a nursery began, with what tests use of asyncio's Process."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self._line = line
        self._line.setblocking(False)
        self._status: int | None = None

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative for a signal."""
        if self._status is None:
            with contextlib.suppress(BlockingIOError):
                self._status = int(self._line.recv(MOST_BYTES))
                self._line.close()
        return self._status

    def send_signal(self, number: int) -> None:
        """Raises ProcessLookupError when it is gone."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Its status, once it has ended."""
        while (status := self.returncode) is None:
            ended = asyncio.Event()
            asyncio.get_running_loop().add_reader(self._line, ended.set)
            await ended.wait()
            asyncio.get_running_loop().remove_reader(self._line)
        return status


def serve(address: str) -> None:
    """Load, then begin a process for whoever asks, and tell how each of them ended."""
    _load()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen()
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    lines: dict[int, socket.socket] = {}
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([listener, awake], [], [])
        if awake in ready:
            os.read(awake, MOST_BYTES)
            _tell_ends(lines)
        if listener in ready:
            line, _ = listener.accept()
            told, (log,), _, _ = socket.recv_fds(line, MOST_BYTES, 1)
            if (pid := os.fork()) == 0:
                for each in (listener, line, *lines.values()):
                    each.close()
                os.close(awake)
                os.close(wake)
                _become(*json.loads(told), log)
            os.close(log)
            lines[pid] = line
            line.send(str(pid).encode())


def _load() -> None:
    for name in ("cli.app", "web.app", "stores.sql.store", "stores.sql.postgresql", "stores.mongo.store"):
        __import__(f"campana.{name}")
    __import__("asyncpg")
    gc.collect()
    gc.freeze()


def _tell_ends(lines: dict[int, socket.socket]) -> None:
    while lines:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        line = lines.pop(pid)
        with contextlib.suppress(OSError):  # whoever asked is gone
            line.send(str(os.waitstatus_to_exitcode(status)).encode())
        line.close()


def _become(words: list[str], env: dict[str, str], cwd: str, log: int) -> NoReturn:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for standard in (1, 2):
        os.dup2(log, standard)
    os.close(log)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv = ["campana", *words]
    runpy.run_module("campana", run_name="__main__", alter_sys=True)
    raise SystemExit


if __name__ == "__main__":
    serve(sys.argv[1])
