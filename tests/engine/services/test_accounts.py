"""Users and keys: made, known again, and worthless once revoked."""

import re

import pytest

from campana.domain.accounts import Role
from campana.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from campana.engine.accounts import Accounts
from campana.engine.audit import Audit
from campana.engine.clock import SystemClock


def accounts_on(store) -> Accounts:
    clock = SystemClock()
    return Accounts(store, clock, Audit(store, clock))


@pytest.fixture
def accounts(store) -> Accounts:
    return accounts_on(store)


async def test_a_key_leads_back_to_its_user(accounts):
    user = await accounts.add_user("Olga@shop.test", account="Shop", role=Role.OPERATOR)
    made = await accounts.create_api_key("olga@SHOP.test", "scripts")
    assert re.fullmatch(r"cmp_[A-Za-z0-9_-]{43}", made.key)
    assert made.record.last_four == made.key[-4:]
    assert made.key not in repr(made)
    principal = await accounts.authenticate(made.key)
    assert (principal.user_id, principal.account_id, principal.email, principal.role) == (
        user.id,
        user.account_id,
        "Olga@shop.test",
        Role.OPERATOR,
    )


async def test_only_the_digest_of_a_key_is_kept(accounts, store):
    user = await accounts.add_user("olga@shop.test")
    made = await accounts.create_api_key("olga@shop.test", "scripts")
    assert made.key not in made.record.digest
    assert await store.api_key(made.record.digest) == (made.record, user)


@pytest.mark.parametrize(
    "key", ["", "cmp_", "cmp_" + "x" * 43, "cmp_" + "x" * 1000, "cmp_\x00" + "x" * 43, "é" * 50, "swordfish"]
)
async def test_other_keys_lead_nowhere(sqlite_store, key):
    with pytest.raises(NotSignedIn):
        await accounts_on(sqlite_store).authenticate(key)


async def test_a_revoked_key_is_worthless_the_others_are_not(accounts):
    await accounts.add_user("olga@shop.test")
    old, new = [await accounts.create_api_key("olga@shop.test", name) for name in ("old", "new")]
    assert await accounts.revoke_api_keys("olga@shop.test", "old") == 1
    with pytest.raises(NotSignedIn):
        await accounts.authenticate(old.key)
    assert (await accounts.authenticate(new.key)).email == "olga@shop.test"


async def test_the_first_account_is_made_and_then_found_again(accounts, store):
    first = await accounts.add_user("alice@shop.test")
    second = await accounts.add_user("olga@shop.test", role=Role.OPERATOR)
    assert first.account_id == second.account_id
    assert [account.name for account in await store.accounts()] == ["Default"]
    third = await accounts.add_user("bob@bakery.test", account=" Bakery ")
    assert third.account_id != first.account_id
    assert (await accounts.add_user("ben@bakery.test", account="Bakery")).account_id == third.account_id
    with pytest.raises(InvalidInput, match="Bakery, Default"):
        await accounts.add_user("carol@shop.test")


async def test_an_address_is_taken_once(accounts):
    await accounts.add_user("alice@shop.test")
    with pytest.raises(Conflict):
        await accounts.add_user("ALICE@shop.test")


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ({"email": "alice"}, {"email"}),
        ({"email": "a b@shop.test"}, {"email"}),
        ({"email": "a@" + "x" * 300}, {"email"}),
        ({"account": " "}, {"account"}),
        ({"password": "too short"}, {"password"}),
        ({"password": "x" * 1001}, {"password"}),
        ({"email": "", "account": "", "password": ""}, {"email", "account", "password"}),
    ],
)
async def test_what_is_refused_adds_nobody(sqlite_store, parts, fields):
    accounts = accounts_on(sqlite_store)
    with pytest.raises(InvalidInput) as caught:
        await accounts.add_user(**({"email": "alice@shop.test"} | parts))
    assert {problem.field for problem in caught.value.problems} == fields
    assert not await sqlite_store.users()
    assert not await sqlite_store.accounts()


async def test_a_password_is_kept_as_argon2id_and_shown_nowhere(sqlite_store, capsys):
    user = await accounts_on(sqlite_store).add_user("a@shop.test", password="correct horse")
    assert user.password_hash.startswith("$argon2id$")
    assert "correct horse" not in repr(user)
    assert "correct horse" not in capsys.readouterr().out


async def test_keys_need_a_user_and_a_name(sqlite_store):
    accounts = accounts_on(sqlite_store)
    with pytest.raises(NotFound, match="campana user add"):
        await accounts.create_api_key("nobody@shop.test", "scripts")
    await accounts.add_user("alice@shop.test")
    with pytest.raises(InvalidInput):
        await accounts.create_api_key("alice@shop.test", " ")


async def test_who_acts_where_nobody_is_named(sqlite_store):
    accounts = accounts_on(sqlite_store)
    with pytest.raises(NotFound):
        await accounts.acting()
    await accounts.add_user("victor@shop.test", role=Role.VIEWER)
    with pytest.raises(NotFound):
        await accounts.acting()
    await accounts.add_user("olga@shop.test", role=Role.OPERATOR)
    assert (await accounts.acting()).email == "olga@shop.test"
    await accounts.add_user("alice@shop.test")
    with pytest.raises(InvalidInput, match=r"alice@shop\.test, olga@shop\.test"):
        await accounts.acting()
    assert (await accounts.acting("victor@shop.test")).role is Role.VIEWER
