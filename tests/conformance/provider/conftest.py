"""The suite also asserts that no log line, at any level, shows a secret."""

import logging
from collections.abc import Iterator

import pytest

from tests.providers.cast import assert_no_secret
from tests.simulator_fixture import simulator

__all__ = ["simulator"]


@pytest.fixture(autouse=True)
def _no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert_no_secret("\n".join(record.getMessage() for record in caplog.get_records("call")))
