"""The witness: what it writes down, its figures, its file."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.simulator import Entry, Ledger, most_in_any_second, summarize
from tests.simulator.support import OTHER_VENDOR, PHONE, TOKEN, VENDOR, ask, send
from tests.simulator_fixture import SimulatorProcess, StartSimulator


@pytest.mark.parametrize(
    ("moments", "most"),
    [
        ([], 0),
        ([5.0], 1),
        ([0.0, 1.0], 1),
        ([0.0, 0.999], 2),
        ([0.0, 0.5, 0.9, 1.0, 1.4, 3.0], 4),
        ([0.9, 0.95, 1.0, 1.05], 4),
        ([3.0, 0.0, 0.5], 2),
    ],
)
def test_most_in_any_second(moments: list[float], most: int) -> None:
    assert most_in_any_second(moments) == most


@given(st.lists(st.integers(0, 5000), max_size=80))
def test_most_in_any_second_is_what_counting_by_hand_finds(milliseconds: list[int]) -> None:
    by_hand = max(
        (sum(start <= one < start + 1000 for one in milliseconds) for start in milliseconds), default=0
    )
    assert most_in_any_second(milliseconds, span=1000) == by_hand


def test_an_entry_says_all_and_no_secret(simulator: StartSimulator) -> None:
    one = simulator()
    before, steady = time.time(), time.monotonic()
    reply = send(one.base_url, from_phone_number_id="1065")
    told = json.loads(one.ledger.entries[0].as_line())
    assert before <= told.pop("at") <= time.time()
    assert steady <= told.pop("monotonic") <= time.monotonic()
    assert told == {
        "vendor_uid": VENDOR,
        "token": TOKEN[-4:],
        "phone": PHONE,
        "template": "festival_offer",
        "language": "en_US",
        "fields": {"field_1": "Asha", "field_2": "20 %"},
        "from": "1065",
        "answer": "accepted",
        "status": 200,
        "wamid": reply.json["data"]["wamid"],
        "sent": True,
        "flags": [],
    }
    assert TOKEN not in one.ledger.entries[0].as_line()


def test_the_moment_is_when_the_request_had_been_read_not_when_it_was_answered(
    simulator: StartSimulator,
) -> None:
    one = simulator(latency_ms=400)
    started = time.monotonic()
    send(one.base_url)
    took = time.monotonic() - started
    assert one.ledger.entries[0].monotonic - started < took - 0.39


def test_ledger_over_http(simulator: StartSimulator) -> None:
    one = simulator()
    for number in range(3):
        send(one.base_url, phone_number=str(919800000000 + number))
    reply = ask(one.url, "GET", "ledger")
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line)["phone"] for line in reply.text.splitlines()] == [
        "919800000000",
        "919800000001",
        "919800000002",
    ]
    later = ask(one.url, "GET", "ledger?since=2")
    assert [json.loads(line)["phone"] for line in later.text.splitlines()] == ["919800000002"]
    assert later.headers["x-ledger-next"] == "3"
    assert ask(one.url, "GET", "ledger?since=3").text == ""
    assert ask(one.url, "GET", "ledger?since=-1").status == 422
    assert ask(one.url, "DELETE", "ledger").status == 204
    assert ask(one.url, "GET", "ledger").text == ""
    assert one.ledger.entries == ()


def test_long_ledgers_come_whole(simulator: StartSimulator) -> None:
    one = simulator()
    send(one.base_url)
    for _ in range(2500):
        one.ledger.add(one.ledger.entries[0])
    assert len(ask(one.url, "GET", "ledger").text.splitlines()) == 2501


def test_summary(simulator: StartSimulator) -> None:
    one = simulator(faults=["500_after@919800000001", "meta:131026@919800000002", "late:131026@919800000003"])
    for phone in ("919800000001", "919800000001", "919800000002", "919800000002", "919800000003", PHONE):
        send(one.base_url, phone_number=phone)
    send(one.base_url, vendor=OTHER_VENDOR)
    summary = ask(one.url, "GET", "ledger/summary").json
    assert summary["total"] == 7
    assert summary["sent"] == 4
    assert summary["accepted"] == 5
    assert summary["phones"] == 2
    assert summary["answers"] == {"500_after": 2, "meta:131026": 2, "late:131026": 1, "accepted": 2}
    # Only what really went out twice is a duplicate: refused attempts may be repeated.
    assert summary["duplicate_phones"] == 1
    assert summary["duplicates"] == [{"vendor_uid": VENDOR, "template": "festival_offer", "phones": 1}]
    assert summary["first_at"] <= summary["last_at"]
    assert summary["max_per_second"] == most_in_any_second(entry.monotonic for entry in one.ledger.entries)
    assert summary["webhooks"] == {"posted": 0, "failed": 0, "lost": 0, "pending": 0}


def test_summary_of_nothing() -> None:
    summary = summarize([])
    assert (summary["total"], summary["max_per_second"], summary["first_at"]) == (0, 0, None)


def test_summary_counts_flags(simulator: StartSimulator) -> None:
    one = simulator()
    send(one.base_url, query=f"?token={TOKEN}", field_1="{nobody}")
    assert one.ledger.summary()["flags"] == {"token_in_url": 1, "placeholder_left": 1}


def test_the_file_is_appended_to_and_complete_after_a_stop(
    simulator_process: Callable[..., SimulatorProcess], tmp_path: Path
) -> None:
    (tmp_path / "ledger-0.jsonl").write_text('{"from": "an earlier run"}\n')
    one = simulator_process()
    for number in range(20):
        send(one.base_url, phone_number=str(919800000000 + number))
    entries = one.entries()
    assert one.stop() == 0
    lines = one.ledger_file.read_text().splitlines()
    assert lines[0] == '{"from": "an earlier run"}'
    assert [json.loads(line) for line in lines[1:]] == entries


def test_the_file_is_written_while_it_runs(simulator_process: Callable[..., SimulatorProcess]) -> None:
    one = simulator_process()
    send(one.base_url)
    deadline = time.monotonic() + 20
    while not one.ledger_file.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    one.process.kill()
    assert json.loads(one.ledger_file.read_text())["phone"] == PHONE


async def test_a_stop_writes_what_is_left(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    flushing = asyncio.create_task(ledger.keep_flushing())
    await asyncio.sleep(0)
    ledger.add(entry("1"))
    flushing.cancel()
    await asyncio.wait([flushing])
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == 1


async def test_time_without_the_processor_is_noted(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    flushing = asyncio.create_task(ledger.keep_flushing())
    await asyncio.sleep(0)
    began = time.monotonic()
    time.sleep(0.3)
    await asyncio.sleep(0.06)  # the next flush, which is late
    flushing.cancel()
    ((ended, length), *_) = ledger.stalls
    assert ended - began >= 0.3
    assert length > 0.2
    assert ledger.summary()["stalls"] == ledger.stalls


def test_clearing_clears_the_file(simulator: StartSimulator, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "ledger.jsonl"
    one = simulator(ledger_file=file)
    send(one.base_url)
    one.ledger.flush()
    one.ledger.clear()
    assert file.read_text() == ""


def test_waiting_for_messages_that_came_already(simulator: StartSimulator) -> None:
    one = simulator()
    send(one.base_url)
    assert one.ledger.when(1).done()
    assert not one.ledger.when(2).done()


def test_only_numbers_that_got_it_twice_are_duplicates() -> None:
    assert summarize([entry("1"), entry("1"), entry("2")])["duplicate_phones"] == 1


def entry(phone: str) -> Entry:
    return Entry(
        at=1.0,
        monotonic=1.0,
        vendor_uid=VENDOR,
        token="1234",
        phone=phone,
        template="t",
        language="en",
        fields={},
        from_id="",
        answer="accepted",
        status=200,
        wamid="w",
        sent=True,
    )
