"""What is about documents runs on a server that speaks MongoDB's protocol."""

import pytest

from tests.conftest import MONGO_KINDS


@pytest.fixture(params=MONGO_KINDS)
def store_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)
