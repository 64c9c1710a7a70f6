"""Makes posts of what happened, and delivers them: one endpoint's one after the other, endpoints side by
side. At least once each: a process that dies between an answer and its record leaves the post to be repeated
under the same id."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from campana.domain.endpoints import (
    MOST_TRIES,
    OFF_AFTER,
    Delivery,
    DeliveryStatus,
    Endpoint,
    News,
    packed,
    pause_after,
    signature,
)
from campana.domain.errors import ConfigurationError, StoreUnavailable
from campana.domain.masking import mask_phones
from campana.engine.ids import new_id
from campana.engine.inbox.duty import Duty
from campana.engine.outgoing.bodies import body_of
from campana.engine.outgoing.endpoints import signing_secrets
from campana.engine.ports import Clock, Posted, Poster, Store, Vault
from campana.engine.service import Service

log = structlog.get_logger(__name__)

NEWS_AT_ONCE = 1000
LOOK_S = 0.5
"""how often is looked for news; also what news of a busy campaign is gathered for"""
CLEAN_EVERY_S = 3600.0
AGENT = "Campana-Webhooks/1"


class Courier(Service):
    """One process does it for all; `keep` is for how long posts stand in the log."""

    name = "webhooks"

    def __init__(
        self, store: Store, vault: Vault, poster: Poster, duty: Duty, *, clock: Clock, keep: timedelta
    ) -> None:
        super().__init__(clock)
        self._store = store
        self._vault = vault
        self._poster = poster
        self._duty = duty
        self._keep = keep
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._cleaned_at = float("-inf")

    async def tick(self) -> None:
        """Make posts of all news, see to endpoints with something due, and wait a moment."""
        if await self._duty.held():
            while await self._gather():
                pass
            self._reap()
            for endpoint in await self._store.due_endpoints(self.clock.now()):
                if endpoint.id not in self._busy:
                    self._busy[endpoint.id] = asyncio.create_task(self._empty(endpoint))
            await self._clean()
        await self.clock.sleep(LOOK_S)

    async def close(self) -> None:
        """Posts under way are broken off; they will be repeated."""
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)
        await self._duty.leave()

    async def _gather(self) -> bool:
        """Make posts of some news; whether there may be more."""
        found = await self._store.kept_news(limit=NEWS_AT_ONCE)
        if not found:
            return False
        by_account: dict[UUID, list[News]] = defaultdict(list)
        for one in found:
            by_account[one.account_id].append(one.news)
        made: list[Delivery] = []
        for endpoint in await self._store.endpoints(list(by_account)):
            wanted = [one for one in by_account[endpoint.account_id] if one.type in endpoint.events]
            made += self._posts(endpoint, wanted) if endpoint.enabled else []
        await self._store.pack([one.id for one in found], made)
        return len(found) == NEWS_AT_ONCE

    def _posts(self, endpoint: Endpoint, news: Sequence[News]) -> list[Delivery]:
        now = self.clock.now()
        return [
            Delivery(new_id(), endpoint.account_id, endpoint.id, now, portion) for portion in packed(news)
        ]

    def _reap(self) -> None:
        """Raises what ended the work for an endpoint, but for a database that was away."""
        for endpoint_id, task in list(self._busy.items()):
            if task.done():
                del self._busy[endpoint_id]
                error = task.exception()
                if error is not None and not isinstance(error, StoreUnavailable):
                    raise error

    async def _empty(self, endpoint: Endpoint) -> None:
        """Post what waits, the oldest first, until a post fails or nothing is left."""
        while (delivery := await self._store.next_delivery(endpoint.id)) is not None:
            posted = await self._post(endpoint, delivery)
            after, endpoint = self._told(endpoint, delivery, posted)
            if not await self._store.tried(delivery, after, endpoint) or not posted.taken:
                return

    async def _post(self, endpoint: Endpoint, delivery: Delivery) -> Posted:
        try:
            secrets = signing_secrets(self._vault.unseal(endpoint.sealed), self.clock.now())
        except ConfigurationError:
            return Posted(None, 0, "the endpoint's secret cannot be read any more; make a new one")
        body = await body_of(delivery, self._store)
        at = int(self.clock.now().timestamp())
        signed = " ".join(signature(secret, str(delivery.id), at, body) for secret in secrets)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "webhook-id": str(delivery.id),
            "webhook-timestamp": str(at),
            "webhook-signature": signed,
        }
        return await self._poster.post(endpoint.url, body, headers)

    def _told(self, endpoint: Endpoint, delivery: Delivery, posted: Posted) -> tuple[Delivery, Endpoint]:
        """Both as they stand after the try."""
        now = self.clock.now()
        delivery = replace(
            delivery,
            tries=delivery.tries + 1,
            tried_at=now,
            answered=posted.answered,
            took_ms=posted.took_ms,
            said=mask_phones(posted.said),
        )
        if posted.taken:
            delivery = replace(delivery, status=DeliveryStatus.DELIVERED)
            return delivery, replace(endpoint, failures=0, failing_since=None, rests_until=None)
        if delivery.tries >= MOST_TRIES:
            delivery = replace(delivery, status=DeliveryStatus.GAVE_UP)
        return delivery, _failing(endpoint, now)

    async def _clean(self) -> None:
        if self.clock.monotonic() - self._cleaned_at > CLEAN_EVERY_S:
            await self._store.drop_deliveries(self.clock.now() - self._keep)
            self._cleaned_at = self.clock.monotonic()


def _failing(endpoint: Endpoint, now: datetime) -> Endpoint:
    """After one more failed try: it rests, and is switched off when nothing went for too long."""
    failures, since = endpoint.failures + 1, endpoint.failing_since or now
    endpoint = replace(
        endpoint, failures=failures, failing_since=since, rests_until=now + pause_after(failures)
    )
    if now - since < OFF_AFTER:
        return endpoint
    log.warning("endpoint.switched_off", endpoint=str(endpoint.id), failures=failures)
    return replace(
        endpoint, enabled=False, off_reason=f"nothing could be delivered since {since:%Y-%m-%d %H:%M} UTC"
    )
