"""A server that speaks MongoDB's protocol, for tests: the one that CAMPANA_TEST_MONGODB_URL names, or one of
our own (tools/ferretdb), in a folder of its own, on a port of its own.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pymongo import MongoClient

from tests.support.children import dies_with_parent

URL = "CAMPANA_TEST_MONGODB_URL"
PATIENCE_S = 10.0
_PROGRAM = Path(sys.executable).parent / "ferretdb"


class MongoMissing(Exception):
    """There is no such server on this machine."""


class MongoServer:
    """One server. `start` before anything else; `destroy` at the end. One that a URL names is left as it is,
    but for the databases made on it."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.named = os.environ.get(URL, "")
        if not self.named and not _PROGRAM.exists():
            raise MongoMissing(f"no MongoDB: tools/ferretdb.sh builds a stand-in, or name a server in {URL}")
        self._folder = "" if self.named else tempfile.mkdtemp(prefix="campana-mongodb-")
        self._process: subprocess.Popen[str] | None = None
        self._address = f"{address}:0"
        self._numbers = count(1)
        self._made: set[str] = set()

    def start(self) -> None:
        """Run the server; returns when it listens, on the same port as before where it ran already."""
        if self.named:
            return
        self._process = subprocess.Popen(
            [_PROGRAM, self._address, self._folder],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"GOGC": "400"},  # looks for garbage less often: a sixth of its time
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509
        )
        assert self._process.stdout is not None
        self._address = self._process.stdout.readline().strip()
        assert self._address, "the server did not start"

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def destroy(self) -> None:
        """End it and remove all of it; of one that a URL names only the databases made here."""
        if self.named:
            with MongoClient[dict[str, object]](self.named) as client:
                for name in self._made:
                    client.drop_database(name)
        self.stop()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """How Campana is told to use a database of this server."""
        parts = urlsplit(self.named or f"mongodb://{self._address}/")
        return urlunsplit(parts._replace(path=f"/{database}"))

    def new_name(self) -> str:
        """A name that no database has yet."""
        name = f"campana_test_{os.getpid()}_{next(self._numbers)}"
        self._made.add(name)
        return name

    def empty(self, database: str) -> None:
        """Remove all but its form from a database."""
        with MongoClient[dict[str, object]](self.url(database)) as client:
            for name in client[database].list_collection_names():
                if name != "meta":
                    client[database][name].delete_many({})
