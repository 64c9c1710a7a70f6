"""The administration's pages: accounts with their first owners, ceilings, suspension, looking in, workers."""

import re
from datetime import date
from uuid import UUID

import pytest

from campana.domain.accounts import Role
from tests.support.browsing import PASSWORD, Surfer, arrived
from tests.support.house import House, campaign


@pytest.fixture
async def shop(small_house: House) -> House:
    """A house with an administrator, Ada."""
    accounts = small_house.services.accounts
    await accounts.add_user("ada@campana.test", account="Platform", role=Role.VIEWER, admin=True)
    small_house.keys["ada"] = (await accounts.create_api_key("ada@campana.test", "tests")).key
    return small_house


@pytest.fixture
async def ada(shop: House) -> Surfer:
    """The administrator's browser."""
    return await arrived(shop, "ada")


async def page_of(house: House, name: str) -> str:
    account = await house.store.account_named(name)
    assert account is not None
    return f"/admin/accounts/{account.id}"


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.body.decode())


async def test_an_account_is_made_with_its_first_owner(shop, ada):
    fields = {"name": "Florist", "daily_limit": "many", "owner_email": "nobody"}
    refused = await ada.post("/admin/accounts/add", fields)
    assert refused.status == 422
    assert "must be a number" in text_of(refused)
    fields |= {"daily_limit": "500"}
    assert "is not an e-mail address" in text_of(await ada.post("/admin/accounts/add", fields))
    assert await shop.store.account_named("Florist") is None
    made = await ada.post("/admin/accounts/add", fields | {"owner_email": "flora@florist.test"})
    (token,) = re.findall(r'value="http://[^/"]+/invitation\?token=([\w-]+)"', made.body.decode())
    path = await page_of(shop, "Florist")
    looked = text_of(await ada.get(path))
    assert token not in looked
    assert "It has no owner yet" in looked
    again = await ada.post(f"{path}/owner-invitation", {"owner_email": "flora@florist.test"})
    (newer,) = re.findall(r'value="http://[^/"]+/invitation\?token=([\w-]+)"', again.body.decode())
    assert (await Surfer(shop).get(f"/invitation?token={token}")).status == 404, "the newest counts"
    flora = Surfer(shop)
    await flora.get(f"/invitation?token={newer}")
    assert (await flora.post("/invitation", {"token": newer, "password": PASSWORD})).status == 303
    user = await shop.store.user_by_email("flora@florist.test")
    assert user.role is Role.OWNER
    assert "It has no owner yet" not in text_of(await ada.get(path))
    late = await ada.post(f"{path}/owner-invitation", {"owner_email": "ada2@campana.test"})
    assert late.status == 409, "nobody lets themselves into an account that has an owner"


async def test_the_api_invites_the_first_owner_too(shop):
    body = {"name": "Florist", "owner_email": "flora@florist.test"}
    made = await shop.post("ada", "/admin/accounts", body)
    assert (made.status, made.json["invitation"]["mailed"]) == (201, False)
    assert "/invitation?token=" in made.json["invitation"]["url"]
    path = f"/admin/accounts/{made.json['id']}/owner-invitation"
    assert (await shop.post("ada", path, {"owner_email": "x"})).fields == {"owner_email"}
    newer = await shop.post("ada", path, {"owner_email": "flora@florist.test"})
    assert newer.status == 201
    plain = await shop.post("ada", "/admin/accounts", {"name": "Grocer"})
    assert plain.json["invitation"] is None
    shop_id = (await page_of(shop, "Shop")).rpartition("/")[2]
    refused = await shop.post(
        "ada", f"/admin/accounts/{shop_id}/owner-invitation", {"owner_email": "a@b.test"}
    )
    assert refused.status == 409


async def test_accounts_are_listed_found_and_limited(shop, ada):
    listed = text_of(await ada.get("/admin/accounts"))
    assert all(name in listed for name in ("Shop", "Bakery", "Platform"))
    found = text_of(await ada.get("/admin/accounts?q=bak"))
    assert "Bakery" in found
    assert ">Shop<" not in found
    path = await page_of(shop, "Shop")
    changed = await ada.post(path, {"name": "Shop", "rate_limit_per_s": "12.5", "daily_limit": "9000"})
    assert changed.leads_to == path
    assert 'value="12.5"' in text_of(await ada.get(path))
    assert "at most 9,000" in text_of(await (await arrived(shop, "victor")).get("/settings/account"))
    assert (await ada.post(path, {"name": "Bakery"})).status == 409
    await ada.post(path, {"name": "Shop"})
    assert (await shop.get("alice", "/account/standing")).json["daily_limit"] is None


async def test_an_account_is_suspended_with_a_reason_and_reinstated(shop, ada):
    path = await page_of(shop, "Shop")
    await ada.post(f"{path}/suspend", {"reason": " "})
    assert "It is not suspended: say why" in text_of(await ada.get(path))
    await ada.post(f"{path}/suspend", {"reason": "unpaid since March"})
    assert "Unpaid since March" in text_of(await ada.get(path))
    assert "Unpaid since March" in text_of(await (await arrived(shop, "alice")).get("/settings/account"))
    assert (await ada.post(f"{path}/reinstate")).status == 303
    assert "Unpaid" not in text_of(await ada.get(path))
    own = await page_of(shop, "Platform")
    assert f"{own}/suspend" not in text_of(await ada.get(own))


async def test_an_administrator_looks_in_while_owners_allow_it(shop, ada):
    made = await shop.post("olga", "/campaigns", campaign(await shop.sender("alice"), name="Holi offer"))
    path, inside = await page_of(shop, "Shop"), f"/campaigns/{made.json['id']}"
    assert (await ada.post(f"{path}/enter")).status == 403
    await shop.post("alice", "/account/admin-access", {"hours": 2})
    assert (await ada.post(f"{path}/enter")).leads_to == "/"
    looked = text_of(await ada.get(inside))
    assert "You look at Shop as an administrator" in looked
    assert "Holi offer" in looked
    assert f"{inside}/cancel" not in looked
    assert (await ada.get(f"/api/v1{inside}")).json["name"] == "Holi offer", "scripts of the page see it too"
    for step in (f"{inside}/cancel", "/settings/account/admin-access/end", "/settings/profile/password"):
        assert (await ada.post(step)).status == 403
    assert (await ada.get("/settings/audit")).status == 403
    assert (await ada.get("/admin/accounts")).status == 200, "the way out"
    assert (await ada.post("/admin/leave")).leads_to == "/admin/accounts"
    assert (await ada.get(inside)).status == 404
    await ada.post(f"{path}/enter")
    await shop.delete("alice", "/account/admin-access")
    assert (await ada.get(inside)).status == 403
    assert "You look at" not in text_of(await ada.get("/")), "the browser has forgotten it"
    entries = (await shop.get("alice", "/audit", params={"action": "account.entered_by_admin"})).json
    assert [each["actor"]["name"] for each in entries["items"]] == ["ada@campana.test"] * 2


async def test_workers_and_the_installations_trail(shop, ada):
    """Senders are told by name and account, as those of several accounts stand there."""
    assert "Nobody sends" in text_of(await ada.get("/admin/workers"))
    sender = await shop.sender(name="Diwali <b>")
    await shop.store.say_alive("host|1|2|77|x", rate=3, ttl_s=60)
    await shop.store.acquire(UUID(sender), "host|1|2|77|x", ttl_s=60, day=date(2026, 11, 25))
    looked = text_of(await ada.get("/admin/workers"))
    assert "host:77" in looked
    assert "Diwali &lt;b&gt; (Shop)" in looked
    assert "Nothing yet" in text_of(await ada.get("/admin/trail"))
    assert (await ada.get("/admin/trail?since=x")).status == 422
    assert (await ada.get("/admin")).leads_to == "/admin/accounts"


async def test_nobody_else_gets_there(shop):
    alice = await arrived(shop, "alice")
    for path in ("/admin", "/admin/accounts", "/admin/workers", await page_of(shop, "Shop")):
        assert (await alice.get(path)).status == 403
    assert 'href="/admin"' not in text_of(await alice.get("/"))
    assert 'href="/admin"' in text_of(await (await arrived(shop, "ada")).get("/"))
