"""Database URLs as people write them."""

from pathlib import Path

import pytest

from campana.domain.errors import ConfigurationError
from campana.stores.sql.urls import driver_url


@pytest.mark.parametrize(
    ("text", "drivername", "database"),
    [
        ("sqlite:///var/campana.sqlite3", "sqlite+pysqlite", str(Path.cwd() / "var/campana.sqlite3")),
        ("sqlite:////srv/campana.sqlite3", "sqlite+pysqlite", "/srv/campana.sqlite3"),
        ("/srv/with space.sqlite3", "sqlite+pysqlite", "/srv/with space.sqlite3"),
        ("campana.sqlite3", "sqlite+pysqlite", str(Path.cwd() / "campana.sqlite3")),
        ("postgresql://u:p@db:5433/name", "postgresql+asyncpg", "name"),
        ("postgres://u:p@db/name", "postgresql+asyncpg", "name"),
        ("postgresql+asyncpg://u@db/name", "postgresql+asyncpg", "name"),
    ],
)
def test_what_people_write(text: str, drivername: str, database: str) -> None:
    url = driver_url(text)
    assert (url.drivername, url.database) == (drivername, database)


def test_sslmode_is_what_the_driver_calls_ssl() -> None:
    url = driver_url("postgresql://u:p@db/name?sslmode=require&host=other")
    assert dict(url.query) == {"ssl": "require", "host": "other"}


@pytest.mark.parametrize(
    "text",
    [
        "mongodb://db/name",
        "mysql://db/name",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://u:secret@db:port/name",
        "postgresql://u:secret@db/name?sslmode=maybe",
        "://secret",
    ],
)
def test_what_no_store_speaks_is_refused_without_repeating_secrets(text: str) -> None:
    with pytest.raises(ConfigurationError, match="CAMPANA_DATABASE_URL") as refused:
        driver_url(text)
    assert "secret" not in str(refused.value)
