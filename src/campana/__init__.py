"""Campana sends scheduled WhatsApp campaigns; this module only names the version."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("campana")
except PackageNotFoundError:  # the source tree on a path, nothing installed
    __version__ = "0+unknown"
