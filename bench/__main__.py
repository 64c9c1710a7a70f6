"""`python -m bench [PART …] [--quick] [--markdown FILE]`: measures the product against its targets.

Each figure comes with its yardstick from the same run. Exit status 0 when everything could be measured, met
or not; the table says which."""

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import uvloop

from bench.machine import machine
from bench.report import Section, line, markdown, summary, write_markdown
from bench.workshop import Workshop
from campana.logs import set_up_logs

PARTS = (
    "pace",
    "ceiling",
    "flat",
    "start",
    "upload",
    "reads",
    "pages",
    "watching",
    "webhooks",
    "many",
    "light",
)
"""modules of this package; each has a TITLE and an asynchronous generator `measure(workshop)` of rows"""

SMALL = "small (--quick): these figures say nothing about the targets"


@dataclass(slots=True)
class Book:
    """What has been found out so far: it can be shown whenever the run ends."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


async def run(names: list[str], book: Book, *, quick: bool, folder: Path) -> None:
    """Measure those parts one after the other, printing each row as it comes. SIGTERM ends it cleanly."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with Workshop(folder, quick=quick) as workshop:
        book.facts += machine(workshop.postgres_version)
        if quick:
            book.facts.append(("Sizes", SMALL))
        for name, value in book.facts:
            print(f"{name:<12} {value}")
        for name in names:
            await _measure(name, book, workshop)


async def _measure(name: str, book: Book, workshop: Workshop) -> None:
    part = import_module(f"bench.{name}")
    section = Section(name, part.TITLE, trouble="stopped before its end")
    book.sections.append(section)
    print(f"\n{section.title}", flush=True)
    began = time.monotonic()
    try:
        async for row in part.measure(workshop):
            section.rows.append(row)
            print(line(row), flush=True)
        section.trouble = ""
    except Exception as error:  # the other parts can still be measured
        traceback.print_exc()
        section.trouble = f"{type(error).__name__}: {error}"
    print(f"  ({name}: {time.monotonic() - began:.0f} s)", flush=True)


def main() -> int:
    """Parse the options, measure, and say how it went."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)}; all by default")
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: to see whether it runs, not for figures"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there too")
    options = parser.parse_args()
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"no part is called {', '.join(unknown)}")
    set_up_logs("console", "WARNING")
    book = Book()
    with tempfile.TemporaryDirectory(prefix="campana-bench-") as folder:
        work = run(options.parts or list(PARTS), book, quick=options.quick, folder=Path(folder))
        with (
            contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt),
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            runner.run(work)
    print(f"\n{summary(book.sections)}")
    if options.markdown:
        write_markdown(options.markdown, markdown(book.facts, book.sections))
    return 1 if any(section.trouble for section in book.sections) else 0


if __name__ == "__main__":
    sys.exit(main())
