"""Where providers post what becomes of a sender's messages: an address with a secret of 256 bits in it.

BizChat signs nothing, so the secret alone says that a post is genuine. The database has its digest, to find
the sender by, and the secret sealed, to show the address again to whoever may change the sender.
"""

import asyncio
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, subject_of
from campana.domain.errors import ConfigurationError, NotFound
from campana.domain.permissions import Action, may, permit
from campana.domain.senders import Sender, Webhook
from campana.engine.audit import Audit
from campana.engine.ports import Clock, Store, Vault

log = structlog.get_logger(__name__)

FORMER_VALID = timedelta(days=1)
"""how long the former secret is good after a new one was made: time to change it at the provider"""
FRESH_S = 2.0
"""how long a process goes by what it read: a secret made by another process is known after that"""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sender's events go. `url` is None for whoever may not change the sender."""

    url: str | None
    former_valid_until: datetime | None
    last_event_at: datetime | None


def new_webhook(sender_id: UUID, vault: Vault) -> Webhook:
    """A webhook with a secret that nobody had before."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return Webhook(sender_id, _digest(secret), vault.seal({"secret": secret}))


class Addresses:
    """Shows and rotates addresses, and finds the sender of a secret."""

    def __init__(self, store: Store, vault: Vault, audit: Audit, *, clock: Clock, public_url: str) -> None:
        self._store = store
        self._audit = audit
        self._vault = vault
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._known: dict[str, tuple[UUID, datetime | None]] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def sender_of(self, secret: str) -> UUID | None:
        """Whose secret it is. The same few steps for any secret: digest, then one look into memory."""
        if self._clock.monotonic() - self._read_at > FRESH_S:
            await self._read()
        sender_id, until = self._known.get(_digest(secret), (None, None))
        return sender_id if until is None or until > self._clock.now() else None

    async def look(self, principal: Principal, sender_id: UUID) -> Address | None:
        """The sender's address; None where it has none yet. Raises NotFound."""
        permit(principal, Action.READ)
        await self._sender(principal, sender_id)
        webhook = await self._store.webhook(sender_id)
        return None if webhook is None else self._address(principal, webhook)

    async def rotate(self, principal: Principal, sender_id: UUID) -> Address:
        """A new secret; the former one is good for another day, one before that no more. Raises NotFound."""
        permit(principal, Action.SENDERS)
        sender = await self._sender(principal, sender_id)
        former = await self._store.webhook(sender_id)
        webhook = new_webhook(sender_id, self._vault)
        if former is not None:
            until = self._clock.now() + FORMER_VALID
            webhook = replace(
                webhook,
                former_digest=former.digest,
                former_until=until,
                last_event_at=former.last_event_at,
            )
        await self._store.save_webhook(webhook)
        self._read_at = float("-inf")
        await self._audit.note(principal, AuditAction.SENDER_WEBHOOK, subject_of(sender))
        log.info("webhook.rotated", sender=str(sender_id), user=str(principal.user_id))
        return self._address(principal, webhook)

    async def _sender(self, principal: Principal, sender_id: UUID) -> Sender:
        sender = await self._store.sender(principal.account_id, sender_id)
        if sender is None:
            raise NotFound("there is no such sender")
        return sender

    def _address(self, principal: Principal, webhook: Webhook) -> Address:
        url = self._url(webhook) if may(principal, Action.SENDERS) else None
        return Address(url, webhook.former_until, webhook.last_event_at)

    def _url(self, webhook: Webhook) -> str | None:
        """None also where the secret was sealed with a key that is gone: a new one can be made."""
        try:
            secret = self._vault.unseal(webhook.sealed)["secret"]
        except ConfigurationError:
            return None
        return f"{self._public_url}/webhooks/bizchat/{secret}"

    async def _read(self) -> None:
        """All at once, however many ask meanwhile."""
        async with self._reading:
            if self._clock.monotonic() - self._read_at <= FRESH_S:
                return
            known: dict[str, tuple[UUID, datetime | None]] = {}
            for webhook in await self._store.webhooks():
                known[webhook.digest] = webhook.sender_id, None
                if webhook.former_digest is not None:
                    known[webhook.former_digest] = webhook.sender_id, webhook.former_until
            self._known, self._read_at = known, self._clock.monotonic()


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()
