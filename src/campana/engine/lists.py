"""Recipient lists that are there already: look at them, read their problems, delete them. Imports make new
ones."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, subject_of
from campana.domain.errors import NotFound
from campana.domain.permissions import Action, permit
from campana.domain.recipients import Recipient, RecipientList, RowProblem
from campana.engine.audit import Audit
from campana.engine.ports import CampaignView, Clock, Page, Store

log = structlog.get_logger(__name__)

PREVIEW_ROWS = 10
PROBLEMS_SHOWN = 100
"""problems in an answer; the file of problems has them all"""
CAMPAIGNS_SHOWN = 20
NEAR = 50
"""rows that are read to find the one before another, where few are missing between them"""
BATCH = 2000


@dataclass(frozen=True, slots=True)
class ListView:
    """A list with its first recipients and its first problems."""

    recipients: RecipientList
    preview: tuple[Recipient, ...]
    problems: tuple[RowProblem, ...]


class RecipientLists:
    """Reads and deletes the account's lists."""

    def __init__(self, store: Store, audit: Audit, *, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    async def get(self, principal: Principal, list_id: UUID) -> RecipientList:
        """The list. Raises NotFound."""
        permit(principal, Action.READ)
        found = await self._store.recipient_list(principal.account_id, list_id)
        if found is None:
            raise NotFound("there is no such recipient list")
        return found

    async def view(self, principal: Principal, list_id: UUID) -> ListView:
        """The list with a preview. Raises NotFound."""
        found = await self.get(principal, list_id)
        return ListView(
            recipients=found,
            preview=tuple(await self._store.recipients(list_id, limit=PREVIEW_ROWS)),
            problems=tuple(await self._store.problems(list_id, limit=PROBLEMS_SHOWN)),
        )

    async def find(
        self, principal: Principal, *, limit: int, cursor: str | None = None
    ) -> Page[RecipientList]:
        """The account's lists, newest first; recipients given inline with a campaign are not among them."""
        permit(principal, Action.READ)
        return await self._store.recipient_lists(principal.account_id, limit=limit, cursor=cursor)

    async def person(
        self, principal: Principal, list_id: UUID, *, row: int, back: bool = False
    ) -> Recipient | None:
        """The first recipient of the list at or behind a row; with `back`, the last one before it. Raises
        NotFound."""
        await self.get(principal, list_id)
        if not back:
            found = await self._store.recipients(list_id, after_row=row - 1, limit=1)
            return found[0] if found else None
        window = NEAR
        while True:
            start = max(0, row - 1 - window)
            near = await self._store.recipients(list_id, after_row=start, limit=window)
            before = [recipient for recipient in near if recipient.row < row]
            if before or start == 0:
                return before[-1] if before else None
            window *= 10

    async def uploaders(self, principal: Principal) -> Mapping[UUID, str]:
        """The e-mail addresses of the account's people, by their ids."""
        permit(principal, Action.READ)
        return {user.id: user.email for user in await self._store.users(principal.account_id)}

    async def used_by(self, principal: Principal, list_id: UUID) -> Sequence[CampaignView]:
        """The last campaigns for the list, newest first."""
        permit(principal, Action.READ)
        return await self._store.campaigns_of_list(principal.account_id, list_id, limit=CAMPAIGNS_SHOWN)

    async def delete(self, principal: Principal, list_id: UUID) -> None:
        """Remove the list and its recipients. Where campaigns used it, its numbers stay with them, and their
        messages with their states. Raises NotFound; Conflict when such a campaign is not over."""
        permit(principal, Action.UPLOAD)
        found = await self.get(principal, list_id)
        if await self._store.list_is_used(list_id):
            now = self._clock.now()
            await self._store.remove_people(principal.account_id, list_id, at=now, listed=False)
        else:
            await self._store.drop_list(principal.account_id, list_id)
        log.info("list.deleted", list=str(list_id), user=str(principal.user_id))
        await self._audit.note(
            principal, AuditAction.LIST_DELETED, subject_of(found), {"recipients": found.valid}
        )

    async def problems(self, principal: Principal, list_id: UUID) -> AsyncIterator[Sequence[RowProblem]]:
        """All problems of the list, in batches, in row order. Raises NotFound before the first batch."""
        found = await self.get(principal, list_id)
        await self._audit.note(principal, AuditAction.LIST_PROBLEMS_EXPORTED, subject_of(found))
        return self._problems(list_id)

    async def _problems(self, list_id: UUID) -> AsyncIterator[Sequence[RowProblem]]:
        after_row = 0
        while batch := await self._store.problems(list_id, after_row=after_row, limit=BATCH):
            yield batch
            after_row = batch[-1].row
