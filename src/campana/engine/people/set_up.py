"""The first user of an installation. There is no default password: whoever reads the console has the
token."""

import structlog

from campana.domain.accounts import Role, User, Way
from campana.domain.audit import Actor
from campana.domain.errors import Conflict, NotFound
from campana.domain.sign_in import Purpose
from campana.engine.accounts import Accounts
from campana.engine.people.links import Links
from campana.engine.people.resets import WORTHLESS
from campana.engine.people.sessions import Visit
from campana.engine.ports import Store

log = structlog.get_logger(__name__)


class SetUp:
    """Makes the first user, once."""

    def __init__(self, store: Store, links: Links, accounts: Accounts) -> None:
        self._store = store
        self._links = links
        self._accounts = accounts

    async def needed(self) -> bool:
        """Whether there is no user yet."""
        return not await self._store.users()

    async def link(self) -> str | None:
        """A page to make the first user on, to be told on the console; None once there is one."""
        if not await self.needed():
            return None
        token, _ = await self._links.make(Purpose.SET_UP)
        return self._links.url(Purpose.SET_UP, token)

    async def is_good(self, token: str) -> bool:
        """Whether the token is one that was told."""
        return await self._links.look(Purpose.SET_UP, token) is not None

    async def finish(self, token: str, *, account: str, email: str, password: str, visit: Visit) -> User:
        """Make the first user: owner of the account, and platform administrator. Raises NotFound for the
        token, InvalidInput (the token stays good), Conflict when somebody was first."""
        if not await self.is_good(token):
            raise NotFound(WORTHLESS)
        if not await self.needed():
            raise Conflict("there is a user already; sign in")
        self._accounts.check(email, account, password)
        if await self._links.spend(Purpose.SET_UP, token) is None:
            raise NotFound(WORTHLESS)
        user = await self._accounts.add_user(
            email,
            account=account,
            role=Role.OWNER,
            admin=True,
            password=password,
            by=Actor(None, email.strip(), Way.SESSION, visit.address),
        )
        await self._store.drop_links(Purpose.SET_UP, None)
        log.info("set_up.done", user=str(user.id))
        return user
