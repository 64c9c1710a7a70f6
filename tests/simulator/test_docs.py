"""docs/simulator.md keeps up with the code."""

import json
import re
from pathlib import Path

import pytest

from campana.simulator import FAULTS, Entry, People, SimulatorConfig, Webhooks, summarize
from campana.simulator.calls import read_call

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
NAMED = set(re.findall(r"`([^`\n]+)`", PAGE))


def test_every_fault_stands_in_the_table_with_its_meaning() -> None:
    rows = dict(
        re.findall(
            r"^\| `([^`]+)` \| (.+) \|$", PAGE.split("## Faults")[1].split("## Ledger")[0], re.MULTILINE
        )
    )
    assert rows == dict(FAULTS)


@pytest.mark.parametrize("settings", [SimulatorConfig, People, Webhooks])
def test_every_setting_is_named(settings: type[SimulatorConfig | People | Webhooks]) -> None:
    # A vendor's own URL and everybody's are told of as `webhook` and `urls`.
    assert set(settings.model_fields) - {"url"} <= NAMED


def test_every_field_of_the_ledger_is_named() -> None:
    entry = Entry(
        at=1.0,
        monotonic=1.0,
        vendor_uid="v",
        token="1234",
        phone="1",
        template="t",
        language="en",
        fields={},
        from_id="",
        answer="accepted",
        status=200,
        wamid="w",
        sent=True,
    )
    assert set(json.loads(entry.as_line())) <= NAMED
    assert set(summarize([])) <= NAMED


def test_every_flag_is_named() -> None:
    scope = {
        "method": "POST",
        "path": "/api/v/contact/send-template-message",
        "query_string": b"token=t",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
    }
    call = read_call(scope, b"fild_1=x&field_2=%7Bname%7D", at=1.0, monotonic=1.0)
    assert len(call.flags) == 5
    assert set(call.flags) <= NAMED
