"""Recipients: lists come in, are looked at, and go."""

import re

from playwright.async_api import expect

from tests.support.browser import SMALL

ROWS = "phone,name,city\n+919812345678,Asha,Pune\n+919812345679,Ravi,\n12,Nobody,Delhi\n"


async def test_a_list_comes_in_and_goes(visits, shop, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(ROWS)
    async with visits() as visit:
        page = await visit.to("/recipients")
        await visit.check("recipients-empty")
        await page.locator("summary", has_text="Country").click()
        await page.locator("#country").fill("IN")
        await page.locator("#file").set_input_files(path)
        await page.get_by_role("button", name="Check and use").click()
        await expect(page.locator("#consent_source-problem")).to_contain_text("where the people agreed")
        visit.complaints.clear()  # the browser's own word on a 422
        await page.get_by_label("Where", exact=True).fill("at the counter, signed")
        await page.get_by_role("button", name="Check and use").click()
        await page.wait_for_url(re.compile("/recipients/[0-9a-f-]{36}$"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("people.csv")
        await expect(page.get_by_role("cell", name="+919812345678").first).to_be_visible()
        await expect(page.get_by_text("They agreed: at the counter, signed")).to_be_visible()
        await page.get_by_text("One row was left out").click()
        everything = page.get_by_role("link", name="All of them as CSV")
        await expect(everything).to_have_attribute("href", re.compile("/recipient-lists/.+/problems.csv$"))
        await visit.check("recipients-list")
        await page.get_by_role("link", name="All lists").click()
        await expect(page.get_by_role("link", name="people.csv")).to_be_visible()
        await visit.check("recipients")
        await page.get_by_role("link", name="people.csv").click()
        await page.get_by_role("button", name="Delete", exact=True).click()
        await page.get_by_role("button", name="Delete it").click()
        await expect(page.get_by_text("The list is deleted")).to_be_visible()


async def test_a_list_says_which_campaigns_it_was_for(visits, shop):
    sender = await shop.make_sender(name="Shop")
    campaign = await shop.make_campaign(sender, 2, name="Holi", scheduled_at=None)
    list_id = (await shop.campaign(campaign))["recipient_list_id"]
    async with visits(viewport=SMALL) as visit:
        page = await visit.to(f"/recipients/{list_id}")
        await expect(page.get_by_role("link", name="Holi")).to_be_visible()
        await expect(page.get_by_role("button", name="Delete", exact=True)).to_have_count(0)


async def test_a_list_comes_in_without_a_script(visits, shop):
    async with visits(java_script_enabled=False) as visit:
        page = await visit.to("/recipients")
        await page.get_by_text("Paste rows instead").click()
        await page.locator("#pasted").fill("98123 45678")
        await page.get_by_label("Where", exact=True).fill("by phone")
        await page.get_by_role("button", name="Check and use").click()
        await expect(page.locator("#country-problem")).not_to_be_empty()
        await expect(page.locator("#pasted")).to_have_value("98123 45678")
        await page.locator("#country").fill("IN")
        await page.get_by_role("button", name="Check and use").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("pasted.csv")
