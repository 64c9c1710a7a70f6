"""Who may do what: one table, asked by every service, so that no way in (REST, pages, commands) can forget
it."""

from enum import StrEnum

from campana.domain.accounts import Principal, Role
from campana.domain.errors import Forbidden


class Action(StrEnum):
    """What can be done in an account; the value completes "this role may not …"."""

    READ = "read"
    UPLOAD = "upload or delete recipient lists"
    CAMPAIGN = "create, change or steer campaigns"
    SUPPRESS = "change the opt-outs"
    VERIFY = "ask the provider about a sender"
    SENDERS = "create or change senders"


LEAST_ROLE: dict[Action, Role] = {
    Action.READ: Role.VIEWER,
    Action.UPLOAD: Role.OPERATOR,
    Action.CAMPAIGN: Role.OPERATOR,
    Action.SUPPRESS: Role.OPERATOR,
    Action.VERIFY: Role.OPERATOR,
    Action.SENDERS: Role.OWNER,
}
"""The least role that may do it; a role includes those below it."""


def permit(principal: Principal, action: Action) -> None:
    """Return if the principal's role allows the action. Raises Forbidden, naming the role that is needed."""
    needed = LEAST_ROLE[action]
    if not principal.role.includes(needed):
        raise Forbidden(f"the role {principal.role} may not {action}; it takes the role {needed}")
