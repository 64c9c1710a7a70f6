"""Recorded answers as cases: what a provider said, and what has to become of it. Anybody can add a file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.providers import peers

ROOT = Path(__file__).parents[2] / "recorded"


@dataclass(frozen=True, slots=True)
class Case:
    """One file of tests/recorded; `name` is the file's."""

    name: str
    content: dict[str, Any]

    @property
    def expected(self) -> dict[str, Any]:
        expected: dict[str, Any] = self.content["expected"]
        return expected


def cases(provider: str, folder: str) -> list[Case]:
    """Every recorded case of that folder."""
    files = sorted((ROOT / provider / folder).glob("*.json"))
    assert files, f"nothing recorded under {provider}/{folder}"
    return [Case(file.stem, json.loads(file.read_text())) for file in files]


def body_of(recorded: Any) -> bytes:
    """A recorded body: a text as it is, anything else as JSON."""
    return recorded.encode() if isinstance(recorded, str) else json.dumps(recorded).encode()


def on_the_wire(recorded: dict[str, Any]) -> bytes:
    """A recorded answer as a server sends it."""
    return peers.answer(recorded["status"], recorded["headers"], body_of(recorded["body"]))


def with_secrets_in_every_text(value: Any, secrets: str) -> Any:
    """The same JSON, every message of it followed by what must not be shown."""
    if isinstance(value, dict):
        return {
            key: inner if key in ("result", "data") else with_secrets_in_every_text(inner, secrets)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [with_secrets_in_every_text(inner, secrets) for inner in value]
    return f"{value} {secrets}" if isinstance(value, str) else value
