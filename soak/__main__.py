"""`python -m soak [--minutes 60] [--messages 500000] [--seed N] [--report FILE]`.

Exit status 1 when anything is not as it should be."""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from soak.gauges import MORE_HANDLES, MORE_MEMORY, Gauges, Sample, connections
from soak.harm import Harm, last_words
from soak.load import FINAL, Load
from soak.report import report, write
from soak.scene import SENDERS, Scene, scene
from soak.verdict import Verdict, judge

TALK_S = 30.0
REST_S = 90.0
"""after the last message: receipts come in, connections that are not needed close"""


async def run(options: argparse.Namespace, folder: Path) -> tuple[Verdict, str]:
    """The whole soak: the verdict, and its report."""
    dice = random.Random(options.seed)
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with scene(folder, options.seed) as made:
        load, harm, gauges = Load(made, dice), Harm(made, dice), Gauges(made)
        await asyncio.sleep(5)
        before, connected = gauges.look(), await connections(made)
        begun = time.monotonic()
        beside = [asyncio.create_task(work) for work in (gauges.run(), harm.run(), _talk(load, harm))]
        await load.run(options.messages, options.minutes * 60)
        minutes = (time.monotonic() - begun) / 60
        for each in beside:
            each.cancel()
        ends = await asyncio.gather(*beside, return_exceptions=True)
        await harm.settle()
        await asyncio.sleep(REST_S)
        stalls = (await asyncio.to_thread(made.simulator.summary))["stalls"]
        verdict = await judge(load, made.relay, made.simulator.ledger_file, stalls)
        await _judge_gauges(verdict, gauges, before, (connected, await connections(made)))
        verdict.blame("processes that ended by themselves", [*harm.deaths, *_ended(made)])
        verdict.blame("parts of the soak that broke off", (end for end in ends if isinstance(end, Exception)))
        verdict.figures |= {"campaigns": len(load.campaigns), "of them cancelled": load.cancelled}
        verdict.figures["paused by Campana itself, and resumed"] = len(load.resumed_by_us)
        what = f"{options.messages:,} messages of {SENDERS} senders, {minutes:.0f} min, seed {options.seed}."
        return verdict, report(what, made.cluster.version, harm, verdict)


async def _judge_gauges(verdict: Verdict, gauges: Gauges, before: Sample, connected: tuple[int, int]) -> None:
    after = gauges.look()
    for name in after.memory_mib:
        warm, end = gauges.memory(name, 0.1, 0.2), gauges.memory(name, 0.9, 1.0)
        verdict.figures[f"memory of `{name}`"] = (
            f"{warm:.0f} MiB after a tenth of the time, {end:.0f} at the end"
        )
        if end > warm * MORE_MEMORY:
            verdict.faults.append(f"{name} grew from {warm:.0f} to {end:.0f} MiB")
        first, last = before.handles[name], after.handles[name]
        verdict.figures[f"open files of `{name}`, idle"] = f"{first} before, {last} afterwards"
        if last > first + MORE_HANDLES:
            verdict.faults.append(f"{name} had {first} open files and has {last}")
    first, last = connected
    verdict.figures["connections to PostgreSQL, idle"] = f"{first} before, {last} afterwards"
    if last > first + MORE_HANDLES:
        verdict.faults.append(f"there were {first} connections to PostgreSQL, and are {last}")


def _ended(made: Scene) -> list[str]:
    """Those that were never to end, and did."""
    kept = (made.workers[-1], made.webs[-1])
    return [last_words(running) for running in kept if running.process.returncode is not None]


async def _talk(load: Load, harm: Harm) -> None:
    while True:
        await asyncio.sleep(TALK_S)
        over = sum(one.status in FINAL for one in load.campaigns)
        told = (
            f"{datetime.now(UTC):%H:%M:%S}  {await load.scene.requests():>7,} requests",
            f"{over} of {len(load.campaigns)} campaigns are over",
            f"{harm.done.total() - harm.done['posts in them']} harms",
        )
        print("   ".join(told), flush=True)


def main() -> int:
    """Run it, print the report, write it where asked."""
    parser = argparse.ArgumentParser(prog="python -m soak")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--messages", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="campana-soak-") as name:
        verdict, text = uvloop.run(run(options, Path(name)))
    print(text)
    if options.report:
        write(options.report, text)
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
