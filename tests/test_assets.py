"""The browser files in the package are those that package-lock.json pins; anything else is copied anew."""

from pathlib import Path

import pytest

from tools import assets

WANTED = assets.locked_versions(assets.ROOT)
ICONS = assets.named_icons(assets.WEB)
FILES = [f"{folder}/{Path(name).name}" for folder, names in assets.ASSETS.values() for name in names]


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    """A copy made from empty files under the names that npm would have put there."""
    for package, (_, names) in assets.ASSETS.items():
        for name in names:
            file = tmp_path / "node_modules" / package / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    drawings = tmp_path / "node_modules/@tabler/icons/icons/outline"
    drawings.mkdir(parents=True)
    for name in ICONS:
        (drawings / f"{name}.svg").write_text(f'<svg class="{name}"><path d="M0 0" /></svg>')
    vendor = tmp_path / "vendor"
    assets.copy(tmp_path, vendor, WANTED, ICONS)
    return vendor


def test_the_package_carries_the_locked_versions() -> None:
    assert assets.up_to_date(assets.VENDOR, WANTED, ICONS)


def test_a_fresh_copy_is_up_to_date(vendor: Path) -> None:
    assert assets.up_to_date(vendor, WANTED, ICONS)


@pytest.mark.parametrize("file", [*FILES, assets.VERSIONS, assets.ICONS])
def test_a_missing_file_is_noticed(vendor: Path, file: str) -> None:
    (vendor / file).unlink()
    assert not assets.up_to_date(vendor, WANTED, ICONS)


def test_another_version_is_noticed(vendor: Path) -> None:
    newer = {name: {**entry, "version": "999.0.0"} for name, entry in WANTED.items()}
    assert not assets.up_to_date(vendor, newer, ICONS)


def test_an_old_file_does_not_stay_behind(vendor: Path) -> None:
    (vendor / "old.js").touch()
    assets.copy(vendor.parent, vendor, WANTED, ICONS)
    assert not (vendor / "old.js").exists()


def test_an_icon_that_a_page_names_anew_is_drawn(vendor: Path, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "new.html"
    page.parent.mkdir()
    page.write_text("""{{ icon("bell") }} {% call card(icon='bell-off') %} lexicon("no")""")
    icons = assets.named_icons(page.parent)
    assert icons == ["bell", "bell-off"]
    assert not assets.up_to_date(vendor, WANTED, icons)


def test_icons_are_drawn_in_one_file(vendor: Path) -> None:
    assert assets.drawn_icons(vendor / assets.ICONS) == ICONS
    assert "<path" in (vendor / assets.ICONS).read_text()
