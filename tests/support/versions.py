"""A database told to be what it is not: of another version, or changed behind the product's back."""

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from campana.stores.sql.urls import driver_url


async def say(url: str, statements: str) -> None:
    """Have these statements done, and committed."""

    def execute(connection: Connection) -> None:
        for statement in statements.split(";"):
            connection.execute(text(statement))
        connection.commit()

    await with_connection(url, execute)


async def with_connection(url: str, work: object) -> None:
    """Call `work` with a plain connection to the database."""
    assert callable(work)
    if url.startswith("sqlite"):
        with create_engine(url).connect() as connection:
            work(connection)
        return
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        await connection.run_sync(work)
    await engine.dispose()
