"""One-time links: made for somebody and a purpose, handed out by mail or by hand, good once and not for
long."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from campana.domain.accounts import Role
from campana.domain.sign_in import Link, Purpose
from campana.engine.ids import new_id
from campana.engine.people.tokens import digest_of, new_token
from campana.engine.ports import Clock, Mailer, SignIns

LIFE = {
    Purpose.SET_UP: timedelta(hours=24),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(hours=24),
    Purpose.SECOND_STEP: timedelta(minutes=5),
}
PATHS = {
    Purpose.SET_UP: "/set-up",
    Purpose.INVITATION: "/invitation",
    Purpose.RESET: "/reset",
}
"""Pages that take the token as `?token=`: a query stands in no log line of ours, unlike a path."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a link is for; see domain Link."""

    account_id: UUID | None = None
    user_id: UUID | None = None
    email: str = ""
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A link on its way: mailed, or here to be handed out by hand. It is shown this once."""

    url: str | None = field(repr=False)
    mailed: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """What a link is mailed with; `text` has `{url}` in it."""

    to: str
    subject: str
    text: str


class Links:
    """Makes one-time links and takes them back."""

    def __init__(self, store: SignIns, clock: Clock, public_url: str, mailer: Mailer | None) -> None:
        self._store = store
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._mailer = mailer

    @property
    def can_mail(self) -> bool:
        """Whether mail is set up."""
        return self._mailer is not None

    async def make(self, purpose: Purpose, whose: Whose | None = None) -> tuple[str, Link]:
        """A new link: its token, and what is kept of it."""
        token, now, whose = new_token(), self._clock.now(), whose or Whose()
        link = Link(
            id=new_id(),
            purpose=purpose,
            digest=digest_of(token),
            created_at=now,
            expires_at=now + LIFE[purpose],
            account_id=whose.account_id,
            user_id=whose.user_id,
            email=whose.email,
            role=whose.role,
        )
        await self._store.add_link(link)
        return token, link

    def url(self, purpose: Purpose, token: str) -> str:
        """The page to open."""
        return f"{self._public_url}{PATHS[purpose]}?token={token}"

    async def hand(self, purpose: Purpose, token: str, letter: Letter, **values: str) -> Handed:
        """Mail the link where mail is set up and works, else give it back. `values` go into the letter."""
        url = self.url(purpose, token)
        text = letter.text.format(url=url, **values)
        if self._mailer is not None and await self._mailer.send(letter.to, letter.subject, text):
            return Handed(None, mailed=True)
        return Handed(url, mailed=False)

    async def look(self, purpose: Purpose, token: str) -> Link | None:
        """The link, if it is good still."""
        link = await self._store.link(digest_of(token), purpose)
        return link if link is not None and link.expires_at > self._clock.now() else None

    async def spend(self, purpose: Purpose, token: str) -> Link | None:
        """The same, for the only time."""
        return await self._store.spend_link(digest_of(token), purpose, self._clock.now())
