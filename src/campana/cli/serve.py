"""The commands that stay: `serve`, `web`, `worker`, and `demo`, which is `serve` with all it needs."""

from typing import Annotated

import typer

from campana import background
from campana import demo as demonstration
from campana.bootstrap import built
from campana.cli.output import console, run
from campana.config import Settings, load_settings
from campana.logs import set_up_logs
from campana.process import run_until_told, serve_metrics, web_server

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Web pages, REST API and engine in one process."""
    run(_stay(host, port, engine=True))


def web(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Web pages and REST API only; `campana worker` sends."""
    run(_stay(host, port, engine=False))


def worker(
    host: Host = "127.0.0.1",
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve /metrics on this port, for Prometheus.")
    ] = None,
) -> None:
    """The engine only: scheduler, lanes and recovery."""
    run(_work(host, metrics_port))


def demo(port: Port = 8000) -> None:
    """The whole product with a stand-in for BizChat and a demo account."""
    run(_demo(port))


def _settings() -> Settings:
    settings = load_settings()
    set_up_logs(settings.log_format, settings.log_level, most_per_s=settings.log_most_per_s)
    return settings


async def _stay(host: str, port: int, *, engine: bool) -> None:
    async with built(_settings().served_at(port)) as campana:
        watch = background.of_a_worker(campana) if engine else background.of_a_web_server(campana)
        server = web_server(campana.web_app(watch), host, port)
        if link := await campana.services.people.set_up.link():
            console.print(
                f"There is no user yet. Make the first one at\n{link}", markup=False, soft_wrap=True
            )
        await run_until_told(watch=watch, server=server, closing=campana.services.hub.close)


async def _work(host: str, metrics_port: int | None) -> None:
    async with built(_settings()) as campana:
        if metrics_port is not None:
            serve_metrics(campana.tools.metrics.registry, host, metrics_port)
        await run_until_told(watch=background.of_a_worker(campana), server=None)


async def _demo(port: int) -> None:
    settings = _settings()
    async with demonstration.simulator() as stand_in:
        settings = demonstration.against(stand_in, settings, port)
        async with built(settings) as campana:
            guide = await demonstration.prepare(campana, port, stand_in)
            console.print(guide, markup=False, soft_wrap=True)
            watch = background.of_a_worker(campana)
            server = web_server(campana.web_app(watch), "127.0.0.1", port)
            await run_until_told(watch=watch, server=server, closing=campana.services.hub.close)
