"""The examples for nginx and Caddy in front of the real app, as they stand but for names and ports.

TLS, events as they happen, files of their size.
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.house import House, campaign, open_house
from tests.support.proxies import Front, caddy, nginx, running


@pytest.fixture
async def house(sqlite_store) -> AsyncIterator[House]:
    async with open_house(sqlite_store) as opened:
        yield opened


@pytest.fixture(params=[nginx, caddy], ids=lambda kind: kind.__name__)
async def front(request: pytest.FixtureRequest, tmp_path: Path, house: House) -> AsyncIterator[Front]:
    async with running(request.param, tmp_path, [house.url.removeprefix("http://")]) as front:
        yield front


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
