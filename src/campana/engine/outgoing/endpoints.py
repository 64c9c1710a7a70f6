"""Endpoints as owners look after them: made, changed, switched, their secret shown once, their log read."""

import base64
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Detail, Subject
from campana.domain.endpoints import SECRET_PREFIX, Delivery, DeliveryStatus, Endpoint, EventType, News
from campana.domain.errors import ConfigurationError, Conflict, InvalidInput, NotFound
from campana.domain.permissions import Action, permit
from campana.domain.times import iso
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.outgoing.checks import checked
from campana.engine.ports import Clock, Page, Poster, Store, Vault

log = structlog.get_logger(__name__)

MOST_ENDPOINTS = 10
"""of an account"""
FORMER_SIGNS = timedelta(days=1)
"""how long the former secret signs beside a new one: time to change it at the other end"""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint with the secret that it was just given; nobody is shown it again."""

    endpoint: Endpoint
    secret: str = field(repr=False)


class Endpoints:
    """Owners alone may see and change them."""

    def __init__(self, store: Store, vault: Vault, poster: Poster, audit: Audit, *, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._poster = poster
        self._audit = audit
        self._clock = clock

    async def find(self, principal: Principal) -> Sequence[Endpoint]:
        """All of the account, the oldest first."""
        permit(principal, Action.WEBHOOKS)
        return await self._store.endpoints([principal.account_id])

    async def get(self, principal: Principal, endpoint_id: UUID) -> Endpoint:
        """One of the account. Raises NotFound."""
        permit(principal, Action.WEBHOOKS)
        endpoint = await self._store.endpoint(principal.account_id, endpoint_id)
        if endpoint is None:
            raise NotFound("there is no such endpoint")
        return endpoint

    async def create(self, principal: Principal, url: str, events: Collection[str]) -> NewSecret:
        """A new one, switched on. Raises InvalidInput, Conflict when there are too many."""
        permit(principal, Action.WEBHOOKS)
        address, wanted = await self._checked(url, events)
        if len(await self._store.endpoints([principal.account_id])) >= MOST_ENDPOINTS:
            raise Conflict(f"the account has {MOST_ENDPOINTS} endpoints, the most there can be; delete one")
        secret = _new_secret()
        sealed = self._vault.seal({"secret": secret})
        endpoint = Endpoint(
            new_id(), principal.account_id, address, wanted, sealed, created_at=self._clock.now()
        )
        await self._store.add_endpoint(endpoint)
        await self._note(principal, AuditAction.ENDPOINT_ADDED, endpoint)
        return NewSecret(endpoint, secret)

    async def change(
        self,
        principal: Principal,
        endpoint_id: UUID,
        *,
        url: str | None = None,
        events: Collection[str] | None = None,
        enabled: bool | None = None,
    ) -> Endpoint:
        """What is named changes; switched on again it starts anew. Raises InvalidInput, NotFound."""
        endpoint = await self.get(principal, endpoint_id)
        if url is not None or events is not None:
            wanted = events if events is not None else endpoint.events
            address, chosen = await self._checked(endpoint.url if url is None else url, wanted)
            endpoint = replace(endpoint, url=address, events=chosen)
        if enabled is not None:
            endpoint = replace(
                endpoint, enabled=enabled, off_reason="", failures=0, failing_since=None, rests_until=None
            )
        await self._store.save_endpoint(endpoint)
        await self._note(principal, AuditAction.ENDPOINT_CHANGED, endpoint)
        return endpoint

    async def rotate(self, principal: Principal, endpoint_id: UUID) -> NewSecret:
        """A new secret; posts are signed with the former one too for another day. Raises NotFound."""
        endpoint = await self.get(principal, endpoint_id)
        secret = _new_secret()
        sealed = {"secret": secret}
        try:
            sealed["former"] = self._vault.unseal(endpoint.sealed)["secret"]
            sealed["former_until"] = iso(self._clock.now() + FORMER_SIGNS)
        except ConfigurationError:
            pass  # sealed with a key that is gone: there is no former secret to go on with
        endpoint = replace(endpoint, sealed=self._vault.seal(sealed))
        await self._store.save_endpoint(endpoint)
        await self._note(principal, AuditAction.ENDPOINT_ROTATED, endpoint)
        return NewSecret(endpoint, secret)

    async def delete(self, principal: Principal, endpoint_id: UUID) -> None:
        """Remove it with its log. Raises NotFound."""
        endpoint = await self.get(principal, endpoint_id)
        await self._store.drop_endpoint(principal.account_id, endpoint_id)
        await self._note(principal, AuditAction.ENDPOINT_DELETED, endpoint)

    async def test(self, principal: Principal, endpoint_id: UUID) -> Delivery:
        """Queue a post with a test event. Raises NotFound; Conflict for one that is off."""
        endpoint = await self.get(principal, endpoint_id)
        if not endpoint.enabled:
            raise Conflict("the endpoint is off; switch it on first")
        now = self._clock.now()
        news = (News(EventType.TEST, now),)
        delivery = Delivery(new_id(), principal.account_id, endpoint_id, now, news)
        await self._store.add_delivery(delivery)
        await self._note(principal, AuditAction.ENDPOINT_TESTED, endpoint)
        return delivery

    async def deliveries(
        self, principal: Principal, endpoint_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[Delivery]:
        """Its log, newest first. Raises NotFound."""
        await self.get(principal, endpoint_id)
        return await self._store.deliveries(principal.account_id, endpoint_id, limit=limit, cursor=cursor)

    async def deliver_again(self, principal: Principal, delivery_id: UUID) -> Delivery:
        """Post it once more, under the same id. Raises NotFound; Conflict for one that waits anyway."""
        permit(principal, Action.WEBHOOKS)
        delivery = await self._store.delivery(principal.account_id, delivery_id)
        if delivery is None:
            raise NotFound("there is no such delivery")
        if not await self._store.deliver_again(principal.account_id, delivery_id):
            raise Conflict("the delivery is waiting to be posted already")
        details = {"delivery": str(delivery_id)}
        subject = Subject("endpoint", delivery.endpoint_id)
        await self._audit.note(principal, AuditAction.ENDPOINT_REDELIVERED, subject, details)
        return replace(delivery, status=DeliveryStatus.WAITING, tries=0)

    async def _checked(self, url: str, events: Collection[str]) -> tuple[str, frozenset[EventType]]:
        address, wanted = checked(url, events)
        if (refusal := await self._poster.refusal(address)) is not None:
            raise InvalidInput.of("url", refusal)
        return address, wanted

    async def _note(self, principal: Principal, action: AuditAction, endpoint: Endpoint) -> None:
        details: dict[str, Detail] = {
            "events": ", ".join(sorted(endpoint.events)),
            "enabled": endpoint.enabled,
        }
        subject = Subject("endpoint", endpoint.id, host_of(endpoint.url))
        await self._audit.note(principal, action, subject, details)
        log.info(action.value, endpoint=str(endpoint.id), user=str(principal.user_id))


def signing_secrets(sealed: Mapping[str, str], now: datetime) -> list[str]:
    """The secrets that a post is signed with now, the present one first."""
    found = [sealed["secret"]]
    if "former" in sealed and now < datetime.fromisoformat(sealed["former_until"]):
        found.append(sealed["former"])
    return found


def host_of(url: str) -> str:
    """What may be said of an address where others read along: paths and queries may hold secrets."""
    return urlsplit(url).netloc


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
