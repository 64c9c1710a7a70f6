"""Addresses for notices over REST and as a page: what is shown of them, whether a test arrives, who may."""

import pytest
from aiohttp import web

from campana.domain.accounts import Role
from tests.support.browsing import Surfer, arrived
from tests.support.house import House
from tests.support.product import free_port

PAGE = "/settings/notices"


@pytest.fixture
async def alice(small_house: House) -> Surfer:
    return await arrived(small_house, "alice")


@pytest.fixture
async def hook():
    """The other end of a webhook, as URL with a secret in it; it takes what it is sent."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook?token=planted-token"
    await runner.cleanup()


async def submit(surfer: Surfer, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
    """Send a form; the status, and the page that the browser shows then."""
    answer = await surfer.post(path, fields)
    shown = await surfer.get(answer.leads_to) if answer.leads_to else answer
    return answer.status, shown.body.decode()


async def test_an_address_lives_its_life_over_rest(small_house: House, hook: str) -> None:
    made = await small_house.post("alice", "/notice-addresses", {"address": hook})
    assert (made.status, made.json["route"], made.json["enabled"]) == (201, "webhook", True)
    one = f"/notice-addresses/{made.json['id']}"
    assert (await small_house.get("alice", "/notice-addresses")).json["items"] == [made.json]
    tested = await small_house.post("alice", f"{one}/test")
    assert (tested.status, tested.json) == (200, {"taken": True, "problem": ""})
    assert (await small_house.patch("alice", one, {"enabled": False})).status == 204
    (off,) = (await small_house.get("alice", "/notice-addresses")).json["items"]
    assert off == made.json | {"enabled": False}
    assert (await small_house.delete("alice", one)).status == 204
    assert (await small_house.delete("alice", one)).status == 404
    trail = (await small_house.get("alice", "/audit", params={"action": "notice_address"})).json["items"]
    assert len(trail) == 4
    assert "planted-token" not in made.body.decode() + str(trail)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"address": "nowhere"}, "address"), ({"address": "ana@shop.test"}, "address"), ({}, "address")],
)
async def test_what_cannot_be_told_is_refused(small_house: House, body: dict, field: str) -> None:
    """Mail too, where the server has none to send by."""
    answer = await small_house.post("alice", "/notice-addresses", body)
    assert (answer.status, answer.fields) == (422, {field})


async def test_nobody_else_has_it(small_house: House, hook: str) -> None:
    made = await small_house.post("alice", "/notice-addresses", {"address": hook})
    one = f"/notice-addresses/{made.json['id']}"
    assert (await small_house.get("bob", "/notice-addresses")).json["items"] == []
    assert (await small_house.post("bob", f"{one}/test")).status == 404
    assert (await small_house.patch("bob", one, {"enabled": False})).status == 404
    assert (await small_house.get("olga", "/notice-addresses")).status == 403
    whole = {"address": hook, "whole": True}
    assert (await small_house.post("alice", "/notice-addresses", whole)).status == 403


async def test_the_page_adds_tries_switches_and_removes(alice: Surfer, hook: str) -> None:
    page = (await alice.get(PAGE)).body.decode()
    assert "Nobody is told yet" in page
    assert 'name="whole"' not in page, "that is for administrators"
    status, page = await submit(alice, PAGE, {"address": "nowhere"})
    assert (status, "is no e-mail address" in page) == (422, True)
    status, page = await submit(alice, PAGE, {"address": hook})
    assert (status, "planted-token" in page, "127.0.0.1" in page) == (303, False, True)
    (address,) = (await alice.house.get("alice", "/notice-addresses")).json["items"]
    one = f"{PAGE}/{address['id']}"
    for path, fields, told in (
        (f"{one}/test", {}, "The test was taken"),
        (f"{one}/switch", {}, "The address is off."),
        (f"{one}/switch", {"enabled": "yes"}, "The address is on."),
        (f"{one}/remove", {}, "Nobody is told yet"),
    ):
        status, page = await submit(alice, path, fields)
        assert (status, told in page) == (303, True), told


async def test_a_test_that_fails_says_so(alice: Surfer) -> None:
    await alice.get(PAGE)
    await submit(alice, PAGE, {"address": f"http://127.0.0.1:{free_port()}/hook"})
    (address,) = (await alice.house.get("alice", "/notice-addresses")).json["items"]
    _, page = await submit(alice, f"{PAGE}/{address['id']}/test")
    assert "The test did not get to 127.0.0.1" in page
    assert "Could not be reached" in page


async def test_administrators_may_have_everything(small_house: House, hook: str) -> None:
    await small_house.services.accounts.add_user(
        "ada@campana.test", account="Platform", role=Role.OWNER, admin=True
    )
    ada = await arrived(small_house, "ada")
    assert 'name="whole"' in (await ada.get(PAGE)).body.decode()
    _, page = await submit(ada, PAGE, {"address": hook, "whole": "yes"})
    assert "the whole installation" in page
