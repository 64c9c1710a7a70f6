"""Signing in: the right password, the right code, once; and the same refusal for everybody else."""

import asyncio
from datetime import timedelta

import pyotp
import pytest

from campana.domain.accounts import Role, Way
from campana.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn, TooManyAttempts
from campana.engine.people.sessions import Visit
from tests.engine.people.conftest import PASSWORD, VISIT

ALICE = "alice@campana.test"

pytestmark = pytest.mark.usefixtures("light_hashes")


async def refused(work) -> str:
    with pytest.raises(NotSignedIn) as caught:
        await work
    return str(caught.value)


async def with_second_factor(shop, name: str = "alice") -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Turn it on for that person: the authenticator, and the recovery codes."""
    _, principal = await shop.signed_in(name)
    begun = await shop.people.second_factors.begin(principal)
    totp = pyotp.TOTP(begun.secret)
    on = await shop.people.second_factors.confirm(principal, totp.at(shop.clock.now()), VISIT)
    return totp, on.recovery_codes


async def test_the_right_password_opens_a_session(shop):
    signed = await shop.people.signing_in.with_password(" ALICE@campana.test ", PASSWORD, VISIT)
    assert not signed.second_step
    principal = await shop.people.sessions.authenticate(signed.token, VISIT.address)
    assert (principal.email, principal.role, principal.way) == (ALICE, Role.OWNER, Way.SESSION)
    assert principal.address == VISIT.address
    (session,) = await shop.people.sessions.find(principal)
    assert (session.id, session.device) == (principal.came_with, VISIT.device)
    assert signed.token not in repr(signed)
    assert signed.token not in session.digest


async def test_refusals_do_not_tell_whether_the_user_exists(shop):
    await shop.accounts.add_user("scripts@campana.test", account="Shop")
    told = [
        await refused(shop.people.signing_in.with_password(email, password, VISIT))
        for email, password in (
            (ALICE, "not the password"),
            ("nobody@campana.test", PASSWORD),
            ("scripts@campana.test", ""),
            ("not an address", "x" * 5000),
        )
    ]
    assert len(set(told)) == 1


async def test_failures_make_the_next_attempt_wait_also_for_somebody_who_is_not_there(shop):
    sign_in = shop.people.signing_in.with_password
    for email, visit in ((ALICE, VISIT), ("nobody@campana.test", Visit("198.51.100.9"))):
        for _ in range(5):
            await refused(sign_in(email, "not the password", visit))
        for wait in (5, 10, 20):
            with pytest.raises(TooManyAttempts) as caught:
                await sign_in(email, PASSWORD, visit)
            assert caught.value.retry_after_s == wait
            shop.clock.turn(seconds=wait)
            await refused(sign_in(email, "not the password", visit))
        shop.clock.turn(seconds=40)
    assert not (await sign_in(ALICE, PASSWORD, VISIT)).second_step
    assert not (await sign_in(ALICE, PASSWORD, VISIT)).second_step, "being right makes up for it"


async def test_guesses_at_once_are_each_counted(shop):
    guesses = (shop.people.signing_in.with_password(ALICE, f"guess {n}", VISIT) for n in range(20))
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(answer, NotSignedIn) for answer in answers) == 5
    assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 15


async def test_an_address_that_guesses_at_many_users_has_to_wait_too(shop):
    async def guess(number: int, address: str) -> None:
        await refused(
            shop.people.signing_in.with_password(f"user{number}@campana.test", "guess", Visit(address))
        )

    for number in range(20):
        await guess(number, f"2001:db8::{number:x}")  # one customer's network
    with pytest.raises(TooManyAttempts):
        await shop.people.signing_in.with_password(ALICE, PASSWORD, Visit("2001:db8::ffff"))
    await guess(99, "2001:db8:0:1::1")
    shop.clock.turn(seconds=5)
    await shop.people.signing_in.with_password(ALICE, PASSWORD, Visit("2001:db8::ffff"))
    await guess(100, "2001:db8::1")
    with pytest.raises(TooManyAttempts):
        await guess(101, "2001:db8::1")


async def test_a_second_factor_asks_for_its_code_once(shop):
    totp, _ = await with_second_factor(shop)
    shop.clock.turn(seconds=30)
    step = await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
    assert step.second_step
    await refused(shop.people.sessions.authenticate(step.token, VISIT.address))
    await refused(shop.people.signing_in.with_code(step.token, "000000", VISIT))
    code = totp.at(shop.clock.now())
    signed = await shop.people.signing_in.with_code(step.token, f"{code[:3]} {code[3:]}", VISIT)
    assert (await shop.people.sessions.authenticate(signed.token, VISIT.address)).email == ALICE
    assert "too long" in await refused(shop.people.signing_in.with_code(step.token, code, VISIT))
    again = await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
    assert "used before" in await refused(shop.people.signing_in.with_code(again.token, code, VISIT))
    shop.clock.turn(seconds=30)
    await shop.people.signing_in.with_code(again.token, totp.at(shop.clock.now()), VISIT)


async def test_the_code_that_turned_it_on_signs_nobody_in(shop):
    totp, _ = await with_second_factor(shop)
    step = await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
    await refused(shop.people.signing_in.with_code(step.token, totp.at(shop.clock.now()), VISIT))


async def test_codes_of_another_time_and_steps_that_took_too_long_are_refused(shop):
    totp, _ = await with_second_factor(shop)
    shop.clock.turn(minutes=10)
    step = await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
    now = shop.clock.now()
    for offset in (timedelta(minutes=-1), timedelta(minutes=1)):
        await refused(shop.people.signing_in.with_code(step.token, totp.at(now + offset), VISIT))
    shop.clock.turn(minutes=5)
    await refused(shop.people.signing_in.with_code(step.token, totp.at(shop.clock.now()), VISIT))
    await refused(shop.people.signing_in.with_code("made up", totp.at(shop.clock.now()), VISIT))


async def test_whoever_knows_the_password_cannot_guess_codes_quickly(shop):
    await with_second_factor(shop)
    for _ in range(5):
        step = await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
        await refused(shop.people.signing_in.with_code(step.token, "123456", VISIT))
    step = await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
    with pytest.raises(TooManyAttempts):
        await shop.people.signing_in.with_code(step.token, "123456", VISIT)


async def test_a_recovery_code_is_good_once(shop):
    _, codes = await with_second_factor(shop)
    assert len(set(codes)) == 10
    for _ in range(2):
        step = await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
        work = shop.people.signing_in.with_code(step.token, f" {codes[3].upper()} ", VISIT)
        if _ == 0:
            await work
        else:
            await refused(work)


async def test_a_second_factor_that_nobody_confirmed_asks_for_nothing(shop):
    _, alice = await shop.signed_in("alice")
    begun = await shop.people.second_factors.begin(alice)
    assert begun.secret in begun.uri
    assert "alice%40campana.test" in begun.uri
    assert begun.picture.startswith("<svg")
    assert begun.secret not in repr(begun)
    assert not (await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)).second_step
    with pytest.raises(InvalidInput):
        await shop.people.second_factors.confirm(alice, "123456", VISIT)


async def test_turning_it_on_ends_the_other_sessions_and_renews_this_one(shop):
    elsewhere, _ = await shop.signed_in("alice")
    token, alice = await shop.signed_in("alice")
    begun = await shop.people.second_factors.begin(alice)
    code = pyotp.TOTP(begun.secret).at(shop.clock.now())
    on = await shop.people.second_factors.confirm(alice, code, VISIT)
    for old in (elsewhere, token):
        await refused(shop.people.sessions.authenticate(old, VISIT.address))
    renewed = await shop.people.sessions.authenticate(on.token, VISIT.address)
    with pytest.raises(Conflict):
        await shop.people.second_factors.begin(renewed)
    await shop.people.second_factors.turn_off(renewed, shop.users["alice"])
    with pytest.raises(NotFound):
        await shop.people.second_factors.turn_off(renewed, shop.users["alice"])
    assert not (await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)).second_step


async def test_the_secret_of_a_second_factor_is_sealed(shop):
    _, alice = await shop.signed_in("alice")
    begun = await shop.people.second_factors.begin(alice)
    kept = await shop.store.second_factor(alice.user_id)
    assert begun.secret not in kept.sealed_secret


async def test_what_has_expired_is_cleared_away_when_somebody_signs_in(shop):
    await shop.signed_in("olga")
    shop.clock.turn(days=8)
    await shop.people.signing_in.with_password(ALICE, PASSWORD, VISIT)
    assert await shop.store.sessions(shop.users["olga"].id) == []
