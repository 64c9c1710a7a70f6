"""Excel and OpenDocument workbooks, through calamine. It holds a whole sheet: hence the ceiling on memory."""

from collections.abc import Iterator
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from campana.domain.errors import InvalidInput
from campana.engine.reading.cells import shown
from campana.engine.reading.table import Row, Table, unreadable


def read_workbook(file: BinaryIO, sheet: str | None) -> Table:
    """The named sheet, otherwise the first visible one that holds anything. Raises InvalidInput."""
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        return _table(workbook, sheet)
    except PasswordError:
        raise unreadable("the workbook is protected by a password; save it without one") from None
    except CalamineError:
        raise unreadable("the workbook is damaged; open it in Excel and save it again") from None


def _table(workbook: CalamineWorkbook, wanted: str | None) -> Table:
    names = [
        meta.name
        for meta in workbook.sheets_metadata
        if meta.typ is SheetTypeEnum.WorkSheet and (wanted or meta.visible is SheetVisibleEnum.Visible)
    ]
    if wanted is not None:
        names = [_named(names, wanted)]
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            others = tuple(other for other in names if other != name)
            return Table(
                rows=_rows(sheet), ragged=False, sheet=name, other_sheets=others, first_column=sheet.start[1]
            )
    raise unreadable("the sheet is empty" if wanted else "the workbook is empty")


def _named(names: list[str], wanted: str) -> str:
    for same in (str, str.casefold):
        for name in names:
            if same(name).strip() == same(wanted).strip():
                return name
    raise InvalidInput.of(
        "sheet", f"there is no sheet {wanted.strip()[:100]!r}; there are: {', '.join(names)[:1000]}"
    )


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [cell if type(cell) is str else shown(cell) for cell in cells]
