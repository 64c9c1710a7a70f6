"""Senders: who a business is on WhatsApp, how fast and how much it may send, and whether its credentials
work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Detail, subject_of
from campana.domain.errors import ConfigurationError, NotFound
from campana.domain.limits import Usage, capped, day_of, resets_at
from campana.domain.outcomes import Check, CheckVerdict
from campana.domain.permissions import Action, permit
from campana.domain.senders import Credentials, Sender
from campana.engine.audit import Audit, changes
from campana.engine.credentials import open_credentials, seal_credentials
from campana.engine.ids import new_id
from campana.engine.inbox.addresses import new_webhook
from campana.engine.ports import Clock, Page, Provider, Store, Vault
from campana.engine.sender_rules import SenderPolicy, SenderRequest, check_sender
from campana.engine.signals import Signals

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a sender needs of the outside world: where secrets are sealed, and the providers there are by
    name."""

    vault: Vault
    providers: Mapping[str, Provider] = field(repr=False)


class Senders:
    """Creates, changes and checks senders, and tells how much of the day is left."""

    def __init__(
        self,
        store: Store,
        gate: Gate,
        audit: Audit,
        *,
        clock: Clock,
        signals: Signals,
        policy: SenderPolicy,
    ) -> None:
        self._store = store
        self._audit = audit
        self._vault = gate.vault
        self._providers = gate.providers
        self._clock = clock
        self._signals = signals
        self._policy = policy

    @property
    def providers(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._providers)

    def blank(self) -> SenderRequest:
        """What a new sender is like where nothing is said of it."""
        return self._policy.complete(SenderRequest())

    async def create(self, principal: Principal, request: SenderRequest) -> Sender:
        """A new sender; what the request leaves out is filled in by the policy. Raises InvalidInput,
        Conflict."""
        permit(principal, Action.SENDERS)
        policy = await self._policy_for(principal)
        request = policy.complete(request)
        checked = check_sender(request, policy, providers=self._providers, known=False)
        credentials = _merged(None, request.credentials)
        sender = Sender(
            id=new_id(),
            account_id=principal.account_id,
            sealed_credentials=seal_credentials(credentials, self._vault) if credentials else None,
            credential_hints=_hints(credentials),
            created_at=self._clock.now(),
            **checked,
        )
        await self._store.add_sender(sender)
        await self._store.save_webhook(new_webhook(sender.id, self._vault))
        log.info("sender.created", sender=str(sender.id), account=str(sender.account_id))
        await self._audit.note(
            principal,
            AuditAction.SENDER_CREATED,
            subject_of(sender),
            {"provider": sender.provider, **_limits(sender), "credentials": credentials is not None},
        )
        return sender

    async def change(self, principal: Principal, sender_id: UUID, request: SenderRequest) -> Sender:
        """Replace what the request names; lanes go by it within a second. Raises NotFound, InvalidInput,
        Conflict."""
        permit(principal, Action.SENDERS)
        sender = await self.get(principal, sender_id)
        known = self._known(sender)
        policy = await self._policy_for(principal)
        checked = check_sender(request, policy, providers=self._providers, known=known is not None)
        changed = replace(sender, **checked)
        if request.credentials is not None:
            credentials = _merged(known, request.credentials)
            changed = replace(
                changed,
                sealed_credentials=seal_credentials(credentials, self._vault) if credentials else None,
                credential_hints=_hints(credentials),
            )
        await self._store.save_sender(changed)
        self._signals.ring()
        log.info("sender.changed", sender=str(sender.id), credentials=request.credentials is not None)
        await self._note_change(principal, sender, changed)
        return changed

    async def get(self, principal: Principal, sender_id: UUID) -> Sender:
        """The sender. Raises NotFound."""
        permit(principal, Action.READ)
        sender = await self._store.sender(principal.account_id, sender_id)
        if sender is None:
            raise NotFound("there is no such sender")
        return sender

    async def find(self, principal: Principal, *, limit: int, cursor: str | None = None) -> Page[Sender]:
        """The account's senders, newest first."""
        permit(principal, Action.READ)
        return await self._store.senders(principal.account_id, limit=limit, cursor=cursor)

    async def verify(self, principal: Principal, sender_id: UUID) -> Check:
        """Ask the provider whether the credentials work, and which templates are approved."""
        permit(principal, Action.VERIFY)
        check = await self.check(await self.get(principal, sender_id))
        log.info("sender.verified", sender=str(sender_id), verdict=check.verdict.value)
        return check

    async def check(self, sender: Sender) -> Check:
        """The same for a sender that the caller already has the right to ask about."""
        provider = self._providers.get(sender.provider)
        if provider is None:
            return Check(CheckVerdict.UNREACHABLE, f"provider {sender.provider!r} is not set up here")
        try:
            credentials = open_credentials(sender, self._vault)
        except ConfigurationError as error:
            return Check(CheckVerdict.REFUSED, str(error))
        return await provider.check(credentials)

    async def usage(self, principal: Principal, sender_id: UUID) -> Usage:
        """How much of the daily limit is used and promised on the sender's present day."""
        sender = await self.get(principal, sender_id)
        return await usage_of(sender, self._store, self._clock)

    async def _policy_for(self, principal: Principal) -> SenderPolicy:
        account = await self._store.account(principal.account_id)
        return self._policy.under(account) if account else self._policy

    async def _note_change(self, principal: Principal, before: Sender, after: Sender) -> None:
        told = changes(_settings(before), _settings(after))
        if told:
            await self._audit.note(principal, AuditAction.SENDER_CHANGED, subject_of(after), told)
        if after.sealed_credentials != before.sealed_credentials:
            await self._audit.note(principal, AuditAction.SENDER_CREDENTIALS, subject_of(after))

    def _known(self, sender: Sender) -> Credentials | None:
        """The present credentials, where they can be read: an unreadable rest is replaced, not kept."""
        try:
            return open_credentials(sender, self._vault)
        except ConfigurationError:
            return None


async def usage_of(sender: Sender, store: Store, clock: Clock) -> Usage:
    """The sender's day so far, against the limit that counts."""
    account = await store.account(sender.account_id)
    day = day_of(clock.now(), sender.timezone)
    used, reserved = await store.usage(sender.id, day)
    return Usage(
        day=day,
        used=used,
        reserved=reserved,
        limit=(capped(sender, account) if account else sender).daily_limit,
        resets_at=resets_at(day, sender.timezone),
    )


def _merged(known: Credentials | None, given: Mapping[str, str] | None) -> Credentials | None:
    """What is known, with what was given laid over it; None where there is nothing of either."""
    if given is None:
        return known
    parts = {"api_token": known.api_token, "vendor_uid": known.vendor_uid} if known else {}
    parts |= {name: given[name].strip() for name in ("api_token", "vendor_uid") if name in given}
    number = given.get("from_phone_number_id", (known and known.from_phone_number_id) or "")
    return Credentials(**parts, from_phone_number_id=number.strip() or None)


def _limits(sender: Sender) -> dict[str, Detail]:
    return {"rate_limit_per_s": sender.rate_limit_per_s, "daily_limit": sender.daily_limit}


def _settings(sender: Sender) -> dict[str, Detail]:
    plain = {"name": sender.name, "provider": sender.provider, "country": sender.country}
    return {**plain, "timezone": sender.timezone.key, **_limits(sender)}


def _hints(credentials: Credentials | None) -> Mapping[str, str]:
    return credentials.hints() if credentials else {}
