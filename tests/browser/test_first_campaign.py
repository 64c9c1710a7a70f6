"""From sign-in to COMPLETED: the whole first campaign of a new account, on a large screen and on a phone."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import LARGE, SMALL, visit

PASSWORD = "seven quiet mangoes 41"
PEOPLE = "phone,name,city\n+919812345678,Asha Rao,Pune\n+919812345679,Ravi,Kolkata\n"


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
async def test_a_first_campaign(browser, installed, tmp_path, size):
    email = f"asha-{size['width']}@sari.test"
    words = ("user", "add", email, "--account", f"Saris {size['width']}", "--password-stdin")
    status, _, problem = await installed.command(*words, stdin=PASSWORD + "\n")
    assert status == 0, problem
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE)
    async with visit(browser, installed.url, viewport=size) as visiting:
        page = await visiting.to("/")
        await expect(page).to_have_url(re.compile("/sign-in"))
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Try it with a practice sender").click()
        await page.get_by_role("main").get_by_role("link", name="Send Messages").first.click()
        await page.get_by_label("Campaign name").fill("Festival offer")
        await page.get_by_label("Template name").fill("newsletter")
        await page.get_by_label("Language", exact=True).fill("en_US")
        await page.locator("#file").set_input_files(people)
        await expect(page.locator(".chosen")).to_contain_text("people.csv")
        await page.get_by_role("button", name="Place {{1}}").click()
        await page.locator("#field_1").fill("{name}")
        await page.get_by_role("button", name="Schedule Campaign").click()
        await page.get_by_role("button", name="Yes, send it now").click()
        await page.wait_for_url(re.compile("/campaigns/"))
        await expect(page.locator(".facts [data-state]")).to_have_text("Completed")
        await expect(page.locator(".figures [data-count=done]")).to_have_text("2")
        assert visiting.complaints == []
        if size == SMALL:
            await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_url(re.compile("/sign-in"))
