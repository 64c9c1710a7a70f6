"""The secret key and its former ones as files: made at first use, replaced so that no moment lacks a key.

A process that runs reads them again when it meets something it cannot open, and before it seals anything.
"""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from campana.domain.errors import ConfigurationError, Conflict

SHORTEST_KEY = 32
"""characters; a random text made by a program, not a password that a person thinks of"""


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(48)


class KeyFiles:
    """`secret_key` and `former_secret_keys` (one a line) in a folder, both with mode 0600.

    Raises ConfigurationError where a file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._present = folder / "secret_key"
        self._former = folder / "former_secret_keys"

    def present(self) -> str:
        """The key that seals; made where there is none yet."""
        with self._usable(self._present):
            if not self._present.exists():
                self._make()
            key = self._present.read_text().strip()
        if len(key) < SHORTEST_KEY:
            raise ConfigurationError(
                f"{self._present} does not hold a key. Restore it from a backup, or set CAMPANA_SECRET_KEY."
            )
        return key

    def former(self) -> Sequence[str]:
        """Keys that still open what they sealed; none unless a change of the key is under way."""
        with self._usable(self._former):
            return self._former.read_text().split() if self._former.exists() else []

    def change(self, key: str) -> None:
        """Make this the key that seals, and the present one a former one.

        The former one is written first: whenever this is cut off, both files together hold every key that
        ever sealed.
        """
        with self._usable(self._folder):
            former = dict.fromkeys((*self.former(), self.present()))
            self._replace(self._former, "\n".join(former))
            self._replace(self._present, key)

    def forget_former(self) -> None:
        """Remove the former keys: nothing is sealed with them any more."""
        with self._usable(self._former):
            self._former.unlink(missing_ok=True)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time changes keys. Raises Conflict when another one is at it."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Conflict("another `campana secret rotate` is at work; wait until it has ended") from None
        finally:
            os.close(folder)

    def _make(self) -> None:
        """Whole or not at all: another process may be starting too, and the first one's key stays."""
        draft = self._draft(self._present, new_key())
        with contextlib.suppress(FileExistsError):
            os.link(draft, self._present)
        draft.unlink()

    def _replace(self, path: Path, text: str) -> None:
        self._draft(path, text).replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _draft(self, path: Path, text: str) -> Path:
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return draft

    @contextlib.contextmanager
    def _usable(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be used: {error.strerror}.") from error
