"""Who may do what: one table, asked by every service, so that no way in (REST, pages, commands) can forget
it."""

from enum import StrEnum

from campana.domain.accounts import Principal, Role, Scope
from campana.domain.errors import Forbidden


class Action(StrEnum):
    """What can be done in an account; the value completes "this role may not …"."""

    READ = "read"
    UPLOAD = "upload or delete recipient lists"
    CAMPAIGN = "create, change or steer campaigns"
    SUPPRESS = "change the opt-outs"
    VERIFY = "ask the provider about a sender"
    SENDERS = "create or change senders"
    ACCOUNT = "change the account's preferences"
    PROFILE = "change its own password, second factor and sessions"
    TEAM = "change who is in the team"
    KEYS = "manage API keys"
    WEBHOOKS = "look after outgoing webhooks"
    NOTICES = "look after addresses for notices"
    AUDIT = "read the audit trail"
    PRIVACY = "erase or hand out what is held about a person"
    ADMIN = "look after the accounts of this installation"


LEAST_ROLE: dict[Action, Role] = {
    Action.READ: Role.VIEWER,
    Action.UPLOAD: Role.OPERATOR,
    Action.CAMPAIGN: Role.OPERATOR,
    Action.SUPPRESS: Role.OPERATOR,
    Action.VERIFY: Role.OPERATOR,
    Action.SENDERS: Role.OWNER,
    Action.ACCOUNT: Role.OWNER,
    Action.PROFILE: Role.VIEWER,
    Action.TEAM: Role.OWNER,
    Action.KEYS: Role.OWNER,
    Action.WEBHOOKS: Role.OWNER,
    Action.NOTICES: Role.OWNER,
    Action.AUDIT: Role.OWNER,
    Action.PRIVACY: Role.OWNER,
    Action.ADMIN: Role.VIEWER,
}
"""The least role that may do it; a role includes those below it. ADMIN is no matter of roles: see below."""

SCOPE: dict[Action, Scope] = {
    Action.READ: Scope.READ,
    Action.UPLOAD: Scope.SEND,
    Action.CAMPAIGN: Scope.SEND,
    Action.SUPPRESS: Scope.SEND,
    Action.VERIFY: Scope.SEND,
    Action.SENDERS: Scope.MANAGE,
    Action.ACCOUNT: Scope.MANAGE,
    Action.PROFILE: Scope.MANAGE,
    Action.TEAM: Scope.MANAGE,
    Action.KEYS: Scope.MANAGE,
    Action.WEBHOOKS: Scope.MANAGE,
    Action.NOTICES: Scope.MANAGE,
    Action.AUDIT: Scope.MANAGE,
    Action.PRIVACY: Scope.MANAGE,
    Action.ADMIN: Scope.MANAGE,
}
"""The scope an API key needs for it, besides its user's role."""


def may(principal: Principal, action: Action) -> bool:
    """Whether `permit` would return."""
    try:
        permit(principal, action)
    except Forbidden:
        return False
    return True


STOPPED = frozenset({Action.UPLOAD, Action.CAMPAIGN, Action.SENDERS, Action.VERIFY})
"""What nobody may do while the account is suspended; to look, and to keep opt-outs and the team in order,
stays possible."""


def permit(principal: Principal, action: Action) -> None:
    """Return if role and scopes allow the action; ADMIN takes a platform administrator, whatever the role.

    Raises Forbidden, naming what is needed.
    """
    needed, scope = LEAST_ROLE[action], SCOPE[action]
    if principal.suspended and action in STOPPED:
        raise Forbidden(f"the account is suspended: nobody may {action}; ask whoever runs this server")
    if not principal.role.includes(needed):
        raise Forbidden(f"the role {principal.role} may not {action}; it takes the role {needed}")
    if action is Action.ADMIN and not principal.admin:
        raise Forbidden(f"only a platform administrator may {action}")
    if scope not in principal.scopes:
        raise Forbidden(f"this API key may not {action}; it takes the scope {scope}")
