"""The files of deploy/: each can be read by the tool it is for, and what they name is there."""

import configparser
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from campana.cli.app import app
from campana.config import Settings

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SOCKETS = sorted((DEPLOY / "systemd").glob("*.socket"))
COMMAND = "/opt/campana/.venv/bin/campana"


def tool(name: str) -> str:
    """Its path; without it the test is skipped."""
    found = shutil.which(name)
    return found or pytest.skip(f"{name} is not installed")


def words_work(words: Iterable[str]) -> None:
    """Whether the command line takes these words: a command of ours, with options that it has."""
    name, *rest = words
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    command.make_context(name, [word.replace("%i", "8001") for word in rest], resilient_parsing=False)


def unit(path: Path) -> dict[str, list[str]]:
    """The settings of a unit, each with all of its values."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def program() -> dict[str, str]:
    """The supervisor's program."""
    parser = configparser.RawConfigParser()
    parser.read(DEPLOY / "supervisor/campana.conf")
    return dict(parser["program:backend"])


def pm2() -> dict[str, Any]:
    """PM2's one app, as node reads it."""
    script = f"console.log(JSON.stringify(require({json.dumps(str(DEPLOY / 'pm2/ecosystem.config.js'))})))"
    told = subprocess.run([tool("node"), "-e", script], capture_output=True, text=True, check=True).stdout
    (only,) = json.loads(told)["apps"]
    return dict(only)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_of_ours(path: Path) -> None:
    found = unit(path)
    command, *words = found["ExecStart"][0].split()
    assert command == COMMAND
    words_work(words)


@pytest.mark.parametrize("path", [*UNITS, *SOCKETS], ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(path: Path, tmp_path: Path) -> None:
    """With a command in the place of ours, which is not installed here. A socket needs its service beside
    it."""
    for each in {path, path.with_suffix(".service")}:
        copy = tmp_path / each.name.replace("@.", "@8000.")
        copy.write_text(each.read_text().replace(COMMAND, "/bin/true"))
    command = [tool("systemd-analyze"), "verify", str(tmp_path / path.name.replace("@.", "@8000."))]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_units_differ_only_in_what_they_start() -> None:
    """One hardening for all: a line that is changed in one file is changed in every one."""
    own = ("Description", "ExecStart")
    first, *others = (
        {name: values for name, values in unit(path).items() if name not in own} for path in UNITS
    )
    assert all(other == first for other in others)


def test_the_supervisor_starts_a_command_of_ours_and_logs_where_the_guide_looks() -> None:
    found = program()
    command, *words = found["command"].split()
    assert command == COMMAND
    words_work(words)
    assert found["stdout_logfile"] == "/var/log/supervisor/backend.out.log"
    assert found["redirect_stderr"] == "true"


def test_pm2_starts_a_command_of_ours_and_logs_where_the_guide_looks() -> None:
    found = pm2()
    assert found["script"] == COMMAND
    words_work(found["args"].split())
    assert found["out_file"] == found["error_file"] == "/var/log/pm2/whatsapp-backend-out.log"


def test_everybody_waits_for_the_end_of_what_is_under_way() -> None:
    """Ten seconds are promised; nobody kills before."""
    assert all(int(unit(path)["TimeoutStopSec"][0]) > 10 for path in UNITS)
    assert int(program()["stopwaitsecs"]) > 10
    assert pm2()["kill_timeout"] > 10_000
    services = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())["services"]
    ours = [service for service in services.values() if service["image"] == "campana"]
    assert ours
    assert all(int(service["stop_grace_period"].rstrip("s")) > 10 for service in ours)


def test_the_settings_named_exist() -> None:
    named: set[str] = set()
    for path in (path for path in DEPLOY.rglob("*") if path.is_file()):
        named |= set(re.findall(r"CAMPANA_([A-Z_]+[A-Z])", path.read_text()))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_containers_start_commands_of_ours() -> None:
    services = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())["services"]
    for service in services.values():
        if service["image"] == "campana":
            words_work(service["command"])
            assert (DEPLOY / "docker" / service["build"]["context"]).resolve() == ROOT
            assert (ROOT / service["build"]["dockerfile"]).is_file()
    lines = (DEPLOY / "docker/Dockerfile").read_text().splitlines()
    (entry,) = (
        json.loads(line.removeprefix("ENTRYPOINT")) for line in lines if line.startswith("ENTRYPOINT")
    )
    (words,) = (json.loads(line.removeprefix("CMD")) for line in lines if line.startswith("CMD"))
    assert entry == ["campana"]
    words_work(words)


def test_the_image_is_built_from_what_is_there() -> None:
    """The steps of the Dockerfile's first half name files, and targets of the Makefile, that exist."""
    text = (DEPLOY / "docker/Dockerfile").read_text()
    assert all((ROOT / name).is_file() for name in re.findall(r"-r (\S+)", text))
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"RUN make (\w+)", text)) <= set(targets)
