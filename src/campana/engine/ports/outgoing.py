"""Outgoing webhooks: endpoints, what is to be told them, the posts made of it; and the way out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.endpoints import Delivery, Endpoint, News
from campana.domain.messages import Message
from campana.engine.ports.pages import Page


@dataclass(frozen=True, slots=True)
class KeptNews:
    """News of an account that no post was made of yet."""

    id: int
    account_id: UUID
    news: News


class Outgoing(Protocol):
    """What a verb of the Ledger does to campaigns and messages of an account with an endpoint that is on, it
    keeps as news in the same transaction. Tests are not told of."""

    async def add_endpoint(self, endpoint: Endpoint) -> None: ...

    async def save_endpoint(self, endpoint: Endpoint) -> None:
        """Replace all but its account and when it was made. Raises NotFound."""

    async def drop_endpoint(self, account_id: UUID, endpoint_id: UUID) -> bool:
        """Remove it with its deliveries; whether it was there."""

    async def endpoint(self, account_id: UUID, endpoint_id: UUID) -> Endpoint | None: ...
    async def endpoints(self, account_ids: Collection[UUID]) -> Sequence[Endpoint]:
        """All of these accounts, the oldest first."""

    async def kept_news(self, *, limit: int) -> Sequence[KeptNews]:
        """What waits for a post, in the order in which it was kept."""

    async def pack(self, news_ids: Collection[int], deliveries: Sequence[Delivery]) -> bool:
        """Put deliveries in the place of news, all at once; False when any of the news was gone already."""

    async def add_delivery(self, delivery: Delivery) -> None: ...

    async def due_endpoints(self, now: datetime) -> Sequence[Endpoint]:
        """Endpoints that are on, do not rest, and have something waiting."""

    async def next_delivery(self, endpoint_id: UUID) -> Delivery | None:
        """The oldest one that waits."""

    async def tried(self, was: Delivery, delivery: Delivery, endpoint: Endpoint) -> bool:
        """Keep how a try went, if the delivery still waits with as many tries; whether it did.

        Of the endpoint only what the try changed is kept: failures, rest, and whether it was switched off.
        """

    async def delivery(self, account_id: UUID, delivery_id: UUID) -> Delivery | None: ...
    async def deliveries(
        self, account_id: UUID, endpoint_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[Delivery]:
        """Newest first."""

    async def deliver_again(self, account_id: UUID, delivery_id: UUID) -> bool:
        """Let one that does not wait wait again, with no tries yet; whether there was one."""

    async def drop_deliveries(self, before: datetime) -> int:
        """Forget those made before then; how many."""

    async def messages_in(self, campaign_id: UUID, rows: Collection[int]) -> Mapping[int, Message]:
        """The campaign's messages in these rows, by row; without their values."""


@dataclass(frozen=True, slots=True)
class Posted:
    """How a post went: the HTTP status, None where nothing answered, and how the answer began or what went
    wrong."""

    answered: int | None
    took_ms: int
    said: str = field(default="", repr=False)

    @property
    def taken(self) -> bool:
        """Whether the endpoint said that it has it."""
        return self.answered is not None and 200 <= self.answered < 300


class Poster(Protocol):
    """The way to endpoints of our users, who may name any address: never to our own network, unless this
    installation allows it."""

    async def refusal(self, url: str) -> str | None:
        """Why nothing is posted to that address, as it resolves now; None when it is all right."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """One try. Follows no redirect, checks the address it connects to, reads little of the answer. Never
        raises for anything the network or the endpoint does."""
