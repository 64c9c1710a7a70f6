"""nginx and Caddy in front of what a test runs: the examples of deploy/, other names and ports apart."""

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.providers.certificates import Authority
from tests.support.product import free_port, until

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
NAME = "campana.example.com"
Upstreams = Sequence[str]
"""one or two addresses, as host:port"""
Maker = Callable[[Path, Upstreams, int, int], list[list[str]]]


@dataclass(frozen=True)
class Front:
    """A proxy that runs: where it takes TLS, where plain HTTP, and whom to trust."""

    url: str
    plain: str
    trust: ssl.SSLContext


def _program(name: str) -> str:
    """Installed, or unpacked by tools/proxies.sh. Without it the test is skipped, in CI it fails."""
    unpacked = ROOT / ".venv/proxies/usr"
    path = os.pathsep.join([os.environ["PATH"], str(unpacked / "sbin"), str(unpacked / "bin")])
    program = shutil.which(name, path=path)
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{name} is not installed")
    return program


@asynccontextmanager
async def running(make: Maker, folder: Path, upstreams: Upstreams) -> AsyncIterator[Front]:
    """The proxy in front of these, once it listens. Asserts that it finds its configuration good."""
    folder.mkdir(exist_ok=True)
    authority = Authority.in_folder(folder)
    authority.server("127.0.0.1")
    tls, plain = free_port(), free_port()
    check, start = make(folder, upstreams, tls, plain)
    async with _process(check, folder) as checking:
        assert await checking.wait() == 0, (folder / "output").read_text()
    trust = ssl.create_default_context(cafile=str(authority.file))
    async with _process(start, folder):
        for port in (tls, plain):
            await until(partial(_listens, port), what="the proxy", patience_s=20)
        yield Front(f"https://127.0.0.1:{tls}", f"http://127.0.0.1:{plain}", trust)


def nginx(folder: Path, upstreams: Upstreams, tls: int, plain: int) -> list[list[str]]:
    """How to check its configuration, and how to start it."""
    site = (DEPLOY / "nginx/campana.conf").read_text()
    for old, new in {
        "127.0.0.1:8000": upstreams[0],
        **({"# server 127.0.0.1:8001": f"server {upstreams[1]}"} if len(upstreams) > 1 else {}),
        "listen [::]": "# listen [::]",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ": f"listen 127.0.0.1:{tls} ",
        f"/etc/letsencrypt/live/{NAME}/fullchain.pem": str(folder / "server.pem"),
        f"/etc/letsencrypt/live/{NAME}/privkey.pem": str(folder / "server.pem"),
    }.items():
        assert old in site
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"""daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}
        {"user root;" if os.geteuid() == 0 else ""}
        http {{ access_log {folder}/access.log; {temporary} include {folder}/site.conf; }}"""
    (folder / "nginx.conf").write_text(main)
    program = [_program("nginx"), "-p", str(folder), "-e", str(folder / "error.log")]
    program += ["-c", str(folder / "nginx.conf")]
    return [[*program, "-t"], program]


def caddy(folder: Path, upstreams: Upstreams, tls: int, plain: int) -> list[list[str]]:
    """How to check its configuration, and how to start it."""
    site = (DEPLOY / "caddy/Caddyfile").read_text()
    assert NAME in site
    if len(upstreams) > 1:
        assert "# to 127.0.0.1:8001" in site
        site = site.replace("# to 127.0.0.1:8001", f"to {upstreams[1]}")
    site = site.replace("127.0.0.1:8000", upstreams[0]).replace(
        f"{NAME} {{", f"https://127.0.0.1:{tls} {{\n\ttls {folder}/server.pem {folder}/server.pem"
    )
    ahead = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {tls}\n\tstorage file_system {folder}\n}}\n"
    (folder / "Caddyfile").write_text(ahead + site)
    program = _program("caddy")
    config = ["--config", str(folder / "Caddyfile")]
    return [[program, "validate", *config], [program, "run", *config]]


@asynccontextmanager
async def _process(words: list[str], folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (folder / "output").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *words, stdout=output, stderr=output, env={**os.environ, "HOME": str(folder)}
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
