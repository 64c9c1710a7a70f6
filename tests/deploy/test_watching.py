"""Alert rules and dashboard: they parse, and every metric in them is one that Campana has."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from campana.config import Settings
from campana.domain.outcomes import OutcomeKind
from campana.engine.faults import kinds
from tests.support.house import open_house

ROOT = Path(__file__).parent.parent.parent
OTHERS = {"node_filesystem_avail_bytes", "node_timex_sync_status", "node_timex_offset_seconds"}
"""node_exporter's"""
NEEDED = {
    "CampaignFailed",
    "CampaignPaused",
    "Overdue",
    "LaneWithoutOwner",
    "ProviderSlowsDown",
    "ErrorRate",
    "QueueStands",
    "DiskFull",
    "ClockOff",
    "WebhookSilence",
}


@pytest.fixture
async def metrics(sqlite_store) -> set[str]:
    """The names Prometheus sees, with the suffixes of counters and histograms."""
    names = set(OTHERS)
    async with open_house(sqlite_store) as house:
        for family in house.registry.collect():
            names |= {family.name, family.name + "_total", family.name + "_bucket"}
    return names


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((ROOT / "deploy/prometheus/campana.rules.yaml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def named(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:campana|node)_\w+", expression))


def test_rules_ask_for_metrics_that_are_there(metrics: set[str]) -> None:
    assert set().union(*(named(rule["expr"]) for rule in rules())) <= metrics


def test_there_is_an_alert_for_each_fault_and_each_says_what_to_do() -> None:
    assert {f"Campana{name}" for name in NEEDED} <= {rule["alert"] for rule in rules()}
    assert all(rule["annotations"].keys() == {"summary", "action"} for rule in rules())
    assert all(rule["labels"]["severity"] in ("page", "warn") for rule in rules())


def test_doctor_and_the_alerts_go_by_the_same_thresholds() -> None:
    """But for the clock's: doctor asks the provider, to the second."""
    asked = {rule["alert"].removeprefix("Campana"): rule for rule in rules()}
    expected = {
        "Overdue": f"> {kinds.OVERDUE_AFTER.total_seconds():.0f}",
        "ProviderSlowsDown": f"< {kinds.SLOW_BELOW}",
        "ErrorRate": f"> {kinds.ERRORS_ABOVE}",
        "ReceiptsQueue": f"> {kinds.INBOX_STANDS_AFTER.total_seconds():.0f}",
        "WebhookSilence": f"> {kinds.SILENT_AFTER.total_seconds():.0f}",
        "DiskFull": f"< {Settings(_env_file=None).least_disk_mb // 1000}e9",
    }
    for name, threshold in expected.items():
        assert re.search(re.escape(threshold) + r"(?![\d.])", asked[name]["expr"]), name
    assert asked["WebhookSilence"]["expr"].rstrip().endswith(f"> {kinds.SILENT_ABOVE}")
    assert asked["QueueStands"]["for"] == f"{kinds.QUEUE_STANDS_AFTER.total_seconds() / 60:.0f}m"


def test_outcomes_named_in_rules_are_outcomes() -> None:
    told = {value for rule in rules() for value in re.findall(r'outcome!?="(\w+)"', rule["expr"])}
    assert told <= {kind.value for kind in OutcomeKind}


def test_the_dashboard_asks_for_metrics_that_are_there(metrics: set[str]) -> None:
    panels = json.loads((ROOT / "deploy/grafana/campana.json").read_text())["panels"]
    asked = set().union(*(named(target["expr"]) for panel in panels for target in panel["targets"]))
    assert asked <= metrics
    assert len({panel["id"] for panel in panels}) == len(panels)
