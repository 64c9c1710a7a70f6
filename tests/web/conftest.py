"""The house with its people, over every database (`house`) or over SQLite alone (`small_house`)."""

from collections.abc import AsyncIterator

import pytest
import structlog
from fastapi import FastAPI

from tests.support.house import House, open_house


@pytest.fixture
async def house(store) -> AsyncIterator[House]:
    """Over each database, for the main paths."""
    async with open_house(store) as opened:
        yield opened


@pytest.fixture
async def small_house(sqlite_store) -> AsyncIterator[House]:
    """Over SQLite, for what does not depend on the database."""
    async with open_house(sqlite_store) as opened:
        yield opened


@pytest.fixture
def small_app(small_house: House) -> FastAPI:
    """The app alone, to look at its routes."""
    return small_house.app


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """As in production, errors without the values of every variable: gathering those takes seconds."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.dev.ConsoleRenderer()])


@pytest.fixture(autouse=True)
def passwords_are_hashed_lightly(light_hashes: None) -> None:
    """What a hash is worth is tested in tests/engine/people."""
