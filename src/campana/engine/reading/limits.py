"""How much of a file is read, and what reading it may cost."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one file. Those of a cell and a line are in characters; beyond them a row is a problem."""

    file_bytes: int = 1024 * MIB
    rows: int = 2_000_000
    columns: int = 200
    cell: int = 32_767
    """as many as a cell of Excel holds"""
    line: int = 262_144
    unpacked_bytes: int = 4096 * MIB
    """of a zipped workbook, as its directory declares"""
    packing_ratio: int = 150
    """how much smaller zip may have made a large part; a sheet of nothing but equal cells comes to 22"""
    memory_bytes: int = 1536 * MIB
    cpu_s: int = 600
    wall_s: float = 900.0
