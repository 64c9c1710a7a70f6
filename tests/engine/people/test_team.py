"""The team: owners invite, change and remove, within their account, and the account keeps an owner. The first
user of all comes by a token. Keys never grow."""

from datetime import timedelta

import pytest

from campana.domain.accounts import Role, Scope
from campana.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn
from campana.engine.accounts import Accounts
from campana.engine.audit import Audit
from campana.engine.people.services import PeopleServices
from campana.engine.ports import AuditQuery
from campana.vault import FernetVault
from tests.engine.people.conftest import VISIT, TurnedClock

PASSWORD = "a secret of one's own"


def token_in(url: str) -> str:
    return url.partition("?token=")[2]


async def test_whoever_is_invited_joins_in_the_role_and_account_of_the_invitation(shop):
    _, alice = await shop.signed_in("alice")
    link, handed = await shop.people.team.invite(alice, " New@campana.test ", Role.OPERATOR)
    token = token_in(handed.url)
    assert handed.url == f"https://campana.test/invitation?token={token}"
    assert await shop.people.team.invitations(alice) == [link]
    assert (await shop.people.team.invited(token)).email == "New@campana.test"
    with pytest.raises(InvalidInput):
        await shop.people.team.accept(token, "short", VISIT)
    user = await shop.people.team.accept(token, PASSWORD, VISIT)
    assert (user.account_id, user.role, user.admin) == (alice.account_id, Role.OPERATOR, False)
    assert await shop.people.signing_in.with_password("new@campana.test", PASSWORD, VISIT)
    assert await shop.people.team.invitations(alice) == []
    with pytest.raises(NotFound):
        await shop.people.team.accept(token, PASSWORD, VISIT)


async def test_an_invitation_ends_with_time_and_when_it_is_withdrawn(shop):
    _, alice = await shop.signed_in("alice")
    _, bob = await shop.signed_in("bob")
    link, handed = await shop.people.team.invite(alice, "new@campana.test", Role.VIEWER)
    with pytest.raises(NotFound):
        await shop.people.team.withdraw(bob, link.id)
    shop.clock.turn(days=7)
    assert await shop.people.team.invited(token_in(handed.url)) is None
    again, handed = await shop.people.team.invite(alice, "new@campana.test", Role.VIEWER)
    await shop.people.team.withdraw(alice, again.id)
    with pytest.raises(NotFound):
        await shop.people.team.accept(token_in(handed.url), PASSWORD, VISIT)


async def test_an_invitation_tells_nothing_of_other_accounts(shop):
    _, alice = await shop.signed_in("alice")
    with pytest.raises(Conflict, match="in the team already"):
        await shop.people.team.invite(alice, "OLGA@campana.test", Role.OWNER)
    _, handed = await shop.people.team.invite(alice, "bob@campana.test", Role.VIEWER)
    with pytest.raises(Conflict):
        await shop.people.team.accept(token_in(handed.url), PASSWORD, VISIT)
    with pytest.raises(InvalidInput):
        await shop.people.team.invite(alice, "no address\r\nBcc: all@campana.test", Role.VIEWER)


async def test_owners_change_roles_and_end_sessions_by_it(shop):
    _, alice = await shop.signed_in("alice")
    token, _ = await shop.signed_in("victor")
    victor = shop.users["victor"].id
    assert (await shop.people.team.change_role(alice, victor, Role.OWNER)).role is Role.OWNER
    with pytest.raises(NotSignedIn):
        await shop.people.sessions.authenticate(token, VISIT.address)
    await shop.people.team.change_role(alice, alice.user_id, Role.VIEWER)
    _, alice = await shop.signed_in("alice")
    with pytest.raises(Forbidden):
        await shop.people.team.change_role(alice, victor, Role.VIEWER)


async def test_the_trail_tells_who_did_what_to_whom_and_no_secret(shop):
    _, alice = await shop.signed_in("alice")
    _, handed = await shop.people.team.invite(alice, "new@campana.test", Role.OPERATOR)
    token = token_in(handed.url)
    new = await shop.people.team.accept(token, PASSWORD, VISIT)
    await shop.people.team.change_role(alice, new.id, Role.VIEWER)
    with pytest.raises(NotSignedIn):
        await shop.people.signing_in.with_password(new.email, "a wrong one", VISIT)
    made = await shop.people.keys.create(alice, "reports", {Scope.READ}, None)
    await shop.people.team.remove(alice, new.id)
    trail = (await shop.store.audit_entries(alice.account_id, AuditQuery(), limit=100)).items
    told = [(entry.action, entry.actor.name, entry.subject.name) for entry in trail]
    alices, news = "alice@campana.test", "new@campana.test"
    for each in (
        ("user.invited", alices, news),
        ("user.added", news, news),
        ("user.role_changed", alices, news),
        ("session.refused", "somebody", news),
        ("api_key.created", alices, "reports"),
        ("user.removed", alices, news),
        ("session.opened", alices, alices),
    ):
        assert each in told
    assert not [secret for secret in (token, PASSWORD, made.key, "a wrong one") if secret in str(trail)]


async def test_the_last_owner_can_neither_go_nor_step_down(shop):
    _, alice = await shop.signed_in("alice")
    for work in (
        shop.people.team.change_role(alice, alice.user_id, Role.OPERATOR),
        shop.people.team.remove(alice, alice.user_id),
    ):
        with pytest.raises(Conflict, match="last owner"):
            await work


async def test_whoever_is_removed_is_out_at_once(shop):
    _, alice = await shop.signed_in("alice")
    token, _ = await shop.signed_in("olga")
    made = await shop.accounts.create_api_key("olga@campana.test", "scripts")
    await shop.people.team.remove(alice, shop.users["olga"].id)
    with pytest.raises(NotSignedIn):
        await shop.people.sessions.authenticate(token, VISIT.address)
    with pytest.raises(NotSignedIn):
        await shop.accounts.authenticate(made.key)


async def test_another_accounts_people_are_out_of_reach(shop):
    _, bob = await shop.signed_in("bob")
    olga = shop.users["olga"].id
    assert [user.email for user, _ in await shop.people.team.find(bob)] == ["bob@campana.test"]
    for work in (
        shop.people.team.change_role(bob, olga, Role.OWNER),
        shop.people.team.remove(bob, olga),
        shop.people.team.turn_off_second_factor(bob, olga),
    ):
        with pytest.raises(NotFound):
            await work


async def test_keys_are_listed_for_the_account_and_revoked_in_it(shop):
    _, alice = await shop.signed_in("alice")
    _, bob = await shop.signed_in("bob")
    ends = shop.clock.now() + timedelta(days=1)
    made = await shop.people.keys.create(alice, "reports", {Scope.SEND}, ends)
    assert made.record.scopes == {Scope.READ, Scope.SEND}
    ((record, user),) = await shop.people.keys.find(alice)
    assert (record, user.email) == (made.record, "alice@campana.test")
    with pytest.raises(NotFound):
        await shop.people.keys.revoke(bob, record.id)
    assert (await shop.accounts.authenticate(made.key, "192.0.2.7")).scopes == made.record.scopes
    shop.clock.turn(days=1)
    with pytest.raises(NotSignedIn):
        await shop.accounts.authenticate(made.key)
    with pytest.raises(InvalidInput):
        await shop.people.keys.create(alice, "late", set(), ends)
    await shop.people.keys.revoke(alice, record.id)
    with pytest.raises(NotFound):
        await shop.people.keys.revoke(alice, record.id)


async def test_a_key_makes_no_other_that_may_do_more(shop):
    made = await shop.accounts.create_api_key("alice@campana.test", "team", scopes={Scope.MANAGE})
    by_key = await shop.accounts.authenticate(made.key)
    with pytest.raises(Forbidden):
        await shop.people.keys.create(by_key, "more", {Scope.SEND}, None)
    await shop.people.keys.create(by_key, "as much", {Scope.MANAGE}, None)


async def test_a_keys_last_use_is_kept_to_the_minute(shop):
    made = await shop.accounts.create_api_key("alice@campana.test", "scripts")
    _, alice = await shop.signed_in("alice")

    async def last_used():
        return (await shop.people.keys.find(alice))[0][0].last_used_at

    assert await last_used() is None
    await shop.accounts.authenticate(made.key)
    first = shop.clock.now()
    shop.clock.turn(seconds=59)
    await shop.accounts.authenticate(made.key)
    assert await last_used() == first
    shop.clock.turn(seconds=1)
    await shop.accounts.authenticate(made.key)
    assert await last_used() == shop.clock.now()


@pytest.fixture
def empty(sqlite_store):
    clock = TurnedClock()
    audit = Audit(sqlite_store, clock)
    accounts = Accounts(sqlite_store, clock, audit)
    return PeopleServices.over(
        *(sqlite_store, accounts, audit),
        clock=clock,
        vault=FernetVault("k" * 40),
        public_url="http://127.0.0.1:8000",
    )


async def test_the_first_user_comes_by_a_token_that_the_console_told(empty):
    other, token = token_in(await empty.set_up.link()), token_in(await empty.set_up.link())
    told = {"account": "Shop", "email": "alice@campana.test", "visit": VISIT}
    with pytest.raises(NotFound):
        await empty.set_up.finish("made up", password=PASSWORD, **told)
    with pytest.raises(InvalidInput) as caught:
        await empty.set_up.finish(token, account="", email="alice", password="short", visit=VISIT)
    assert {problem.field for problem in caught.value.problems} == {"account", "email", "password"}
    user = await empty.set_up.finish(token, password=PASSWORD, **told)
    assert (user.role, user.admin) == (Role.OWNER, True)
    for worthless in (token, other):
        assert not await empty.set_up.is_good(worthless)
    assert await empty.set_up.link() is None


async def test_set_up_is_over_once_there_is_a_user(shop):
    assert not await shop.people.set_up.needed()
    assert await shop.people.set_up.link() is None
