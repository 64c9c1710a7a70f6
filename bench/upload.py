"""How long a list takes to be checked and stored, how large the server grows, whether it still answers."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from bench.gauges import forget_peak, peak_mib, rss_mib, watched_children
from bench.report import Row, at_most, beside
from bench.site import Site
from bench.spreadsheets import write_csv, write_xlsx
from bench.workshop import Workshop

TITLE = "Upload: POST /recipient-lists of `campana serve`, checked and stored"
MEMORY_MIB = 300
CSV_ROWS, CSV_S = 1_000_000, 30
XLSX_ROWS, XLSX_S = 200_000, 9
_PANDAS = """
import sys, time, pandas
began = time.perf_counter()
if sys.argv[1].endswith(".csv"):
    frame = pandas.read_csv(sys.argv[1], dtype=str)
else:
    frame = pandas.read_excel(sys.argv[1], dtype=str, engine="openpyxl")
print(time.perf_counter() - began, len(frame))
"""


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """A CSV and a workbook, on each database; pandas reading the same files beside it."""
    csv, xlsx = workshop.folder / "people.csv", workshop.folder / "people.xlsx"
    csv_rows, xlsx_rows = workshop.size(CSV_ROWS, quick=50_000), workshop.size(XLSX_ROWS, quick=10_000)
    await asyncio.to_thread(write_csv, csv, csv_rows)
    await asyncio.to_thread(write_xlsx, xlsx, xlsx_rows)
    for database in workshop.databases:
        async with workshop.site(database) as site:
            async for row in _uploaded(site, csv, csv_rows, CSV_S, database):
                yield row
            async for row in _uploaded(site, xlsx, xlsx_rows, XLSX_S, database):
                yield row
    for path, rows in ((csv, csv_rows), (xlsx, xlsx_rows)):
        yield beside(
            f"pandas, only reading the same {path.suffix[1:]}", await _pandas(path, rows), "s", digits=1
        )
        path.unlink()


async def _uploaded(site: Site, path: Path, rows: int, target_s: int, database: str) -> AsyncIterator[Row]:
    """A fresh server for each file, so that each peak is that file's own."""
    serve = await site.product.start("serve")
    pid = serve.process.pid
    before = rss_mib(pid)
    forget_peak(pid)
    what = f"{database}: {rows:,}-row {path.suffix[1:].upper()}"
    async with watched_children(pid) as children, _health(serve.url) as health:
        began = time.perf_counter()
        answer = await _post(site, path)
        seconds = time.perf_counter() - began
    if answer["total"] != rows:
        raise RuntimeError(f"{rows} rows, but the answer counts {answer['total']}")
    peak = peak_mib(pid)
    await site.stop(serve)
    size_mb = path.stat().st_size / 1e6
    said = f"{seconds:.1f} s ({rows / seconds:,.0f} rows/s, {size_mb:.0f} MB, {answer['valid']:,} valid)"
    yield Row(what, said, f"at most {target_s} s", seconds <= target_s)
    yield at_most(f"{what}: the server's most memory ({before:.0f} before)", peak, MEMORY_MIB, "MiB")
    if children.largest_child:
        yield beside(f"{what}: its helper process's most memory", children.largest_child, "MiB")
    worst, typical = health["worst_s"] * 1000, health["median_s"] * 1000
    said = f"worst {worst:.0f} ms, median {typical:.1f} ms of {health['asked']:,}"
    yield Row(f"{what}: GET /healthz meanwhile", said)


async def _post(site: Site, path: Path) -> dict[str, int]:
    with path.open("rb") as file:
        form = aiohttp.FormData()
        form.add_field("file", file, filename=path.name)
        form.add_field("country", "IN")
        options = {"data": form, "timeout": aiohttp.ClientTimeout(total=600)}
        return dict(await site.product.call("POST", "/recipient-lists", expect=201, **options))


@contextlib.asynccontextmanager
async def _health(url: str) -> AsyncIterator[dict[str, float]]:
    """Ask from a process of its own whether the server is alive; filled in when the block has ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.alive", url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdout is None or not await process.stdout.readline():
        raise RuntimeError("the server does not answer")
    answers: dict[str, float] = {}
    try:
        yield answers
    finally:
        out, _ = await process.communicate(b"")  # its standard input ends, and so does it
    answers.update(json.loads(out))


async def _pandas(path: Path, rows: int) -> float:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PANDAS, str(path)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    seconds, found = out.decode().split()
    if int(found) != rows:
        raise RuntimeError(f"pandas read {found} of {rows} rows")
    return float(seconds)
