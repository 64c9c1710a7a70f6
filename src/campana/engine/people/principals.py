"""From a user to the one who acts."""

from campana.domain.accounts import Principal, User


def principal_of(user: User) -> Principal:
    """The user as the one who acts, with everything the role allows."""
    return Principal(
        account_id=user.account_id,
        user_id=user.id,
        email=user.email,
        role=user.role,
        admin=user.admin,
        suspended=user.suspended,
    )
