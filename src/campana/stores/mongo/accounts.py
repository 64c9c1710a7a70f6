"""Accounts, as they are made and as whoever runs the installation looks after them."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignKind, CampaignStatus
from campana.domain.errors import Conflict
from campana.engine.ports import AccountUsage
from campana.stores.mongo.account_journal import AccountEntry
from campana.stores.mongo.cursors import NEWEST_FIRST
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, key_of, thing_of, update_of
from campana.stores.mongo.failures import Duplicate
from campana.stores.mongo.part import Part
from campana.stores.mongo.views import campaign_of

_ACTIVE = [CampaignStatus.SCHEDULED.value, CampaignStatus.PROCESSING.value]


class Accounts(Part):
    """See People and Tenants. Names are the same in any case."""

    async def add_account(self, account: Account) -> None:
        document = document_of(account, name_key=key_of(account.name), seq=0, opt_outs=0)
        try:
            await self._database["accounts"].add(document)
        except Duplicate:
            raise _taken(account) from None

    async def accounts(self) -> Sequence[Account]:
        found = await self._database["accounts"].find_all({}, order=NEWEST_FIRST)
        return [account_of(one) for one in found]

    async def account_named(self, name: str) -> Account | None:
        found = await self._database["accounts"].find({"nameKey": key_of(name)})
        return None if found is None else account_of(found)

    async def account(self, account_id: UUID) -> Account | None:
        found = await self._database["accounts"].find({"_id": str(account_id)})
        return None if found is None else account_of(found)

    async def change_account(self, account_id: UUID, change: Callable[[Account], Account]) -> Account | None:
        async def decide(found: Document) -> AccountEntry[Account]:
            changed = change(account_of(found))
            key = key_of(changed.name)
            # Asked beforehand as well: FerretDB does not say of an update that it was a duplicate.
            if await self._database["accounts"].find({"nameKey": key, "_id": {"$ne": found["_id"]}}, ["_id"]):
                raise _taken(changed)
            values = {name: getattr(changed, name) for name in Account.__slots__ if name != "id"}
            return AccountEntry(changed, account=update_of(values | {"name_key": key}))

        try:
            return await self._account_journal.write(account_id, decide)
        except Duplicate:
            raise Conflict("There is an account of that name already") from None

    async def active_campaigns(self, account_id: UUID) -> Sequence[Campaign]:
        active = {"accountId": str(account_id), "opened": True, "status": {"$in": _ACTIVE}}
        return [campaign_of(one) for one in await self._database["campaigns"].find_all(active)]

    async def account_usage(self, account_id: UUID, since: date) -> AccountUsage:
        mine = {"accountId": str(account_id)}
        senders = [one["_id"] for one in await self._database["senders"].find_all(mine, ["_id"])]
        messages: dict[date, int] = {}
        for lane in await self._database["lanes"].find_all({"_id": {"$in": senders}}, ["used"]):
            for day, used in lane["used"].items():
                if day >= since.isoformat():
                    messages[date.fromisoformat(day)] = messages.get(date.fromisoformat(day), 0) + used
        bulk = mine | {"opened": True, "kind": CampaignKind.BULK.value}
        states = await self._database["campaigns"].tally("status", bulk)
        return AccountUsage(
            messages=dict(sorted(messages.items())),
            campaigns={status: states.get(status.value, 0) for status in CampaignStatus},
            senders=len(senders),
            users=await self._database["users"].count(mine),
        )


def account_of(document: Document) -> Account:
    """The account in its document."""
    return thing_of(Account, document)


def _taken(account: Account) -> Conflict:
    return Conflict(f"There is an account named {account.name!r} already")
