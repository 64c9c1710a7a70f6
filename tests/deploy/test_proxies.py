"""The examples for nginx and Caddy in front of the real app, as they stand but for names and ports.

TLS, events as they happen, files of their size.
"""

import asyncio
import io
import json
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.providers.certificates import Authority
from tests.support.house import House, campaign, open_house
from tests.support.product import free_port, until

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
NAME = "campana.example.com"


def _program(name: str) -> str:
    """Installed, or unpacked by tools/proxies.sh. Without it the test is skipped, in CI it fails."""
    unpacked = ROOT / ".venv/proxies/usr"
    path = os.pathsep.join([os.environ["PATH"], str(unpacked / "sbin"), str(unpacked / "bin")])
    program = shutil.which(name, path=path)
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{name} is not installed")
    return program


@dataclass(frozen=True)
class Front:
    """A proxy that runs: where it takes TLS, where plain HTTP, and whom to trust."""

    url: str
    plain: str
    trust: ssl.SSLContext


def nginx(folder: Path, upstream: str, tls: int, plain: int) -> list[list[str]]:
    """How to check its configuration, and how to start it."""
    site = (DEPLOY / "nginx/campana.conf").read_text()
    for old, new in {
        "127.0.0.1:8000": upstream,
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


def caddy(folder: Path, upstream: str, tls: int, plain: int) -> list[list[str]]:
    """How to check its configuration, and how to start it."""
    site = (DEPLOY / "caddy/Caddyfile").read_text()
    assert NAME in site
    site = site.replace("127.0.0.1:8000", upstream).replace(
        f"{NAME} {{", f"https://127.0.0.1:{tls} {{\n\ttls {folder}/server.pem {folder}/server.pem"
    )
    ahead = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {tls}\n\tstorage file_system {folder}\n}}\n"
    (folder / "Caddyfile").write_text(ahead + site)
    program = _program("caddy")
    config = ["--config", str(folder / "Caddyfile")]
    return [[program, "validate", *config], [program, "run", *config]]


@pytest.fixture
async def house(sqlite_store) -> AsyncIterator[House]:
    async with open_house(sqlite_store) as opened:
        yield opened


@pytest.fixture(params=[nginx, caddy], ids=lambda kind: kind.__name__)
async def front(request: pytest.FixtureRequest, tmp_path: Path, house: House) -> AsyncIterator[Front]:
    authority = Authority.in_folder(tmp_path)
    authority.server("127.0.0.1")
    tls, plain = free_port(), free_port()
    make: Callable[..., list[list[str]]] = request.param
    check, start = make(tmp_path, house.url.removeprefix("http://"), tls, plain)
    async with _process(check, tmp_path) as checking:
        assert await checking.wait() == 0, (tmp_path / "output").read_text()
    trust = ssl.create_default_context(cafile=str(authority.file))
    async with _process(start, tmp_path):
        await until(lambda: _listens(tls), what="the proxy", patience_s=20)
        yield Front(f"https://127.0.0.1:{tls}", f"http://127.0.0.1:{plain}", trust)


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


async def test_a_browser_is_sent_to_tls_and_served_there(house: House, front: Front) -> None:
    headers = {"Authorization": f"Bearer {house.keys['alice']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{front.plain}/healthz", allow_redirects=False) as answer:
            assert answer.status == 308
            assert answer.headers["Location"].startswith("https://")
        async with session.get(f"{front.url}/api/v1/campaigns", ssl=front.trust) as answer:
            assert (answer.status, await answer.json()) == (200, {"items": [], "next_cursor": None})


async def test_events_come_as_they_happen(house: House, front: Front) -> None:
    """The campaign is a draft and the stream has no end: whoever collects it shows nothing."""
    made = await house.post("alice", "/campaigns", campaign(await house.sender()))
    headers = {"Authorization": f"Bearer {house.keys['alice']}"}
    path = f"/api/v1/campaigns/{made.json['id']}/events"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(front.url + path, ssl=front.trust) as answer,
        asyncio.timeout(10),
    ):
        while await answer.content.readline() != b"event: progress\n":  # how soon to come again is said first
            pass
        assert json.loads((await answer.content.readline()).removeprefix(b"data: "))["status"] == "DRAFT"


async def test_a_file_of_some_size_goes_through(house: House, front: Front) -> None:
    rows = "".join(f"+9198{number:08d},{'x' * 2000}\n" for number in range(1500))
    data = aiohttp.FormData()
    data.add_field("file", io.BytesIO(f"Mobile,Note\n{rows}".encode()), filename="people.csv")
    data.add_field("country", "IN")
    headers = {"Authorization": f"Bearer {house.keys['alice']}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{front.url}/api/v1/recipient-lists", data=data, ssl=front.trust) as answer,
    ):
        assert (answer.status, (await answer.json())["valid"]) == (201, 1500)
