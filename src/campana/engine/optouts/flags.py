"""Tells the provider who opted out, so that what is sent from its own pages heeds it too.

One contact at a time, seldom, within what the host asked of everybody: campaigns need its requests more. The
queue is in the database; what fails is tried again after growing pauses, and given up after some days.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import structlog

from campana.domain.errors import ConfigurationError
from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.senders import Credentials, Sender
from campana.engine.credentials import open_credentials
from campana.engine.ports import Clock, Flag, Provider, Store, Vault
from campana.engine.sending.governor import Governor

log = structlog.get_logger(__name__)

EVERY_S = 3.0
"""seconds between two requests: a third of what the smallest known limit (60 a minute) allows"""
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=1),
)
MOST_SENDERS = 200
_FINAL = frozenset({OutcomeKind.ACCEPTED, OutcomeKind.RECIPIENT})
"""done, or refused for this contact for good"""


class Flags:
    """Works off the queue of marks, one number at a time."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        providers: Mapping[str, Provider],
        *,
        clock: Clock,
        every_s: float = EVERY_S,
    ) -> None:
        self._store = store
        self._vault = vault
        self._providers = providers
        self._clock = clock
        self._every_s = every_s
        self._governors = {
            provider.host: Governor(provider.host, store, clock) for provider in providers.values()
        }
        self._next_at = float("-inf")

    async def push(self) -> bool:
        """Tell of one number, if it is time to and one waits; whether one was told of."""
        if self._clock.monotonic() < self._next_at:
            return False
        waiting = await self._store.due_flags(self._clock.now(), limit=1)
        if not waiting:
            return False
        for governor in self._governors.values():
            await governor.share()
        await self._tell(waiting[0])
        return True

    async def _tell(self, flag: Flag) -> None:
        """At each vendor of the account; again later where one of them did not take it."""
        done = True
        for sender, credentials in await self._vendors(flag.account_id):
            done = await self._tell_one(flag, sender, credentials) and done
        retry_at = None if done or flag.attempts >= len(PAUSES) else self._clock.now() + PAUSES[flag.attempts]
        if not done and retry_at is None:
            log.warning("flag.given_up", account=str(flag.account_id), phone=flag.phone[-4:])
        await self._store.settle_flag(flag, retry_at=retry_at)

    async def _tell_one(self, flag: Flag, sender: Sender, credentials: Credentials) -> bool:
        provider = self._providers[sender.provider]
        governor = self._governors[provider.host]
        now = self._clock.monotonic()
        self._next_at = max(self._next_at, now) + self._every_s / governor.factor(now)
        if governor.hold_until > now:
            return False
        outcome = await provider.flag(credentials, flag.phone, opted_out=flag.opted_out)
        _tell_governor(governor, outcome)
        if outcome.kind not in _FINAL:
            log.info("flag.not_taken", sender=str(sender.id), code=outcome.code, attempts=flag.attempts + 1)
        return outcome.kind in _FINAL

    async def _vendors(self, account_id: UUID) -> list[tuple[Sender, Credentials]]:
        """A sender for each vendor of the account: contacts belong to the vendor."""
        page = await self._store.senders(account_id, limit=MOST_SENDERS)
        found: dict[tuple[str, str], tuple[Sender, Credentials]] = {}
        for sender in page.items:
            try:
                credentials = open_credentials(sender, self._vault)
            except ConfigurationError:
                continue
            if sender.provider in self._providers:
                found.setdefault((sender.provider, credentials.vendor_uid), (sender, credentials))
        return list(found.values())


def _tell_governor(governor: Governor, outcome: Outcome) -> None:
    if outcome.kind is OutcomeKind.THROTTLED:
        governor.throttled(outcome.hold_s, outcome.reason)
    elif outcome.hold_s:
        governor.hold(outcome.hold_s, outcome.reason or "the host's request limit is used up")
