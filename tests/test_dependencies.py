"""Every dependency has its reason in docs/dependencies.md and its pin in a lock; no lock names a host."""

import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import house_rules

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NPM = json.loads((ROOT / "package.json").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

GROUPS: dict[str, list[str]] = {
    "runtime": PROJECT["project"]["dependencies"],
    **PROJECT["project"]["optional-dependencies"],
    **PROJECT["dependency-groups"],
}

# Half of a declared library under a name of its own: pydantic asks for exactly one version of it.
COMPANIONS = {"pydantic-core"}

ADDRESS = re.compile(
    r"""
    ://                                                          # any address
    | ^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b  # pip's options
    | \b(resolved|registry)\b                                    # npm's
    | \b[a-z0-9-]+\.(com|dev|io|net|org)\b                       # a bare host name
    | (^|[\s"'=])/(home|opt|root|tmp|usr|var|work)/              # a folder of somebody's machine
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)


def documented(page: str) -> set[str]:
    """The first cells of the tables of the page whose heading is `Library` or `Package`."""
    tables = re.findall(r"^\| (?:Library|Package) \|.*\n\|[-|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    return {row.split("|")[1].strip() for table in tables for row in table.splitlines()}


def addresses(text: str) -> list[str]:
    """Lines that name an index, a host or a folder of a machine; npm's setting against them is none, and
    neither is a package that is called like a host."""
    kept = "omit-lockfile-registry-resolved=true"
    names = re.compile(rf'"(node_modules/)?({"|".join(map(re.escape, NPM["dependencies"]))})"')
    return [
        line for line in text.splitlines() if line != kept and ADDRESS.search(names.sub('"package"', line))
    ]


def pins(lock: str) -> dict[str, list[str]]:
    """Version(s) of each library in a lock; the same library may be pinned anew for newer Pythons."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock, re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def test_the_page_of_dependencies_is_complete() -> None:
    declared = {Requirement(line).name for lines in GROUPS.values() for line in lines}
    assert documented((ROOT / "docs/dependencies.md").read_text()) == declared | set(NPM["dependencies"])


def test_the_product_imports_only_what_it_declares() -> None:
    runtime = [*GROUPS["runtime"], *GROUPS["otel"]]
    declared = {canonicalize_name(Requirement(line).name) for line in runtime} | COMPANIONS
    modules = house_rules.read_package(ROOT / "src")
    roots = {each.name.partition(".")[0] for module in modules for each in house_rules.imports(module)}
    homes = packages_distributions()
    foreign = roots - sys.stdlib_module_names - {"campana"}
    assert {
        root for root in foreign if not declared & set(map(canonicalize_name, homes.get(root, [])))
    } == set()


@pytest.mark.parametrize("group", GROUPS)
def test_every_dependency_is_pinned_within_its_bound(group: str) -> None:
    locked = pins((ROOT / f"requirements/{group}.txt").read_text())
    for requirement in map(Requirement, GROUPS[group]):
        versions = locked[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("group", GROUPS)
def test_all_locks_agree(group: str) -> None:
    dev = pins((ROOT / "requirements/dev.txt").read_text())
    locked = pins((ROOT / f"requirements/{group}.txt").read_text())
    assert {name: locked[name] for name in dev.keys() & locked.keys()} == {
        name: dev[name] for name in dev.keys() & locked.keys()
    }


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_hashes(lock: Path) -> None:
    entries = re.findall(r"^\S+==.*\n(.*)", lock.read_text(), re.MULTILINE)
    assert entries
    assert [line for line in entries if not line.lstrip().startswith("--hash=sha256:")] == []


def test_every_browser_package_is_pinned_with_its_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in NPM["dependencies"].items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert [path for path, entry in packages.items() if path and "integrity" not in entry] == []


@pytest.mark.parametrize(
    "path",
    [*LOCKS, *(ROOT / name for name in ("package.json", "package-lock.json", ".npmrc", "pyproject.toml"))],
    ids=lambda path: path.name,
)
def test_no_file_says_where_packages_come_from(path: Path) -> None:
    assert addresses(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url somewhere",
        "-i somewhere",
        "--find-links wheels",
        '      "resolved": "somewhere",',
        "registry=somewhere",
        "# from index.example.org",
        "https://somewhere/simple",
        "#    uv pip compile -o /home/me/requirements.txt",
    ],
)
def test_an_address_is_found(line: str) -> None:
    assert addresses(line) == [line]


def test_a_dependency_without_a_reason_is_found() -> None:
    page = (
        "| Library | For |\n|---|---|\n| one | why |\n| two | why |\n\n| File | For |\n|---|---|\n| x | y |\n"
    )
    assert documented(page) == {"one", "two"}
