"""The docs cannot rot: what can be set, called or seen stands in them, and what stands there is true."""

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from typer.main import get_command

from campana.cli.app import app
from campana.config import Settings
from campana.domain.audit import AuditAction
from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import MessageStatus
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


def commands(group: Any, before: str = "campana") -> list[str]:
    found = []
    for name, command in group.commands.items():
        words = f"{before} {name}"
        found += commands(command, words) if hasattr(command, "commands") else [words]
    return found


def test_every_command_has_its_line() -> None:
    told = page("commands.md")
    missing = [words for words in commands(get_command(app)) if f"`{words}" not in told]
    assert not missing


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


def test_every_status_is_explained() -> None:
    told = page("states.md")
    for status in (*CampaignStatus, *MessageStatus):
        assert f"`{status}`" in told


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
