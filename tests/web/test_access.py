"""Who gets where. Every route of the application is walked, by everybody: nobody without a key, nobody into
another account, nobody beyond role and scope, and nobody at all to a route without a line in the table."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import uuid4

import pytest
from fastapi.routing import iter_route_contexts

from campana.domain.accounts import Role, Scope
from campana.domain.permissions import LEAST_ROLE, SCOPE, Action
from campana.engine.people.sessions import Visit
from campana.web.access import ACCESS, API, Door
from tests.support.house import PEOPLE, House, campaign

ENDLESS = {("GET", f"{API}/campaigns/{{campaign_id}}/events"), ("GET", f"{API}/events")}
"""answers that end when the campaign does: only their beginning could be looked at"""
NOTICES = {"address": "http://127.0.0.1:9/hook"}
ENDPOINT = {"url": "https://93.184.216.34/hook", "events": ["campaign.completed"]}


@dataclass(frozen=True)
class Comer:
    """Somebody who comes with a key of these scopes, or with a session."""

    who: str
    scopes: frozenset[Scope] = frozenset(Scope)
    by_session: bool = False

    def may(self, action: Action) -> bool:
        if action is Action.ADMIN:
            return False
        return PEOPLE[self.who][1].includes(LEAST_ROLE[action]) and SCOPE[action] in self.scopes

    def __str__(self) -> str:
        return f"{self.who}-{'session' if self.by_session else '-'.join(sorted(self.scopes))}"


COMERS = [
    *(Comer(who) for who in ("victor", "olga", "alice")),
    *(Comer(who, by_session=True) for who in ("victor", "olga", "alice")),
    *(Comer("alice", frozenset({Scope.READ, scope})) for scope in Scope),
]


async def arrive(house: House, comer: Comer) -> dict[str, str]:
    """The headers of a fresh key or session: the walk ends sessions and revokes keys on its way."""
    email = f"{comer.who}@campana.test"
    if comer.by_session:
        return await house.session_headers(comer.who)
    made = await house.services.accounts.create_api_key(email, "walk", scopes=comer.scopes)
    return {"Authorization": f"Bearer {made.key}"}


@pytest.fixture
def house(small_house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Who may do what does not hang on the database. No engine runs: test messages are not waited for."""
    monkeypatch.setattr(small_house.services.trials, "_wait_s", 0.0)
    return small_house


@pytest.fixture
async def things(house: House) -> dict[str, str]:
    """One of everything that belongs to Alice's account, by the name that routes give it."""
    sender = await house.sender("alice")
    people = await house.upload("olga", "phone,name,city\n+919812345678,Asha,Pune\n123,Nobody,\n")
    made = await house.post("olga", "/campaigns", campaign(sender))
    await house.post("olga", "/suppressions", {"phone": "+919800000000"})
    opt_out = (await house.get("olga", "/suppressions")).json["items"][0]
    draft = str(uuid4())
    await house.ask("alice", "POST", f"//send/{draft}", data={"name": "Half of it"})
    invited = await house.post("alice", "/invitations", {"email": "new@shop.test", "role": "viewer"})
    spare = await house.services.accounts.add_user("spare@campana.test", account="Shop", role=Role.VIEWER)
    key = await house.services.accounts.create_api_key("spare@campana.test", "spare")
    await house.services.people.sessions.open(spare, Visit("192.0.2.7"))
    (session,) = await house.store.sessions(spare.id)
    endpoint = (await house.post("alice", "/webhook-endpoints", ENDPOINT)).json["id"]
    await house.post("alice", f"/webhook-endpoints/{endpoint}/test")
    (delivery,) = (await house.get("alice", f"/webhook-endpoints/{endpoint}/deliveries")).json["items"]
    address = (await house.post("alice", "/notice-addresses", NOTICES)).json["id"]
    return {
        "address_id": address,
        "endpoint_id": endpoint,
        "delivery_id": delivery["id"],
        "draft_id": draft,
        "sender_id": sender,
        "list_id": people.json["id"],
        "campaign_id": made.json["id"],
        "suppression_id": opt_out["id"],
        "invitation_id": invited.json["id"],
        "user_id": str(spare.id),
        "key_id": str(key.record.id),
        "session_id": str(session.id),
        "account_id": str(spare.account_id),
    }


def body(path: str, things: dict[str, str]) -> object:
    """What the route takes, so that nothing but the right to call it can be wrong."""
    of_message = {"sender_id": things["sender_id"], "template": {"name": "a", "language": "en"}}
    return {
        "/campaigns": campaign(things["sender_id"]),
        "/campaigns/preview": campaign(things["sender_id"]),
        "/campaigns/test": of_message | {"phone": "+919812345678"},
        "/campaigns/{campaign_id}": {"name": "Other"},
        "/campaigns/{campaign_id}/retry": {"statuses": ["FAILED"]},
        "/senders": {"name": "Other"},
        "/senders/{sender_id}": {"name": "Other"},
        "/suppressions": {"phone": "+919812345678"},
        "/me/password": {"present_password": "x", "new_password": "x"},
        "/me/second-factor": {"password": "x"},
        "/me/second-factor/confirm": {"code": "x"},
        "/me/second-factor/off": {"password": "x"},
        "/team/{user_id}": {"role": "viewer"},
        "/invitations": {"email": "other@shop.test", "role": "viewer"},
        "/account/admin-access": {"hours": 1},
        "/api-keys": {"name": "Other", "scopes": ["read"]},
        "/notice-addresses": NOTICES,
        "/notice-addresses/{address_id}": {"enabled": True},
        "/webhook-endpoints": ENDPOINT,
        "/webhook-endpoints/{endpoint_id}": ENDPOINT,
    }.get(path.removeprefix(API))


def closed() -> list[tuple[str, str]]:
    """Every route behind a door that not everybody passes."""
    return [route for route, door in ACCESS.items() if door not in (Door.PUBLIC, Door.VISITOR)]


async def call(house: House, who: str | None, route: tuple[str, str], things: dict[str, str], **options):
    method, path = route
    json = None if method in ("GET", "DELETE") else body(path, things)
    return await house.ask(who, method, "/" + path.format_map(things), json=json, **options)


def test_every_route_has_its_line_and_no_other_does(small_app):
    routes = {
        (method, found.path)
        for found in iter_route_contexts(small_app.routes)
        for method in (found.methods or {"GET"}) - {"HEAD"}
    }
    assert routes == set(ACCESS)


async def test_a_route_without_a_line_is_reached_by_nobody(small_house):
    @small_house.app.get("/api/v1/forgotten")
    async def forgotten():
        return {"customers": ["+919812345678"]}

    for who in (None, "alice"):
        answer = await small_house.get(who, "/forgotten")
        assert answer.status == 403
        assert b"9198" not in answer.body


async def test_the_router_chooses_the_route_that_the_gate_has_looked_at(small_house):
    @small_house.app.get("/api/v1/campaigns/new")
    async def shadowed():
        return "the router finds /campaigns/{campaign_id} first"

    answer = await small_house.get("victor", "/campaigns/new")
    assert (answer.status, answer.fields) == (422, {"campaign_id"})


async def test_without_a_key_there_is_401(small_house):
    things = defaultdict(lambda: str(uuid4()))
    for route in closed():
        for headers in (
            {},
            {"Authorization": "Bearer cmp_" + "x" * 43},
            {"Authorization": "Basic eDp5"},
            {"Cookie": "campana-session=made.up"},
        ):
            answer = await call(small_house, None, route, things, headers=headers)
            assert answer.status == 401, route
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Campana"'


@pytest.mark.parametrize("comer", COMERS, ids=str)
async def test_everybody_gets_exactly_as_far_as_the_table_says(house, things, comer):
    headers = await arrive(house, comer)
    for route in closed():
        if route in ENDLESS:
            continue
        door = ACCESS[route]
        allowed = door is Door.SIGNED_IN or comer.may(door)
        answer = await call(house, None, route, things, headers=headers)
        if allowed and route[0] != "GET":
            headers = await arrive(house, comer)
        if allowed:
            assert answer.status not in (401, 403), (comer, route, answer.body)
            assert answer.status < 500, (comer, route, answer.body)
        else:
            assert answer.status == 403, (comer, route, answer.body)
            assert answer.json["title"] == "Not allowed"


@pytest.mark.parametrize("comer", [Comer("bob"), Comer("bob", by_session=True)], ids=str)
async def test_another_accounts_things_do_not_exist(house, things, comer):
    for route in closed():
        if "{" in route[1] and ACCESS[route] is not Action.ADMIN:
            answer = await call(house, None, route, things, headers=await arrive(house, comer))
            assert answer.status == 404, (route, answer.body)
    for who in ("alice", "bob"):
        answer = await house.get(who, f"/campaigns/{uuid4()}")
        assert answer.json["detail"] == "there is no such campaign"


async def test_lists_hold_only_what_is_ones_own(house, things):
    for path in ("/recipient-lists", "/campaigns", "/senders", "/suppressions"):
        assert (await house.get("bob", path)).json == {"items": [], "next_cursor": None}
        assert len((await house.get("victor", path)).json["items"]) == 1


async def test_another_accounts_things_cannot_be_named_in_a_body(house, things):
    own = await house.sender("bob")
    for stolen in (
        campaign(things["sender_id"]),
        campaign(own, recipients=..., recipient_list_id=things["list_id"]),
    ):
        answer = await house.post("bob", "/campaigns", stolen)
        assert answer.status == 422
        assert answer.fields <= {"sender_id", "recipient_list_id"}
        assert "there is no such" in answer.json["detail"]


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


def test_an_owner_is_above_an_operator_above_a_viewer():
    assert [role for role in Role if Role.OPERATOR.includes(role)] == [Role.OPERATOR, Role.VIEWER]
