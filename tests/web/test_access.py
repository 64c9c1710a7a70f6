"""Who gets where: nobody without a key, nobody into another account, nobody beyond their role. Every route
is tried."""

from uuid import uuid4

import pytest

from campana.web.app import API
from tests.support.house import campaign, served

# Route -> the least role that may call it, and a body that the route takes.
ROUTES: dict[tuple[str, str], str] = {
    ("GET", "/recipient-lists"): "victor",
    ("POST", "/recipient-lists"): "olga",
    ("GET", "/recipient-lists/{list_id}"): "victor",
    ("DELETE", "/recipient-lists/{list_id}"): "olga",
    ("GET", "/recipient-lists/{list_id}/problems.csv"): "victor",
    ("GET", "/campaigns"): "victor",
    ("POST", "/campaigns"): "olga",
    ("POST", "/campaigns/preview"): "victor",
    ("POST", "/campaigns/test"): "olga",
    ("GET", "/campaigns/{campaign_id}"): "victor",
    ("PATCH", "/campaigns/{campaign_id}"): "olga",
    ("POST", "/campaigns/{campaign_id}/pause"): "olga",
    ("POST", "/campaigns/{campaign_id}/resume"): "olga",
    ("POST", "/campaigns/{campaign_id}/cancel"): "olga",
    ("POST", "/campaigns/{campaign_id}/retry"): "olga",
    ("GET", "/campaigns/{campaign_id}/messages"): "victor",
    ("GET", "/campaigns/{campaign_id}/export.csv"): "victor",
    ("GET", "/campaigns/{campaign_id}/export.xlsx"): "victor",
    ("GET", "/campaigns/{campaign_id}/events"): "victor",
    ("GET", "/senders"): "victor",
    ("POST", "/senders"): "alice",
    ("GET", "/senders/{sender_id}"): "victor",
    ("PATCH", "/senders/{sender_id}"): "alice",
    ("POST", "/senders/{sender_id}/verify"): "olga",
    ("GET", "/senders/{sender_id}/usage"): "victor",
    ("GET", "/suppressions"): "victor",
    ("POST", "/suppressions"): "olga",
    ("DELETE", "/suppressions/{suppression_id}"): "olga",
}
BELOW = {"victor": [], "olga": ["victor"], "alice": ["victor", "olga"]}


@pytest.fixture
async def ids(house):
    """One of everything that belongs to Alice's account."""
    sender = await house.sender("alice")
    people = await house.upload("olga", "phone,name,city\n+919812345678,Asha,Pune\n123,Nobody,\n")
    made = await house.post("olga", "/campaigns", campaign(sender))
    await house.post("olga", "/suppressions", {"phone": "+919800000000"})
    opt_out = (await house.get("olga", "/suppressions")).json["items"][0]
    return {
        "sender_id": sender,
        "list_id": people.json["id"],
        "campaign_id": made.json["id"],
        "suppression_id": opt_out["id"],
    }


def body(path: str, ids: dict[str, str]):
    """What the route takes, so that nothing but the right to call it can be wrong."""
    of_message = {"sender_id": ids["sender_id"], "template": {"name": "a", "language": "en"}}
    return {
        "/campaigns": campaign(ids["sender_id"]),
        "/campaigns/preview": campaign(ids["sender_id"]),
        "/campaigns/test": of_message | {"phone": "+919812345678"},
        "/campaigns/{campaign_id}": {"name": "Other"},
        "/campaigns/{campaign_id}/retry": {"statuses": ["FAILED"]},
        "/senders": {"name": "Other"},
        "/senders/{sender_id}": {"name": "Other"},
        "/suppressions": {"phone": "+919812345678"},
    }.get(path)


def test_the_table_has_every_route(small_app):
    assert served(small_app, API) == set(ROUTES)


async def test_without_a_key_there_is_401(small_house):
    for method, path in ROUTES:
        for headers in ({}, {"Authorization": "Bearer cmp_" + "x" * 43}, {"Authorization": "Basic eDp5"}):
            answer = await small_house.ask(None, method, path, headers=headers)
            assert answer.status == 401, (method, path)
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Campana"'


async def test_another_accounts_things_do_not_exist(house, ids):
    for method, path in ROUTES:
        if "{" in path:
            answer = await house.ask("bob", method, path.format(**ids), json=body(path, ids))
            assert answer.status == 404, (method, path, answer.body)
    for who in ("alice", "bob"):
        nothing = {name: str(uuid4()) for name in ids}
        answer = await house.get(who, f"/campaigns/{nothing['campaign_id']}")
        assert answer.json["detail"] == "there is no such campaign"


async def test_lists_hold_only_what_is_ones_own(house, ids):
    for path in ("/recipient-lists", "/campaigns", "/senders", "/suppressions"):
        assert (await house.get("bob", path)).json == {"items": [], "next_cursor": None}
        assert len((await house.get("victor", path)).json["items"]) == 1


async def test_another_accounts_things_cannot_be_named_in_a_body(house, ids):
    own = await house.sender("bob")
    for stolen in (
        campaign(ids["sender_id"]),
        campaign(own, recipients=..., recipient_list_id=ids["list_id"]),
    ):
        answer = await house.post("bob", "/campaigns", stolen)
        assert answer.status == 422
        assert answer.fields <= {"sender_id", "recipient_list_id"}
        assert "there is no such" in answer.json["detail"]


async def test_nobody_does_more_than_the_role_allows(house, ids):
    for (method, path), least in ROUTES.items():
        for who in BELOW[least]:
            answer = await house.ask(who, method, path.format(**ids), json=body(path, ids))
            assert answer.status == 403, (who, method, path, answer.body)
            assert answer.json["title"] == "Not allowed"


async def test_a_viewer_may_look_at_everything(house, ids):
    for (method, path), least in ROUTES.items():
        if least == "victor" and not path.endswith("/events"):
            answer = await house.ask("victor", method, path.format(**ids), json=body(path, ids))
            assert answer.status == 200, (method, path, answer.body)


async def test_a_revoked_key_is_worth_nothing(small_house):
    assert (await small_house.get("victor", "/campaigns")).status == 200
    await small_house.services.accounts.revoke_api_keys("victor@campana.test", "tests")
    assert (await small_house.get("victor", "/campaigns")).status == 401


async def test_a_stranger_sends_no_body_that_is_read(small_house):
    async def endless():
        for _ in range(1000):
            yield b"x" * 65536

    answer = await small_house.ask(None, "POST", "/recipient-lists", data=endless())
    assert answer.status == 401
