"""Started and stopped: in the running loop, in a thread, and as a process."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from campana.simulator import FAULTS, SimulatorConfig, changed, in_thread, running
from tests.simulator.support import ask, send
from tests.simulator_fixture import SimulatorProcess, StartSimulator

QUICK = changed(SimulatorConfig(), {"latency_ms": 0, "jitter_ms": 0})


async def test_in_the_running_loop() -> None:
    async with running(QUICK) as one:
        assert one.base_url == f"{one.url}/api"
        reply, _ = await asyncio.gather(asyncio.to_thread(send, one.base_url), one.wait_for_messages(1))
        assert reply.status == 200
        await one.wait_for_webhooks()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(ask, one.url, "GET", "ledger")


async def test_resets_on_the_plain_event_loop_too() -> None:
    async with running(changed(QUICK, {"faults": ["reset_after=1"]})) as one:
        with pytest.raises(ConnectionResetError) as seen:
            await asyncio.to_thread(send, one.base_url)
    assert seen.type is ConnectionResetError


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with running(QUICK):
            raise KeyError("mine")


async def test_waiting_too_long_says_so(simulator: StartSimulator) -> None:
    with pytest.raises(TimeoutError):
        await simulator().wait_for_messages(1, timeout=0.05)


async def test_waiting_from_a_loop_of_ones_own(simulator: StartSimulator) -> None:
    one = simulator()
    await asyncio.gather(one.wait_for_messages(3), *(asyncio.to_thread(send, one.base_url) for _ in range(3)))


async def test_a_taken_port_is_an_oserror_everywhere() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            async with running(QUICK, port=port):
                pass
        with pytest.raises(OSError, match="in use"), in_thread(QUICK, port=port):
            pass


def test_a_ledger_that_can_not_be_written_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(OSError), in_thread(changed(QUICK, {"ledger_file": tmp_path})):  # noqa: PT011 - errno differs
        pass


def test_many_side_by_side(simulator: StartSimulator) -> None:
    several = [simulator() for _ in range(3)]
    for one in several:
        assert send(one.base_url).status == 200
    assert [len(one.ledger) for one in several] == [1, 1, 1]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_process_stops_cleanly(
    simulator_process: Callable[..., SimulatorProcess], how: signal.Signals
) -> None:
    one = simulator_process("--fault", "hang_after=1")
    with pytest.raises(TimeoutError):
        send(one.base_url, timeout=0.2)
    one.process.send_signal(how)
    assert one.process.wait(timeout=20) == 0
    assert len(one.ledger_file.read_text().splitlines()) == 1


def test_a_process_takes_every_option(
    simulator_process: Callable[..., SimulatorProcess], tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    one = simulator_process(
        *("--ready-file", str(ready), "--fault", "throttle=1x1", "--read-fault", "firewall_403=1"),
        *("--window", "1000/60", "--template", "diwali:en_US:1", "--strict-templates", "--from-id", "1065"),
        *(
            "--account",
            "3f1c9a52-0d4e-4c1b-9a57-6f0a2b7d1e10:simulated-token-1234",
            "--locale",
            "hi",
            "--seed",
            "5",
        ),
        *("--webhook", "http://127.0.0.1:9/x", "--webhooks", "batch=3", "--people", "read=0.9"),
    )
    assert ready.read_text() == one.base_url
    assert [send(one.base_url, template_name="diwali").status for _ in range(2)] == [429, 200]
    assert ask(one.base_url, "GET", "contact/template-list").status == 403
    assert send(one.base_url, template_name="unheard").json["result"] == "failed"
    settings = ask(one.base_url.removesuffix("/api"), "GET", "control").json
    assert settings["seed"] == 5
    assert settings["webhooks"]["batch"] == 3
    assert settings["people"]["read"] == 0.9
    one.control(strict_templates=False)
    assert send(one.base_url, template_name="unheard").json["result"] == "success"
    assert one.summary()["total"] == 4


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "campana.simulator", *options)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_wrong_usage_is_told_in_one_line() -> None:
    for options in (
        ("--fault", "nonsense=1"),
        ("--window", "many"),
        ("--account", "nocolon"),
        ("--people", "reads=1"),
    ):
        done = run(*options)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stderr.splitlines()[-1].startswith("campana.simulator: error: ")


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_the_faults_can_be_listed() -> None:
    done = run("--list-faults")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(FAULTS)
    assert all(kind in done.stdout for kind in FAULTS)
