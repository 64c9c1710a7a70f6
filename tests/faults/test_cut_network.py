"""Two hosts send over one database; one is cut off from it and never told: nobody gets anything twice, the
other takes over in time, and the one that was cut off comes back.

Each host has the provider under an address of its own, so the ledgers say which of them sent what, and when.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from campana.domain.errors import StoreUnavailable
from campana.engine.sending.lane import LEASE_S
from campana.simulator import Simulator, SimulatorConfig, in_thread
from campana.stores import open_store
from tests.faults.half_a_statement import lanes_held
from tests.support.hosts import Host, Network, running_network
from tests.support.product import judge, product, until
from tests.support.stores import mongodb_maker, postgresql_maker, running_cluster, running_mongodb

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

RATE = 10
EACH = 400
"""more than it takes: what is left when all is seen is cancelled"""
TAKEOVER_S = 10.0


@dataclass
class Place:
    """A host and what the provider got from there."""

    host: Host
    provider: Simulator

    @property
    def sent(self) -> list[tuple[float, str]]:
        """When what reached whom; times as `time.monotonic` counts them."""
        return [(entry.monotonic, entry.phone) for entry in self.provider.ledger.entries if entry.sent]

    async def sends(self, *, after: float = 0.0, lane: int | None = None) -> float:
        """When it first sent something after that moment, over that lane if one is named; waited for."""

        async def look() -> float:
            found = (at for at, phone in self.sent if at > after and lane in (None, lane_of(phone)))
            return next(found, 0.0)

        first: float = await until(look, what=f"a message from {self.host.name}")
        return first


def lane_of(phone: str) -> int:
    """Each lane has numbers of its own."""
    return int(phone[-8:]) // EACH


@pytest.fixture
def network() -> Iterator[Network]:
    with running_network() as network:
        yield network


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgres),
        pytest.param("mongodb", marks=pytest.mark.mongodb),
    ]
)
def url(request: pytest.FixtureRequest, network: Network) -> Iterator[str]:
    """A database that listens where the hosts reach it."""
    if request.param == "postgresql":
        with (
            running_cluster(fsync=False, address=network.database) as cluster,
            postgresql_maker(cluster)() as url,
        ):
            yield url
    else:
        with running_mongodb(network.database) as server, mongodb_maker(server)() as url:
            if server.named:
                pytest.skip("the server that CAMPANA_TEST_MONGODB_URL names is not on the test's network")
            yield url


@pytest.fixture
def places(network: Network) -> Iterator[tuple[Place, Place]]:
    config = SimulatorConfig(latency_ms=50, jitter_ms=20)
    with in_thread(config, host=network.provider) as one, in_thread(config, host=network.provider) as other:
        yield Place(network.add_host(), one), Place(network.add_host(), other)


async def test_a_host_cut_off_from_the_database_doubles_nobody_and_comes_back(
    tmp_path: Path, url: str, places: tuple[Place, Place]
) -> None:
    async with product(tmp_path, DATABASE_URL=url) as shop:
        await shop.start("web")
        near, cut = places
        for place in places:
            base_url = place.provider.base_url
            await shop.start("worker", within=place.host.within, BIZCHAT_BASE_URL=base_url)
        senders = [await shop.make_sender(name=f"Sender {n}", rate_limit_per_s=RATE) for n in range(2)]
        campaigns = [
            await shop.make_campaign(sender, EACH, first=n * EACH) for n, sender in enumerate(senders)
        ]
        await near.sends()
        await cut.sends()
        await asyncio.sleep(1)  # nobody is on the move any more

        cut.host.cut()
        when = time.monotonic()
        lane = lane_of(cut.sent[-1][1])
        taken_over = await near.sends(after=when, lane=lane)
        stopped = cut.sent[-1][0]
        cut.host.heal()
        await cut.sends(after=taken_over)
        for campaign in campaigns:
            await shop.call("POST", f"/campaigns/{campaign}/cancel")
        for campaign in campaigns:
            assert (await shop.ended(campaign))["status"] == "CANCELLED"
        await shop.quiet(campaigns[lane])
        statuses = judge(
            [message for campaign in campaigns for message in await shop.messages(campaign)],
            [phone for place in places for _, phone in place.sent],
        )
    assert stopped - when < LEASE_S
    assert taken_over - when < TAKEOVER_S
    assert statuses.total() == 2 * EACH
    assert statuses["UNKNOWN"] <= RATE * 2


@pytest.mark.postgres
async def test_a_host_cut_off_in_the_middle_of_a_statement_keeps_no_lane(network: Network) -> None:
    with (
        running_cluster(fsync=False, address=network.database) as cluster,
        postgresql_maker(cluster)() as url,
    ):
        host, store = network.add_host(), await open_store(url)

        async def free() -> bool:
            with contextlib.suppress(StoreUnavailable):
                await store.holders()  # looks, and ends nobody's session
                return True
            return False

        async with lanes_held(url, within=host.within):
            assert not await free()
            host.cut()
            await until(free, what="the lanes")
        await store.close()
