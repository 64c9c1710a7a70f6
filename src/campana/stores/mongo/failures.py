"""What the driver's error means: the database is not there just now, or it refused a statement.

Every statement passes through `translated`: one boundary, so that no verb has to know the driver. The texts
name the kind of failure only; a driver's own text repeats what was to be written.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from campana.domain.errors import StoreUnavailable

UPGRADE = "run `campana db upgrade`"
NOT_IMPLEMENTED = 238

_DUPLICATE = 11000
_REFUSED = frozenset({13, 18, 8000})
"""unauthorized, authentication failed, the same of a hosted server"""
_PASSING = frozenset({6, 7, 50, 64, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})
"""host out of reach, time out, write concern not met, shutdown, write conflict, another primary: they pass"""


class Duplicate(Exception):
    """The unique index already has an entry like that."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable for what may pass or needs the operator, Duplicate for what exists already.

    Whatever else the database refuses is a mistake in this store: a RuntimeError, without the values.
    """
    try:
        yield
    except DuplicateKeyError:
        raise Duplicate from None
    except ServerSelectionTimeoutError:
        raise StoreUnavailable("The database does not answer; check CAMPANA_DATABASE_URL") from None
    except (ConnectionFailure, WTimeoutError) as error:
        raise StoreUnavailable(f"The connection to the database was lost ({type(error).__name__})") from None
    except BulkWriteError as error:
        raise _told_bulk(error) from None
    except OperationFailure as error:
        raise _told(error.code) from None
    except (PyMongoError, BSONError) as error:
        raise RuntimeError(f"the database's driver refused a statement ({type(error).__name__})") from None


def duplicates_only(error: BulkWriteError) -> bool:
    """Whether nothing went wrong with a batch but that some of it exists already."""
    details = error.details
    codes = {one.get("code") for one in details.get("writeErrors", ())}
    return codes == {_DUPLICATE} and not details.get("writeConcernErrors")


def _told_bulk(error: BulkWriteError) -> Exception:
    if duplicates_only(error):
        return Duplicate()
    if error.details.get("writeConcernErrors"):
        return StoreUnavailable("The database could not make a batch durable in time")
    first: int | None = error.details["writeErrors"][0].get("code")
    return _told(first)


def _told(code: int | None) -> Exception:
    if code in _REFUSED:
        return StoreUnavailable(
            "The database server refused the user name or password; check CAMPANA_DATABASE_URL"
        )
    if code in _PASSING:
        return StoreUnavailable(f"The database cannot be used just now (error {code})")
    return RuntimeError(f"the database refused a statement (error {code})")
