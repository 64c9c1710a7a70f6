"""Settings for people, and the administration: one walk over each, looked at on every page."""

import re
from datetime import UTC, datetime

import pyotp
from playwright.async_api import expect

PASSWORD = "a rather long secret"


async def signed_in(visit, email: str) -> None:
    page = await visit.to("/sign-in")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{visit.url}/")


async def test_an_owner_looks_after_keys_people_and_herself(visits, shop):
    email = str((await shop.call("GET", "/me"))["email"])
    await shop.command("user", "set-password", email, stdin=f"{PASSWORD}\n")
    async with visits(extra_http_headers={}) as visit:
        await signed_in(visit, email)
        page = await visit.to("/settings/api-keys")
        await page.get_by_label("Name").fill("Nightly export")
        await page.get_by_role("button", name="Make the key").click()
        await expect(page.get_by_label("Key", exact=True)).to_have_value(re.compile("^cmp_"))
        await visit.check("settings-key-made")
        await visit.to("/settings/api-keys")
        await page.get_by_role("button", name="Revoke Nightly export").click()
        await page.get_by_role("button", name="Revoke it").click()
        await expect(page.get_by_role("status")).to_have_text("The key is revoked.")

        await visit.to("/team")
        await page.get_by_label("E-mail address").fill(f"victor-{email}")
        await page.get_by_role("button", name="Invite").click()
        await expect(page.get_by_label("Link for them")).to_have_value(re.compile("/invitation\\?token="))
        await visit.check("team-invited")
        await page.get_by_role("cell").get_by_role("link", name=email, exact=True).click()
        await expect(page.get_by_text("The last owner stays owner")).to_be_visible()
        await visit.check("team-member")

        await visit.to("/settings/profile/second-factor")
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_role("button", name="Go on").click()
        secret = await page.get_by_label("Key", exact=True).input_value()
        await visit.check("second-factor-begun")
        await page.locator("#code").fill(pyotp.TOTP(secret).at(datetime.now(UTC)))
        await page.get_by_role("button", name="Turn it on").click()
        await expect(page.get_by_role("heading", name="The second factor is on")).to_be_visible()
        await visit.check("recovery-codes")
        for path, name in (
            ("/settings/profile", "profile"),
            ("/settings/profile/second-factor", "second-factor-on"),
            ("/settings/account", "account"),
            ("/settings/audit", "audit"),
        ):
            await visit.to(path)
            await visit.check(f"settings-{name}")


async def test_an_administrator_looks_after_accounts(visits, shop):
    account = (await shop.call("GET", "/account/standing"))["name"]
    await shop.call("POST", "/account/admin-access", json={"hours": 1})
    admin = f"admin-{account.replace(' ', '-').lower()}@platform.test"
    made = await shop.command(
        *("user", "add", admin, "--account", f"Platform of {account}", "--admin", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    assert made[0] == 0, made
    async with visits(extra_http_headers={}) as visit:
        await signed_in(visit, admin)
        page = await visit.to("/admin/accounts/add")
        await visit.check("admin-add")
        await page.get_by_label("Name").fill(f"Florist of {account}")
        await page.get_by_label("E-mail address of its first owner").fill(f"flora-{admin}")
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_label("Link for them")).to_have_value(re.compile("/invitation\\?token="))
        await visit.check("admin-account-added")
        await visit.to(f"/admin/accounts?q={account}")
        await visit.check("admin-accounts")
        await page.get_by_role("link", name=account, exact=True).click()
        await page.get_by_role("button", name="Suspend").click()
        await page.get_by_label("Why").fill("unpaid since March")
        await page.get_by_role("button", name="Suspend it").click()
        await expect(page.get_by_text("Unpaid since March")).to_be_visible()
        await visit.check("admin-account-suspended")
        await page.get_by_role("button", name="Reinstate").click()
        await page.get_by_role("button", name="Look in").click()
        await expect(page.get_by_text(f"You look at {account} as an administrator")).to_be_visible()
        await visit.check("admin-inside")
        await page.get_by_role("button", name="Leave").click()
        for path, name in (("/admin/workers", "workers"), ("/admin/trail", "trail")):
            await visit.to(path)
            await visit.check(f"admin-{name}")
