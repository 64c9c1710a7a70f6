"""Rows of the bench's table, and the two ways of showing them: lines on a terminal and Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

BEGIN = "<!-- bench: begin -->"
END = "<!-- bench: end -->"
_WIDTHS = (58, 30, 20)


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing. Without a target it is a yardstick, or an explanation of the row above it."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """In plain words."""
        return {None: "", True: "met", False: "NOT MET"}[self.met]


@dataclass(slots=True)
class Section:
    """One part of the bench: what was asked and what came out. `trouble` says why it broke off."""

    name: str
    title: str
    rows: list[Row] = field(default_factory=list)
    trouble: str = ""


def at_least(what: str, value: float, target: float, unit: str, *, digits: int = 0) -> Row:
    """A row whose value must reach the target."""
    return _row(what, value, target, unit, digits, word="at least", met=value >= target)


def at_most(what: str, value: float, target: float, unit: str, *, digits: int = 0) -> Row:
    """A row whose value must not pass the target."""
    return _row(what, value, target, unit, digits, word="at most", met=value <= target)


def beside(what: str, value: float, unit: str, *, digits: int = 0) -> Row:
    """A row to compare with: no target of ours."""
    return Row(what, _number(value, digits, unit))


def _row(what: str, value: float, target: float, unit: str, digits: int, *, word: str, met: bool) -> Row:
    return Row(what, _number(value, digits, unit), f"{word} {_number(target, None, unit)}", met)


def _number(value: float, digits: int | None, unit: str) -> str:
    text = f"{value:,.{digits}f}" if digits is not None else f"{value:,}"
    return f"{text}{'' if unit.startswith('/') else ' '}{unit}".rstrip()


def line(row: Row) -> str:
    """The row as one line of text."""
    cells = (row.what, row.measured, row.target)
    padded = "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return f"  {padded}  {row.verdict}".rstrip()


def summary(sections: Sequence[Section]) -> str:
    """How many targets are met, which are not, and what could not be measured."""
    judged = [row for section in sections for row in section.rows if row.met is not None]
    missed = [row.what for row in judged if not row.met]
    said = f"{len(judged) - len(missed)} of {len(judged)} targets met"
    if missed:
        said += f"; not met: {'; '.join(missed)}"
    broken = [f"{section.name} ({section.trouble})" for section in sections if section.trouble]
    if broken:
        said += f"; could not be measured: {'; '.join(broken)}"
    return said


def markdown(machine: Sequence[tuple[str, str]], sections: Sequence[Section]) -> str:
    """All of it as Markdown."""
    lines = ["| Machine | |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in machine]
    for section in sections:
        lines += ["", f"### {section.title}", "", "| | Measured | Target | Met |", "|---|---|---|---|"]
        lines += [
            f"| {_cell(row.what)} | {_cell(row.measured)} | {_cell(row.target)} | {row.verdict} |"
            for row in section.rows
        ]
        if section.trouble:
            lines += ["", f"Could not be measured to the end: {section.trouble}"]
    return "\n".join([*lines, "", f"{summary(sections)}.", ""])


def write_markdown(path: Path, text: str) -> None:
    """Write it to the file: between the two marks where the file has them, else as the whole file."""
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    head, begin, rest = there.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if begin and end:
        text = f"{head}{BEGIN}\n{text}{END}{tail}"
    path.write_text(text, encoding="utf-8")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
