"""`campana simulator`: BizChat's other side, to try campaigns on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from campana.cli.output import FAILED, WRONG_USAGE, console, fail, run

if TYPE_CHECKING:
    from campana.simulator import Simulator


def simulator(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8090,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    latency_ms: Annotated[float, typer.Option(help="Time to each answer.")] = 300,
    jitter_ms: Annotated[float, typer.Option(help="How much that varies, up and down.")] = 100,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="KIND=SHARE", help="How often to fail how; may be repeated.")
    ] = None,
    template: Annotated[
        list[str] | None, typer.Option(metavar="NAME:LANGUAGE:FIELDS", help="An approved template.")
    ] = None,
    strict_templates: Annotated[bool, typer.Option(help="Refuse templates that are not known.")] = False,
    ledger: Annotated[Path | None, typer.Option(help="Append every message given to this file.")] = None,
    window: Annotated[
        str | None, typer.Option(metavar="LIMIT/SECONDS", help="Request limit per client, such as 60/60.")
    ] = None,
    webhook: Annotated[str | None, typer.Option(help="Post sent, delivered and read events there.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed fails the same messages.")] = 0,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Print the kinds of faults.")] = False,
) -> None:
    """A local stand-in for BizChat: answers like it, fails on demand, keeps a ledger of every message."""
    from campana.simulator import FAULTS, SimulatorConfig, changed, serve

    if list_faults:
        for kind, meaning in FAULTS.items():
            console.print(f"{kind:<24} {meaning}", markup=False, soft_wrap=True)
        return
    given: dict[str, Any] = {
        "latency_ms": latency_ms,
        "jitter_ms": jitter_ms,
        "faults": fault or [],
        "templates": template or [],
        "strict_templates": strict_templates,
        "ledger_file": ledger,
        "window": window,
        "webhook": webhook,
        "seed": seed,
    }
    try:
        config = changed(SimulatorConfig(), given)
    except ValueError as error:
        fail(str(error), WRONG_USAGE)
    try:
        run(serve(config, host, port, ready=_say_where))
    except OSError as error:
        fail(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --port.", FAILED)


def _say_where(simulator: "Simulator") -> None:
    console.print(
        f"Simulator of BizChat: {simulator.base_url}  (ledger: {simulator.url}/ledger)", markup=False
    )
