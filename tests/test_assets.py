"""The browser files in the package are those that package-lock.json pins; anything else is copied anew."""

from pathlib import Path

import pytest

from tools import assets

WANTED = assets.locked_versions(assets.ROOT)
FILES = [f"{folder}/{name}" for folder, names in assets.ASSETS.values() for name in names]


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    """A copy made from empty files under the names that npm would have put there."""
    for package, (_, names) in assets.ASSETS.items():
        (tmp_path / "node_modules" / package).mkdir(parents=True)
        for name in names:
            (tmp_path / "node_modules" / package / name).touch()
    vendor = tmp_path / "vendor"
    assets.copy(tmp_path, vendor, WANTED)
    return vendor


def test_the_package_carries_the_locked_versions() -> None:
    assert assets.up_to_date(assets.VENDOR, WANTED)


def test_a_fresh_copy_is_up_to_date(vendor: Path) -> None:
    assert assets.up_to_date(vendor, WANTED)


@pytest.mark.parametrize("file", [*FILES, assets.VERSIONS])
def test_a_missing_file_is_noticed(vendor: Path, file: str) -> None:
    (vendor / file).unlink()
    assert not assets.up_to_date(vendor, WANTED)


def test_another_version_is_noticed(vendor: Path) -> None:
    newer = {name: {**entry, "version": "999.0.0"} for name, entry in WANTED.items()}
    assert not assets.up_to_date(vendor, newer)


def test_an_old_file_does_not_stay_behind(vendor: Path) -> None:
    (vendor / "old.js").touch()
    assets.copy(vendor.parent, vendor, WANTED)
    assert not (vendor / "old.js").exists()
