"""What a driver's error means: the database is not there just now, or the statement broke a rule.

Every transaction passes through `translated`: one boundary, so that no verb has to know a driver. The texts
name the kind of failure only; a driver's own text may repeat what was written.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from campana.domain.errors import InvalidInput, StoreUnavailable

UPGRADE = "run `campana db upgrade`"

_PASSING = ("08", "53", "57P", "40", "55P03", "25P03", "58", "25006")
"""SQLSTATEs that pass: connection, resources, shutdown, deadlock, lock not had in time, idle too long, I/O,
a server that is a read-only copy just now."""
_REFUSED = {
    "28": "refused the user name or password",
    "3D000": "has no database of that name",
}
_NO_TABLE = ("42P01", "42703")
_NOT_TEXT = ("22021", "22P05")


def of_asyncpg(name: str) -> tuple[type[Exception], ...]:
    """The driver's error of that name, for an `except`; nothing where it is not loaded: that takes a tenth of
    a second and 2 MB, and SQLite does without."""
    driver = sys.modules.get("asyncpg")
    return (getattr(driver, name),) if driver else ()


def uniqueness() -> tuple[type[Exception], ...]:
    """What is raised where something is there already, by a statement or by COPY; for an `except`."""
    return IntegrityError, *of_asyncpg("UniqueViolationError")


def is_unique_violation(error: IntegrityError) -> bool:
    """Whether something of that name, number or id exists already."""
    text = str(error.orig)
    return sqlstate(error) == "23505" or "UNIQUE constraint failed" in text


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable for what may pass or needs the operator; let broken rules and mistakes
    through."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable(
            "The database has no connection free; it is overloaded or does not answer"
        ) from error
    except DBAPIError as error:
        told = _told(error)
        if told is None:
            raise
        raise StoreUnavailable(told) from error
    except (OSError, TimeoutError) as error:  # asyncpg reports a failed connect or a slow answer like this
        raise StoreUnavailable(f"The database does not answer ({type(error).__name__})") from error
    except of_asyncpg(
        "InterfaceError"
    ) as error:  # unwrapped where SQLAlchemy is not in between: connecting, COPY
        raise StoreUnavailable("The connection to the database was lost") from error
    except of_asyncpg("PostgresError") as error:
        told = _told_state(getattr(error, "sqlstate", None))
        if told is None:
            raise
        raise StoreUnavailable(told) from error


def _told(error: DBAPIError) -> str | None:
    state = sqlstate(error)
    if state is not None:
        return _told_state(state)
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return "The connection to the database was lost"
    if isinstance(error, OperationalError):
        return _told_sqlite(str(error.orig))
    return None


def _told_state(state: str | None) -> str | None:
    if state is None:
        return None
    if state in _NOT_TEXT:
        raise InvalidInput.of("text", "it holds a character that cannot be stored, such as NUL") from None
    if state in _NO_TABLE:
        return f"The database lacks tables of this version; {UPGRADE}"
    for prefix, words in _REFUSED.items():
        if state.startswith(prefix):
            return f"The database server {words}; check CAMPANA_DATABASE_URL"
    if state.startswith(_PASSING):
        return f"The database cannot be used just now (SQLSTATE {state})"
    return None


def _told_sqlite(text: str) -> str | None:
    if "no such table" in text or "no such column" in text:
        return f"The database lacks tables of this version; {UPGRADE}"
    if "locked" in text or "busy" in text:
        return "The database file is locked by another process"
    if "full" in text:
        return "The disk of the database file is full"
    if any(
        word in text for word in ("unable to open", "disk I/O", "readonly", "connection closed", "no active")
    ):
        return f"The database file cannot be used ({text[:80]})"
    return None


def sqlstate(error: DBAPIError) -> str | None:
    """The SQLSTATE, where the driver says one."""
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None
