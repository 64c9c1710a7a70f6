"""Second factors with their recovery codes, and attempts that are counted."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.errors import NotFound
from campana.domain.sign_in import SecondFactor
from campana.stores.sql.part import Part
from campana.stores.sql.people_rows import second_factor_of
from campana.stores.sql.schema import attempts, recovery_codes, second_factors
from campana.stores.sql.transactions import Transaction


class SecondFactors(Part):
    """See SignIns."""

    async def save_second_factor(self, factor: SecondFactor, recovery: Collection[str]) -> None:
        values = {name: getattr(factor, name) for name in SecondFactor.__slots__}
        codes = [{"user_id": factor.user_id, "digest": digest} for digest in recovery]

        async def save(tx: Transaction) -> None:
            await _drop(tx, factor.user_id)
            await tx.execute(insert(second_factors), values)
            if codes:
                await tx.execute(insert(recovery_codes), codes)

        try:
            await self._database.write(save)
        except IntegrityError:
            raise NotFound("There is no such user") from None

    async def second_factor(self, user_id: UUID) -> SecondFactor | None:
        query = select(second_factors).where(second_factors.c.user_id == user_id)
        row = await self._database.row(query)
        return None if row is None else second_factor_of(row)

    async def drop_second_factor(self, user_id: UUID) -> bool:
        async def drop(tx: Transaction) -> bool:
            return await _drop(tx, user_id)

        return await self._database.write(drop)

    async def spend_step(self, user_id: UUID, step: int) -> bool:
        newer = (second_factors.c.user_id == user_id, second_factors.c.last_step < step)
        statement = update(second_factors).where(*newer).values(last_step=step)
        return await self._database.change(statement) == 1

    async def spend_recovery_code(self, user_id: UUID, digest: str) -> bool:
        code = (recovery_codes.c.user_id == user_id, recovery_codes.c.digest == digest)
        return await self._database.change(delete(recovery_codes).where(*code)) == 1

    async def recovery_codes(self, user_id: UUID) -> int:
        query = select(func.count()).where(recovery_codes.c.user_id == user_id)
        row = await self._database.row(query)
        return 0 if row is None else int(row[0])

    async def count_attempt(
        self, key: str, now: datetime, *, waits: Sequence[float], forget_before: datetime
    ) -> datetime | None:
        first = {"key": key, "number": 0, "last_at": now, "next_at": now}
        begin = self._database.insert(attempts).on_conflict_do_nothing(index_elements=["key"])
        look = select(attempts).where(attempts.c.key == key).with_for_update()

        async def count(tx: Transaction) -> datetime | None:
            await tx.execute(begin, first)
            row = (await tx.execute(look)).one()
            next_at: datetime = row.next_at
            if next_at > now:
                return next_at
            before: int = 0 if row.last_at < forget_before else row.number
            wait = timedelta(seconds=waits[min(before, len(waits) - 1)])
            changed = update(attempts).where(attempts.c.key == key)
            await tx.execute(changed.values(number=before + 1, last_at=now, next_at=now + wait))
            return None

        return await self._database.write(count)

    async def forgive_attempt(self, key: str, *, all_of_them: bool) -> None:
        of_key = attempts.c.key == key
        one_less = update(attempts).where(of_key, attempts.c.number > 0)
        one_less = one_less.values(number=attempts.c.number - 1, next_at=attempts.c.last_at)
        await self._database.change(delete(attempts).where(of_key) if all_of_them else one_less)


async def _drop(tx: Transaction, user_id: UUID) -> bool:
    await tx.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    dropped = await tx.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
    return dropped.rowcount == 1
