"""Sessions and one-time links, and what of them has expired."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.accounts import User
from campana.domain.errors import NotFound
from campana.domain.sign_in import Link, Purpose, Session
from campana.stores.sql.accounts import USERS
from campana.stores.sql.part import Part
from campana.stores.sql.people_rows import link_of, link_values, session_of, session_values, user_of
from campana.stores.sql.schema import attempts, links, sessions, users
from campana.stores.sql.transactions import Transaction


class Sessions(Part):
    """See SignIns."""

    async def add_session(self, session: Session) -> None:
        try:
            await self._database.change(insert(sessions), session_values(session))
        except IntegrityError:
            raise NotFound("There is no such user") from None

    async def session(self, digest: str) -> tuple[Session, User] | None:
        found = await self._database.row(select(sessions).where(sessions.c.digest == digest))
        user = found and await self._database.row(USERS.where(users.c.id == found.user_id))
        return None if found is None or user is None else (session_of(found), user_of(user))

    async def sessions(self, user_id: UUID) -> Sequence[Session]:
        query = select(sessions).where(sessions.c.user_id == user_id)
        rows = await self._database.rows(query.order_by(sessions.c.seen_at.desc(), sessions.c.id.desc()))
        return [session_of(row) for row in rows]

    async def session_seen(self, session_id: UUID, at: datetime, address: str) -> None:
        statement = update(sessions).where(sessions.c.id == session_id).values(seen_at=at, address=address)
        await self._database.change(statement)

    async def drop_session(self, user_id: UUID, session_id: UUID) -> bool:
        statement = delete(sessions).where(sessions.c.id == session_id, sessions.c.user_id == user_id)
        return await self._database.change(statement) == 1

    async def drop_sessions(self, user_id: UUID, *, but: UUID | None = None) -> int:
        statement = delete(sessions).where(sessions.c.user_id == user_id)
        if but is not None:
            statement = statement.where(sessions.c.id != but)
        return await self._database.change(statement)

    async def add_link(self, link: Link) -> None:
        try:
            await self._database.change(insert(links), link_values(link))
        except IntegrityError:
            raise NotFound("There is no such account or user") from None

    async def link(self, digest: str, purpose: Purpose) -> Link | None:
        row = await self._database.row(select(links).where(*_named(digest, purpose)))
        return None if row is None else link_of(row)

    async def spend_link(self, digest: str, purpose: Purpose, now: datetime) -> Link | None:
        statement = delete(links).where(*_named(digest, purpose), links.c.expires_at > now).returning(links)

        async def spend(tx: Transaction) -> Link | None:
            row = (await tx.execute(statement)).one_or_none()
            return None if row is None else link_of(row)

        return await self._database.write(spend)

    async def links(self, account_id: UUID, purpose: Purpose) -> Sequence[Link]:
        query = select(links).where(links.c.account_id == account_id, links.c.purpose == purpose.value)
        rows = await self._database.rows(query.order_by(links.c.created_at.desc(), links.c.id.desc()))
        return [link_of(row) for row in rows]

    async def drop_link(self, account_id: UUID, link_id: UUID) -> bool:
        statement = delete(links).where(links.c.id == link_id, links.c.account_id == account_id)
        return await self._database.change(statement) == 1

    async def drop_links(self, purpose: Purpose, user_id: UUID | None) -> int:
        owner = links.c.user_id.is_(None) if user_id is None else links.c.user_id == user_id
        return await self._database.change(delete(links).where(links.c.purpose == purpose.value, owner))

    async def drop_expired(self, now: datetime, *, attempts_before: datetime) -> int:
        gone = (
            delete(sessions).where(sessions.c.expires_at <= now),
            delete(links).where(links.c.expires_at <= now),
            delete(attempts).where(attempts.c.last_at < attempts_before),
        )

        async def drop(tx: Transaction) -> int:
            return sum([(await tx.execute(statement)).rowcount for statement in gone])

        return await self._database.write(drop)


def _named(digest: str, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return links.c.digest == digest, links.c.purpose == purpose.value
