"""Where to go after signing in: only ever to a page of ours."""

from urllib.parse import urlsplit

HOME = "/"


def local(wanted: str | None) -> str:
    """The path, if it is one of this server; else the first page.

    Browsers read a backslash as a slash, drop tabs and line ends, and take two slashes for another host.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    if "\\" in wanted or not wanted.isprintable() or not wanted.isascii():
        return HOME
    parts = urlsplit(wanted)
    return HOME if parts.scheme or parts.netloc else wanted
