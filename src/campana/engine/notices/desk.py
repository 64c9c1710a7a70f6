"""Addresses for notices as owners look after them: added, tried, switched, removed."""

import re
from collections.abc import Sequence
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Subject
from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.domain.notices import NoticeAddress, Route, Told
from campana.domain.permissions import Action, permit
from campana.engine.accounts import is_email
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.notices.letters import trial_letter
from campana.engine.notices.routes import Routes
from campana.engine.outgoing.checks import LONGEST_URL, url_problems
from campana.engine.outgoing.endpoints import host_of
from campana.engine.ports import Clock, Store

log = structlog.get_logger(__name__)

MOST_ADDRESSES = 10
"""of an account"""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)


class Notices:
    """Owners alone may see and change them."""

    def __init__(self, store: Store, routes: Routes, audit: Audit, *, clock: Clock, public_url: str) -> None:
        self._store = store
        self._routes = routes
        self._audit = audit
        self._clock = clock
        self._public_url = public_url

    async def find(self, principal: Principal) -> Sequence[tuple[NoticeAddress, Told]]:
        """All of the account, the oldest first, each with how it goes."""
        permit(principal, Action.NOTICES)
        return await self._store.notice_addresses(principal.account_id)

    async def add(self, principal: Principal, address: str, *, whole: bool = False) -> NoticeAddress:
        """A new one, switched on; `whole` takes a platform administrator. Raises InvalidInput, Conflict when
        there are too many."""
        permit(principal, Action.NOTICES)
        if whole:
            permit(principal, Action.ADMIN)
        route, address, label = read_address(address)
        if (refusal := await self._routes.refusal(route, address)) is not None:
            raise InvalidInput.of("address", refusal)
        if len(await self._store.notice_addresses(principal.account_id)) >= MOST_ADDRESSES:
            raise Conflict(f"the account has {MOST_ADDRESSES} addresses, the most there can be; remove one")
        added = NoticeAddress(
            *(new_id(), principal.account_id, route, label, whole),
            sealed=self._routes.sealed(address),
            created_at=self._clock.now(),
        )
        await self._store.add_notice_address(added)
        await self._note(principal, AuditAction.NOTICE_ADDRESS_ADDED, added)
        return added

    async def switch(self, principal: Principal, address_id: UUID, *, enabled: bool) -> None:
        """On or off; switched on it hears anew of everything that is wrong. Raises NotFound."""
        address = await self._get(principal, address_id)
        await self._store.switch_notice_address(principal.account_id, address_id, enabled=enabled)
        on, off = AuditAction.NOTICE_ADDRESS_ON, AuditAction.NOTICE_ADDRESS_OFF
        await self._note(principal, on if enabled else off, address)

    async def try_out(self, principal: Principal, address_id: UUID) -> str:
        """Send a test there, now, on or off: what went wrong, nothing where it was taken. Raises
        NotFound."""
        address = await self._get(principal, address_id)
        problem = await self._routes.deliver(address, trial_letter(self._public_url))
        await self._note(principal, AuditAction.NOTICE_ADDRESS_TESTED, address)
        return problem

    async def remove(self, principal: Principal, address_id: UUID) -> None:
        """Raises NotFound."""
        address = await self._get(principal, address_id)
        await self._store.drop_notice_address(principal.account_id, address_id)
        await self._note(principal, AuditAction.NOTICE_ADDRESS_REMOVED, address)

    async def _get(self, principal: Principal, address_id: UUID) -> NoticeAddress:
        for address, _ in await self.find(principal):
            if address.id == address_id:
                return address
        raise NotFound("there is no such address for notices")

    async def _note(self, principal: Principal, action: AuditAction, address: NoticeAddress) -> None:
        subject = Subject("notice address", address.id, address.label)
        details = {"route": address.route.value, "whole installation": address.whole}
        await self._audit.note(principal, action, subject, details)
        log.info(action.value, address=str(address.id), user=str(principal.user_id))


def read_address(text: str) -> tuple[Route, str, str]:
    """How a notice gets to what somebody wrote, the address itself, and what may be shown of it: e-mail
    addresses whole, hosts of webhooks, schemes of services. Raises InvalidInput."""
    text = text.strip()
    email = text.removeprefix("mailto:")
    if "://" not in text and is_email(email):
        return Route.MAIL, email, email
    scheme, mark, rest = text.partition("://")
    if not mark or not rest or not _SCHEME.fullmatch(scheme):
        raise InvalidInput.of(
            "address",
            "is no e-mail address, no URL and no address of Apprise; write ana@example.com, "
            "https://example.com/hook, or tgram://token/chat",
        )
    if scheme.lower() not in ("http", "https"):
        if len(text) > LONGEST_URL:
            raise InvalidInput.of("address", f"has more than {LONGEST_URL:,} characters")
        return Route.APPRISE, text, f"{scheme.lower()}://…"
    if problems := url_problems(text):
        raise InvalidInput.of("address", "; ".join(problems))
    return Route.WEBHOOK, text, host_of(text)
