"""Changes of what belongs to an account: its team, who must not be messaged, what people answered. All of
them go through the account's document, one entry after the other (see entries).

Suppressions, replies and flags come and go, so nothing tells whoever carries out an entry very late that it
was done. Then a suppression may be there again that was lifted meanwhile, and a mark set that was taken away:
somebody is left alone who need not be. The other way round it cannot happen: what is lifted is named by ids.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from pymongo import UpdateOne

from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.entries import Entries

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class AccountEntry(Generic[T_co]):
    """What a verb decided: its result, what changes besides the account, and what in the account.

    `changes` has documents to add (`replies`, `suppressions`, `erasures`), ids of suppressions to remove
    (`lifted`), one to write anew (`rewritten`), wishes to queue (`flags`), and a user's id (`user`) with the
    new `role`, or none when the user goes.
    `account` is an update in the database's words, of everything but `seq` and `entry`.
    """

    result: T_co
    changes: Document | None = None
    account: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class AccountJournal:
    """Writes of what belongs to an account; processes and tasks race."""

    def __init__(self, database: Database) -> None:
        self._entries = Entries(database["accounts"], partial(_carry_out, database))

    async def write(
        self, account_id: UUID, decide: Callable[[Document], Awaitable[AccountEntry[T]]]
    ) -> T | None:
        """Carry out what `decide` makes of the account and of what it reads meanwhile; its result.

        It is asked again when something changed before its entry was written. None when there is no such
        account. What `decide` raises changes nothing.
        """
        while (account := await self._entries.look(str(account_id))) is not None:
            entry = await decide(account)
            unchanged = not entry.changes and not entry.account
            if unchanged or await self._entries.commit(account, entry.changes, entry.account):
                return entry.result
        return None

    async def finished(self, account_id: UUID) -> None:
        """Return when everything that was decided is there to be read."""
        await self._entries.look(str(account_id))

    async def catch_up(self) -> None:
        """Carry out whatever anybody left behind."""
        await self._entries.catch_up()


async def _carry_out(database: Database, seq: int, entry: Document) -> None:
    """What is lifted goes first: a number has one suppression."""
    await database["replies"].add_missing(entry.get("replies", ()))
    if lifted := entry.get("lifted"):
        await database["suppressions"].remove({"_id": {"$in": lifted}})
    await database["suppressions"].add_missing(entry.get("suppressions", ()))
    await database["erasures"].add_missing(entry.get("erasures", ()))
    if rewritten := entry.get("rewritten"):
        await database["suppressions"].change({"_id": rewritten["_id"]}, {"$set": rewritten})
    await _queue(database, [flag | {"revision": seq} for flag in entry.get("flags", ())])
    if "user" in entry:
        await _change_user(database, seq, entry["user"], entry.get("role"))


async def _queue(database: Database, flags: Sequence[Document]) -> None:
    """A newer wish takes the place of an older one."""
    await database["flags"].add_missing(flags)
    await database["flags"].change_each(
        [
            UpdateOne({"_id": flag["_id"], "revision": {"$lt": flag["revision"]}}, {"$set": flag})
            for flag in flags
        ]
    )


async def _change_user(database: Database, seq: int, user_id: str, role: str | None) -> None:
    if role is not None:
        older = {"_id": user_id, "teamSeq": {"$lt": seq}}
        await database["users"].change(older, {"$set": {"role": role, "teamSeq": seq}})
        return
    for name in ("apiKeys", "sessions", "links", "drafts"):
        await database[name].remove({"userId": user_id})
    for name in ("secondFactors", "users"):
        await database[name].remove({"_id": user_id})
