"""The docs cannot rot: what can be set, called or seen stands in them, and what stands there is true."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from typer.main import get_command

from campana.cli.app import app
from campana.config import Settings
from campana.domain.audit import AuditAction
from campana.domain.campaigns import TRANSITIONS, CampaignStatus
from campana.domain.endpoints import EventType
from campana.domain.messages import MessageStatus
from campana.engine.insights import OWN
from campana.engine.metrics import Metrics

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_setting_has_its_line_and_no_other_does() -> None:
    told = set(re.findall(r"^\| `CAMPANA_(\w+)`", page("configuration.md"), re.MULTILINE))
    assert told == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "name", ["scheduler_interval_s", "rate_limit_per_s", "daily_limit", "bizchat_base_url"]
)
def test_defaults_stand_as_they_are(name: str) -> None:
    default = Settings.model_fields[name].default
    assert re.search(rf"`CAMPANA_{name.upper()}` \| `{re.escape(str(default))}`", page("configuration.md"))


def commands(group: Any, before: str = "campana") -> dict[str, set[str]]:
    """Each command with its options."""
    found = {}
    for name, command in group.commands.items():
        words = f"{before} {name}"
        if hasattr(command, "commands"):
            found |= commands(command, words)
        else:
            options = {each.opts[0] for each in command.params if each.param_type_name == "option"}
            found[words] = options - {"--help"}
    return found


def table(name: str, heading: str) -> list[list[str]]:
    """The rows of the first table below that heading, each a list of cells."""
    below = f"\n{page(name)}".partition(f"\n{heading}\n")[2].partition("\n|---")[2]
    rows = below.partition("\n")[2].partition("\n\n")[0]
    return [row.strip("| ").split(" | ") for row in rows.splitlines()]


def quoted(text: str, of: str = r"[^`]+") -> list[str]:
    return re.findall(rf"`({of})`", text)


def test_every_command_has_its_line_and_no_other_does() -> None:
    told = {
        " ".join(word for word in words.split() if not word.isupper())
        for first, *_ in table("commands.md", "# Commands")
        for words in quoted(first)
    }
    assert told == set(commands(get_command(app)))


def test_commands_named_on_any_page_are_there() -> None:
    known = {words.split()[1] for words in commands(get_command(app))}
    pages = (ROOT / "README.md", *DOCS.glob("*.md"))
    told = {
        (path.name, word)
        for path in pages
        for word in re.findall(r"(?<![-/])\bcampana ([a-z][a-z-]+)", _code(path))
    }
    assert [each for each in told if each[1] not in known] == []


def _code(path: Path) -> str:
    """What stands between backticks on a page, and in its blocks of code."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", path.read_text(encoding="utf-8"), re.DOTALL))


def test_every_option_stands_with_its_command_and_no_other_does() -> None:
    told = {
        words: set(quoted(options, r"--[a-z-]+"))
        for first, options in table("commands.md", "## Options")
        for words in quoted(first)
    }
    assert told == {words: options for words, options in commands(get_command(app)).items() if options}


def test_every_metric_has_its_line_and_no_other_does() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    ours = {family.name + ("_total" if family.type == "counter" else "") for family in registry.collect()} | {
        "campana_messages_queued",
        "campana_campaigns",
        "campana_overdue_seconds",
        "campana_workers",
        "campana_lanes_without_owner",
        "campana_inbox_posts",
        "campana_inbox_oldest_seconds",
        "campana_receipts_unmatched",
        "campana_webhook_last_event_timestamp_seconds",
    }
    told = set(re.findall(r"`(campana_\w+)(?:\{\w+\})?`", page("operate.md")))
    assert told == ours


@pytest.mark.parametrize(
    ("heading", "states"), [("## Campaign", CampaignStatus), ("## Message", MessageStatus)]
)
def test_every_state_is_explained_and_no_other(heading: str, states: type[StrEnum]) -> None:
    assert [quoted(first)[0] for first, _ in table("states.md", heading)] == [one.value for one in states]


def test_the_picture_shows_every_way_between_states_of_a_campaign_and_no_other() -> None:
    told = set(re.findall(r"^    ([A-Z]+) --> ([A-Z]+)", page("states.md"), re.MULTILINE))
    cancelled = quoted(re.findall(r"^Cancelling is possible from (.*)$", page("states.md"), re.MULTILINE)[0])
    told |= {(origin, "CANCELLED") for origin in cancelled}
    assert told == {(start.value, end.value) for start in TRANSITIONS for end in TRANSITIONS[start]}


def test_every_code_that_campana_gives_is_explained_and_no_other() -> None:
    found = table("states.md", "### Codes that Campana gives by itself")
    assert sorted(code for first, _ in found for code in quoted(first)) == sorted(OWN)


def test_every_event_of_outgoing_webhooks_has_its_line_and_no_other_does() -> None:
    told = [name for first, _ in table("webhooks.md", "## Events") for name in quoted(first)]
    assert sorted(told) == sorted(event.value for event in EventType)


def test_log_lines_to_look_for_are_written_somewhere() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    told = [name for first, *_ in table("operate.md", "## Log lines to look for") for name in quoted(first)]
    assert told
    assert [name for name in told if f'"{name.partition("{")[0].rstrip(": ")}' not in written] == []


def test_every_action_of_the_audit_trail_has_its_line_and_no_other_does() -> None:
    told = set(
        re.findall(r"`(\w+\.\w+)`", page("security.md").partition("### Actions")[2].partition("\n#")[0])
    )
    assert told == {action.value for action in AuditAction}


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{path.name}: {target}"
        for path in (ROOT / "README.md", *DOCS.glob("*.md"))
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert not broken
