"""New ids: random, and growing with time, so that what was made later sorts later."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A version 7 UUID."""
    return uuid7()
