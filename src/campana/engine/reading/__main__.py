"""The reading process: one order, one file, one answer. Its ceilings are set before it looks at the file."""

import gc
import os
import resource
import sys
from typing import BinaryIO

from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.phones import Normaliser
from campana.engine.reading.checking import begin
from campana.engine.reading.delimited import read_delimited
from campana.engine.reading.formats import Format, recognise
from campana.engine.reading.limits import Limits
from campana.engine.reading.table import Table
from campana.engine.reading.wire import Order, pack_batch, pack_end, pack_head, pack_refusal

_NICENESS = 5
"""The server that waits for the answer has other people to answer."""


def main(packed: str, file: BinaryIO, answer: BinaryIO) -> None:
    """Read the file as ordered and write the answer."""
    order = Order.unpack(packed)
    _keep_within(order.limits)
    gc.disable()  # millions of short-lived rows, and no cycles among them
    try:
        _read(order, file, answer)
    except InvalidInput as refusal:
        answer.write(pack_refusal(refusal))
    answer.flush()


def _read(order: Order, file: BinaryIO, answer: BinaryIO) -> None:
    table = _table(order, file)
    try:
        checker, rows = begin(table, order.wanted, Normaliser(order.country), order.limits)
    except InvalidInput as refusal:
        raise _with_other_sheets(refusal, table) from None
    answer.write(pack_head(checker.columns, table.sheet))
    for number, cells in rows:
        checker.check(number, cells)
        if checker.batch.full:
            answer.write(pack_batch(checker.take()))
    answer.write(pack_batch(checker.take()))
    answer.write(pack_end(checker.blanks()))


def _table(order: Order, file: BinaryIO) -> Table:
    if recognise(file, order.limits) is Format.TEXT:
        return read_delimited(file, order.limits)
    # Only now: calamine is not needed for text.
    from campana.engine.reading.workbooks import read_workbook  # noqa: PLC0415

    return read_workbook(file, order.sheet)


def _with_other_sheets(refusal: InvalidInput, table: Table) -> InvalidInput:
    if not table.other_sheets:
        return refusal
    others = ", ".join(table.other_sheets)[:1000]
    hint = FieldProblem("sheet", f"only {table.sheet!r} was read; name a sheet to read another one: {others}")
    return InvalidInput([*refusal.problems, hint], title=refusal.title)


def _keep_within(limits: Limits) -> None:
    """No core: it would hold people's data. No files: there is nothing to write but the answer, a pipe."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    os.nice(_NICENESS)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
