"""What the figures were measured on: the machine and the versions of what was in play."""

import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = (
    "pyreqwest",
    "uvloop",
    "sqlalchemy",
    "aiosqlite",
    "asyncpg",
    "fastapi",
    "uvicorn",
    "pydantic",
    "phonenumbers",
    "python-calamine",
    "pandas",
    "openpyxl",
)


def machine(postgres: str | None) -> Sequence[tuple[str, str]]:
    """Name and value of each; `postgres` is what the server says of itself, None where there is none."""
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    return (
        ("When", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("Commit", _commit()),
        ("CPU", f"{os.cpu_count()} cores, {_cpu_model()}"),
        ("Memory", f"{_memory_gib():.1f} GiB"),
        ("System", f"{_system()}, kernel {platform.release()}"),
        ("Load before", ", ".join(f"{load:.2f}" for load in os.getloadavg()) + " (1, 5, 15 minutes)"),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("Databases", f"SQLite {sqlite3.sqlite_version}, {postgres or 'PostgreSQL: not measured'}"),
        ("Libraries", libraries),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "--short", "HEAD") or "not a git checkout"
        return f"{commit}, with changes" if git("status", "--porcelain", "src") else commit
    except FileNotFoundError:
        return "git is not installed"


def _cpu_model() -> str:
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = text.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return platform.system()
