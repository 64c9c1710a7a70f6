"""A PostgreSQL server of our own, from Debian's binaries: in a folder of its own, on a socket of its own, and
on an address where one is given.

Durable like a real one (`fsync=True`), or fast for tests that never pull the plug. Ends with the process
that started it, however that ends.
"""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from tests.support.children import dies_with_parent

T = TypeVar("T")

USER = "campana"
PATIENCE_S = 30.0
_FAST = ("-c", "fsync=off", "-c", "full_page_writes=off")
_ALWAYS = (
    *("-c", "max_connections=200"),
    *("-c", "timezone=UTC"),
    *("-c", "log_min_messages=fatal"),
)


class PostgresMissing(Exception):
    """There are no PostgreSQL server binaries on this machine."""


def binaries() -> Path:
    """The folder with initdb and postgres, the newest version. Raises PostgresMissing."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    for folder in (*reversed(versions), *([Path(on_path).parent] if on_path else [])):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissing("no PostgreSQL server found; on Debian: apt-get install postgresql")


class Cluster:
    """One server. `start` before anything else; `destroy` at the end."""

    def __init__(self, *, fsync: bool = True, settings: tuple[str, ...] = (), address: str = "") -> None:
        self.binaries = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="campana-postgres-"))
        self._address = address
        self._settings = (*(() if fsync else _FAST), *(part for one in settings for part in ("-c", one)))
        self._account = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        # Half the work of the default, which is for templates that are large or in use; since 15.
        self._copying = " STRATEGY FILE_COPY" if int(self.version.split()[1].split(".")[0]) >= 15 else ""
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale=C.UTF-8")  # fmt: skip
        with (self._data / "pg_hba.conf").open("a") as clients:
            clients.write("host all all samenet trust\n")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """The server's main process."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    @property
    def version(self) -> str:
        """Such as "PostgreSQL 15.14"."""
        told = subprocess.run([self.binaries / "postgres", "--version"], capture_output=True, check=True)
        return "PostgreSQL " + told.stdout.decode().split()[2]

    def url(self, database: str = "postgres") -> str:
        """How Campana is told to use a database of this server."""
        if self._address:
            return f"postgresql://{USER}@{self._address}/{database}"
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Run the server and wait until it answers."""
        listen = ("-k", self.folder, "-c", f"listen_addresses={self._address}")
        command = [self.binaries / "postgres", "-D", self._data, *listen, *_ALWAYS, *self._settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 - one system call
                **self._as_user(),
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self, *, crash: bool = False) -> None:
        """End it, cutting its clients off; `crash` leaves recovery to the next start."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self, *, crash: bool = False) -> None:
        """Stop and start."""
        self.stop(crash=crash)
        self.start()

    def destroy(self) -> None:
        """Stop and remove all of it."""
        self.stop(crash=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, *, template: str | None = None) -> str:
        """A new database, a copy of `template` where one is given; its name."""
        name = f"test_{next(self._numbers)}"
        how = f' TEMPLATE "{template}"{self._copying}' if template else ""
        self.execute(f'CREATE DATABASE "{name}"{how}')
        return name

    def drop_database(self, name: str) -> None:
        """Remove it, whoever is still connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str, *, database: str = "postgres") -> Any:
        """One statement, outside of Campana; the first column of its first row, if any."""

        async def run() -> Any:
            connection = await asyncpg.connect(user=USER, host=str(self.folder), database=database)
            try:
                return await connection.fetchval(statement)
            finally:
                await connection.close()

        return in_a_thread(run())

    def _answers(self) -> bool:
        told = self._run("pg_isready", "-q", "-h", str(self.folder), check=False)
        return told.returncode == 0

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = [str(self.binaries / program), *arguments]
        return subprocess.run(command, capture_output=True, check=check, cwd=self.folder, **self._as_user())

    def _as_user(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


def in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from code that is not async, whatever loop there may be around it."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, work).result()


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run the server as: it refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresMissing("PostgreSQL refuses to run as root, and there is no other user to run it as")
