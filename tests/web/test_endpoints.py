"""Outgoing webhooks over REST and as pages: the secret shown once, the log, who may."""

import re
from dataclasses import replace

import pytest

from campana.domain.endpoints import CHOICES
from tests.support.browsing import Surfer, arrived
from tests.support.house import House

URL = "https://93.184.216.34/hook?token=planted-token"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
async def alice(small_house: House) -> Surfer:
    return await arrived(small_house, "alice")


async def test_an_endpoint_lives_its_life_over_rest(house: House) -> None:
    body = {"url": URL, "events": ["campaign.completed", "message.failed"]}
    made = await house.post("alice", "/webhook-endpoints", body)
    assert (made.status, made.json["enabled"]) == (201, True)
    assert SECRET.fullmatch(made.json["secret"])
    one = f"/webhook-endpoints/{made.json['id']}"
    (listed,) = (await house.get("alice", "/webhook-endpoints")).json["items"]
    assert listed == (await house.get("alice", one)).json
    assert "secret" not in listed
    anew = await house.post("alice", f"{one}/rotate")
    assert SECRET.fullmatch(anew.json["secret"])
    assert anew.json["secret"] != made.json["secret"]
    test = await house.post("alice", f"{one}/test")
    assert (test.status, test.json["types"], test.json["status"]) == (202, ["test"], "WAITING")
    (logged,) = (await house.get("alice", f"{one}/deliveries")).json["items"]
    assert logged == test.json
    assert (await house.post("alice", f"/webhook-endpoints/deliveries/{logged['id']}/again")).status == 409
    off = await house.patch("alice", one, {"enabled": False, "events": ["message.read"]})
    assert (off.json["enabled"], off.json["events"]) == (False, ["message.read"])
    assert (await house.post("alice", f"{one}/test")).status == 409
    assert (await house.delete("alice", one)).status == 204
    assert (await house.get("alice", one)).status == 404
    trail = (await house.get("alice", "/audit", params={"action": "endpoint"})).json["items"]
    assert [entry["action"] for entry in trail[::-1]] == [
        "endpoint.added",
        "endpoint.secret_rotated",
        "endpoint.tested",
        "endpoint.changed",
        "endpoint.deleted",
    ]
    assert "planted-token" not in str(trail)
    assert {entry["subject"]["name"] for entry in trail} == {"93.184.216.34"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"url": "nowhere", "events": []}, {"url", "events"}),
        ({"url": URL, "events": ["message.lost"]}, {"events"}),
        ({"url": URL, "events": ["test"]}, {"events"}),
        ({"url": URL}, {"events"}),
    ],
)
async def test_what_cannot_be_kept_is_refused(small_house: House, body: dict, fields: set[str]) -> None:
    answer = await small_house.post("alice", "/webhook-endpoints", body)
    assert (answer.status, answer.fields) == (422, fields)


async def test_another_account_has_no_such_endpoint(small_house: House) -> None:
    made = await small_house.post("alice", "/webhook-endpoints", {"url": URL, "events": CHOICES})
    one = f"/webhook-endpoints/{made.json['id']}"
    assert (await small_house.get("bob", "/webhook-endpoints")).json["items"] == []
    for path in (one, f"{one}/deliveries"):
        assert (await small_house.get("bob", path)).status == 404
    for verb in ("rotate", "test"):
        assert (await small_house.post("bob", f"{one}/{verb}")).status == 404
    assert (await small_house.get("olga", "/webhook-endpoints")).status == 403


async def test_pages_show_a_secret_once(alice: Surfer) -> None:
    await alice.get("/settings/webhooks")
    fields = {"csrf_token": alice.token, "url": URL, "events": "message.read"}
    made = await alice.ask("POST", "/settings/webhooks", data=fields)
    assert made.status == 200
    assert len(SECRET.findall(made.body.decode())) == 1
    page = (await alice.get("/settings/webhooks")).body.decode()
    assert not SECRET.search(page)
    (one,) = set(re.findall(r'href="(/settings/webhooks/[0-9a-f-]{36})"', page))
    assert not SECRET.search((await alice.get(one)).body.decode())
    assert SECRET.search((await alice.post(f"{one}/rotate")).body.decode())
    assert (await alice.post(f"{one}/test")).leads_to == one
    log = (await alice.get(one)).body.decode()
    assert "A test event is on its way" in log
    assert "Waiting" in log
    wrong = await alice.post(one, {"url": "nowhere"})
    assert wrong.status == 422
    assert "choose at least one" in wrong.body.decode()
    assert (await alice.post(f"{one}/switch")).status == 303
    assert "Switch on" in (await alice.get(one)).body.decode()
    assert (await alice.post(f"{one}/delete")).leads_to == "/settings/webhooks"
    assert (await alice.get(one)).status == 404


async def test_an_endpoint_that_went_off_by_itself_is_told_to_owners(small_house: House) -> None:
    made = await small_house.post("alice", "/webhook-endpoints", {"url": URL, "events": CHOICES})
    user = await small_house.store.user_by_email("alice@campana.test")
    (endpoint,) = await small_house.store.endpoints([user.account_id])
    gone = replace(endpoint, enabled=False, off_reason="nothing could be delivered since yesterday")
    await small_house.store.save_endpoint(gone)
    for who, told in (("alice", True), ("olga", False)):
        page = (await (await arrived(small_house, who)).get("/")).body.decode()
        assert (made.json["id"] in page) is told
