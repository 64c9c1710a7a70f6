"""`campana db upgrade` on what 0.1.0 left: what it says beforehand, and when it refuses."""

import asyncio
import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campana.cli.app import app
from campana.stores import version
from campana.stores.sql import migrations

RELEASE = Path(__file__).parents[1] / "stores/releases/0.1.0"
BEFORE = "0014"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of 0.1.0, named in the settings."""
    made = tmp_path / "campana.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(gzip.decompress((RELEASE / "campana.sql.gz").read_bytes()).decode())
    monkeypatch.setenv("CAMPANA_DATABASE_URL", str(made))
    monkeypatch.setenv("CAMPANA_DATA_DIR", str(tmp_path))
    return made


def at(file: Path) -> str | None:
    return asyncio.run(version(str(file)))


def upgrade(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["db", "upgrade", *options])
    return result.exit_code, " ".join(result.output.split())


def test_a_dry_run_changes_nothing(file: Path) -> None:
    assert upgrade("--dry-run") == (
        0,
        f"The database would go from {BEFORE} to {migrations.HEAD}. "
        "Processes of the version before can go on beside it.",
    )
    assert at(file) == BEFORE
    assert upgrade() == (0, f"The database went from {BEFORE} to {migrations.HEAD}.")
    for options in ((), ("--dry-run",)):
        assert upgrade(*options) == (0, f"The database is at {migrations.HEAD}, nothing to do.")


def test_one_that_breaks_waits_until_workers_are_stopped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "oldest", lambda: migrations.HEAD)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM workers")
        connection.execute("INSERT INTO workers VALUES ('old', 0, 0, 9e12, 1)")
        connection.commit()
    status, said = upgrade()
    assert status == 1
    assert "cannot work with it afterwards: stop them first." in said
    assert (
        "there are workers that cannot go on after it (1); stop every campana serve, web and worker first"
        in said
    )
    assert at(file) == BEFORE
    status, said = upgrade("--anyway")
    assert (status, "stop them first" in said, at(file)) == (0, True, migrations.HEAD)
