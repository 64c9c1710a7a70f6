"""Receipts: what the provider says later of messages it accepted. They come doubled and out of order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.messages import MessageStatus
from campana.domain.receipts import Receipt, Standing, told
from campana.engine.ports import MessageKey
from campana.stores.digests import provider_key
from campana.stores.quarters import standing
from campana.stores.sql.books import Shift, hold, shift
from campana.stores.sql.columns import BigNumbers, among
from campana.stores.sql.part import Part
from campana.stores.sql.schema import messages
from campana.stores.sql.transactions import Transaction, Values

_CHANGED = ("code", "reason", "sent_at", "delivered_at", "read_at", "settled_at")
_FOUND = ("campaign_id", "row", "provider_message_id", "provider_key", "status", *_CHANGED)
_FIND = select(*(messages.c[name] for name in _FOUND)).where(
    among(messages.c.provider_key, bindparam("keys", type_=BigNumbers()))
)
_WRITE = (
    update(messages)
    .where(
        messages.c.campaign_id == bindparam("campaign"),
        messages.c.row == bindparam("at_row"),
        messages.c.status == bindparam("origin"),
    )
    .values({name: bindparam(f"to_{name}") for name in ("status", *_CHANGED)})
)
_ADOPT = (
    update(messages)
    .where(
        messages.c.campaign_id == bindparam("campaign"),
        messages.c.row == bindparam("at_row"),
        messages.c.status == MessageStatus.UNKNOWN.value,
        messages.c.provider_message_id.is_(None),
    )
    .values(provider_message_id=bindparam("name"), provider_key=bindparam("key"), inferred=True)
)


@dataclass(frozen=True, slots=True)
class _Known:
    """A message that receipts are about, as it stands."""

    key: MessageKey
    standing: Standing
    erased: bool

    def after(self, receipts: Iterable[Receipt]) -> Standing:
        standing = self.standing
        for receipt in receipts:
            standing = told(standing, receipt)
        return standing


class Receipts(Part):
    """See Ledger."""

    async def receive(self, sender_id: UUID, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        said: dict[str, list[Receipt]] = defaultdict(list)
        for receipt in receipts:
            said[receipt.provider_message_id].append(receipt)
        known = await self._database.read(partial(_find, sender_id, said))
        news = {
            name: said[name]
            for name, message in known.items()
            if message.after(said[name]) != message.standing
        }
        if news:
            await self._database.write(partial(_apply, sender_id, news, {known[name].key for name in news}))
        return [receipt for receipt in receipts if receipt.provider_message_id not in known]

    async def adopt(self, key: MessageKey, provider_message_id: str) -> bool:
        async def work(tx: Transaction) -> bool:
            campaign = (await hold(tx, [key.campaign_id])).get(key.campaign_id)
            if campaign is None:
                return False
            short = provider_key(campaign.sender_id, provider_message_id)
            values = {"campaign": campaign.id, "at_row": key.row, "name": provider_message_id, "key": short}
            return (await tx.execute(_ADOPT, values)).rowcount == 1

        try:
            return await self._database.write(work)
        except IntegrityError:
            return False  # another message has that id


async def _find(sender_id: UUID, names: Iterable[str], tx: Transaction) -> dict[str, _Known]:
    """By the short key, then by the id itself; of an erased person's message the key alone is left."""
    wanted = {provider_key(sender_id, name): name for name in names}
    found = {}
    for row in await tx.execute(_FIND, {"keys": sorted(wanted)}):
        campaign_id, number, name, key, status, *rest = tuple(row)
        if name in (None, wanted[key]):
            standing = Standing(MessageStatus(status), *rest)
            found[wanted[key]] = _Known(MessageKey(campaign_id, number), standing, erased=name is None)
    return found


async def _apply(
    sender_id: UUID, said: Mapping[str, Sequence[Receipt]], keys: Iterable[MessageKey], tx: Transaction
) -> None:
    """With their campaigns locked, look again and write what is new."""
    held = await hold(tx, {key.campaign_id for key in keys})
    changes: list[Values] = []
    moves: dict[UUID, Counter[MessageStatus]] = defaultdict(Counter)
    quarters: dict[UUID, Counter[tuple[int, MessageStatus]]] = defaultdict(Counter)
    came: dict[UUID, dict[MessageStatus, list[int]]] = defaultdict(lambda: defaultdict(list))
    for name, message in (await _find(sender_id, said, tx)).items():
        after = message.after(said[name])
        if after == message.standing or message.key.campaign_id not in held:
            continue
        changes.append(_values(message, after))
        moves[message.key.campaign_id][message.standing.status] -= 1
        moves[message.key.campaign_id][after.status] += 1
        before = message.standing
        if after.status is not before.status:
            came[message.key.campaign_id][after.status].append(message.key.row)
        quarters[message.key.campaign_id].update(standing([(after.sent_at, after.status)]))
        quarters[message.key.campaign_id].update(standing([(before.sent_at, before.status)], by=-1))
    if changes:
        await tx.execute(_WRITE, changes)
        shifts = (Shift(held[key], by, quarters=quarters[key], came=came[key]) for key, by in moves.items())
        await shift(tx, *shifts)


def _values(message: _Known, after: Standing) -> Values:
    told = {f"to_{name}": getattr(after, name) for name in _CHANGED}
    if message.erased:
        told["to_reason"] = None  # it may name the number
    return told | {
        "campaign": message.key.campaign_id,
        "at_row": message.key.row,
        "origin": message.standing.status.value,
        "to_status": after.status.value,
    }
