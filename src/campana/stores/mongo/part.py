"""What every part of the store has: the database, and the journals. A part is a handful of verbs about one
subject."""

from campana.stores.mongo.account_journal import AccountJournal
from campana.stores.mongo.database import Database
from campana.stores.mongo.journal import Journal


class Part:
    """Verbs share nothing but these."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._journal = Journal(database)
        self._account_journal = AccountJournal(database)
