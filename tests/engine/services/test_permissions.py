"""Who may do what, written out once more by hand, so that a change of the table is noticed."""

from uuid import uuid4

import pytest

from campana.domain.accounts import Principal, Role
from campana.domain.errors import Forbidden
from campana.domain.permissions import LEAST_ROLE, Action, permit

VIEWER = {Action.READ}
OPERATOR = VIEWER | {Action.UPLOAD, Action.CAMPAIGN, Action.SUPPRESS, Action.VERIFY}
OWNER = OPERATOR | {Action.SENDERS}


def someone(role: Role) -> Principal:
    return Principal(account_id=uuid4(), user_id=uuid4(), email="someone@shop.test", role=role)


@pytest.mark.parametrize(
    ("role", "allowed"), [(Role.VIEWER, VIEWER), (Role.OPERATOR, OPERATOR), (Role.OWNER, OWNER)]
)
def test_a_role_may_do_exactly_this(role, allowed):
    def may(action: Action) -> bool:
        try:
            permit(someone(role), action)
        except Forbidden:
            return False
        return True

    assert {action for action in Action if may(action)} == allowed


def test_every_action_stands_in_the_table():
    assert set(LEAST_ROLE) == set(Action)


def test_a_refusal_names_the_role_it_takes():
    with pytest.raises(Forbidden, match="viewer may not create or change senders; it takes the role owner"):
        permit(someone(Role.VIEWER), Action.SENDERS)
