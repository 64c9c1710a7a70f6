"""Who may do what, written out once more by hand, so that a change of the table is noticed."""

from uuid import uuid4

import pytest

from campana.domain.accounts import Principal, Role, Scope
from campana.domain.errors import Forbidden
from campana.domain.permissions import LEAST_ROLE, SCOPE, Action, permit

VIEWER = {Action.READ, Action.PROFILE}
OPERATOR = VIEWER | {Action.UPLOAD, Action.CAMPAIGN, Action.SUPPRESS, Action.VERIFY}
OWNER = OPERATOR | {
    *(Action.SENDERS, Action.TEAM, Action.KEYS, Action.ACCOUNT, Action.AUDIT, Action.PRIVACY),
    *(Action.WEBHOOKS, Action.NOTICES),
}

READ = {Action.READ}
SEND = {Action.UPLOAD, Action.CAMPAIGN, Action.SUPPRESS, Action.VERIFY}


def someone(role: Role, *, admin: bool = False, scopes: frozenset[Scope] = frozenset(Scope)) -> Principal:
    return Principal(
        account_id=uuid4(), user_id=uuid4(), email="someone@shop.test", role=role, admin=admin, scopes=scopes
    )


def may(principal: Principal) -> set[Action]:
    def allowed(action: Action) -> bool:
        try:
            permit(principal, action)
        except Forbidden:
            return False
        return True

    return {action for action in Action if allowed(action)}


@pytest.mark.parametrize(
    ("role", "allowed"), [(Role.VIEWER, VIEWER), (Role.OPERATOR, OPERATOR), (Role.OWNER, OWNER)]
)
def test_a_role_may_do_exactly_this(role, allowed):
    assert may(someone(role)) == allowed


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [({Scope.READ}, READ), ({Scope.SEND}, SEND), ({Scope.MANAGE}, OWNER - READ - SEND), (set(), set())],
)
def test_a_key_may_do_what_its_scopes_say_within_the_role_of_its_user(scopes, allowed):
    assert may(someone(Role.OWNER, scopes=frozenset(scopes))) == allowed
    assert may(someone(Role.VIEWER, scopes=frozenset(scopes))) == allowed & VIEWER


def test_only_an_administrator_looks_after_accounts_whatever_the_role():
    assert may(someone(Role.VIEWER, admin=True)) == VIEWER | {Action.ADMIN}
    with pytest.raises(Forbidden, match="only a platform administrator"):
        permit(someone(Role.OWNER), Action.ADMIN)


def test_every_action_stands_in_the_tables():
    assert set(LEAST_ROLE) == set(SCOPE) == set(Action)


def test_a_refusal_names_the_role_it_takes():
    with pytest.raises(Forbidden, match="viewer may not create or change senders; it takes the role owner"):
        permit(someone(Role.VIEWER), Action.SENDERS)
    with pytest.raises(Forbidden, match=r"may not create or change senders; .*the scope manage"):
        permit(someone(Role.OWNER, scopes=frozenset({Scope.READ})), Action.SENDERS)
