"""Recognises numbers that were erased, by keyed hashes; the keys are sealed like other secrets."""

import secrets
from uuid import UUID

from campana.domain.errors import ConfigurationError
from campana.domain.privacy import ErasedNumbers, digest_of
from campana.engine.ports import Privacy, Vault

_BYTES = 32


class Memory:
    """Each account has a key of its own, made with its first erasure."""

    def __init__(self, store: Privacy, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    async def of(self, account_id: UUID) -> ErasedNumbers:
        """Raises ConfigurationError where the key cannot be opened: nobody is taken for a stranger then."""
        digests = await self._store.erased(account_id)
        sealed = await self._store.privacy_key(account_id) if digests else None
        return ErasedNumbers(self._opened(sealed), digests) if sealed else ErasedNumbers()

    async def digest(self, account_id: UUID, phone: str) -> str:
        """The number's keyed hash. Raises ConfigurationError."""
        sealed = await self._store.privacy_key(account_id)
        if sealed is None:
            new = self._vault.seal({"key": secrets.token_hex(_BYTES)})
            sealed = await self._store.keep_privacy_key(account_id, new)
        return digest_of(phone, self._opened(sealed))

    def _opened(self, sealed: str) -> bytes:
        try:
            return bytes.fromhex(self._vault.unseal(sealed)["key"])
        except ConfigurationError:
            raise ConfigurationError(
                "the numbers that were erased cannot be recognised: the secret key is not the one that "
                "sealed theirs; set the former key again, or give them up: campana privacy forget-erased"
            ) from None
