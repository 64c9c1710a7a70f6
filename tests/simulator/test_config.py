"""What can be told to a simulator, and how it says no."""

import json
from typing import Any

import pytest

from campana.simulator import (
    Fault,
    SimulatorConfig,
    Template,
    Window,
    changed,
    parse_fault,
    parse_template,
    parse_window,
)
from campana.simulator.calls import Call, read_call
from campana.simulator.desk import Desk
from tests.simulator.support import GOOD_HEADERS, VENDOR, ask, message, send
from tests.simulator_fixture import StartSimulator


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("500_after=0.01", Fault(name="500_after", share=0.01)),
        ("meta:131026=.05", Fault(name="meta", argument=131026, share=0.05)),
        ("throttle=1x3", Fault(name="throttle", share=1, times=3)),
        ("late:131026@919812345678", Fault(name="late", argument=131026, phone="919812345678")),
        ("slow:2.5=0", Fault(name="slow", argument=2.5, share=0)),
    ],
)
def test_a_fault_in_words(spec: str, fault: Fault) -> None:
    assert parse_fault(spec) == fault


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "nonsense=0.1",
        "500_after=1.5",
        "500_after=-1",
        "500_after=lots",
        "meta=0.1",
        "meta:x=0.1",
        "meta:1.5=0.1",
        "422:5=0.1",
        "hang",
        "late=0.2",
    ],
)
def test_a_fault_that_is_none_is_refused_in_words(spec: str) -> None:
    with pytest.raises(ValueError, match=r"^fault ") as said:
        parse_fault(spec)
    assert "\n" not in str(said.value)


def test_a_kind_is_named_as_the_ledger_names_it() -> None:
    assert [parse_fault(spec).kind for spec in ("meta:131026", "slow:2.5", "hang_after")] == [
        "meta:131026",
        "slow:2.5",
        "hang_after",
    ]


def test_windows_and_templates_in_words() -> None:
    assert parse_window("60/60") == Window(60, 60.0)
    assert parse_template("diwali:en_US:2") == Template("diwali", "en_US", 2)
    assert parse_template("diwali:hi:0:header_image+button_0").required == ("header_image", "button_0")
    for bad in ("60", "0/60", "60/0", "a/b"):
        with pytest.raises(ValueError, match="window"):
            parse_window(bad)
    for bad in ("diwali", "diwali:en_US", "diwali:en_US:two", "Diwali:en_US:1"):
        with pytest.raises(ValueError, match="NAME:LANGUAGE:FIELDS"):
            parse_template(bad)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"latency_ms": -1}, "latency_ms"),
        ({"latency_ms": "soon"}, "latency_ms"),
        ({"faults": ["500_after=0.6", "meta:131026=0.6"]}, "add up to 1.2"),
        ({"faults": "500_after=0.6"}, "faults"),
        ({"faults": ["nonsense=1"]}, "no such kind"),
        ({"people": {"read": 2}}, "people.read"),
        ({"people": {"reads": 1}}, "people.reads"),
        ({"webhooks": {"batch": 0}}, "webhooks.batch"),
        ({"webhook": "shop.example/hook"}, "webhooks.url"),
        ({"window": "sixty"}, "LIMIT/SECONDS"),
        ({"templates": "diwali:en:1"}, "list"),
        ({"locale": "fr"}, "locale"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says) as said:
        changed(SimulatorConfig(), changes)
    assert "\n" not in str(said.value)
    assert type(said.value) is ValueError


def test_text_from_a_command_line_is_read() -> None:
    config = changed(
        SimulatorConfig(), {"people": {"read": "0.8"}, "webhooks": {"batch": "5", "old_install": "true"}}
    )
    assert (config.people.read, config.webhooks.batch, config.webhooks.old_install) == (0.8, 5, True)
    assert config.people.delivered == SimulatorConfig().people.delivered


def test_a_fault_limited_in_number_or_phone_does_not_count_towards_the_sum() -> None:
    config = changed(SimulatorConfig(), {"faults": ["422=1", "500_after=1x2", "500_after@919800000001"]})
    assert len(config.faults) == 3


def test_tokens_do_not_show() -> None:
    config = changed(SimulatorConfig(), {"accounts": {"a": "secret-token"}})
    assert "secret-token" not in repr(config)


def test_control_over_http(simulator: StartSimulator) -> None:
    one = simulator(accounts={"3f1c9a52-0d4e-4c1b-9a57-6f0a2b7d1e10": "simulated-token-1234"})
    told = ask(
        one.url, "POST", "control", body=json.dumps({"latency_ms": 5, "faults": ["plan_expired=1"]}).encode()
    )
    assert (told.status, told.json["latency_ms"]) == (200, 5)
    assert "simulated-token-1234" not in told.text
    assert send(one.base_url).json["result"] == "failed"
    assert ask(one.url, "GET", "control").json["faults"][0]["name"] == "plan_expired"


@pytest.mark.parametrize("body", [b"[]", b"{broken", b'{"nonsense": 1}', b'{"latency_ms": -5}'])
def test_control_refuses_and_changes_nothing(simulator: StartSimulator, body: bytes) -> None:
    one = simulator()
    before = one.config
    reply = ask(one.url, "POST", "control", body=body)
    assert reply.status == 422
    assert reply.json["error"]
    assert one.config == before


async def test_latency_is_spread_evenly_about_its_middle() -> None:
    desk = Desk(changed(SimulatorConfig(), {"latency_ms": 300, "jitter_ms": 100}))
    waits = [desk.decide(call_for(str(919800000000 + number))).wait_s for number in range(300)]
    assert 0.2 <= min(waits) < 0.22
    assert 0.38 < max(waits) <= 0.4
    assert 0.28 < sum(waits) / 300 < 0.32


def call_for(phone: str) -> Call:
    scope = {
        "method": "POST",
        "path": f"/api/{VENDOR}/contact/send-template-message",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in GOOD_HEADERS.items()],
    }
    return read_call(scope, json.dumps(message(phone_number=phone)).encode(), at=1.0, monotonic=1.0)


def test_the_ledger_keeps_its_file(simulator: StartSimulator) -> None:
    with pytest.raises(ValueError, match="ledger_file"):
        simulator().control(ledger_file="elsewhere.jsonl")


def test_control_shows_what_is_in_force(simulator: StartSimulator) -> None:
    one = simulator(window="60/60", templates=["diwali:en_US:1"])
    ask(one.base_url, "POST", "contact/update/919800000001", body=b'{"whatsapp_opt_out": 1}')
    told = ask(one.url, "GET", "control").json
    assert told["window"] == {"limit": 60, "seconds": 60.0}
    assert told["templates"][-1]["name"] == "diwali"
    assert told["opt_outs"] == [{"vendor_uid": VENDOR, "phone": "919800000001"}]
