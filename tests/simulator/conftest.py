"""What the simulator's own tests share."""

from collections.abc import Iterator

import pytest

from tests.simulator.support import WebhookReceiver
from tests.simulator_fixture import simulator, simulator_process

__all__ = ["receiver", "simulator", "simulator_process"]


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as one:
        yield one
