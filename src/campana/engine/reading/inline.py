"""Rows given with a request instead of a file: the same rules, in this process, some at a time."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace

from campana.domain.columns import Columns, Wanted, find_among, key, unique_names
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.phones import Normaliser
from campana.domain.recipients import Blanks, Recipient, RowProblem
from campana.engine.reading.cells import shown
from campana.engine.reading.checking import SAMPLE_ROWS, Batch, Checker, tidy
from campana.engine.reading.limits import Limits
from campana.engine.reading.wire import End, Rows

FIELD = "recipients"
ROWS_AT_ONCE = 100
"""so few that others wait no longer than some milliseconds"""
_PROBLEMS_TOLD = 20

Given = Sequence[Mapping[str, object]]


async def given_rows(
    rows: Given, wanted: Wanted, country: Normaliser, limits: Limits
) -> tuple[Columns, AsyncGenerator[Rows | End, None]]:
    """The columns that the rows have between them, and the rows checked.

    There is always a column of names, if need be an empty one, so that `{name|there}` works. Raises
    InvalidInput under `recipients`.
    """
    try:
        names, table = await _table(rows, limits)
        sample = [[tidy(cell) for cell in cells] for cells in table[:SAMPLE_ROWS]]
        columns = find_among(names, sample, wanted)
    except InvalidInput as refusal:
        raise InvalidInput(map(_under_recipients, refusal.problems)) from None
    if columns.name is None:
        names = unique_names([*names, "name"])
        columns = replace(columns, names=names, name=len(names) - 1)
    return columns, _checked(table, Checker(columns, country, limits, empty_rows=True))


async def _table(rows: Given, limits: Limits) -> tuple[tuple[str, ...], list[list[str]]]:
    if not rows:
        raise InvalidInput.of(FIELD, "there are no recipients")
    if len(rows) > limits.rows:
        raise InvalidInput.of(FIELD, f"there are more than {limits.rows:,} recipients")
    places: dict[str, int] = {}
    headings: list[str] = []
    table: list[list[str]] = []
    problems: list[FieldProblem] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        for index in range(start, min(start + ROWS_AT_ONCE, len(rows))):
            cells, wrong = _cells(index, rows[index], places, headings)
            table.append(cells)
            problems += wrong
        if len(headings) > limits.columns:
            problems.append(FieldProblem(FIELD, f"there are more than {limits.columns} different columns"))
        if problems:
            raise InvalidInput(problems[:_PROBLEMS_TOLD])
        await asyncio.sleep(0)
    return unique_names(headings), table


def _cells(
    index: int, row: Mapping[str, object], places: dict[str, int], headings: list[str]
) -> tuple[list[str], list[FieldProblem]]:
    """A row's cells in the order in which columns first appeared, and what can't be a cell."""
    cells = [""] * len(headings)
    problems: list[FieldProblem] = []
    for heading, value in row.items():
        place = places.setdefault(key(heading), len(headings))
        if place == len(headings):
            headings.append(heading)
        if place >= len(cells):
            cells.extend([""] * (place + 1 - len(cells)))
        if value is None:
            continue
        if isinstance(value, str | int | float):
            cells[place] = shown(value)
        else:
            problems.append(FieldProblem(f"{FIELD}[{index}].{heading}", "must be a text or a number"))
    return cells, problems


def _under_recipients(problem: FieldProblem) -> FieldProblem:
    return problem if problem.field.startswith(FIELD) else replace(problem, field=FIELD)


async def _checked(table: list[list[str]], checker: Checker) -> AsyncGenerator[Rows | End, None]:
    for start in range(0, len(table), ROWS_AT_ONCE):
        for index in range(start, min(start + ROWS_AT_ONCE, len(table))):
            checker.check(index + 1, table[index])
        yield _rows(checker.take(), checker.columns)
        await asyncio.sleep(0)
    yield End({name: Blanks(count, tuple(rows)) for name, (count, rows) in checker.blanks().items()})


def _rows(batch: Batch, columns: Columns) -> Rows:
    recipients = [_recipient(person, columns) for person in batch.people]
    problems = [(RowProblem(*problem[:4]), problem[4]) for problem in batch.problems]
    return Rows(
        recipients,
        [problem for problem, duplicate in problems if not duplicate],
        [problem for problem, duplicate in problems if duplicate],
    )


def _recipient(person: tuple[int, str, list[str]], columns: Columns) -> Recipient:
    row, phone, cells = person
    return Recipient(row, phone, "" if columns.name is None else cells[columns.name], tuple(cells))
