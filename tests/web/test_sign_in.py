"""The pages that people come in by, as a browser meets them."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from tests.support.browsing import PASSWORD, Surfer, with_passwords

OLGA = "olga@campana.test"
NEW = "another long secret"


@pytest.fixture
async def shop(small_house):
    return await with_passwords(small_house)


@pytest.fixture
def surfer(shop):
    return Surfer(shop)


def link_in(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000")


async def test_from_a_page_to_signing_in_and_back_to_the_page(surfer):
    answer = await surfer.get("/?day=today")
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2F%3Fday%3Dtoday")
    form = await surfer.get(answer.headers["Location"])
    assert form.status == 200
    assert b'value="/?day=today"' in form.body
    fields = {"email": OLGA, "password": PASSWORD, "next": "/?day=today"}
    answer = await surfer.post("/sign-in", fields)
    assert (answer.status, answer.headers["Location"]) == (303, "/?day=today")
    page = await surfer.get("/")
    assert (page.status, OLGA.encode() in page.body) == (200, True)
    assert (await surfer.get("/sign-in")).headers["Location"] == "/"


async def test_the_sessions_cookie_is_the_servers_alone(surfer):
    await surfer.sign_in(OLGA)
    (cookie,) = [each for each in surfer.set_cookies if each.startswith("campana-session=")]
    told = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=604800"} <= told
    assert not any(part.startswith("domain") for part in told)


async def test_signing_out_ends_the_session_on_the_server(surfer):
    await surfer.sign_in(OLGA)
    await surfer.get("/")
    kept = surfer.session
    answer = await surfer.post("/sign-out")
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert "campana-session" not in surfer.cookies
    surfer.cookies["campana-session"] = kept
    assert (await surfer.get("/")).status == 303
    assert (await surfer.get("/api/v1/me")).status == 401


async def test_a_wrong_password_says_so_and_nothing_else(surfer, shop):
    async def refused(email: str) -> bytes:
        answer = await surfer.sign_in(email, "a wrong one")
        assert answer.status == 422
        assert b"not right" in answer.body
        assert not surfer.cookies.get("campana-session")
        return re.sub(rb"[0-9a-f]{64}", b"", answer.body.replace(email.encode(), b""))

    assert await refused(OLGA) == await refused("nobody@campana.test")


async def test_guessing_has_to_wait_and_is_told_how_long(surfer):
    for email in (OLGA, "nobody@campana.test"):
        answers = [await surfer.sign_in(email, f"guess {n}") for n in range(6)]
        assert [answer.status for answer in answers] == [422] * 5 + [429]
        assert answers[-1].headers["Retry-After"] in ("4", "5")
        assert re.search(rb"Wait [45] seconds", answers[-1].body)
        right = await surfer.sign_in(email, PASSWORD)
        assert right.status == 429


@pytest.mark.parametrize(
    "wanted",
    [
        *("https://evil.test/", "//evil.test", "/\\evil.test", "\\\\evil.test", "javascript:alert(1)"),
        *("/\t/evil.test", "/\n/evil.test", " //evil.test", "http:evil.test", "///evil.test", "evil.test"),
        *("/x\r\nSet-Cookie: campana-session=planted", "/\u2028/evil.test", "", "/\x00"),
    ],
)
async def test_signing_in_leads_to_no_other_site(surfer, wanted):
    await surfer.get("/sign-in")
    answer = await surfer.ask(
        "POST",
        "/sign-in",
        data={"csrf_token": surfer.token, "email": OLGA, "password": PASSWORD, "next": wanted},
    )
    if answer.status == 303:
        assert answer.headers["Location"] == "/"
    else:
        assert answer.status == 422
    assert not any("planted" in cookie for cookie in surfer.set_cookies)
    page = await surfer.ask("GET", "/sign-in", params={"next": wanted}, headers={"Cookie": ""})
    assert b"evil" not in page.body


async def test_a_second_step_where_there_is_a_second_factor(surfer, shop):
    user = await shop.store.user_by_email(OLGA)
    headers = await shop.session_headers("olga")
    begun = await shop.post(None, "/me/second-factor", {"password": PASSWORD}, headers=headers)
    totp = pyotp.TOTP(begun.json["secret"])
    past = datetime.now(UTC) - timedelta(seconds=30)
    turned_on = await shop.post(None, "/me/second-factor/confirm", {"code": totp.at(past)}, headers=headers)
    assert turned_on.status == 200, turned_on.body
    answer = await surfer.sign_in(OLGA, next="/?day=today")
    assert answer.headers["Location"] == "/sign-in/code?next=%2F%3Fday%3Dtoday"
    assert "campana-session" not in surfer.cookies
    assert (await surfer.get("/")).status == 303, "not in yet"
    await surfer.get(answer.headers["Location"])
    assert (await surfer.post("/sign-in/code", {"code": "12345"})).status == 422
    code = totp.at(datetime.now(UTC))
    answer = await surfer.post("/sign-in/code", {"code": code, "next": "/?day=today"})
    assert (answer.status, answer.headers["Location"]) == (303, "/?day=today")
    assert (await surfer.get("/")).status == 200
    other = Surfer(shop)
    await other.get((await other.sign_in(OLGA)).headers["Location"])
    assert (await other.post("/sign-in/code", {"code": code})).status == 422, "a code is good once"
    recovery = turned_on.json["recovery_codes"][0]
    assert (await other.post("/sign-in/code", {"code": recovery})).status == 303
    assert await shop.store.recovery_codes(user.id) == 9


async def test_a_reset_link_is_good_once_and_looking_at_it_does_not_use_it_up(surfer, shop):
    victims = Surfer(shop)
    await victims.sign_in(OLGA)
    link = link_in(await shop.services.people.passwords.link_for(OLGA))
    token = link.partition("?token=")[2]
    for _ in range(2):
        assert (await surfer.get(link)).status == 200
    short = await surfer.post("/reset", {"token": token, "password": "short"})
    assert (short.status, b"at least 10" in short.body) == (422, True)
    answer = await surfer.post("/reset", {"token": token, "password": NEW})
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert (await surfer.post("/reset", {"token": token, "password": NEW})).status == 404
    assert (await surfer.get(link)).status == 404
    assert (await victims.get("/")).status == 303, "signed out everywhere"
    assert (await surfer.sign_in(OLGA, NEW)).status == 303


async def test_asking_for_a_reset_tells_nothing(surfer):
    await surfer.get("/reset")
    answers = [await surfer.post("/reset", {"email": email}) for email in (OLGA, "nobody@campana.test")]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body


async def test_an_invitation_leads_into_the_team(surfer, shop):
    made = await shop.post("alice", "/invitations", {"email": "new@campana.test", "role": "viewer"})
    link = link_in(made.json["url"])
    page = await surfer.get(link)
    assert (page.status, b"new@campana.test" in page.body) == (200, True)
    fields = {"token": link.partition("?token=")[2], "password": NEW}
    assert (await surfer.post("/invitation", fields | {"password": "1234567890"})).status == 422
    assert (await surfer.post("/invitation", fields)).status == 303
    assert (await surfer.post("/invitation", fields)).status == 404
    assert (await surfer.sign_in("new@campana.test", NEW)).status == 303
    me = (await surfer.get("/api/v1/me")).json
    assert (me["email"], me["role"], me["way"]) == ("new@campana.test", "viewer", "session")


async def test_set_up_needs_the_token_and_is_over_once_there_is_a_user(surfer):
    for path in ("/set-up", "/set-up?token=made-up"):
        assert (await surfer.get(path)).status == 404
    fields = {"token": "made-up", "account": "Evil", "email": "eve@evil.test", "password": NEW}
    assert (await surfer.post("/set-up", fields)).status == 404
