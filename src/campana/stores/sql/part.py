"""What every part of the store has: the database. A part is a handful of verbs about one subject."""

from campana.stores.sql.database import Database


class Part:
    """Verbs share nothing but the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
