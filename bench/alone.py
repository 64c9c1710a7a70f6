"""Single parts of the product run alone, each in a process of its own: the yardsticks of the whole path.

python -m bench.alone http|provider|store|inbox …; prints one line of JSON."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uvloop
from pyreqwest.client import ClientBuilder

from bench.prepare import FIELDS, recipients, take_and_settle
from campana.config import Settings
from campana.domain.campaigns import Template
from campana.domain.senders import Credentials
from campana.engine.ports import Envelope, Post
from campana.providers.bizchat import BizChat
from campana.stores import open_store

WARM_UP = 2000
POSTS_TOGETHER = 100

Call = Callable[[Envelope], Awaitable[None]]


async def http(options: argparse.Namespace) -> dict[str, float]:
    """The bare HTTP client: POSTs of a fixed body, the answer's body read, and nothing else."""
    body = (
        b'{"field_1":"Hi Person 12345","field_2":"Person 12345 of Town 12","field_3":"Order A-12345: Friday",'
        b'"phone_number":"919812345678","template_name":"diwali_offer","template_language":"en_US"}'
    )
    headers = {
        "Authorization": "Bearer bench-token-0001",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    url = f"{options.url}/5f0c7a52-3f0e-4a57-9d21-7c3f2f6f0a11/contact/send-template-message"
    async with ClientBuilder().http1_only().no_proxy().default_headers(headers).build() as client:

        async def call(_: Envelope) -> None:
            answer = await client.post(url).body_bytes(body).build().send()
            await answer.bytes()

        return await _timed(call, options)


async def provider(options: argparse.Namespace) -> dict[str, float]:
    """The provider alone: building the request, the same client, reading the answer."""
    credentials = Credentials("bench-token-0001", "5f0c7a52-3f0e-4a57-9d21-7c3f2f6f0a11")
    async with BizChat(options.url) as bizchat:

        async def call(envelope: Envelope) -> None:
            outcome = await bizchat.send(credentials, envelope)
            if outcome.provider_message_id is None:
                raise RuntimeError(outcome.reason)

        return await _timed(call, options)


async def store(options: argparse.Namespace) -> dict[str, float]:
    """The store alone: take and settle a PROCESSING campaign's messages. Settings as the product has them."""
    opened = await open_store(Settings(_env_file=None).store_url)
    try:
        view = (await opened.progress([UUID(options.campaign)]))[UUID(options.campaign)]
        sender = await opened.sender(view.campaign.account_id, view.campaign.sender_id)
        if sender is None:
            raise RuntimeError("there is no such sender")
        began, cpu = time.perf_counter(), time.process_time()
        count = await take_and_settle(opened, sender, view.campaign.id, options.count)
        return _measured(count, began, cpu)
    finally:
        await opened.close()


async def inbox(options: argparse.Namespace) -> dict[str, float]:
    """The store alone: posts of a kilobyte, a hundred in a transaction."""
    opened = await open_store(Settings(_env_file=None).store_url)
    try:
        posts = [Post(UUID(int=0), datetime.now(UTC), bytes(1024))] * POSTS_TOGETHER
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(options.count // POSTS_TOGETHER):
            await opened.store_posts(posts)
        return _measured(options.count, began, cpu)
    finally:
        await opened.close()


async def _timed(call: Call, options: argparse.Namespace) -> dict[str, float]:
    envelopes = iter([_envelope(person) for person in recipients(WARM_UP)])
    await _spread(call, envelopes, options.at_once)
    envelopes = iter([_envelope(person) for person in recipients(options.count)])
    began, cpu = time.perf_counter(), time.process_time()
    await _spread(call, envelopes, options.at_once)
    return _measured(options.count, began, cpu)


def _envelope(person: Any) -> Envelope:
    fields = dict.fromkeys(FIELDS, f"{person.name} of {person.values[3]}")
    return Envelope(phone=person.phone, template=Template("diwali_offer", "en_US"), fields=fields)


async def _spread(call: Call, envelopes: Iterator[Envelope], at_once: int) -> None:
    async def work() -> None:
        for envelope in envelopes:
            await call(envelope)

    await asyncio.gather(*(work() for _ in range(at_once)))


def _measured(count: int, began: float, cpu: float) -> dict[str, float]:
    return {"messages": count, "seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}


async def job(name: str, *words: str, environment: dict[str, str] | None = None) -> dict[str, float]:
    """Run one of the jobs above in a process of its own; what it measured."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.alone", name, *words), env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"bench.alone {name} failed")
    return dict(json.loads(out))


def main() -> None:
    """Run one job and print what it measured."""
    jobs = {"http": http, "provider": provider, "store": store, "inbox": inbox}
    parser = argparse.ArgumentParser(prog="python -m bench.alone")
    parser.add_argument("job", choices=jobs)
    parser.add_argument("--url", default="")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=256)
    parser.add_argument("--campaign", default="")
    options = parser.parse_args()
    print(json.dumps(uvloop.run(jobs[options.job](options))))


if __name__ == "__main__":
    main()
