"""Settings, webhooks: added, tried, looked at."""

import re

from playwright.async_api import expect


async def test_an_endpoint_is_added_tried_and_its_log_read(shop, visits):
    async with visits() as visit:
        page = await visit.to("/settings/webhooks")
        await expect(page.get_by_text("Nobody is told yet")).to_be_visible()
        await page.get_by_label("Address").fill("https://127.0.0.1/hook")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_text("lies in a private or local network")).to_be_visible()
        visit.complaints.clear()  # the refusal's status
        await visit.check("webhooks-refused")
        await page.get_by_label("Address").fill("https://93.184.216.34/hook")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_label("Secret", exact=True)).to_have_value(re.compile("whsec_"))
        await visit.check("webhooks-made")
        await page.get_by_role("link", name="https://93.184.216.34/hook").click()
        await page.get_by_role("button", name="Send a test event").click()
        await expect(page.get_by_text("A test event is on its way")).to_be_visible()
        await expect(page.get_by_role("region", name="What was posted").get_by_role("row")).to_have_count(2)
        await visit.check("webhook")
        await page.get_by_role("button", name="Make a new secret").click()
        await page.get_by_role("button", name="Make it").click()
        await expect(page.get_by_label("Secret", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Delete").click()
        await page.get_by_role("button", name="Delete it").click()
        await expect(page.get_by_text("The endpoint is deleted")).to_be_visible()
