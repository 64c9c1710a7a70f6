"""Requests that somebody made up: forged forms, cookies, hosts and proxies, bodies that never end.

All against the server as it runs."""

import asyncio
import ipaddress

import aiohttp
import pytest

from campana.web.app import WebSettings
from campana.web.middleware import bodies
from tests.support.browsing import Surfer, with_passwords
from tests.support.house import campaign, open_house

OLGA = "olga@campana.test"
OPT_OUT = {"phone": "+919812345678"}
PROBLEM = "application/problem+json"


@pytest.fixture
async def shop(small_house):
    return await with_passwords(small_house)


@pytest.fixture
async def headers(small_house):
    return await small_house.session_headers("olga")


async def try_to_change(house, headers, **more):
    return await house.post(None, "/suppressions", OPT_OUT, headers=headers | more)


# --- forms of other sites --------------------------------------------------


async def test_a_session_changes_nothing_without_the_token_of_its_page(small_house, headers):
    bare = {"Cookie": headers["Cookie"]}
    other = await small_house.session_headers("olga")
    for wrong in (
        bare,
        bare | {"X-CSRF-Token": ""},
        bare | {"X-CSRF-Token": "0" * 64},
        bare | {"X-CSRF-Token": other["X-CSRF-Token"]},
        bare | {"X-CSRF-Token": "\u00e9"},
    ):
        answer = await try_to_change(small_house, wrong)
        assert (answer.status, answer.headers["Content-Type"]) == (403, PROBLEM)
    assert (await small_house.get("olga", "/suppressions")).json["items"] == []
    assert (await try_to_change(small_house, headers)).status == 201


@pytest.mark.parametrize(
    "sign",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_request_of_another_site_is_refused_even_with_the_token(small_house, headers, sign):
    assert (await try_to_change(small_house, headers, **sign)).status == 403


async def test_a_request_from_here_is_taken(small_house, headers):
    for origin in (small_house.url, "http://127.0.0.1:8000"):
        answer = await try_to_change(
            small_house, headers, **{"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status == 201


async def test_a_key_needs_no_token_and_a_cookie_beside_it_changes_nothing(small_house, headers):
    key = {"Authorization": f"Bearer {small_house.keys['victor']}"}
    assert (await try_to_change(small_house, key | {"Cookie": headers["Cookie"]})).status == 403, (
        "the viewer's"
    )
    key = {"Authorization": f"Bearer {small_house.keys['olga']}"}
    assert (await try_to_change(small_house, key)).status == 201


async def test_the_token_is_found_in_forms_of_both_kinds(shop):
    for multipart in (False, True):
        surfer = Surfer(shop)
        await surfer.get("/sign-in")
        fields = {"csrf_token": surfer.token, "email": OLGA, "password": "a wrong one"}
        data: object = fields
        if multipart:
            data = aiohttp.FormData()
            for name, value in fields.items():
                data.add_field(name, value, content_type="text/plain")
        assert (await surfer.ask("POST", "/sign-in", data=data)).status == 422, "the token was right"


async def test_the_token_stands_in_the_beginning_of_a_form(shop):
    surfer = Surfer(shop)
    await surfer.get("/sign-in")
    late = {"email": OLGA, "password": "x" * 100_000, "csrf_token": surfer.token}
    assert (await surfer.ask("POST", "/sign-in", data=late)).status == 403
    form = aiohttp.FormData()
    for name, value in late.items():
        form.add_field(name, value, content_type="text/plain")
    assert (await surfer.ask("POST", "/sign-in", data=form)).status == 403


async def test_nobody_is_signed_in_by_a_form_of_somebody_else(shop):
    attacker, victim = Surfer(shop), Surfer(shop)
    await attacker.get("/sign-in")
    await victim.get("/sign-in")
    form = {"email": "bob@campana.test", "password": "a rather long secret"}
    for cookies in ({}, victim.cookies):
        trapped = Surfer(shop, dict(cookies), attacker.token)
        assert (await trapped.post("/sign-in", form)).status == 403
        assert "campana-session" not in trapped.cookies
    answer = await victim.post("/sign-in", form, headers={"Origin": "https://evil.test"})
    assert answer.status == 403


# --- cookies ---------------------------------------------------------------


async def test_a_session_that_was_planted_is_not_the_one_somebody_signs_in_to(shop):
    attacker, victim = Surfer(shop), Surfer(shop)
    await attacker.sign_in("bob@campana.test")
    await victim.get("/sign-in")
    victim.cookies["campana-session"] = planted = attacker.session
    await victim.post("/sign-in", {"email": OLGA, "password": "a rather long secret"})
    assert victim.session != planted
    assert (await victim.get("/api/v1/me")).json["email"] == OLGA
    assert (await attacker.get("/api/v1/me")).json["email"] == "bob@campana.test"


async def test_a_cookie_that_was_touched_is_worth_nothing(shop):
    surfer = Surfer(shop)
    await surfer.sign_in(OLGA)
    good = surfer.session
    token, _, signature = good.rpartition(".")
    visitor = Surfer(shop)
    await visitor.get("/sign-in")
    for touched in (
        token,
        f"{token}.",
        f"{token}.{signature[:-1]}",
        f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}.{signature}",
        f".{signature}",
        good + "x",
        visitor.cookies["campana-visitor"],
        "\u00e9",
        "x" * 8000,
    ):
        answer = await surfer.get("/api/v1/me", headers={"Cookie": f"campana-session={touched}"})
        assert answer.status == 401, touched
    assert (await surfer.get("/api/v1/me")).status == 200


async def test_behind_tls_cookies_and_browsers_are_bound_to_it(sqlite_store):
    settings = WebSettings(public_url="https://campana.test")
    async with open_house(sqlite_store, settings=settings) as house:
        surfer = Surfer(await with_passwords(house))
        answer = await surfer.sign_in(OLGA)
        assert answer.status == 303
        (cookie,) = [each for each in surfer.set_cookies if "session=" in each]
        assert cookie.startswith("__Host-campana-session=")
        assert "Secure" in cookie
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert "Strict-Transport-Security" in (await house.get(None, "//healthz")).headers


async def test_without_tls_browsers_are_not_told_to_insist_on_it(small_house):
    assert "Strict-Transport-Security" not in (await small_house.get(None, "//healthz")).headers


async def test_every_answer_forbids_scripts_and_styles_in_the_page(small_house, headers):
    for path in ("//", "//sign-in", "//api/docs", "//healthz", "//nowhere", "/campaigns"):
        answer = await small_house.get(None, path, headers=headers | {"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in answer.headers["Permissions-Policy"]


# --- hosts and proxies -----------------------------------------------------


async def test_only_its_own_names_are_answered_to(sqlite_store):
    settings = WebSettings(public_url="http://campana.test:8080", allowed_hosts=frozenset({"shop.test"}))
    async with open_house(sqlite_store, settings=settings) as house:
        for host, status in (
            *(("campana.test", 200), ("CAMPANA.test:8080", 200), ("shop.test:1", 200), ("localhost", 200)),
            *(("127.0.0.1:9", 200), ("[::1]:8000", 200), ("evil.test", 421), ("campana.test.evil.test", 421)),
            *(("evil.test:campana.test", 421), ("", 421), ("campana.test@evil.test", 421)),
        ):
            answer = await house.get("victor", "/campaigns", headers={"Host": host})
            assert answer.status == status, host
        assert (await house.get(None, "//sign-in", headers={"Host": "evil.test"})).status == 421
        for path in ("//healthz", "//readyz", "//metrics", "//static/app.css"):
            assert (await house.get(None, path, headers={"Host": "10.0.0.7"})).status == 200, path


async def seen_address(house, **headers) -> str:
    session = await house.session_headers("olga")
    await house.get(None, "/me", headers=session | headers)
    found = await house.get(None, "/sessions", headers=session | headers)
    return next(each["address"] for each in found.json["items"] if each["current"])


async def test_what_a_stranger_says_of_its_address_is_not_believed(small_house):
    told = {"X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6"}
    assert await seen_address(small_house, **told) == "127.0.0.1"


async def test_forged_addresses_do_not_get_around_the_waits(shop):
    for number in range(5):
        surfer = Surfer(shop)
        await surfer.get("/sign-in")
        forged = {"X-Forwarded-For": f"6.6.6.{number}"}
        await surfer.post("/sign-in", {"email": OLGA, "password": "wrong"}, headers=forged)
    assert (await Surfer(shop).sign_in(OLGA)).status == 429


async def test_a_proxy_that_is_set_is_believed_as_far_as_it_saw(sqlite_store):
    trusted = tuple(ipaddress.ip_network(each) for each in ("127.0.0.0/8", "10.0.0.0/8"))
    async with open_house(sqlite_store, settings=WebSettings(trusted_proxies=trusted)) as house:
        for told, address in (
            ("198.51.100.9", "198.51.100.9"),
            ("6.6.6.6, 198.51.100.9", "198.51.100.9"),
            ("6.6.6.6, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("nonsense", "127.0.0.1"),
            ("6.6.6.6, nonsense", "127.0.0.1"),
        ):
            assert await seen_address(house, **{"X-Forwarded-For": told}) == address, told
        headers = await house.session_headers("olga")
        secure = {"X-Forwarded-Proto": "https", "Host": "127.0.0.1", "Origin": "https://127.0.0.1"}
        assert (await try_to_change(house, headers | secure)).status == 201


# --- bodies ----------------------------------------------------------------


async def test_a_body_that_trickles_in_is_not_waited_for(small_house, monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE_S", 0.3)

    async def trickling():
        for _ in range(1000):
            yield b" "
            await asyncio.sleep(0.05)

    answer = await small_house.ask(
        "alice", "POST", "/senders", data=trickling(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status, answer.headers["Content-Type"]) == (408, PROBLEM)


async def test_a_body_that_keeps_coming_is_waited_for(small_house, monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE_S", 0.3)
    monkeypatch.setattr(bodies, "LEAST_BYTES_PER_S", 1000)

    async def steady():
        yield b'{"name": "Steady"'
        for _ in range(10):
            await asyncio.sleep(0.1)
            yield b" " * 1000
        yield b"}"

    answer = await small_house.ask(
        "alice", "POST", "/senders", data=steady(), headers={"Content-Type": "application/json"}
    )
    assert answer.status == 201, answer.body


async def test_a_form_for_its_token_is_read_no_further_than_its_beginning(shop):
    async def endless():
        for _ in range(10_000):
            yield b"x" * 65_536

    surfer = Surfer(shop)
    await surfer.get("/sign-in")
    answer = await surfer.ask(
        "POST",
        "/sign-in",
        data=endless(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 403


async def test_what_somebody_writes_into_a_name_stays_out_of_headers(small_house):
    sender = await small_house.sender()
    name = "x\r\nSet-Cookie: campana-session=planted"
    made = await small_house.post("alice", "/campaigns", campaign(sender, name=name))
    if made.status == 201:
        export = await small_house.get("alice", f"/campaigns/{made.json['id']}/export.csv")
        assert "planted" not in str(export.headers)
