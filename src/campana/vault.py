"""Seals the providers' secrets with a key made from CAMPANA_SECRET_KEY. Knows nothing of senders or
databases."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campana.domain.errors import ConfigurationError
from campana.keys import SHORTEST_KEY

_PURPOSE = "vault 1"


class FernetVault:
    """Seals with the present key and unseals with that or a former one, so that the key can be changed.

    With `reread` a change made by another process is noticed: the keys are read again before anything is
    sealed, and when something cannot be opened.
    """

    def __init__(
        self,
        secret_key: str,
        *,
        former_keys: Sequence[str] = (),
        reread: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        """Raises ConfigurationError for a key too short to protect anything."""
        self._reread = reread
        self._use((secret_key, *former_keys))

    def seal(self, secrets: Mapping[str, str]) -> str:
        """An opaque text that only `unseal` with the same key can read."""
        self._look_again()
        return self._fernet.encrypt(json.dumps(dict(secrets)).encode()).decode("ascii")

    def unseal(self, sealed: str) -> dict[str, str]:
        """The secrets. Raises ConfigurationError when they were sealed with another key, or changed since."""
        secrets: dict[str, str] = json.loads(self._open(sealed))
        return secrets

    def reseal(self, sealed: str) -> str | None:
        """The same secrets under the present key, or None where they are already. Raises ConfigurationError
        when no key opens them."""
        self._look_again()
        try:
            self._present.decrypt(sealed.encode())
        except InvalidToken:
            return self._fernet.encrypt(self._open(sealed)).decode("ascii")
        return None

    def _open(self, sealed: str) -> bytes:
        try:
            return self._fernet.decrypt(sealed.encode())
        except InvalidToken:
            self._look_again()
        try:
            return self._fernet.decrypt(sealed.encode())
        except InvalidToken:
            raise ConfigurationError(
                "the stored credentials cannot be read: CAMPANA_SECRET_KEY is not the one that sealed them; "
                "set the former key again, or give the sender its credentials anew"
            ) from None

    def _look_again(self) -> None:
        if self._reread is not None and (keys := tuple(self._reread())) != self._keys:
            self._use(keys)

    def _use(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)
        self._present = _fernet(keys[0])
        self._fernet = MultiFernet([self._present, *map(_fernet, keys[1:])])


def _fernet(secret_key: str) -> Fernet:
    if len(secret_key) < SHORTEST_KEY:
        raise ConfigurationError(
            f"CAMPANA_SECRET_KEY is too short; it needs {SHORTEST_KEY} characters or more"
        )
    return Fernet(derived_key(secret_key, _PURPOSE))


def derived_key(secret_key: str, purpose: str) -> str:
    """A key for that purpose alone: none of them tells anything of another, or of the secret key."""
    info = f"campana {purpose}".encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret_key.encode())
    return base64.urlsafe_b64encode(derived).decode()
