"""Which processes tell: a web server too, for the case that there is nobody else."""

import asyncio
from pathlib import Path

import pytest

from tests.engine.notices.conftest import Hook
from tests.support.product import product


@pytest.mark.usefixtures("begun_in_a_nursery")
async def test_a_web_server_alone_tells(tmp_path: Path, hook: Hook) -> None:
    settings = {"LEAST_DISK_MB": str(10**9), "WEBHOOKS_ALLOW_PRIVATE": "true"}
    async with product(tmp_path, **settings) as shop:
        for words in (
            ("user", "add", "ada@shop.test", "--account", "Shop", "--admin"),
            ("api-key", "create", "--user", "ada@shop.test", "--name", "tests"),
        ):
            status, shop.key, problem = await shop.command(*words)
            assert status == 0, problem
        shop.key = shop.key.strip()
        first = await shop.start("web")
        body = {"address": hook.url, "whole": True}
        await shop.call("POST", "/notice-addresses", expect=201, json=body)
        await first.terminate()
        await shop.start("web")
        await asyncio.wait_for(hook.something_came.wait(), 30)
    assert "DISK_LOW" in {one["fault"] for one in hook.came[0]["troubles"]}
