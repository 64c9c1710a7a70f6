"""Profile, second factor, keys and the account, as their pages: what is shown once, what is refused, who sees
what."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from campana.domain.audit import AuditAction
from campana.engine.ports import AuditQuery
from tests.support.browsing import PASSWORD, Surfer, arrived, with_passwords
from tests.support.house import House

NEW = "another rather long secret"


@pytest.fixture
async def shop(small_house: House) -> House:
    """A house whose people can sign in."""
    return await with_passwords(small_house)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.body.decode())


async def trail(house: House, action: AuditAction) -> int:
    user = await house.store.user_by_email("alice@campana.test")
    page = await house.store.audit_entries(user.account_id, AuditQuery(action=action.value), limit=50)
    return len(page.items)


async def test_a_password_is_changed_by_whoever_knows_it_and_ends_other_sessions(shop):
    here, there = await arrived(shop, "victor"), await arrived(shop, "victor")
    await here.get("/settings/profile")
    wrong = await here.post("/settings/profile/password", {"present_password": "no", "new_password": NEW})
    assert wrong.status == 422
    assert "this is not the present password" in text_of(wrong)
    weak = await here.post(
        "/settings/profile/password", {"present_password": PASSWORD, "new_password": "password123"}
    )
    assert "first passwords that anybody would try" in text_of(weak)
    assert NEW not in text_of(wrong) + text_of(weak)
    fields = {"present_password": PASSWORD, "new_password": NEW}
    assert (await here.post("/settings/profile/password", fields)).status == 303
    assert "Your password is changed" in text_of(await here.get("/settings/profile"))
    assert (await there.get("/settings/profile")).leads_to.startswith("/sign-in")
    assert (await Surfer(shop).sign_in("victor@campana.test", NEW)).leads_to == "/"


async def test_sessions_are_listed_and_ended(shop):
    here = await arrived(shop, "victor")
    agent = (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
    )
    phone = Surfer(shop)
    await phone.get("/sign-in")
    await phone.post(
        "/sign-in",
        {"email": "victor@campana.test", "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    others = [await arrived(shop, "victor") for _ in range(2)]
    page = text_of(await here.get("/settings/profile"))
    assert "Chrome on Android" in page
    assert page.count("This browser") == 1
    ends = re.findall(r'action="(/settings/profile/sessions/[0-9a-f-]{36}/end)"', page)
    assert len(ends) == 3, "all but the one that asks"
    theirs = re.search(rf'Chrome on Android.*?action="({ends[0][:-45]}[^"]+)"', page)
    assert theirs
    assert (await here.post(theirs[1])).status == 303
    assert (await phone.get("/")).leads_to == "/sign-in"
    assert (await others[0].get("/")).status == 200
    assert (await here.post("/settings/profile/sessions/end-others")).status == 303
    for other in others:
        assert (await other.get("/")).leads_to == "/sign-in"
    assert "Sessions ended: 2." in text_of(await here.get("/settings/profile"))


async def test_a_second_factor_is_turned_on_renewed_and_turned_off(shop):
    page = "/settings/profile/second-factor"
    here, there = await arrived(shop, "alice"), await arrived(shop, "alice")
    await here.get(page)
    assert "this is not the present password" in text_of(await here.post(page, {"password": "no"}))
    begun = (await here.post(page, {"password": PASSWORD})).body.decode()
    (secret,) = set(re.findall(r'name="secret" value="([A-Z2-7]+)"', begun))
    assert '<svg width="' in begun
    assert " style=" not in begun, "the policy of a page forbids it"
    wrong = (await here.post(f"{page}/confirm", {"secret": secret, "code": "000000"})).body.decode()
    assert "not the code of this moment" in wrong
    assert f'value="{secret}"' in wrong
    assert (await there.get("/")).status == 200, "nothing has changed yet"
    code = pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30))
    on = (await here.post(f"{page}/confirm", {"secret": secret, "code": code})).body.decode()
    codes = re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", on)
    assert len(codes) == 10
    assert (await there.get("/")).leads_to == "/sign-in"
    standing = text_of(await here.get(page))
    assert "10 recovery codes are left" in standing
    assert not any(each in standing for each in codes)
    renewed = (await here.post(f"{page}/recovery-codes", {"password": PASSWORD})).body.decode()
    assert not any(each in renewed for each in codes)
    user = await shop.store.user_by_email("alice@campana.test")
    assert not await shop.services.people.second_factors.check(user.id, codes[0])
    (fresh, *_) = re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", renewed)
    assert await shop.services.people.second_factors.check(user.id, fresh)
    assert "9 recovery codes are left" in text_of(await here.get("/settings/profile"))
    assert (await here.post(f"{page}/off", {"password": "no"})).status == 422
    assert (await here.post(f"{page}/off", {"password": PASSWORD})).status == 303
    assert "The second factor is off" in text_of(await here.get(page))
    assert (await Surfer(shop).sign_in("alice@campana.test")).leads_to == "/"
    for action in (
        AuditAction.SECOND_FACTOR_ON,
        AuditAction.RECOVERY_CODES_RENEWED,
        AuditAction.SECOND_FACTOR_OFF,
    ):
        assert await trail(shop, action) == 1


async def test_a_code_that_comes_where_nothing_was_begun_leads_to_the_beginning(shop):
    here = await arrived(shop, "olga")
    answer = await here.post("/settings/profile/second-factor/confirm", {"secret": "A" * 32, "code": "1"})
    assert answer.leads_to == "/settings/profile/second-factor"
    for step in ("off", "recovery-codes"):
        answer = await here.post(f"/settings/profile/second-factor/{step}", {"password": PASSWORD})
        assert answer.leads_to == "/settings/profile/second-factor"


async def test_a_key_is_shown_once_with_a_command_that_works(small_house):
    shop, alice = small_house, await arrived(small_house, "alice")
    assert "1 to 120 characters" in text_of(await alice.post("/settings/api-keys", {"days": "90"}))
    assert (await alice.post("/settings/api-keys", {"name": "x", "days": "1"})).status == 422
    made = await alice.post("/settings/api-keys", {"name": "nightly", "send": "yes", "days": "30"})
    page = made.body.decode()
    (key,) = set(re.findall(r"cmp_[\w-]+", page))
    command = re.search(r"<pre[^>]*>(curl [^<]+)</pre>", page)
    assert command
    shell = command[1].replace("&#39;", "'").replace("curl ", "curl --silent --max-time 10 ")
    run = await asyncio.create_subprocess_shell(shell, stdout=asyncio.subprocess.PIPE)
    out, _ = await run.communicate()
    assert b'"email":"alice@campana.test"' in out
    assert b'"scopes":["read","send"]' in out
    listed = await alice.get("/settings/api-keys")
    assert key not in listed.body.decode()
    assert f"…{key[-4:]}" in listed.body.decode()
    (record, _), *_ = await shop.store.api_keys(
        (await shop.store.user_by_email("alice@campana.test")).account_id
    )
    assert timedelta(days=29) < record.expires_at - datetime.now(UTC) < timedelta(days=30)
    await alice.post(f"/settings/api-keys/{record.id}/revoke")
    (revoked,) = (await shop.get("alice", "/audit", params={"action": "api_key.revoked"})).json["items"]
    assert (revoked["subject"]["name"], revoked["details"]["user"]) == (record.name, "alice@campana.test")
    refused = await shop.get(None, "/me", headers={"Authorization": f"Bearer {key}"})
    assert refused.status == 401


async def test_who_sees_which_settings(small_house):
    shop = small_house
    for who, there, away in (
        ("victor", ["Senders", "Account", "Profile"], ["Team", "API keys", "Audit"]),
        ("alice", ["Senders", "Account", "Team", "API keys", "Profile"], []),
    ):
        page = (await (await arrived(shop, who)).get("/settings/account")).body.decode()
        tabs = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)[0]
        assert all(f">{name}</a>" in tabs for name in there)
        assert not any(f">{name}" in tabs for name in away)
        assert ("Let them in" in page) is (who == "alice")
    victor = await arrived(shop, "victor")
    assert (await victor.get("/settings/api-keys")).status == 403
    assert (await victor.post("/settings/account/admin-access", {"hours": "1"})).status == 403


async def test_owners_let_administrators_look_and_end_it(small_house):
    alice = await arrived(small_house, "alice")
    assert (await alice.post("/settings/account/admin-access", {"hours": "many"})).status == 422
    assert (await alice.post("/settings/account/admin-access", {"hours": "24"})).status == 303
    assert "They may look until" in text_of(await alice.get("/settings/account"))
    assert (await alice.post("/settings/account/admin-access/end")).status == 303
    assert "They may not look now" in text_of(await alice.get("/settings/account"))
