"""What monitoring sees, and the documentation's pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from campana.stores import open_store
from campana.web.static_files import FOLDER
from tests.support.house import campaign, open_house, people
from tests.support.stores import postgresql_maker

LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def test_alive_and_ready_without_a_key(small_house):
    alive, ready = await small_house.get(None, "//healthz"), await small_house.get(None, "//readyz")
    assert (alive.status, alive.json) == (200, {"status": "alive"})
    assert (ready.status, ready.json) == (200, {"status": "ready"})


async def test_unready_says_why(small_house):
    small_house.complaints += ["scheduler: nothing done for 40 s", "worker: the lane broke"]
    answer = await small_house.get(None, "//readyz")
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.json["detail"] == "scheduler: nothing done for 40 s; worker: the lane broke"
    assert (await small_house.get(None, "//healthz")).status == 200


@pytest.mark.postgres
async def test_a_database_that_is_gone_is_told_and_found_again(postgres):
    with postgresql_maker(postgres)() as url:
        store = await open_store(url)
        async with open_house(store) as house:
            postgres.stop()
            for path in ("//readyz", "/campaigns"):
                answer = await house.get("alice", path)
                assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
            assert "database" in (await house.get(None, "//readyz")).json["detail"]
            for path in ("//metrics", "//healthz"):
                assert (await house.get(None, path)).status == 200
            postgres.start()
            assert (await house.get(None, "//readyz")).status == 200
            assert (await house.get("alice", "/campaigns")).status == 200
        await store.close()


async def metric(house, name):
    text = (await house.get(None, "//metrics")).body.decode()
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])


async def test_metrics_of_what_waits(house):
    sender = await house.sender()
    await house.post("olga", "/campaigns", campaign(sender, recipients=people(7), scheduled_at="now"))
    await house.post("olga", "/campaigns", campaign(sender, name="Later", scheduled_at=LATER))
    going = await house.post("olga", "/campaigns", campaign(sender, recipients=people(5), scheduled_at="now"))
    await house.post("olga", f"/campaigns/{going.json['id']}/pause")
    await house.post("olga", f"/campaigns/{going.json['id']}/resume")
    assert await metric(house, 'campana_campaigns{status="SCHEDULED"}') == 2
    assert await metric(house, 'campana_campaigns{status="PROCESSING"}') == 1
    assert await metric(house, 'campana_campaigns{status="FAILED"}') == 0
    assert await metric(house, "campana_messages_queued") == 5
    assert await metric(house, "campana_overdue_seconds") >= 0
    answer = await house.get(None, "//metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"campana_scheduler_lag_seconds" in answer.body


async def test_the_documentation_page_loads_nothing_from_elsewhere(small_house):
    page = await small_house.get(None, "//api/docs")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    assert links
    for link in links:
        assert link.startswith("/static/")
        assert (FOLDER / link.removeprefix("/static/")).parent.name in ("swagger-ui", "static")
    assert b"<script>" not in page.body
    script = await small_house.get(None, "//static/api-docs.js")
    assert script.status == 200
    assert b"/api/openapi.json" in script.body
    assert "javascript" in script.headers["Content-Type"]


async def test_static_files_stay_in_their_folder(small_house):
    for path in ("//static/../web/app.py", "//static/%2e%2e/app.py", "//static/"):
        assert (await small_house.get(None, path)).status == 404
