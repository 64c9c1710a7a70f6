"""What people answered to campaigns, for people to read."""

from collections.abc import AsyncIterator
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, subject_of
from campana.domain.campaigns import Campaign
from campana.domain.errors import NotFound
from campana.domain.permissions import Action, permit
from campana.domain.replies import KeptReply, ReplyCounts
from campana.engine.audit import Audit
from campana.engine.ports import Page, Store
from campana.engine.tables import csv_text, safe

EXPORTED_AT_ONCE = 1000
COLUMNS = ("at", "phone", "name", "text", "is_button", "wish")


class Replies:
    """The account's replies."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit

    async def find(
        self, principal: Principal, campaign_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[KeptReply]:
        """A campaign's, newest first. Raises NotFound."""
        await self._check(principal, campaign_id)
        return await self._store.replies(principal.account_id, campaign_id, limit=limit, cursor=cursor)

    async def counts(self, principal: Principal, campaign_id: UUID) -> ReplyCounts:
        """How many a campaign got. Raises NotFound."""
        await self._check(principal, campaign_id)
        return (await self._store.reply_counts([campaign_id])).get(campaign_id, ReplyCounts())

    async def csv(self, principal: Principal, campaign_id: UUID) -> AsyncIterator[bytes]:
        """A campaign's as a CSV file, piece by piece. Raises NotFound before the first piece."""
        campaign = await self._check(principal, campaign_id)
        await self._audit.note(principal, AuditAction.REPLIES_EXPORTED, subject_of(campaign))
        return self._csv(principal.account_id, campaign_id)

    async def _csv(self, account_id: UUID, campaign_id: UUID) -> AsyncIterator[bytes]:
        yield csv_text([COLUMNS], first=True).encode()
        cursor: str | None = None
        while True:
            page = await self._store.replies(account_id, campaign_id, limit=EXPORTED_AT_ONCE, cursor=cursor)
            yield csv_text(map(_line, page.items)).encode()
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _check(self, principal: Principal, campaign_id: UUID) -> Campaign:
        permit(principal, Action.READ)
        view = await self._store.campaign(principal.account_id, campaign_id)
        if view is None:
            raise NotFound("there is no such campaign")
        return view.campaign


def _line(reply: KeptReply) -> tuple[str | float | None, ...]:
    moment = reply.at.isoformat(timespec="seconds").replace("+00:00", "Z")
    button, wish = ("yes" if reply.is_button else "no"), (reply.wish or "")
    return (moment, reply.phone, safe(reply.name), safe(reply.text), button, wish)
