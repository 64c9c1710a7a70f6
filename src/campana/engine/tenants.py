"""What a platform administrator does for accounts: makes them, sets ceilings, suspends them, and sees how
much they send. Never whom they write to, nor credentials, unless the account lets administrators in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog

from campana.domain.accounts import Account, Principal, Role, Scope
from campana.domain.audit import AuditAction, AuditEntry, Detail, subject_of
from campana.domain.campaigns import CampaignStatus
from campana.domain.errors import Conflict, FieldProblem, Forbidden, InvalidInput, NotFound
from campana.domain.permissions import Action, permit
from campana.domain.sign_in import Purpose
from campana.engine.accounts import is_email
from campana.engine.audit import Audit, changes
from campana.engine.ids import new_id
from campana.engine.people.invitations import Invitations
from campana.engine.people.links import Handed
from campana.engine.ports import AccountUsage, AuditQuery, Clock, Page, Store
from campana.engine.requests import UNSET, Unset
from campana.engine.sender_rules import HIGHEST_DAILY_LIMIT, HIGHEST_RATE_PER_S
from campana.engine.sending.halting import suspended_text
from campana.engine.signals import Signals

log = structlog.get_logger(__name__)

LONGEST_NAME = 120
LONGEST_REASON = 500
_RUNNING = frozenset({CampaignStatus.SCHEDULED, CampaignStatus.PROCESSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequest:
    """What to set of an account. A ceiling of None takes it away; what is UNSET stays."""

    name: str | Unset = UNSET
    rate_limit_per_s: float | Unset | None = UNSET
    daily_limit: int | Unset | None = UNSET

    def over(self, account: Account) -> Account:
        """The account with what is given in its place."""
        named = {name: getattr(self, name) for name in ("name", "rate_limit_per_s", "daily_limit")}
        if isinstance(named["name"], str):
            named["name"] = named["name"].strip()
        return replace(account, **{name: value for name, value in named.items() if value is not UNSET})


@dataclass(frozen=True, slots=True)
class Inside:
    """An administrator who looks at an account: as whom, and at which."""

    viewer: Principal
    account: Account


class Tenants:
    """For principals that are platform administrators; everybody else gets Forbidden."""

    def __init__(
        self, store: Store, audit: Audit, invitations: Invitations, *, clock: Clock, signals: Signals
    ) -> None:
        self._store = store
        self._audit = audit
        self._invitations = invitations
        self._clock = clock
        self._signals = signals

    async def find(self, principal: Principal) -> Sequence[Account]:
        """Every account of this installation, newest first."""
        permit(principal, Action.ADMIN)
        return await self._store.accounts()

    async def get(self, principal: Principal, account_id: UUID) -> Account:
        """Raises NotFound."""
        permit(principal, Action.ADMIN)
        return _there(await self._store.account(account_id))

    async def create(
        self, principal: Principal, request: AccountRequest, owner_email: str = ""
    ) -> tuple[Account, Handed | None]:
        """A new account, with nobody in it yet; with an address, an invitation of its first owner as well.
        Raises InvalidInput; Conflict when the name is taken."""
        permit(principal, Action.ADMIN)
        _check(replace(request, name=request.name if isinstance(request.name, str) else ""), owner_email)
        account = request.over(Account(id=new_id(), name="", created_at=self._clock.now()))
        await self._store.add_account(account)
        log.info("account.added", account=str(account.id))
        await self._note(principal, AuditAction.ACCOUNT_ADDED, account, _ceilings(account))
        if not owner_email:
            return account, None
        return account, await self.invite_owner(principal, account.id, owner_email)

    async def invite_owner(self, principal: Principal, account_id: UUID, email: str) -> Handed:
        """Invite the first owner of an account; an invitation from before is worthless then. Raises NotFound,
        InvalidInput; Conflict where there is an owner, for that would be a way into others' accounts."""
        account = await self.get(principal, account_id)
        if not is_email(email):
            raise InvalidInput.of("owner_email", "is not an e-mail address")
        if await self.has_owner(principal, account_id):
            raise Conflict(f"{account.name} has an owner already, who invites whom they want")
        for link in await self._store.links(account_id, Purpose.INVITATION):
            await self._invitations.withdraw(principal, account_id, link.id)
        _, handed = await self._invitations.make(principal, account_id, email, Role.OWNER)
        return handed

    async def has_owner(self, principal: Principal, account_id: UUID) -> bool:
        """Whether somebody looks after the account."""
        permit(principal, Action.ADMIN)
        return any(user.role is Role.OWNER for user in await self._store.users(account_id))

    async def change(self, principal: Principal, account_id: UUID, request: AccountRequest) -> Account:
        """Set name and ceilings; running campaigns go by new ceilings within a second. Raises NotFound,
        InvalidInput; Conflict when the name is taken."""
        permit(principal, Action.ADMIN)
        _check(request)
        before = await self.get(principal, account_id)
        after = _there(await self._store.change_account(account_id, request.over))
        self._signals.ring()
        was, now = ({"name": one.name, **_ceilings(one)} for one in (before, after))
        if told := changes(was, now):
            await self._note(principal, AuditAction.ACCOUNT_CHANGED, after, told)
        return after

    async def suspend(self, principal: Principal, account_id: UUID, reason: str) -> Account:
        """From now on nothing of the account is sent: what runs or is scheduled pauses at once, with the
        reason. Raises NotFound, InvalidInput; Conflict for the administrator's own account."""
        permit(principal, Action.ADMIN)
        if account_id == principal.account_id:
            raise Conflict("this is your own account; suspending it would lock you out of sending")
        if not 1 <= len(reason.strip()) <= LONGEST_REASON:
            raise InvalidInput.of("reason", f"say why, in 1 to {LONGEST_REASON} characters")
        now = self._clock.now()
        account = _there(
            await self._store.change_account(
                account_id,
                lambda there: replace(
                    there, suspended_at=there.suspended_at or now, suspension_reason=reason.strip()
                ),
            )
        )
        log.warning("account.suspended", account=str(account_id), by=str(principal.user_id))
        await self._note(principal, AuditAction.ACCOUNT_SUSPENDED, account, {"reason": reason.strip()})
        # A lane that began a moment ago sees the suspension at its next look, and stops by itself.
        await self._pause_all(principal, account)
        return account

    async def reinstate(self, principal: Principal, account_id: UUID) -> Account:
        """Let the account send again; its campaigns stay paused until somebody of it resumes them."""
        permit(principal, Action.ADMIN)
        before = await self.get(principal, account_id)
        account = _there(
            await self._store.change_account(
                account_id, lambda there: replace(there, suspended_at=None, suspension_reason="")
            )
        )
        if before.suspended:
            log.info("account.reinstated", account=str(account_id), by=str(principal.user_id))
            await self._note(principal, AuditAction.ACCOUNT_REINSTATED, account)
        return account

    async def usage(self, principal: Principal, account_id: UUID, *, days: int) -> AccountUsage:
        """How much the account did in the last `days` days, today included. Raises NotFound."""
        await self.get(principal, account_id)
        since = self._clock.now().date() - timedelta(days=days - 1)
        return await self._store.account_usage(account_id, since)

    async def trail(
        self, principal: Principal, query: AuditQuery, *, limit: int, cursor: str | None
    ) -> Page[AuditEntry]:
        """Entries that stand in no account's trail: the installation's own."""
        permit(principal, Action.ADMIN)
        return await self._store.audit_entries(None, query, limit=limit, cursor=cursor)

    async def enter(self, principal: Principal, account_id: UUID) -> Inside:
        """The same as `inside`, and noted in the account's trail."""
        inside = await self.inside(principal, account_id)
        await self._note(principal, AuditAction.ACCOUNT_ENTERED, inside.account)
        return inside

    async def inside(self, principal: Principal, account_id: UUID) -> Inside:
        """The administrator as a viewer of that account, who can read and do nothing else. Raises Forbidden
        where its owners do not allow that now."""
        permit(principal, Action.ADMIN)
        account = await self._store.account(account_id)
        if account is None or not account.lets_admins_in(self._clock.now()):
            raise Forbidden("the account does not let administrators in; one of its owners can allow it")
        viewer = replace(
            principal,
            account_id=account.id,
            role=Role.VIEWER,
            admin=False,
            scopes=frozenset({Scope.READ}),
        )
        return Inside(viewer, account)

    async def _pause_all(self, principal: Principal, account: Account) -> None:
        reason = suspended_text(account)
        for campaign in await self._store.active_campaigns(account.id):
            moved = await self._store.move(
                campaign.id, CampaignStatus.PAUSED, origins=_RUNNING, at=self._clock.now(), error=reason
            )
            if moved:
                log.info("campaign.paused", campaign=str(campaign.id), user=str(principal.user_id))
                await self._audit.note(
                    principal,
                    AuditAction.CAMPAIGN_PAUSED,
                    subject_of(campaign),
                    {"reason": reason},
                    account_id=account.id,
                )
        self._signals.ring()

    async def _note(
        self,
        principal: Principal,
        action: AuditAction,
        account: Account,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        await self._audit.note(principal, action, subject_of(account), details, account_id=account.id)


def _there(account: Account | None) -> Account:
    if account is None:
        raise NotFound("there is no such account")
    return account


def _ceilings(account: Account) -> dict[str, Detail]:
    return {"rate_limit_per_s": account.rate_limit_per_s, "daily_limit": account.daily_limit}


def _check(request: AccountRequest, owner_email: str = "") -> None:
    problems = []
    if owner_email and not is_email(owner_email):
        problems.append(FieldProblem("owner_email", "is not an e-mail address"))
    if isinstance(request.name, str) and not 1 <= len(request.name.strip()) <= LONGEST_NAME:
        problems.append(FieldProblem("name", f"an account's name has 1 to {LONGEST_NAME} characters"))
    rate, daily = request.rate_limit_per_s, request.daily_limit
    if isinstance(rate, float | int) and not 0 < rate <= HIGHEST_RATE_PER_S:
        problems.append(
            FieldProblem("rate_limit_per_s", f"must be above 0 and at most {HIGHEST_RATE_PER_S:g}, or null")
        )
    if isinstance(daily, int) and not 1 <= daily <= HIGHEST_DAILY_LIMIT:
        problems.append(
            FieldProblem("daily_limit", f"must be a whole number from 1 to {HIGHEST_DAILY_LIMIT:,}, or null")
        )
    if problems:
        raise InvalidInput(problems)
