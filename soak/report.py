"""The report, as it stands in docs/reliability.md between two marks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.machine import machine
from soak.harm import Harm
from soak.verdict import Verdict

BEGIN, END = "<!-- soak: begin -->", "<!-- soak: end -->"


def report(what: str, version: str, harm: Harm, verdict: Verdict) -> str:
    """All of it as Markdown."""
    lines = [f"**{_sentence(verdict)}** {what}", "", "| Machine | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in machine(version)]
    lines += ["", "| What was done to it | times |", "|---|---|"]
    lines += [f"| {name} | {count:,} |" for name, count in sorted(harm.done.items())]
    lines += ["", "| What was found | |", "|---|---|"]
    lines += [f"| {name} | {_shown(value)} |" for name, value in verdict.figures.items()]
    if verdict.faults:
        lines += ["", "Faults:", "", *(f"- {fault}" for fault in verdict.faults)]
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    """Between the marks where the file has them, else as the whole file."""
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    head, begin, rest = there.partition(BEGIN)
    _, end, tail = rest.partition(END)
    path.write_text(f"{head}{BEGIN}\n{text}{END}{tail}" if begin and end else text, encoding="utf-8")


def _sentence(verdict: Verdict) -> str:
    return "Both ledgers agree to the last message." if not verdict.faults else "There are faults, see below."


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(count)}" for name, count in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)
