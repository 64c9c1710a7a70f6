"""Fixtures that start the BizChat simulator: `simulator` in a thread, `simulator_process` as a process."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from campana.simulator import Simulator, SimulatorConfig, changed, in_thread

# Answers at once and tells everything at once: a test that is about time says so.
QUICK = changed(SimulatorConfig(), {"latency_ms": 0, "jitter_ms": 0, "people": {"pace": 0}})

StartSimulator = Callable[..., Simulator]


@pytest.fixture
def simulator() -> Iterator[StartSimulator]:
    """Start simulators: `simulator(faults=["500_after=0.1"], window="60/60")`, keys as `changed` takes them.

    Each runs in a thread with its own loop until the test ends. To wait: `wait_for_messages`,
    `wait_for_webhooks`.
    """
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(in_thread(changed(QUICK, changes)))


@dataclass
class SimulatorProcess:
    """A simulator in a process of its own; `ledger_file` holds its witness whatever else was killed."""

    base_url: str
    ledger_file: Path
    process: subprocess.Popen[str] = field(repr=False)

    def entries(self) -> list[dict[str, Any]]:
        """Every message request so far, from the process itself."""
        status, text = self._ask("GET", "/ledger")
        assert status == 200
        return [json.loads(line) for line in text.splitlines()]

    def summary(self) -> dict[str, Any]:
        """The figures of `GET /ledger/summary`."""
        return dict(json.loads(self._ask("GET", "/ledger/summary")[1]))

    def control(self, **changes: Any) -> None:
        """Change settings at run time."""
        status, text = self._ask("POST", "/control", json.dumps(changes))
        assert status == 200, text

    def stop(self) -> int:
        """Send SIGTERM and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection(self.base_url.split("/")[2], timeout=20)
        try:
            connection.request(method, path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def start_simulator_process(ledger_file: Path, *options: str) -> SimulatorProcess:
    """Start `python -m campana.simulator` on a free port; it answers at once unless told otherwise."""
    quick = ("--latency-ms", "0", "--jitter-ms", "0", "--people", "pace=0")
    command = (
        sys.executable,
        "-m",
        "campana.simulator",
        "--port",
        "0",
        "--ledger",
        str(ledger_file),
        *quick,
        *options,
    )
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith("BizChat simulator on "), (
        f"it said {said!r} and ended with {process.wait(timeout=20)}"
    )
    return SimulatorProcess(said.split()[-1], ledger_file, process)


@pytest.fixture
def simulator_process(tmp_path: Path) -> Iterator[Callable[..., SimulatorProcess]]:
    """Start simulators as processes: `simulator_process("--fault", "hang_after=1")`; they end with it."""
    started: list[SimulatorProcess] = []

    def start(*options: str) -> SimulatorProcess:
        started.append(start_simulator_process(tmp_path / f"ledger-{len(started)}.jsonl", *options))
        return started[-1]

    yield start
    for one in started:
        one.stop()
        if one.process.stdout:
            one.process.stdout.close()
