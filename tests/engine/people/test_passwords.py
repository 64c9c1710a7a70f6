"""Passwords: good ones only, kept as argon2id, changed by their owners, set anew by a link that is good
once."""

import re

import pytest
from argon2 import PasswordHasher

from campana.domain.errors import Forbidden, InvalidInput, NotFound, NotSignedIn, TooManyAttempts
from campana.engine.people.passwords import _NOBODYS, Passwords, check_password
from campana.engine.people.sessions import Visit
from tests.engine.people.conftest import PASSWORD, VISIT

NEW = "another long secret"


def token_in(text: str) -> str:
    found = re.search(r"https://campana\.test/reset\?token=([\w-]{43})", text)
    assert found
    return found.group(1)


async def opens(shop, password: str, name: str = "olga") -> bool:
    try:
        await shop.people.signing_in.with_password(f"{name}@campana.test", password, VISIT)
    except NotSignedIn:
        return False
    return True


@pytest.mark.parametrize(
    "password",
    [
        *("short", "9 letters", "x" * 1001, "aaaaaaaaaa", "abababababab"),
        *("1234567890", "Password123", "sunshine2024!", "qwertyuiop", "ILOVEYOU123", "Welcome@123"),
        *("olga@campana.test", "olga1234567"),
    ],
)
def test_a_poor_password_is_refused(password):
    with pytest.raises(InvalidInput) as caught:
        check_password(password, email="olga@campana.test")
    assert [problem.field for problem in caught.value.problems] == ["password"]
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", ["correct horse", "ten letter", "ಕನ್ನಡ ನುಡಿ ಚಂದ", "k7#mQ2pL9x"])
def test_a_good_one_is_taken(password):
    check_password(password, email="olga@campana.test")


async def test_letters_are_the_same_however_they_are_put_together():
    passwords = Passwords()
    kept = await passwords.hashed("caf\u00e9 au lait")
    assert await passwords.matches("cafe\u0301 au lait", kept)
    assert not await passwords.matches("cafe au lait", kept)
    assert not await passwords.matches("caf\u00e9 au lait", "not a hash")


def test_looking_up_nobody_takes_as_much_work_as_a_wrong_password():
    assert not PasswordHasher().check_needs_rehash(_NOBODYS)


async def test_changing_it_takes_the_present_one_and_ends_other_sessions(shop):
    elsewhere, _ = await shop.signed_in("olga")
    _, olga = await shop.signed_in("olga")
    with pytest.raises(InvalidInput) as caught:
        await shop.people.passwords.change(olga, "not the password", NEW, VISIT)
    assert caught.value.problems[0].field == "present_password"
    with pytest.raises(InvalidInput) as caught:
        await shop.people.passwords.change(olga, PASSWORD, "too short", VISIT)
    assert caught.value.problems[0].field == "new_password"
    token = await shop.people.passwords.change(olga, PASSWORD, NEW, VISIT)
    with pytest.raises(NotSignedIn):
        await shop.people.sessions.authenticate(elsewhere, VISIT.address)
    renewed = await shop.people.sessions.authenticate(token, VISIT.address)
    assert renewed.came_with != olga.came_with
    assert (await opens(shop, PASSWORD), await opens(shop, NEW)) == (False, True)


async def test_the_present_one_cannot_be_guessed_in_an_open_browser(shop):
    _, olga = await shop.signed_in("olga")
    for _ in range(5):
        with pytest.raises(InvalidInput):
            await shop.people.passwords.change(olga, "a guess", NEW, VISIT)
    with pytest.raises(TooManyAttempts):
        await shop.people.passwords.change(olga, PASSWORD, NEW, VISIT)


async def test_an_owner_hands_out_a_link_that_is_good_once(shop):
    token, _ = await shop.signed_in("olga")
    _, alice = await shop.signed_in("alice")
    handed = await shop.people.passwords.hand_out(alice, shop.users["olga"].id)
    assert not handed.mailed
    reset = token_in(handed.url)
    assert reset not in repr(handed)
    assert await shop.people.passwords.is_good(reset)
    with pytest.raises(InvalidInput):
        await shop.people.passwords.use(reset, "too short", VISIT)
    await shop.people.passwords.use(reset, NEW, VISIT)
    with pytest.raises(NotFound, match="not good any more"):
        await shop.people.passwords.use(reset, NEW, VISIT)
    assert not await shop.people.passwords.is_good(reset)
    with pytest.raises(NotSignedIn):
        await shop.people.sessions.authenticate(token, VISIT.address)
    assert await opens(shop, NEW)


async def test_a_link_lets_in_whom_somebody_else_locked_out(shop):
    sign_in = shop.people.signing_in.with_password
    stranger = Visit("198.51.100.9", "")
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            await sign_in("olga@campana.test", "a guess of theirs", stranger)
    with pytest.raises(TooManyAttempts):
        await sign_in("olga@campana.test", PASSWORD, VISIT)
    reset = token_in(await shop.people.passwords.link_for("olga@campana.test"))
    await shop.people.passwords.use(reset, NEW, VISIT)
    assert (await sign_in("olga@campana.test", NEW, VISIT)).token


async def test_a_newer_link_makes_the_older_one_worthless_and_so_does_time(shop):
    first, second = [token_in(await shop.people.passwords.link_for("OLGA@campana.test")) for _ in range(2)]
    assert not await shop.people.passwords.is_good(first)
    shop.clock.turn(hours=24)
    with pytest.raises(NotFound):
        await shop.people.passwords.use(second, NEW, VISIT)
    with pytest.raises(NotFound):
        await shop.people.passwords.link_for("nobody@campana.test")


async def test_only_owners_hand_out_links_and_only_within_their_account(shop):
    _, olga = await shop.signed_in("olga")
    with pytest.raises(Forbidden):
        await shop.people.passwords.hand_out(olga, shop.users["victor"].id)
    _, bob = await shop.signed_in("bob")
    with pytest.raises(NotFound):
        await shop.people.passwords.hand_out(bob, shop.users["olga"].id)


async def test_who_forgot_it_gets_a_letter_and_nobody_else_does(mailing_shop, post):
    await mailing_shop.people.passwords.mail("olga@campana.test", "192.0.2.7")
    await mailing_shop.people.passwords.mail("nobody@campana.test", "192.0.2.7")
    ((to, subject, text),) = post.letters
    assert (to, "password" in subject) == ("olga@campana.test", True)
    await mailing_shop.people.passwords.use(token_in(text), NEW, VISIT)
    assert await opens(mailing_shop, NEW)


async def test_nobodys_mailbox_is_filled(mailing_shop, post):
    for _ in range(50):
        await mailing_shop.people.passwords.mail("olga@campana.test", "192.0.2.7")
    assert len(post.letters) == 5


async def test_a_link_that_cannot_be_mailed_is_handed_out(mailing_shop, post):
    _, alice = await mailing_shop.signed_in("alice")
    olga = mailing_shop.users["olga"].id
    assert (await mailing_shop.people.passwords.hand_out(alice, olga)).url is None
    post.works = False
    handed = await mailing_shop.people.passwords.hand_out(alice, olga)
    assert (handed.mailed, bool(token_in(handed.url))) == (False, True)
