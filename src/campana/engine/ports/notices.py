"""Notices: addresses, what each was told, and the way out to services."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from campana.domain.notices import NoticeAddress, Told


class Notices(Protocol):
    """Addresses that are told when something is wrong, each with what it was told."""

    async def add_notice_address(self, address: NoticeAddress) -> None: ...

    async def switch_notice_address(self, account_id: UUID, address_id: UUID, *, enabled: bool) -> bool:
        """On or off, with nothing told yet and no reason; whether it was there."""

    async def drop_notice_address(self, account_id: UUID, address_id: UUID) -> bool:
        """Remove it; whether it was there."""

    async def notice_addresses(self, account_id: UUID) -> Sequence[tuple[NoticeAddress, Told]]:
        """All of the account, the oldest first."""

    async def notice_addresses_on(self) -> Sequence[tuple[NoticeAddress, Told]]:
        """Those of every account that are on."""

    async def keep_told(self, address_id: UUID, was: Told, told: Told) -> bool:
        """Put `told` in the place of what an address that is on was told, if that is `was`; whether it
        did."""


class Notifier(Protocol):
    """The way out to addresses of services, as Apprise writes them. They are our users', who may name any:
    never into our own network, unless this installation allows it."""

    async def refusal(self, url: str) -> str | None:
        """Why no notice can go to that address; None when one can."""

    async def notify(self, url: str, title: str, text: str) -> str | None:
        """One try: what went wrong, None when the service took it. Never raises for anything the network or
        the service does, and never tells a part of the address."""
