"""Notices through Apprise, to a real server: what gets there, what is said where nothing does, and what a
process that speaks for strangers cannot do."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from aiohttp import web

from campana import apprise_process
from campana.apprising import NO_NETWORK, UNKNOWN, UNKNOWN_NOW, AppriseNotifier

OURS = AppriseNotifier(allow_private=True)
"""for an installation that allows private addresses"""
STRICT = AppriseNotifier(allow_private=False)


@dataclass
class Service:
    """Takes notices at /taken/, refuses them at /refused/, and is silent at /silent/."""

    port: int = 0
    came: list[dict] = field(default_factory=list)
    silence: asyncio.Event = field(default_factory=asyncio.Event)

    def address(self, path: str) -> str:
        return f"json://ana:planted-token@127.0.0.1:{self.port}/{path}/"

    async def answer(self, request: web.Request) -> web.Response:
        path = request.match_info["path"].strip("/")
        if path == "silent":
            await self.silence.wait()
        if path == "taken":
            self.came.append(await request.json())
        return web.Response(status=401 if path == "refused" else 200)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service, app = Service(), web.Application()
    app.router.add_post("/{path:.*}", service.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.port = runner.addresses[0][1]
    yield service
    service.silence.set()
    await runner.cleanup()


async def test_a_notice_arrives(service: Service) -> None:
    address = service.address("taken")
    assert await OURS.refusal(address) is None
    assert await OURS.notify(address, "Campana: a test", "Grüße\n- one\n") is None
    (came,) = service.came
    assert (came["title"], came["message"].strip()) == ("Campana: a test", "Grüße\n- one")


async def test_our_own_network_is_out_of_reach_unless_it_is_allowed(service: Service) -> None:
    assert await STRICT.notify(service.address("taken"), "title", "text") == NO_NETWORK
    assert service.came == []


async def test_what_went_wrong_is_said_without_the_address(service: Service, capfd) -> None:
    assert await OURS.notify(service.address("refused"), "title", "text") == "the service answered 401"
    assert (
        await OURS.notify("json://ana:planted-token@127.0.0.1:9/", "t", "t") == "the service did not take it"
    )
    assert await OURS.notify("nosuch://planted-token", "t", "t") == UNKNOWN_NOW
    assert "planted-token" not in "".join(capfd.readouterr())


async def test_who_never_answers_is_left_and_no_process_stays(service: Service) -> None:
    hasty = AppriseNotifier(allow_private=True, timeout_s=2)
    assert await hasty.notify(service.address("silent"), "t", "t") == "no answer within 2 s"
    assert not children()


def children() -> list[list[str]]:
    """Processes of ours that send notices."""
    return [
        one.cmdline() for one in psutil.Process().children() if "apprise_process" in " ".join(one.cmdline())
    ]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nosuch://token", UNKNOWN),
        ("tgram://short", UNKNOWN),
        ("syslog://", "a service of the machine"),
        ("dbus://", "a service of the machine"),
        ("mailto://ana:secret@shop.test", "write the e-mail address alone"),
    ],
)
async def test_what_leads_nowhere_is_refused(address: str, says: str) -> None:
    assert says in (await OURS.refusal(address) or "")


TRIES = {
    "a program": "import subprocess; subprocess.run(['true'])",
    "a shell": "import os; os.system('true')",
    "a fork": "import os; os.fork()",
    "a file written": "open('written', 'w')",
    "a file of somebody else": "open('/etc/passwd').read()",
    "a file removed": "import os; os.remove('there')",
    "a file renamed": "import os; os.rename('there', 'gone')",
    "a private address": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "one in another dress": "import socket; socket.create_connection(('::ffff:10.0.0.1', 9), 1)",
    "a datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('169.254.169.254', 9))",
    "the machine's own sockets": "import socket; socket.socket(socket.AF_UNIX).connect('/run/dbus/socket')",
    "a library": "import ctypes; ctypes.CDLL('libc.so.6')",
}


@pytest.mark.parametrize("attempt", TRIES.values(), ids=TRIES.keys())
def test_under_the_guard_nothing_else_is_done(attempt: str, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    guard = (
        "import sys; from campana.apprise_process import Guard; sys.addaudithook(Guard(allow_private=False))"
    )
    ended = subprocess.run(
        [sys.executable, "-B", "-c", f"{guard}\n{attempt}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PermissionError" in ended.stderr, ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_the_guard_lets_public_addresses_pass() -> None:
    guard = apprise_process.Guard(allow_private=False)
    guard("socket.connect", (None, ("93.184.216.34", 443)))
    assert not guard.refused
    with pytest.raises(PermissionError):
        guard("socket.connect", (None, ("intranet", 443)))
    assert guard.refused


def test_a_server_does_not_load_apprise() -> None:
    loaded = (
        "import sys, campana.background, campana.web.app; print([m for m in sys.modules if 'apprise' in m])"
    )
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['campana.apprise_process']", "which names what both ends say"
