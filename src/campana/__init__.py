"""Campana sends scheduled WhatsApp campaigns; this module only names the version."""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when asked: it takes 60 ms, which a helper process has no use for."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("campana")
    except PackageNotFoundError:  # the source tree on a path, nothing installed
        return "0+unknown"
