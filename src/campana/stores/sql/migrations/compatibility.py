"""The oldest version that can work with the tables, stated in the database for processes older than it.

Migrations add: processes of the version before go on beside the new ones, and are restarted one after the
other. One that cannot do so says `breaking = True`, and versions before it stop.
"""

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, insert

own = MetaData()
"""Apart from the tables of the product: it is no content, and is in no backup."""
compatibility = Table("compatibility", own, Column("oldest", Text(), primary_key=True))


def state_oldest(connection: Connection, oldest: str) -> None:
    """Write it down, in the transaction of the migrations."""
    own.create_all(connection)
    connection.execute(delete(compatibility))
    connection.execute(insert(compatibility).values(oldest=oldest))
