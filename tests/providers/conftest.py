"""Every test of this folder also asserts that no log line, at any level, shows a secret."""

import logging
from collections.abc import Iterator

import pytest

from tests.providers.cast import assert_no_secret


@pytest.fixture(autouse=True)
def _no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert_no_secret("\n".join(record.getMessage() for record in caplog.get_records("call")))
