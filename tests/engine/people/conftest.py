"""People with passwords on a real store, and a clock that the test turns."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from campana.domain.accounts import Principal, Role, User, Way
from campana.engine.accounts import Accounts
from campana.engine.audit import Audit
from campana.engine.people.services import PeopleServices
from campana.engine.people.sessions import Visit
from campana.engine.ports import Store
from campana.vault import FernetVault
from tests.support.cast import MORNING

PASSWORD = "a rather long secret"
VISIT = Visit("192.0.2.7", "Firefox on Linux")


class TurnedClock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.time = MORNING

    def now(self):
        return self.time

    def turn(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class PostBox:
    """A mail server that takes every letter, or none."""

    works: bool = True
    letters: list[tuple[str, str, str]] = field(default_factory=list)

    async def send(self, to: str, subject: str, text: str) -> bool:
        if self.works:
            self.letters.append((to, subject, text))
        return self.works


@dataclass
class Place:
    """Everything a test of people needs."""

    store: Store
    clock: TurnedClock
    accounts: Accounts
    people: PeopleServices
    users: dict[str, User]

    async def signed_in(self, name: str, visit: Visit = VISIT) -> tuple[str, Principal]:
        """A session of that person's: its token, and who acts with it."""
        token = await self.people.sessions.open(self.users[name], visit)
        return token, await self.people.sessions.authenticate(token, visit.address)

    def by_key(self, name: str) -> Principal:
        """The person as a script acts for them."""
        user = self.users[name]
        return Principal(user.account_id, user.id, user.email, user.role, way=Way.KEY)


async def place(store: Store, mailer: PostBox | None = None) -> Place:
    clock = TurnedClock()
    audit = Audit(store, clock)
    accounts = Accounts(store, clock, audit)
    people = PeopleServices.over(
        *(store, accounts, audit),
        clock=clock,
        vault=FernetVault("k" * 40),
        public_url="https://campana.test/",
        mailer=mailer,
    )
    cast = {"alice": Role.OWNER, "olga": Role.OPERATOR, "victor": Role.VIEWER, "bob": Role.OWNER}
    hashed = await accounts.passwords.hashed(PASSWORD)
    users = {}
    for name, role in cast.items():
        account = "Bakery" if name == "bob" else "Shop"
        user = await accounts.add_user(f"{name}@campana.test", account=account, role=role)
        await store.set_password(user.id, hashed)
        users[name] = await store.user(user.id)
    return Place(store, clock, accounts, people, users)


@pytest.fixture
async def shop(sqlite_store: Store) -> Place:
    """Without mail."""
    return await place(sqlite_store)


@pytest.fixture
def post() -> PostBox:
    return PostBox()


@pytest.fixture
async def mailing_shop(sqlite_store: Store, post: PostBox) -> Place:
    """With mail."""
    return await place(sqlite_store, post)
