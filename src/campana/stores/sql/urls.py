"""From the database URL people write to the one the driver wants. Opens nothing."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from campana.domain.errors import ConfigurationError

_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
_SSL_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})


def driver_url(text: str) -> URL:
    """`sqlite:///file`, a bare path or `postgresql://…` for SQLAlchemy. Raises ConfigurationError for
    others."""
    if "://" not in text:
        return _sqlite(Path(text))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "CAMPANA_DATABASE_URL cannot be read; write it like sqlite:///var/campana.sqlite3 or "
            "postgresql://user:password@host:5432/name"
        ) from None
    if url.drivername in _SQLITE:
        if not url.database or url.database == ":memory:":
            raise ConfigurationError(
                "CAMPANA_DATABASE_URL: SQLite needs a file, like sqlite:///var/campana.sqlite3"
            )
        return _sqlite(Path(url.database))
    if url.drivername in _POSTGRESQL:
        return _postgresql(url)
    raise ConfigurationError(
        f"CAMPANA_DATABASE_URL: no store speaks {url.drivername!r}; use sqlite:///…, postgresql://… or mongodb://…"
    )


def _sqlite(path: Path) -> URL:
    return URL.create("sqlite+pysqlite", database=str(path.expanduser().absolute()))


def _postgresql(url: URL) -> URL:
    """What libpq calls sslmode, the driver calls ssl; the rest of a usual URL means the same to both."""
    url = url.set(drivername="postgresql+asyncpg")
    mode = url.query.get("sslmode")
    if mode is None:
        return url
    if not isinstance(mode, str) or mode not in _SSL_MODES:
        raise ConfigurationError(f"CAMPANA_DATABASE_URL: sslmode is one of {', '.join(sorted(_SSL_MODES))}")
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
