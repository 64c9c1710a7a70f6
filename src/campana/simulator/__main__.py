"""`python -m campana.simulator`: the simulator as a process of its own, for tests that kill the product
beside it.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from campana.simulator.config import SimulatorConfig, changed
from campana.simulator.faults import FAULTS
from campana.simulator.server import DEFAULT_PORT, Simulator, new_loop, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status: 0 done, 1 failed; wrong usage exits with 2."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.list_faults:
        sys.stdout.writelines(f"{kind:<30} {meaning}\n" for kind, meaning in FAULTS.items())
        return 0
    try:
        config = _config(given)
    except ValueError as error:
        parser.error(str(error))
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(
                serve(config, given.host, given.port, ready=lambda one: _announce(one, given.ready_file))
            )
    except OSError as error:
        sys.stderr.write(f"campana.simulator: {error}\n")
        return 1
    return 0


def _announce(simulator: Simulator, ready_file: Path | None) -> None:
    if ready_file is not None:
        partial = ready_file.with_name(f"{ready_file.name}.partial")
        partial.write_text(simulator.base_url)
        partial.replace(ready_file)
    sys.stdout.write(f"BizChat simulator on {simulator.base_url}\n")
    sys.stdout.flush()


def _config(given: argparse.Namespace) -> SimulatorConfig:
    changes: dict[str, Any] = {
        "latency_ms": given.latency_ms,
        "jitter_ms": given.jitter_ms,
        "faults": given.fault,
        "read_faults": given.read_fault,
        "window": given.window,
        "templates": given.template,
        "strict_templates": given.strict_templates,
        "accounts": _pairs(given.account, between=":"),
        "from_ids": given.from_id,
        "webhook": given.webhook,
        "webhooks": _pairs(given.webhooks, between="="),
        "people": _pairs(given.people, between="="),
        "locale": given.locale,
        "seed": given.seed,
        "ledger_file": given.ledger,
    }
    return changed(SimulatorConfig(), changes)


def _pairs(given: Sequence[str], *, between: str) -> dict[str, str]:
    parted = [one.partition(between) for one in given]
    for (name, found, value), whole in zip(parted, given, strict=True):
        if not (name and found and value):
            raise ValueError(f"{whole!r}: write it as NAME{between}VALUE")
    return {name: value for name, _, value in parted}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="campana.simulator", description="A stand-in for BizChat.")
    plain = SimulatorConfig()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="gets the base URL once it listens")
    parser.add_argument("--latency-ms", type=float, default=plain.latency_ms)
    parser.add_argument("--jitter-ms", type=float, default=plain.jitter_ms)
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND=SHARE", help="see --list-faults"
    )
    parser.add_argument(
        "--read-fault", action="append", default=[], metavar="KIND=SHARE", help="for reads, not sends"
    )
    parser.add_argument("--window", metavar="LIMIT/SECONDS")
    parser.add_argument("--template", action="append", default=[], metavar="NAME:LANGUAGE:FIELDS")
    parser.add_argument("--strict-templates", action="store_true", help="refuse templates it does not know")
    parser.add_argument("--account", action="append", default=[], metavar="VENDOR_UID:TOKEN")
    parser.add_argument("--from-id", action="append", default=[], metavar="ID", help="a sender's number id")
    parser.add_argument("--webhook", metavar="URL", help="where events go")
    parser.add_argument(
        "--webhooks", action="append", default=[], metavar="NAME=VALUE", help="e.g. doubled=0.1"
    )
    parser.add_argument("--people", action="append", default=[], metavar="NAME=VALUE", help="e.g. read=0.8")
    parser.add_argument("--locale", default=plain.locale, help="language of the texts: en or hi")
    parser.add_argument("--seed", type=int, default=plain.seed)
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="JSON lines are appended to it")
    parser.add_argument("--list-faults", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
