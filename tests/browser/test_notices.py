"""Settings, notices: an address added, tried, switched off and removed."""

from playwright.async_api import expect


async def test_an_address_is_added_tried_and_removed(visits):
    async with visits() as visit:
        page = await visit.to("/settings/notices")
        await expect(page.get_by_text("Nobody is told yet")).to_be_visible()
        await page.get_by_role("textbox", name="Address").fill("ana at shop.test")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_text("is no e-mail address")).to_be_visible()
        visit.complaints.clear()  # the browser's own word on a 422
        await page.get_by_role("textbox", name="Address").fill("json://ana:secret@127.0.0.1:9/")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_text("Added.")).to_be_visible()
        await page.get_by_role("button", name="Send a test").click()
        await expect(page.get_by_role("alert")).to_contain_text("lies in a private or local network")
        await visit.check("settings-notices")
        await page.get_by_role("button", name="Switch off").click()
        await expect(page.get_by_text("The address is off.")).to_be_visible()
        await page.get_by_role("button", name="Remove").click()
        await page.get_by_role("button", name="Remove it").click()
        await expect(page.get_by_text("Nobody is told yet")).to_be_visible()
