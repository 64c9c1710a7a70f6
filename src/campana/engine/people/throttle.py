"""Slowing down whoever guesses: waits that grow with each failure, by account and by address.

An attempt is counted before its outcome is known and taken back when it was right; so a thousand guesses at
once are a thousand attempts. What is counted is what was typed, whether such a user exists or not."""

import ipaddress
from datetime import timedelta

from campana.domain.errors import TooManyAttempts
from campana.engine.people.tokens import digest_of
from campana.engine.ports import Clock, SignIns

GROWING_S = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 900.0)
ACCOUNT_WAITS_S = (0.0,) * 4 + GROWING_S
ADDRESS_WAITS_S = (0.0,) * 19 + GROWING_S
"""an office shares an address: more of its people may mistype"""
FORGOTTEN_AFTER = timedelta(days=1)
IPV6_NETWORK = 64
"""one customer's share of addresses; each of them being counted alone would count nothing"""


class Throttle:
    """Counts attempts in the store, so that restarts and other processes do not forget them."""

    def __init__(self, store: SignIns, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def count(self, what: str, email: str, address: str) -> None:
        """Count an attempt at `what` (a kind of secret). Raises TooManyAttempts when it comes too early."""
        now = self._clock.now()
        for key, waits in ((_address(address), ADDRESS_WAITS_S), (_account(what, email), ACCOUNT_WAITS_S)):
            until = await self._store.count_attempt(
                key, now, waits=waits, forget_before=now - FORGOTTEN_AFTER
            )
            if until is not None:
                raise TooManyAttempts((until - now).total_seconds())

    async def right(self, what: str, email: str, address: str) -> None:
        """The attempt that was counted last was right. The address's other failures stay: its owner may sign
        in in between."""
        await self.forgive(what, email)
        await self._store.forgive_attempt(_address(address), all_of_them=False)

    async def forgive(self, what: str, email: str) -> None:
        """Forget all attempts on the account: its owner came in another way."""
        await self._store.forgive_attempt(_account(what, email), all_of_them=True)


def _account(what: str, email: str) -> str:
    return digest_of(f"{what}:{email.strip().casefold()}")


def _address(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return digest_of(f"address:{address}")
    if isinstance(found, ipaddress.IPv6Address):
        found = ipaddress.ip_network((found, IPV6_NETWORK), strict=False).network_address
    return digest_of(f"address:{found}")
