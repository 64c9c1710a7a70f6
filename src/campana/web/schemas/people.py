"""People on the wire: who one is, sessions, the team, invitations, API keys. A secret stands in an answer
once."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field
from pydantic.config import JsonDict

from campana.domain.accounts import ApiKey, Principal, Role, Scope, User, Way
from campana.domain.sign_in import Link, Session
from campana.engine.accounts import NewKey
from campana.engine.people.links import Handed
from campana.web.schemas.common import Input, Output

Password = Annotated[str, Field(max_length=2000, repr=False)]


def _example(example: JsonDict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class MeOut(Output):
    """Whoever asks, with what they may do."""

    email: str
    account_id: UUID
    user_id: UUID
    role: Role
    admin: bool
    way: Way
    scopes: list[Scope] = Field(description="of the API key; all of them in a session")
    second_factor: bool
    recovery_codes: int = Field(description="how many are left")

    @classmethod
    def of_caller(cls, principal: Principal, *, second_factor: bool, recovery_codes: int) -> Self:
        """The principal, and how their second factor stands."""
        shown = {name: getattr(principal, name, None) for name in cls.model_fields}
        shown |= {"scopes": sorted(principal.scopes), "second_factor": second_factor}
        return cls.model_validate(shown | {"recovery_codes": recovery_codes})


class PasswordChange(Input):
    """A new password; takes the present one."""

    model_config = _example(
        {"present_password": "the present one", "new_password": "a longer one than before"}
    )

    present_password: Password
    new_password: Password = Field(description="at least 10 characters, and none of the commonest")


class PasswordProof(Input):
    """The present password, so that an open browser is not enough."""

    model_config = _example({"password": "the present one"})

    password: Password


class CodeIn(Input):
    """A code of the authenticator app."""

    model_config = _example({"code": "123456"})

    code: str = Field(max_length=50, repr=False)


class EnrolmentOut(Output):
    """What the authenticator app is given."""

    secret: str
    uri: str = Field(description="`otpauth://…`")
    picture: str = Field(description="the same as a QR code: an SVG element")


class RecoveryCodesOut(Output):
    """Shown this once; each signs in once in place of a code."""

    recovery_codes: list[str]


class SessionOut(Output):
    """A browser in which one is signed in."""

    id: UUID
    device: str = Field(description="what the browser calls itself")
    address: str
    created_at: datetime
    seen_at: datetime = Field(description="its last request, to the minute")
    expires_at: datetime
    current: bool = Field(description="whether it is the one that asks")

    @classmethod
    def seen_by(cls, principal: Principal, session: Session) -> Self:
        """The session, as its user sees it."""
        shown = {name: getattr(session, name, None) for name in cls.model_fields}
        return cls.model_validate(shown | {"current": session.id == principal.came_with})


class EndedOut(Output):
    """How many sessions were ended."""

    ended: int


class MemberOut(Output):
    """Somebody of the team."""

    id: UUID
    email: str
    role: Role
    admin: bool
    second_factor: bool
    created_at: datetime

    @classmethod
    def of_user(cls, user: User, *, second_factor: bool) -> Self:
        """The user without the password's hash."""
        shown = {name: getattr(user, name, None) for name in cls.model_fields}
        return cls.model_validate(shown | {"second_factor": second_factor})


class RoleIn(Input):
    """Another role."""

    model_config = _example({"role": "operator"})

    role: Role


class HandedOut(Output):
    """A one-time link: mailed, or here to be handed out; it is shown this once."""

    url: str | None
    mailed: bool


class InvitationIn(Input):
    """Whom to invite."""

    model_config = _example({"email": "olga@shop.test", "role": "operator"})

    email: str
    role: Role


class InvitationOut(Output):
    """An invitation that nobody has taken yet."""

    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime


class NewInvitationOut(InvitationOut, HandedOut):
    """The same, just made."""

    @classmethod
    def of_link(cls, link: Link, handed: Handed) -> Self:
        """The invitation with its way out."""
        shown = InvitationOut.of(link).model_dump()
        return cls.model_validate(shown | HandedOut.of(handed).model_dump())


class ApiKeyIn(Input):
    """A key of one's own."""

    model_config = _example({"name": "reports", "scopes": ["read"], "expires_at": "2031-01-01T00:00:00Z"})

    name: str
    scopes: list[Scope] = Field(description="`read` always comes along", min_length=1)
    expires_at: AwareDatetime | None = Field(default=None, description="null: never")


class ApiKeyOut(Output):
    """A key, to be recognised by its name and its last four characters."""

    id: UUID
    name: str
    last_four: str
    user: str = Field(description="whose it is: an e-mail address")
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="to the minute")

    @classmethod
    def of_key(cls, key: ApiKey, email: str) -> Self:
        """The key and whose it is."""
        shown = {name: getattr(key, name, None) for name in ApiKeyOut.model_fields}
        return cls.model_validate(shown | {"user": email, "scopes": sorted(key.scopes)})


class NewApiKeyOut(ApiKeyOut):
    """The same with the key itself, shown this once."""

    key: str

    @classmethod
    def made(cls, new: NewKey, email: str) -> Self:
        """The key that was just made."""
        shown = ApiKeyOut.of_key(new.record, email).model_dump()
        return cls.model_validate(shown | {"key": new.key})
