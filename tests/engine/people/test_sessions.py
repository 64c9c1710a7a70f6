"""Sessions: over when idle, when their time is over, when somebody ends them; and each belongs to its
user."""

import pytest

from campana.domain.errors import NotFound, NotSignedIn
from campana.engine.people.sessions import IDLE, LONGEST, Visit
from tests.engine.people.conftest import VISIT


async def over(shop, token: str) -> bool:
    try:
        await shop.people.sessions.authenticate(token, VISIT.address)
    except NotSignedIn:
        return True
    return False


@pytest.mark.parametrize("token", ["", "x" * 43, "é\x00\ud800"])
async def test_other_tokens_lead_nowhere(shop, token):
    assert await over(shop, token)


async def test_a_session_ends_when_nobody_used_it_for_a_while(shop):
    token, _ = await shop.signed_in("olga")
    shop.clock.turn(seconds=IDLE.total_seconds() - 1)
    assert not await over(shop, token)
    shop.clock.turn(seconds=IDLE.total_seconds() - 1)
    assert not await over(shop, token)
    shop.clock.turn(seconds=IDLE.total_seconds())
    assert await over(shop, token)
    assert await shop.store.sessions(shop.users["olga"].id) == []


async def test_no_session_lasts_for_ever(shop):
    token, _ = await shop.signed_in("olga")
    lasted = 0
    while not await over(shop, token):
        shop.clock.turn(hours=6)
        lasted += 6
    assert lasted == LONGEST.total_seconds() / 3600


async def test_it_tells_where_it_was_seen_last_to_the_minute(shop):
    token, olga = await shop.signed_in("olga")
    began = shop.clock.now()
    shop.clock.turn(seconds=30)
    await shop.people.sessions.authenticate(token, VISIT.address)
    assert (await shop.people.sessions.find(olga))[0].seen_at == began
    await shop.people.sessions.authenticate(token, "198.51.100.9")
    (session,) = await shop.people.sessions.find(olga)
    assert (session.seen_at, session.address) == (shop.clock.now(), "198.51.100.9")


async def test_one_ends_ones_own_sessions_alone(shop):
    token, olga = await shop.signed_in("olga")
    other, _ = await shop.signed_in("olga", Visit("10.0.0.1", "Phone"))
    alices, alice = await shop.signed_in("alice")
    there = await shop.people.sessions.find(olga)
    assert {session.device for session in there} == {"Firefox on Linux", "Phone"}
    with pytest.raises(NotFound):
        await shop.people.sessions.end(olga, alice.came_with)
    with pytest.raises(NotFound):
        await shop.people.sessions.end(alice, olga.came_with)
    assert await shop.people.sessions.end_others(olga) == 1
    assert [await over(shop, each) for each in (token, other, alices)] == [False, True, False]
    await shop.people.sessions.sign_out(olga)
    assert await over(shop, token)


async def test_what_a_browser_calls_itself_is_kept_in_part(shop):
    _, olga = await shop.signed_in("olga", Visit("10.0.0.1", "x" * 10_000))
    (session,) = await shop.people.sessions.find(olga)
    assert len(session.device) == 200


async def test_a_role_that_was_changed_counts_at_once(shop):
    token, olga = await shop.signed_in("olga")
    await shop.store.set_role(olga.account_id, olga.user_id, shop.users["victor"].role)
    assert (await shop.people.sessions.authenticate(token, VISIT.address)).role == shop.users["victor"].role
