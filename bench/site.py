"""An installation of the product to measure: its own folder and database, and real processes.

Its store is opened beside them, to prepare what no user would enter and to look at what was recorded."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from campana.config import Settings
from campana.engine.ports import Store
from campana.stores import open_store
from campana.vault import FernetVault
from tests.support.product import Product, Running, product


@dataclass(frozen=True, slots=True)
class Site:
    """The installation. `account_id` is the account of the product's API key."""

    product: Product
    settings: Settings
    store: Store
    vault: FernetVault
    account_id: UUID

    async def stop(self, running: Running) -> None:
        """SIGTERM, and wait for its end; anything but a clean exit breaks the measurement off."""
        status = await running.terminate()
        if status != 0:
            raise RuntimeError(
                f"the process ended with status {status}: {running.log_file.read_text()[-2000:]}"
            )


@contextlib.asynccontextmanager
async def site(folder: Path, sink_url: str, *, database_url: str | None = None) -> AsyncIterator[Site]:
    """A new installation; its processes and files are gone after the block, a given database stays."""
    named = {"DATABASE_URL": database_url} if database_url else {}
    with tempfile.TemporaryDirectory(dir=folder, prefix="site-") as name:
        home = Path(name)
        ours = {"BIZCHAT_BASE_URL": sink_url, "PRACTICE_BASE_URL": sink_url, **named}
        async with product(home, **ours) as installed:
            secret = SecretStr(database_url) if database_url else None
            settings = Settings(data_dir=home, database_url=secret, bizchat_base_url=sink_url, _env_file=None)
            store = await open_store(settings.store_url)
            try:
                account = await store.account_named("Shop")
                if account is None:
                    raise RuntimeError("the installation has no account")
                yield Site(installed, settings, store, FernetVault(settings.key()), account.id)
            finally:
                await store.close()
