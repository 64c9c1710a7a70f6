"""The first user comes by a link on the console; links and narrow keys come from a shell."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.product import Product, product

PASSWORD = "a rather long secret"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Product]:
    async with product(tmp_path) as shop:
        yield shop


async def sent_back(session: aiohttp.ClientSession, url: str, **fields: str) -> tuple[int, str]:
    """The page's form, sent back with these fields: the status, and where it leads."""
    async with session.get(url) as page:
        token = re.search(r'name="csrf-token" content="(\w+)"', await page.text())
        assert page.status == 200
        assert token
    address = url.partition("?")[0]
    data = {"csrf_token": token.group(1), **fields}
    async with session.post(address, data=data, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


def browser() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Accept": "text/html"})


async def test_an_empty_installation_tells_where_to_make_the_first_user(tmp_path: Path) -> None:
    empty = Product(tmp_path, {})
    try:
        running = await empty.start("web")
        found = re.search(rf"{re.escape(running.url)}/set-up\?token=([\w-]+)", running.log_file.read_text())
        assert found
        told = {"token": found.group(1), "account": "Shop", "email": "alice@shop.test", "password": PASSWORD}
        async with browser() as session:
            assert await sent_back(session, found.group(0), **told) == (303, "/sign-in")
            signed = await sent_back(
                session, f"{running.url}/sign-in", email="alice@shop.test", password=PASSWORD
            )
            assert signed == (303, "/")
            async with session.get(f"{running.url}/api/v1/me") as me:
                assert (await me.json())["admin"] is True
        await running.terminate()
        again = await empty.start("web")
        assert "set-up" not in again.log_file.read_text()
    finally:
        await empty.close()


async def test_a_reset_link_from_a_shell_sets_a_password(shop: Product) -> None:
    running = await shop.start("web")
    status, out, err = await shop.command("user", "reset-link", "olga@shop.test")
    assert (status, err) == (0, "")
    link = running.url + out.strip().removeprefix("http://127.0.0.1:8000")
    token = link.partition("?token=")[2]
    async with browser() as session:
        assert (await sent_back(session, link, token=token, password=PASSWORD))[0] == 303
    assert token not in running.log_file.read_text()
    status, _, err = await shop.command("user", "reset-link", "nobody@shop.test")
    assert (status, "no user" in err) == (1, True)


async def test_a_password_from_a_shell_ends_what_was_signed_in(shop: Product) -> None:
    running = await shop.start("web")
    words = ("user", "set-password", "olga@shop.test")
    for password, status in (("", 2), ("1234567890", 2), (PASSWORD, 0)):
        assert (await shop.command(*words, stdin=password + "\n"))[0] == status
    async with browser() as session:
        told = {"email": "olga@shop.test", "password": PASSWORD}
        assert await sent_back(session, f"{running.url}/sign-in", **told) == (303, "/")
        assert (await shop.command(*words, stdin="another long secret\n"))[0] == 0
        async with session.get(f"{running.url}/api/v1/me") as me:
            assert me.status == 401


async def test_a_key_from_a_shell_may_do_what_was_said_and_ends(shop: Product) -> None:
    running = await shop.start("web")
    words = ("api-key", "create", "--user", "olga@shop.test", "--name", "reports")
    status, out, _ = await shop.command(*words, "--scope", "read", "--expires", "90d")
    assert status == 0
    headers = {"Authorization": f"Bearer {out.strip()}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{running.url}/api/v1/me") as me:
            assert (await me.json())["scopes"] == ["read"]
        async with session.post(f"{running.url}/api/v1/senders", json={"name": "x"}) as refused:
            assert refused.status == 403
    status, _, err = await shop.command(*words, "--expires", "soon")
    assert (status, "--expires" in err) == (2, True)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("TRUSTED_PROXIES", "not-an-address"), ("PUBLIC_URL", "campana.test"), ("SMTP_URL", "mail.test")],
)
async def test_settings_of_the_web_that_are_wrong_are_named(shop: Product, setting: str, value: str) -> None:
    shop.settings[setting] = value
    status, _, err = await shop.command("doctor")
    assert (status, setting in err, len(err.strip().splitlines())) == (2, True, 1), err
