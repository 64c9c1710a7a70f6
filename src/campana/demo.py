"""What `campana demo` adds to the product: the simulator, an account wired to it, and a file to try."""

import asyncio
import csv
import json
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from campana.bootstrap import Campana
from campana.config import Settings
from campana.domain.accounts import Principal, Role
from campana.domain.errors import ConfigurationError, NotFound
from campana.domain.samples import COLUMNS, sample_recipients
from campana.domain.senders import Sender
from campana.engine.sender_rules import SenderRequest

ACCOUNT = "Demo"
EMAIL = "demo@campana.example"
SENDER = "Practice"
KEY_NAME = "demo"
PORT = 8090
START_S = 20.0
CREDENTIALS = {"api_token": "practice-token-0000", "vendor_uid": "00000000-0000-4000-8000-000000000000"}
SAMPLE_SIZE = 200


@asynccontextmanager
async def simulator() -> AsyncIterator[str]:
    """A simulator in a process of its own, for as long as the block lasts; its base URL."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        process = await _start_simulator(ready)
        try:
            yield ready.read_text().strip()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


def against(base_url: str, settings: Settings, port: int) -> Settings:
    """The settings with every provider's address replaced: a demo sends nothing anywhere else, and hears from
    nobody else."""
    here = f"http://127.0.0.1:{port}"
    return settings.model_copy(
        update={"bizchat_base_url": base_url, "practice_base_url": base_url, "public_url": here}
    )


async def prepare(campana: Campana, port: int, base_url: str) -> str:
    """Make the demo account, its sender, a new password and key, the sample file; what to tell the person."""
    owner = await _owner(campana)
    sender = await _sender(campana, owner)
    await _wire_webhook(campana, owner, sender, base_url)
    await campana.services.accounts.revoke_api_keys(EMAIL, KEY_NAME)
    made = await campana.services.accounts.create_api_key(EMAIL, KEY_NAME)
    password = secrets.token_urlsafe(12)
    await campana.services.people.passwords.set_for(EMAIL, password)
    sample = campana.settings.data_dir / "sample-recipients.csv"
    _write_sample(sample)
    command = Path(sys.argv[0])
    origin = base_url.removesuffix("/api")
    return f"""
Campana runs at        http://127.0.0.1:{port}   (API: http://127.0.0.1:{port}/api/docs)
Sign in as             {EMAIL}
  with the password    {password}   (made anew at each start)
API key                {made.key}   (so is this)
BizChat's stand-in     {origin}   (every message it was given: {origin}/ledger)
A file to try          {sample}

In another terminal:
  {command} send {sample} --template festival_offer --language en_US \\
      --field field_1='{{name}}' --field field_2='{{city|your town}}' --in 1m --wait

Ctrl+C ends it; what you made stays in {campana.settings.data_dir}.
"""


async def _owner(campana: Campana) -> Principal:
    try:
        return await campana.services.accounts.principal(EMAIL)
    except NotFound:
        await campana.services.accounts.add_user(EMAIL, account=ACCOUNT, role=Role.OWNER)
        return await campana.services.accounts.principal(EMAIL)


async def _sender(campana: Campana, owner: Principal) -> Sender:
    known = await campana.services.senders.find(owner, limit=100)
    for sender in known.items:
        if sender.name == SENDER:
            return sender
    return await campana.services.senders.create(
        owner,
        SenderRequest(
            name=SENDER,
            provider="practice",
            credentials=CREDENTIALS,
            daily_limit=100_000,
            timezone="Asia/Kolkata",
            country="IN",
        ),
    )


async def _wire_webhook(campana: Campana, owner: Principal, sender: Sender, base_url: str) -> None:
    """Have the simulator post to the sender's address, as somebody would enter it at BizChat."""
    addresses = campana.services.addresses
    address = await addresses.look(owner, sender.id) or await addresses.rotate(owner, sender.id)
    request = Request(  # noqa: S310 - the simulator that was just started
        f"{base_url.removesuffix('/api')}/control",
        json.dumps({"webhook": address.url}).encode(),
        {"Content-Type": "application/json"},
    )
    await asyncio.to_thread(urlopen, request, timeout=START_S)


async def _start_simulator(ready: Path) -> asyncio.subprocess.Process:
    """On the usual port; on any free one where that is taken."""
    for port in (PORT, 0):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "campana.simulator", "--port", str(port), "--ready-file", str(ready)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for us; we end it when our messages have landed
        )
        if await _announced(process):
            return process
    raise ConfigurationError("The simulator does not start. Try: campana simulator")


async def _announced(process: asyncio.subprocess.Process) -> bool:
    """Whether it listens; it says so in a line on standard output, after writing the ready file."""
    if process.stdout is None:
        return False
    async with asyncio.timeout(START_S):
        return bool(await process.stdout.readline())


def _write_sample(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(sample_recipients(SAMPLE_SIZE))
