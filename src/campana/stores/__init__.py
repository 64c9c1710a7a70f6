"""Where everything is kept. Implements the engine's ports; knows no HTTP, no provider, no policy."""

from campana.stores.sql.store import SqlStore, open_store, upgrade, version

__all__ = ["SqlStore", "open_store", "upgrade", "version"]
