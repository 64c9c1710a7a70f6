"""Signing in: sessions, one-time links, the second factor. Of every token only the digest is known here."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from campana.domain.accounts import Role


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which a user is signed in, until `expires_at` at the latest.

    `seen_at` and `address` are those of its last request, right to about a minute; `device` is what the
    browser calls itself.
    """

    id: UUID
    user_id: UUID
    digest: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    device: str


class Purpose(StrEnum):
    """What a one-time link is good for."""

    SET_UP = "set up"
    """make the first user of this installation"""
    INVITATION = "invitation"
    """join the account, with the e-mail address and the role it names"""
    RESET = "reset"
    """set a new password for the user"""
    SECOND_STEP = "second step"
    """the password was right, and the second factor is still to come"""


@dataclass(frozen=True, slots=True)
class Link:
    """Good once, until `expires_at`. An invitation has account, address and role; RESET and SECOND_STEP have
    a user; SET_UP has nothing."""

    id: UUID
    purpose: Purpose
    digest: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    account_id: UUID | None = None
    user_id: UUID | None = None
    email: str = ""
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A user's authenticator app. It counts once `confirmed` by a code; `last_step` is the time step of the
    newest code that was taken, so that none is taken twice."""

    user_id: UUID
    sealed_secret: str = field(repr=False)
    confirmed: bool = False
    last_step: int = 0
