"""What the reading process is told, and the lines of JSON it answers with. Nothing of it is believed unseen.

The order goes along as the one argument. The answer is a head, batches and an end, or a refusal at any time:

    {"head": {"columns": [...], "phone": 0, "name": 1, "sheet": null}}
    {"people": [[row, phone, [value, ...]], ...], "problems": [[row, column, value, reason, duplicate], ...]}
    {"end": {"blanks": {column: [count, [row, ...]]}}}
    {"refused": [[field, message], ...], "title": "..."}
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain, repeat
from operator import lt
from typing import Any

from campana.domain.columns import Columns, Wanted
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.recipients import Blanks, Recipient, RowProblem
from campana.engine.reading.checking import Batch
from campana.engine.reading.limits import Limits

LONGEST_LINE = 4 * 1024 * 1024
"""bytes; a batch has some 256 Ki characters and one row of that many on top, each up to four bytes"""
_HIGHEST_ROW = 1 << 31
_E164_LINES = re.compile(r"(?:\+[1-9][0-9]{5,16}\n)+")


class BadAnswer(Exception):
    """The reading process said something it never says."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which file is meant is not in it: that is the standard input."""

    country: str
    wanted: Wanted
    sheet: str | None
    limits: Limits

    def pack(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def unpack(cls, packed: str) -> "Order":
        """The order of `pack`."""
        parts = json.loads(packed)
        return cls(
            country=parts["country"],
            wanted=Wanted(**parts["wanted"]),
            sheet=parts["sheet"],
            limits=Limits(**parts["limits"]),
        )


@dataclass(frozen=True, slots=True)
class Head:
    """Comes first: the columns."""

    columns: Columns
    sheet: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows: those that are recipients, and the problem of each that is not."""

    recipients: list[Recipient]
    invalid: list[RowProblem]
    duplicates: list[RowProblem]

    def __len__(self) -> int:
        return len(self.recipients) + len(self.invalid) + len(self.duplicates)


@dataclass(frozen=True, slots=True)
class End:
    """Comes last: the file was read to its end."""

    blanks: Mapping[str, Blanks]


def pack_head(columns: Columns, sheet: str | None) -> bytes:
    """See the module."""
    parts = {"columns": columns.names, "phone": columns.phone, "name": columns.name, "sheet": sheet}
    return _line({"head": parts})


def pack_batch(batch: Batch) -> bytes:
    """See the module."""
    return _line({"people": batch.people, "problems": batch.problems})


def pack_end(blanks: Mapping[str, tuple[int, list[int]]]) -> bytes:
    """See the module."""
    return _line({"end": {"blanks": blanks}})


def pack_refusal(refusal: InvalidInput) -> bytes:
    """See the module."""
    problems = [(problem.field, problem.message) for problem in refusal.problems]
    return _line({"refused": problems, "title": refusal.title})


class Unpacker:
    """Takes the answer's lines in order. Raises BadAnswer for whatever is not as it must be."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._columns: Columns | None = None
        self._last_person = 0
        self._last_problem = 0

    def unpack(self, line: bytes) -> Head | Rows | End:
        """The next part of the answer. Raises InvalidInput when it is a refusal."""
        try:
            parts = json.loads(line)
            if "people" in parts:
                return self._rows(parts["people"], parts["problems"])
            if "head" in parts:
                return self._head(parts["head"])
            if "end" in parts:
                return self._end(parts["end"])
            refusal = _refusal(parts)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BadAnswer(type(error).__name__) from None
        raise refusal

    def _head(self, parts: dict[str, Any]) -> Head:
        names = tuple(_text(name) for name in parts["columns"])
        phone, name, sheet = parts["phone"], parts["name"], parts["sheet"]
        places = range(len(names))
        _require(self._columns is None and 0 < len(names) <= self._limits.columns)
        _require(len(set(names)) == len(names) and phone in places and (name is None or name in places))
        self._columns = Columns(names=names, phone=int(phone), name=name, header=None)
        return Head(self._columns, None if sheet is None else _text(sheet))

    def _rows(self, people: list[Any], problems: list[Any]) -> Rows:
        columns = self._columns
        if columns is None:
            raise BadAnswer("rows before the head")
        _require(type(people) is list)
        recipients: list[Recipient] = []
        if people:
            rows, phones, values = zip(*people, strict=True)
            self._check_rows(rows)
            _check_phones(phones)
            _check_values(values, len(columns.names))
            place = columns.name
            names = repeat("") if place is None else (cells[place] for cells in values)
            recipients = list(map(Recipient, rows, phones, names, map(tuple, values)))
        return Rows(recipients, *self._problems(problems))

    def _check_rows(self, rows: tuple[Any, ...]) -> None:
        _require(set(map(type, rows)) == {int})
        _require(all(map(lt, (self._last_person, *rows), (*rows, _HIGHEST_ROW))))
        self._last_person = rows[-1]

    def _problems(self, problems: list[Any]) -> tuple[list[RowProblem], list[RowProblem]]:
        invalid: list[RowProblem] = []
        duplicates: list[RowProblem] = []
        for row, column, value, reason, duplicate in problems:
            _require(type(row) is int and self._last_problem < row < _HIGHEST_ROW)
            self._last_problem = row
            problem = RowProblem(row=row, column=_text(column), value=_text(value), reason=_text(reason))
            (duplicates if duplicate else invalid).append(problem)
        return invalid, duplicates

    def _end(self, parts: dict[str, Any]) -> End:
        if self._columns is None:
            raise BadAnswer("an end before the head")
        blanks: dict[str, Blanks] = {}
        for name, (count, rows) in parts["blanks"].items():
            _require(name in self._columns.names and type(count) is int and 0 < count < _HIGHEST_ROW)
            _require(all(type(row) is int for row in rows) and len(rows) <= count)
            blanks[name] = Blanks(count=count, rows=tuple(rows))
        return End(blanks)


def _refusal(parts: dict[str, Any]) -> InvalidInput:
    problems = [FieldProblem(_text(name), _text(message)) for name, message in parts["refused"]]
    _require(bool(problems))
    return InvalidInput(problems, title=_text(parts["title"]))


def _check_phones(phones: tuple[Any, ...]) -> None:
    # A million times: one expression over the whole batch costs a tenth of one for each.
    text = "\n".join(phones)
    _require(text.count("\n") == len(phones) - 1 and _E164_LINES.fullmatch(text + "\n") is not None)


def _check_values(values: tuple[Any, ...], width: int) -> None:
    _require(set(map(type, values)) == {list} and set(map(len, values)) == {width})
    text = "".join(chain.from_iterable(values))  # a TypeError where one is no text
    _require("\0" not in text)
    text.encode()  # a UnicodeEncodeError where half of a character is missing


def _text(value: Any) -> str:
    _require(type(value) is str and len(value) < LONGEST_LINE and "\0" not in value)
    value.encode()
    return str(value)


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError("not as it must be")


def _line(parts: dict[str, Any]) -> bytes:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
