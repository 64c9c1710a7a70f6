"""The product with its simulator and one browser for all tests of a process; an account for each test."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.simulator_fixture import SimulatorProcess, start_simulator_process
from tests.support.browser import Visit, chromium, visit
from tests.support.product import Product, product

_NUMBERS = itertools.count(1)
Visits = Callable[..., AbstractAsyncContextManager[Visit]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests share the loop that the browser lives in."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of this process."""
    async with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    """A simulator that answers at once."""
    simulator = start_simulator_process(tmp_path_factory.mktemp("provider") / "ledger.jsonl")
    yield simulator
    simulator.stop()
    if simulator.process.stdout:
        simulator.process.stdout.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installed(
    tmp_path_factory: pytest.TempPathFactory, provider: SimulatorProcess
) -> AsyncIterator[Product]:
    """`campana serve` beside that simulator."""
    home, url = tmp_path_factory.mktemp("product"), provider.base_url
    async with product(home, BIZCHAT_BASE_URL=url, PRACTICE_BASE_URL=url) as running:
        await running.start()
        yield running


@pytest.fixture
def faults(provider: SimulatorProcess) -> Iterator[Callable[..., None]]:
    """Sets the simulator's faults, as in `faults("meta:131026=1")`; none are left afterwards."""
    yield lambda *specs: provider.control(faults=list(specs))
    provider.control(faults=[])


@pytest_asyncio.fixture(loop_scope="session")
async def shop(installed: Product) -> Product:
    """The product as an owner of a new account sees it: `shop.call` is with her key."""
    number = next(_NUMBERS)
    await installed.set_up(f"olga-{number}@shop.test", f"Shop {number}")
    return installed


@pytest.fixture
def visits(browser: Browser, shop: Product) -> Visits:
    """Opens the pages as that owner; options as Playwright's contexts take them."""

    def open_pages(**options: Any) -> AbstractAsyncContextManager[Visit]:
        signed_in = {"extra_http_headers": {"Authorization": f"Bearer {shop.key}"}}
        return visit(browser, shop.url, **(signed_in | options))

    return open_pages
