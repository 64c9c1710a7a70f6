"""Seals the providers' secrets with a key made from CAMPANA_SECRET_KEY. Knows nothing of senders or
databases."""

import base64
import json
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campana.domain.errors import ConfigurationError

SHORTEST_KEY = 32
"""characters; the setting is a random text made by a program, not a password that a person thinks of"""
_PURPOSE = b"campana vault 1"


class FernetVault:
    """Seals with the present key and unseals with that or a former one, so that the setting can be
    rotated."""

    def __init__(self, secret_key: str, *, former_keys: Sequence[str] = ()) -> None:
        """Raises ConfigurationError for a key too short to protect anything."""
        self._fernet = MultiFernet([_fernet(key) for key in (secret_key, *former_keys)])

    def seal(self, secrets: Mapping[str, str]) -> str:
        """An opaque text that only `unseal` with the same key can read."""
        return self._fernet.encrypt(json.dumps(dict(secrets)).encode()).decode("ascii")

    def unseal(self, sealed: str) -> dict[str, str]:
        """The secrets. Raises ConfigurationError when they were sealed with another key, or changed since."""
        try:
            opened = self._fernet.decrypt(sealed.encode())
        except InvalidToken:
            raise ConfigurationError(
                "the stored credentials cannot be read: CAMPANA_SECRET_KEY is not the one that sealed them; "
                "set the former key again, or give the sender its credentials anew"
            ) from None
        secrets: dict[str, str] = json.loads(opened)
        return secrets


def _fernet(secret_key: str) -> Fernet:
    if len(secret_key) < SHORTEST_KEY:
        raise ConfigurationError(
            f"CAMPANA_SECRET_KEY is too short; it needs {SHORTEST_KEY} characters or more"
        )
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
