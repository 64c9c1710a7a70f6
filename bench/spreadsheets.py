"""Writes the lists that are uploaded: seven columns, numbers as people write them, a few of them wrong."""

import csv
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

HEADINGS = ("WhatsApp number", "Customer name", "field_1", "field_2", "field_3", "field_4", "field_5")
WRONG_EVERY = 1000
TWICE_EVERY = 500


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Most are good; one in a thousand is no number, one in five hundred is the one before again."""
    for index in range(count):
        number = index - 1 if index % TWICE_EVERY == TWICE_EVERY - 1 else index
        phone = _written(number) if index % WRONG_EVERY else f"98{index % 1000:03d}"
        yield (
            phone,
            f"Person {index}",
            f"Town {index % 89}",
            f"A-{index}",
            f"{index % 977}.50",
            "Friday",
            "",
        )


def write_csv(path: Path, count: int) -> None:
    """That many rows below the headings, UTF-8."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(rows(count))


def write_xlsx(path: Path, count: int) -> None:
    """The same as a workbook, all cells text."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for number, row in enumerate(rows(count), start=1):
            sheet.write_row(number, 0, row)


def _written(number: int) -> str:
    """One of the ways people write an Indian mobile number."""
    digits = f"98{number:08d}"
    ways = (
        digits,
        f"+91{digits}",
        f"+91 {digits[:5]} {digits[5:]}",
        f"0{digits}",
        f"91-{digits}",
        f"0091{digits}",
    )
    return ways[number % len(ways)]
