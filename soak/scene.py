"""What takes part: PostgreSQL, the simulator, three workers, two `campana web`, and accounts with senders."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp

from soak.relay import Relay, relaying
from tests.simulator_fixture import SimulatorProcess, start_simulator_process
from tests.support.postgres import Cluster
from tests.support.product import Product, Running, product

ACCOUNTS = ("Shop", "School", "Clinic")
SENDERS = 10
RATE_PER_S = 29
WORKERS, WEBS = 3, 2
PATIENCE_S = 120.0
PEOPLE = ("reply=0.03", "stop=0.3", "pace=1")
WEBHOOKS = {"doubled": 0.05, "shuffled": 0.1, "early": 0.05, "batch": 20}


@dataclass(frozen=True, slots=True)
class Sender:
    """One of the senders, and the key of its account."""

    id: str
    key: str
    vendor_uid: str
    account: str


@dataclass
class Scene:
    """All that runs. The last worker and the last web process are never ended: what grows, grows there."""

    product: Product
    cluster: Cluster
    database_url: str
    simulator: SimulatorProcess
    relay: Relay
    session: aiohttp.ClientSession
    senders: list[Sender] = field(default_factory=list)
    workers: list[Running] = field(default_factory=list)
    webs: list[Running] = field(default_factory=list)

    async def ask(self, key: str, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """A REST call, repeated at one web process or another until it is answered. Raises TimeoutError."""
        headers = {"Authorization": f"Bearer {key}"} | options.pop("headers", {})
        async with asyncio.timeout(PATIENCE_S):
            while True:
                web = random.choice(self.webs)
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    url = f"{web.url}/api/v1{path}"
                    made = {name: value() if callable(value) else value for name, value in options.items()}
                    async with self.session.request(method, url, headers=headers, **made) as answer:
                        if answer.status < 500:
                            return answer.status, await answer.json()
                await asyncio.sleep(0.3)

    async def requests(self) -> int:
        """How many the simulator had so far; its summary of all would stop it for seconds."""
        url = self.simulator.base_url.removesuffix("/api") + "/ledger?since=999999999"
        async with self.session.get(url) as answer:
            return int(answer.headers["X-Ledger-Next"])

    async def set_up(self) -> None:
        """Accounts, processes, senders; each sender's receipts come by way of the relay."""
        keys = {}
        for name in ACCOUNTS:
            await self.product.set_up(f"{name.lower()}@soak.test", name)
            keys[name] = self.product.key
        self.webs += [await self.product.start("web") for _ in range(WEBS)]
        self.workers += [await self.product.start("worker") for _ in range(WORKERS)]
        self.relay.upstreams = lambda: [web.url for web in self.webs]
        for number in range(SENDERS):
            account = ACCOUNTS[number % len(ACCOUNTS)]
            self.senders.append(await self._add_sender(number, account, keys[account]))
        urls = {one.vendor_uid: f"{self.relay.url}{path}" for one, path in await self._hooks()}
        await asyncio.to_thread(self.simulator.control, webhooks=WEBHOOKS | {"urls": urls})

    async def _add_sender(self, number: int, account: str, key: str) -> Sender:
        vendor = str(UUID(int=0x5F0C7A523F0E4A579D217C3F2F6F0000 + number))
        body = {
            "name": f"Sender {number}",
            "credentials": {"api_token": "simulator-token-0001", "vendor_uid": vendor},
            "country": "IN",
            "rate_limit_per_s": RATE_PER_S,
            "daily_limit": 200_000,
        }
        status, made = await self.ask(key, "POST", "/senders", json=body)
        if status != 201:
            raise RuntimeError(f"no sender: {made}")
        return Sender(made["id"], key, vendor, account)

    async def _hooks(self) -> list[tuple[Sender, str]]:
        found = []
        for sender in self.senders:
            _, shown = await self.ask(sender.key, "GET", f"/senders/{sender.id}")
            address = shown["webhook"]["url"]
            found.append((sender, address[address.index("/webhooks/") :]))
        return found


@contextlib.asynccontextmanager
async def scene(folder: Path, seed: int) -> AsyncIterator[Scene]:
    """All of it, empty; everything is gone after the block."""
    async with AsyncExitStack() as stack:
        cluster = await asyncio.to_thread(Cluster)
        stack.push_async_callback(asyncio.to_thread, cluster.destroy)
        await asyncio.to_thread(cluster.start)
        url = cluster.url(await asyncio.to_thread(cluster.create_database))
        options = [*("--latency-ms", "300", "--jitter-ms", "100", "--seed", str(seed))]
        options += [word for one in PEOPLE for word in ("--people", one)]
        simulator = await asyncio.to_thread(start_simulator_process, folder / "ledger.jsonl", *options)
        stack.push_async_callback(asyncio.to_thread, simulator.stop)
        settings = {"DATABASE_URL": url, "BIZCHAT_BASE_URL": simulator.base_url, "LOG_LEVEL": "INFO"}
        installed = await stack.enter_async_context(product(folder, **settings))
        relay = await stack.enter_async_context(relaying(random.Random(seed)))
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        )
        made = Scene(installed, cluster, url, simulator, relay, session)
        await made.set_up()
        yield made
