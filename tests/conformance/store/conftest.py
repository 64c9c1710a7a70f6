"""The suite that every store has to pass."""

import pytest

from tests.conftest import MONGO_KINDS, SQL_KINDS


@pytest.fixture(params=[*SQL_KINDS, *MONGO_KINDS])
def store_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)
