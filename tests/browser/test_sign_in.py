"""Coming in and going out with a browser: no key in the headers, but a password, a cookie and forms."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest_asyncio
from playwright.async_api import Page, expect

PASSWORD = "a rather long secret"


@pytest_asyncio.fixture(loop_scope="session")
async def olga(shop) -> str:
    """The e-mail address of an owner who can sign in."""
    email = str((await shop.call("GET", "/me"))["email"])
    status, _, err = await shop.command("user", "set-password", email, stdin=f"{PASSWORD}\n")
    assert status == 0, err
    return email


def with_cookies(visits):
    return visits(extra_http_headers={})


async def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_from_a_page_through_signing_in_to_that_page_and_out(visits, olga):
    async with with_cookies(visits) as visit:
        page = await visit.to("/opt-outs")
        await expect(page).to_have_title("Sign in · Campana")
        await visit.check("sign-in")
        await sign_in(page, olga, "not the password")
        await expect(page.get_by_role("alert")).to_have_text("E-mail address or password is not right.")
        visit.complaints.clear()  # the browser's own word on a 422
        await visit.check("sign-in-refused")
        await sign_in(page, olga)
        await page.wait_for_url("**/opt-outs")
        await visit.to("/")
        await visit.check("dashboard-signed-in")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_title("Sign in · Campana")
        await visit.to("/")
        await expect(page).to_have_title("Sign in · Campana")


async def test_a_form_of_a_signed_in_person_is_taken(visits, olga):
    async with with_cookies(visits) as visit:
        page = await visit.to("/opt-outs")
        await sign_in(page, olga)
        await page.wait_for_url("**/opt-outs")
        answer = await page.request.post(
            f"{visit.url}/api/v1/suppressions",
            data={"phone": "+919812345678"},
            headers={"X-CSRF-Token": await page.locator("meta[name=csrf-token]").get_attribute("content")},
        )
        assert answer.status == 201
        assert (await page.request.post(f"{visit.url}/api/v1/suppressions", data={})).status == 403


async def test_a_second_step_with_a_code(visits, olga, shop):
    async with with_cookies(visits) as visit:
        page = await visit.to("/sign-in")
        await sign_in(page, olga)
        await page.wait_for_url(f"{visit.url}/")
        token = await page.locator("meta[name=csrf-token]").get_attribute("content")
        headers = {"X-CSRF-Token": str(token)}
        begun = await page.request.post(
            f"{visit.url}/api/v1/me/second-factor", data={"password": PASSWORD}, headers=headers
        )
        totp = pyotp.TOTP((await begun.json())["secret"])
        early = totp.at(datetime.now(UTC) - timedelta(seconds=30))
        confirmed = await page.request.post(
            f"{visit.url}/api/v1/me/second-factor/confirm", data={"code": early}, headers=headers
        )
        assert confirmed.status == 200
        await visit.to("/")
        await page.get_by_role("button", name="Sign out").click()
        await sign_in(page, olga)
        await expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
        await visit.check("sign-in-code")
        await page.get_by_label("Code").fill(totp.at(datetime.now(UTC)))
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(f"{visit.url}/")
        await expect(page).to_have_title("Dashboard · Campana")


async def test_pages_behind_links(visits, olga, shop):
    status, out, _ = await shop.command("user", "reset-link", olga)
    assert status == 0
    path = re.sub(r"^https?://[^/]+", "", out.strip())
    made = await shop.call(
        "POST", "/invitations", expect=201, json={"email": "victor@shop.test", "role": "viewer"}
    )
    async with with_cookies(visits) as visit:
        await visit.to(path)
        await visit.check("reset")
        await visit.to(re.sub(r"^https?://[^/]+", "", made["url"]))
        await visit.check("invitation")
        await visit.to("/reset")
        await visit.check("forgotten")
        await visit.to("/reset?token=worn-out", status=404)
        visit.complaints.clear()
        await visit.check("link-worthless")


async def test_the_documentation_works_under_the_policy_of_every_page(visits):
    async with visits() as visit:
        page = await visit.to("/api/docs")
        await expect(page.locator(".swagger-ui .info .title")).to_contain_text("Campana")
        await page.locator("#operations-people-me_api_v1_me_get button").first.click()
        await page.get_by_role("button", name="Try it out").click()
        await page.get_by_role("button", name="Execute").click()
        await expect(page.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200")
        assert visit.complaints == []
