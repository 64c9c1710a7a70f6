"""The product as its users have it: real processes of `campana`, steered over REST and by signals."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol

import aiohttp

from campana.bootstrap import built
from campana.config import Settings

PATIENCE_S = 60.0
LOOK_S = 0.05
QUIET_S = 1.5
LAST_LINES = 40
_PORTS = itertools.cycle(range(10_000 + os.getpid() * 997 % 19_000, 30_040))
"""below those the system gives out by itself, and a stretch of its own for each test process"""
_ONE_AT_A_TIME = asyncio.Lock()
"""Alembic keeps its migration context in the module: two upgrades in one process would mix."""
FINAL = ("COMPLETED", "FAILED", "CANCELLED", "PAUSED")


def free_port() -> int:
    """A port nobody listens on, and that no test process beside this one will choose as well."""
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is left")


async def until(look: Callable[[], Awaitable[Any]], *, patience_s: float = PATIENCE_S, what: str = "") -> Any:
    """The first true answer of `look`, asked again and again. Raises TimeoutError saying what never came."""
    answer = None
    try:
        async with asyncio.timeout(patience_s):
            while not (answer := await look()):  # noqa: ASYNC110 - another process has no event for us
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise TimeoutError(
            f"{what or look} did not come in {patience_s} s; last answer: {answer!r}"
        ) from None
    return answer


class Process(Protocol):
    """A process, as asyncio has it."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def send_signal(self, signal: int, /) -> None: ...
    async def wait(self) -> int: ...


async def execute(
    words: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    log: IO[bytes],
    *,
    within: Sequence[str] = (),
    pass_fds: Sequence[int] = (),
) -> Process:
    """Start `campana` with these words; `within` as in `Product.start`."""
    command = (*within, sys.executable, "-m", "campana", *words)
    return await asyncio.create_subprocess_exec(
        *command, env=env, cwd=cwd, stdout=log, stderr=log, pass_fds=pass_fds
    )


spawn: Callable[[Sequence[str], Mapping[str, str], Path, IO[bytes]], Awaitable[Process]] = execute
"""How a process of the product begins; a test may let it begin in a nursery."""


@dataclass
class Running:
    """One process of the product."""

    process: Process
    log_file: Path
    url: str = ""

    def signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        await self.process.wait()

    async def terminate(self) -> int:
        """SIGTERM, and its exit status."""
        self.signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            return await self.process.wait()

    def log(self) -> list[dict[str, Any]]:
        """Its log lines so far."""
        lines = self.log_file.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def told(self) -> str:
        """How it fares and the last it logged."""
        lines = self.log_file.read_text().splitlines()[-LAST_LINES:]
        return "\n".join([f"{self.log_file.name}, status {self.process.returncode}:", *lines])


@dataclass
class Product:
    """An installation in a directory of its own. `settings` are CAMPANA_… variables without the prefix."""

    home: Path
    settings: dict[str, str]
    key: str = ""
    running: list[Running] = field(default_factory=list)
    session: aiohttp.ClientSession | None = None
    url: str = ""

    @staticmethod
    def in_seconds(seconds: float) -> str:
        """A time as the API wants it."""
        return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()

    @property
    def environment(self) -> dict[str, str]:
        """What its processes find in their environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CAMPANA_")}
        ours = {f"CAMPANA_{name}": value for name, value in self.settings.items()}
        return kept | {"CAMPANA_DATA_DIR": str(self.home), "CAMPANA_LOG_FORMAT": "json"} | ours

    async def command(self, *words: str, stdin: str | None = None) -> tuple[int, str, str]:
        """Run a command to its end: exit status, standard output, standard error."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "campana",
            *words,
            env=self.environment,
            cwd=self.home,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(stdin.encode() if stdin is not None else None)
        return process.returncode or 0, out.decode(), err.decode()

    async def set_up(self, email: str = "olga@shop.test", account: str = "Shop") -> None:
        """A user, an owner in a new account, and her key, made by the services that the commands call too."""
        values = {name.lower(): value for name, value in self.settings.items()}
        async with _ONE_AT_A_TIME, built(Settings(_env_file=None, data_dir=self.home, **values)) as campana:
            await campana.services.accounts.add_user(email, account=account)
            self.key = (await campana.services.accounts.create_api_key(email, "tests")).key

    async def start(
        self,
        command: str = "serve",
        *options: str,
        port: int | None = None,
        inherits: socket.socket | None = None,
        within: Sequence[str] = (),
        **settings: str,
    ) -> Running:
        """Start a process; returns when it serves (`serve`, `web`) or has announced itself (`worker`).

        `within` are the words of another command that becomes this one, `settings` are of this process alone.
        Without a `port` it gets a free one; where it `inherits` a socket, it listens there.
        """
        words = [command, *options]
        port = inherits.getsockname()[1] if inherits else port or free_port()
        if command != "worker":
            words += ["--port", str(port)]
        log_file = self.home / f"{command}-{len(self.running)}.log"
        env = self.environment | {f"CAMPANA_{name}": value for name, value in settings.items()}
        with log_file.open("wb") as log:
            process: Process
            if within or inherits:
                passed = [inherits.fileno()] if inherits else []
                process = await execute(words, env, self.home, log, within=within, pass_fds=passed)
            else:
                process = await spawn(words, env, self.home, log)
        running = Running(process, log_file, f"http://127.0.0.1:{port}" if command != "worker" else "")
        self.running.append(running)
        if running.url:
            self.url = running.url
        await until(lambda: self._is_up(running), what=f"campana {command}")
        return running

    async def _is_up(self, running: Running) -> bool:
        assert running.process.returncode is None, running.log_file.read_text()
        if not running.url:
            return "Scheduled campaigns checker started" in running.log_file.read_text()
        try:
            async with self._http().get(f"{running.url}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def _http(self) -> aiohttp.ClientSession:
        if self.session is None:
            self.session = aiohttp.ClientSession()
        return self.session

    async def call(self, method: str, path: str, *, expect: int = 200, **options: Any) -> Any:
        """A REST call below /api/v1; the parsed answer. Asserts the status."""
        headers = {"Authorization": f"Bearer {self.key}"}
        async with self._http().request(
            method, f"{self.url}/api/v1{path}", headers=headers, **options
        ) as answer:
            body = await answer.text()
            assert answer.status == expect, f"{method} {path}: {answer.status} {body}"
            return json.loads(body) if body else None

    async def make_sender(self, **settings: Any) -> str:
        """A sender with credentials the simulator accepts; its id."""
        body = {
            "name": f"Sender {len(settings)} {free_port()}",
            "provider": "bizchat",
            "credentials": {
                "api_token": "simulator-token-0001",
                "vendor_uid": "5f0c7a52-3f0e-4a57-9d21-7c3f2f6f0a11",
            },
            "country": "IN",
            "daily_limit": 1_000_000,
        }
        sender: dict[str, Any] = await self.call("POST", "/senders", expect=201, json=body | settings)
        return str(sender["id"])

    async def make_campaign(self, sender_id: str, count: int, *, first: int = 0, **settings: Any) -> str:
        """A campaign to `count` numbers, sent at once unless told otherwise; its id."""
        body = {
            "name": "Diwali",
            "sender_id": sender_id,
            "template": {"name": "diwali_offer", "language": "en_US"},
            "fields": {"field_1": "{name}"},
            "recipients": [
                {"phone": f"+9198{first + number:08d}", "name": f"Person {number}"} for number in range(count)
            ],
            "scheduled_at": "now",
        }
        campaign = await self.call("POST", "/campaigns", expect=201, json=body | settings)
        return str(campaign["id"])

    async def campaign(self, campaign_id: str) -> dict[str, Any]:
        """The campaign as the API shows it; its counts always add up."""
        campaign: dict[str, Any] = await self.call("GET", f"/campaigns/{campaign_id}")
        counts = dict(campaign["counts"])
        assert counts.pop("total") == sum(counts.values()), counts
        return campaign

    async def ended(self, campaign_id: str, *, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The campaign once it is in a final state, or paused."""

        async def look() -> dict[str, Any] | None:
            campaign = await self.campaign(campaign_id)
            return campaign if campaign["status"] in FINAL else None

        ended: dict[str, Any] = await until(look, patience_s=patience_s, what=f"the end of {campaign_id}")
        return ended

    async def counted(self, campaign_id: str, name: str, least: int) -> dict[str, Any]:
        """The campaign once at least that many of its messages are counted under `name`."""

        async def look() -> dict[str, Any] | None:
            campaign = await self.campaign(campaign_id)
            return campaign if campaign["counts"][name] >= least else None

        found: dict[str, Any] = await until(look, what=f"{least} {name}")
        return found

    async def quiet(self, campaign_id: str) -> None:
        """Wait until nothing is under way: no change in the counts for a second and a half."""
        before, since = None, time.monotonic()

        async def look() -> bool:
            nonlocal before, since
            counts = (await self.campaign(campaign_id))["counts"]
            if counts != before:
                before, since = counts, time.monotonic()
            return time.monotonic() - since > QUIET_S

        await until(look, what="quiet")

    async def logged(self, event: str) -> None:
        """Wait until some process has logged that event."""

        async def look() -> bool:
            return any(event in line["event"] for running in self.running for line in running.log())

        await until(look, what=f"a log line {event!r}")

    async def answers(self, path: str, status: int) -> None:
        """Wait until that path outside of the API answers with that status."""

        async def look() -> bool:
            async with self._http().get(f"{self.url}{path}") as answer:
                return answer.status == status

        await until(look, what=f"{status} from {path}")

    async def messages(self, campaign_id: str) -> list[dict[str, Any]]:
        """All of the campaign's messages."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = await self.call("GET", f"/campaigns/{campaign_id}/messages?limit=500{cursor}")
            items += page["items"]
            if not page["next_cursor"]:
                return items
            cursor = f"&cursor={page['next_cursor']}"

    async def close(self) -> None:
        """End everything."""
        for running in self.running:
            if running.process.returncode is None:
                running.signal(signal.SIGCONT)
                await running.kill()
        if self.session is not None:
            await self.session.close()


@contextlib.asynccontextmanager
async def product(home: Path, **settings: str) -> AsyncIterator[Product]:
    """A new installation with a first user; all of its processes end with the block."""
    installed = Product(home, settings)
    try:
        await installed.set_up()
        yield installed
    finally:
        if "PYTEST_CURRENT_TEST" in os.environ:  # pytest shows what is printed where a test fails
            for running in installed.running:
                print(running.told())
        await installed.close()


def judge(messages: list[dict[str, Any]], sent_to: list[str]) -> Counter[str]:
    """Hold the messages against the provider's ledger (the phones it sent to): promises 1 and 2.

    Nobody was sent to twice; whoever we call SENT was sent to once; whoever was sent to is SENT or UNKNOWN.
    Returns how many messages have each status.
    """
    times = Counter(phone.lstrip("+") for phone in sent_to)
    twice = {phone: count for phone, count in times.items() if count > 1}
    assert not twice, f"sent twice: {twice}"
    ours = {message["phone"].lstrip("+"): message["status"] for message in messages}
    assert len(ours) == len(messages)
    gone = ("SENT", "DELIVERED", "READ")
    lost = [phone for phone, status in ours.items() if status in gone and phone not in times]
    assert not lost, f"called sent, but the provider knows nothing of them: {lost}"
    denied = [phone for phone in times if ours[phone] not in (*gone, "UNKNOWN")]
    assert not denied, f"sent by the provider, but we say {[ours[phone] for phone in denied]}"
    return Counter(ours.values())
