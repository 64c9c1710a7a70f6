"""API keys of an account: owners list, make and revoke them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from campana.domain.accounts import ApiKey, Principal, Scope, User
from campana.domain.audit import AuditAction, Subject
from campana.domain.errors import Forbidden, NotFound
from campana.domain.permissions import Action, permit
from campana.engine.accounts import Accounts, NewKey
from campana.engine.audit import Audit
from campana.engine.ports import People

log = structlog.get_logger(__name__)


class Keys:
    """A key acts as its user; nobody makes one for somebody else, or one that may do more than they may."""

    def __init__(self, store: People, accounts: Accounts, audit: Audit) -> None:
        self._store = store
        self._accounts = accounts
        self._audit = audit

    async def find(self, principal: Principal) -> Sequence[tuple[ApiKey, User]]:
        """The keys of everybody in the account, newest first, with their users."""
        permit(principal, Action.KEYS)
        return await self._store.api_keys(principal.account_id)

    async def create(
        self, principal: Principal, name: str, scopes: Collection[Scope], expires_at: datetime | None
    ) -> NewKey:
        """A key of one's own; every key may read. Raises InvalidInput; Forbidden for scopes that a key which
        makes another one does not have itself."""
        permit(principal, Action.KEYS)
        wanted = frozenset({Scope.READ, *scopes})
        if not wanted <= principal.scopes:
            raise Forbidden("an API key cannot make another one that may do more than itself")
        return await self._accounts.create_api_key(
            principal.email, name, scopes=wanted, expires_at=expires_at, by=principal
        )

    async def revoke(self, principal: Principal, key_id: UUID) -> None:
        """Make a key of the account worthless. Raises NotFound."""
        permit(principal, Action.KEYS)
        known = {key.id: (key, user) for key, user in await self._store.api_keys(principal.account_id)}
        if not await self._store.drop_api_key(principal.account_id, key_id) or key_id not in known:
            raise NotFound("there is no such API key")
        log.info("api_key.revoked", key=str(key_id), by=str(principal.user_id))
        key, user = known[key_id]
        subject = Subject("api_key", key_id, key.name)
        await self._audit.note(principal, AuditAction.KEY_REVOKED, subject, {"user": user.email})
